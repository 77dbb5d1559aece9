from datetime import timedelta

import pytest

from extractors.errors import ParseError
from extractors.records import Source
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


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/news/articles/clymn8zyrp9o", True),
        ("/wirtschaft/article244832202/", True),
        ("/doc/7563319", True),
        ("/a/b-c-d-e-f", True),
        ("/news/microsite/index.html", False),
        ("/international", False),
        ("/tag/2024/03/28/something-long-and-new", False),
    ],
)
def test_addresses_of_articles_are_told_from_others(a_source, path, is_one):
    body = f'<a href="{path}">A headline that is long enough</a><a href="/2024/03/28/x">Another headline, dated</a>'
    items = parse_page(body.encode(), None, a_source(kind="page"), URL).items

    assert (f"https://wire.example{path}" in [item.url for item in items]) == is_one


def test_links_at_the_side_count_where_there_are_no_others(a_source):
    side = '<aside><a href="/2024/03/28/side">A headline at the side</a></aside>'
    main = '<a href="/2024/03/28/main">A headline in the middle</a>'

    def paths(body):
        return [item.url[-4:] for item in parse_page(body.encode(), None, a_source(kind="page"), URL).items]

    assert (paths(side), paths(side + main)) == (["side"], ["main"])


def test_a_selector_decides_alone(a_source):
    assert links(a_source(kind="page", links="main a[href$=short]")) == [
        "https://wire.example/2024/03/28/short"
    ]


@pytest.mark.parametrize(("selector", "cause"), [("h7 a", "no-links"), ("a[[", "bad-selector")])
def test_a_selector_that_finds_nothing_is_told(a_source, selector, cause):
    with pytest.raises(ParseError) as raised:
        links(a_source(kind="page", links=selector))

    assert raised.value.cause == cause


def itself(text, title="<title>Tender 7</title>", selector="main"):
    body = f"<html><head>{title}</head><body><h1>Tenders</h1>{text}</body></html>".encode()
    source = Source(source_id="t", kind="page", url=URL, every=timedelta(hours=1), text=selector)
    (item,) = parse_page(body, "text/html", source, URL).items
    return item


def test_a_page_watched_for_its_own_change_is_one_item():
    item = itself("<main>Open until Friday.</main>")

    assert (item.url, item.title) == (URL, "Tender 7")
    assert itself("<main>x</main>", title="").title == "Tenders"


def test_its_guid_changes_with_the_selected_text_and_with_nothing_else():
    first = itself("<main>Open until Friday.</main><footer>1 reader</footer>").guid

    assert (
        itself("<main>Open\n <b>until</b> Friday.<script>n=2</script></main><footer>9 readers</footer>").guid
        == first
    )
    assert itself("<main>Open until Monday.</main><footer>1 reader</footer>").guid != first


@pytest.mark.parametrize(("selector", "cause"), [("aside", "no-text"), ("p[[", "bad-selector")])
def test_a_text_that_is_not_there_is_told(selector, cause):
    with pytest.raises(ParseError) as raised:
        itself("<main>x</main><aside> <script>y</script></aside>", selector=selector)

    assert raised.value.cause == cause
