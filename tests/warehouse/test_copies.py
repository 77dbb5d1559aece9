from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from warehouse.copies import Fingerprint, ShingleIndex

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def text(name, shingles, *, hours=0, publisher=None, copy_of=None, url=None):
    return Fingerprint(
        article_id=name,
        publisher=publisher or f"{name} news",
        reported_at=NOON + timedelta(hours=hours),
        shingles=tuple(sorted(shingles)),
        copy_of=copy_of,
        url=url,
    )


def test_a_text_cut_to_a_third_is_a_copy():
    index = ShingleIndex([text("wire", range(90))])

    assert index.original_of(text("cut", range(30), hours=1)) == "wire"


def test_an_article_that_quotes_one_paragraph_is_no_copy():
    index = ShingleIndex([text("wire", range(100))])

    quoting = text("own", [*range(20), *range(1000, 1080)], hours=1)

    assert index.original_of(quoting) is None


def test_a_few_shared_phrases_of_a_short_text_are_no_copy():
    index = ShingleIndex([text("wire", range(100))])

    assert index.original_of(text("brief", range(5), hours=1)) is None


def test_a_copy_of_a_copy_leads_to_the_original():
    index = ShingleIndex([text("wire", range(60)), text("first", range(60), hours=1, copy_of="wire")])

    assert index.original_of(text("second", range(60), hours=2)) == "wire"


def test_a_copy_leads_to_an_original_that_is_not_remembered():
    index = ShingleIndex([text("first", range(60), copy_of="forgotten")])

    assert index.original_of(text("second", range(60), hours=2)) == "forgotten"


def test_the_earlier_text_is_the_original_even_when_it_is_found_later():
    index = ShingleIndex([text("reprint", range(60), hours=5)])
    late = text("wire", range(60))

    assert index.original_of(late) is None
    assert index.copies_of(late) == ("reprint",)


def test_a_revision_is_no_copy_of_itself():
    index = ShingleIndex([text("page", range(60))])

    assert index.original_of(text("page", range(3, 63), hours=1)) is None


def test_the_same_address_is_no_copy_of_itself():
    index = ShingleIndex([text("page", range(60), url="https://a.example/1")])

    assert index.original_of(text("again", range(60), hours=1, url="https://a.example/1")) is None


def test_a_revision_takes_the_place_of_the_earlier_text():
    index = ShingleIndex([text("page", range(60))])
    index.add(text("page", range(500, 560)))

    assert index.original_of(text("other", range(60), hours=1)) is None


def test_a_footer_of_one_publisher_makes_no_copies():
    footer = range(9000, 9040)
    pages = [text(f"p{n}", [*range(n * 100, n * 100 + 30), *footer], publisher="Daily") for n in range(6)]
    index = ShingleIndex(pages)

    another = text("p9", [*range(5000, 5030), *footer], hours=1, publisher="Daily")

    assert index.original_of(another) is None


def test_boilerplate_that_many_publishers_share_makes_no_copies():
    agency = range(9000, 9040)
    index = ShingleIndex(text(f"p{n}", [*range(n * 100, n * 100 + 30), *agency]) for n in range(9))

    assert index.original_of(text("late", [*range(5000, 5030), *agency], hours=1)) is None


def test_a_text_printed_by_many_is_still_a_copy():
    copies = [text(f"c{n}", range(60), hours=n + 1, copy_of="wire") for n in range(12)]
    index = ShingleIndex([text("wire", range(60)), *copies])

    assert index.original_of(text("last", range(60), hours=30)) == "wire"


@given(st.lists(st.sets(st.integers(0, 60), max_size=40), min_size=1, max_size=12), st.randoms())
def test_the_order_in_which_texts_were_added_decides_nothing(texts, random):
    entries = [text(f"t{n}", shingles, hours=n) for n, shingles in enumerate(texts)]
    asked = text("asked", texts[0], hours=100)
    shuffled = list(entries)
    random.shuffle(shuffled)

    assert ShingleIndex(entries).original_of(asked) == ShingleIndex(shuffled).original_of(asked)
