import pytest

from extractors.errors import ParseError
from extractors.sources.page import parse_page

PAGE = b"""<html><body><nav><a href="/2024/03/28/a-long-headline-in-the-menu">A long headline in the menu</a></nav>
<main><a href="/2024/03/28/both-firms-build-a-car">Both firms build a car together</a>
<a href="/2024/03/28/short">Short</a><a href="https://other.test/2024/03/28/x">A headline of quite another site</a>
<a href="/about-us">Everything about us and our paper</a></main></body></html>"""
URL = "https://wire.example/news/"


def links(source):
    return [item.url for item in parse_page(PAGE, "text/html", source, URL).items]


def test_headlines_of_the_same_site_are_found_by_rule(a_source):
    assert links(a_source(kind="page")) == ["https://wire.example/2024/03/28/both-firms-build-a-car"]


def test_a_selector_decides_alone(a_source):
    assert links(a_source(kind="page", links="main a[href$=short]")) == [
        "https://wire.example/2024/03/28/short"
    ]


@pytest.mark.parametrize(("selector", "cause"), [("h7 a", "no-links"), ("a[[", "bad-selector")])
def test_a_selector_that_finds_nothing_is_told(a_source, selector, cause):
    with pytest.raises(ParseError) as raised:
        links(a_source(kind="page", links=selector))

    assert raised.value.cause == cause
