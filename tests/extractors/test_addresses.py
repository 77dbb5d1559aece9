import pytest

from extractors.addresses import is_version_of, same_site

PAGE = "https://www.wire-news.com/cars/the-deal?id=7"


@pytest.mark.parametrize(
    "version",
    [
        "https://www.wire-news.com/cars/the-deal/amp?id=7",
        "https://www.wire-news.com/cars/the-deal/amp/?id=7",
        "https://www.wire-news.com/cars/the-deal.amp?id=7",
        "https://amp.wire-news.com/cars/the-deal?id=7",
        "https://m.wire-news.com/cars/the-deal?id=7",
        "https://www.wire-news.com/print/cars/the-deal?id=7",
        "https://www.wire-news.com/cars/the-deal?print=1&id=7",
        "https://www.wire-news.com/cars/the-deal?id=7&outputType=amp",
        PAGE,
    ],
)
def test_print_amp_and_mobile_versions_belong_to_their_page(version):
    assert is_version_of(version, PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.wire-news.com/cars/the-deal?id=8",
        "https://www.wire-news.com/cars",
        "https://www.wire-news.com/cars/the-deal-amplified?id=7",
        "https://sport.wire-news.com/cars/the-deal?id=7",
        "https://www.cable-news.com/cars/the-deal/amp?id=7",
        "https://www.wire-news.com/",
    ],
)
def test_other_pages_are_no_versions(other):
    assert not is_version_of(other, PAGE)
    assert not is_version_of(PAGE, other)


def test_a_host_within_a_site_is_of_that_site():
    assert same_site("https://m.wire-news.com/1", "https://www.wire-news.com/2")
    assert not same_site("https://wire-news.com/1", "https://cable-news.com/1")
