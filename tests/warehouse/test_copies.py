from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.fingerprint import shingles
from warehouse.copies import Fingerprint, ShingleIndex

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def text(name, runs, *, hours=0, publisher=None, copy_of=None, url=None):
    return Fingerprint(
        article_id=name,
        publisher=publisher or f"{name} news",
        reported_at=NOON + timedelta(hours=hours),
        shingles=tuple(sorted(runs)),
        copy_of=copy_of,
        url=url,
    )


def page(name, words, **told):
    return text(name, shingles(words, "en"), **told)


def stock_report(*numbers):
    """A report whose words are the same every day."""
    names = ("Acme", "Bolt", "Crane", "Delta Power", "Eastern Rail", "Fjord", "Gale Wind", "Hill and Sons")
    lines = [
        f"Shares of {name} closed {number} points from where they had opened in the morning session, "
        f"traded {number * 7} times and cost {number * 3} euros at the end of the day on this exchange."
        for name, number in zip(names, numbers, strict=True)
    ]
    return "The exchange reports the closing prices of this day as it does every day. " + " ".join(lines)


def judged(batches):
    """Take in batches of fingerprints as loading does; return of each article the original it is a copy of."""
    index, found = ShingleIndex(), {}
    for batch in batches:
        for entry in sorted(batch, key=lambda one: (one.reported_at, one.article_id)):
            original = index.original_of(entry)
            known = replace(entry, copy_of=original)
            index.add(known)
            moved = () if original else index.adopt(known)
            found[entry.article_id] = original
            found |= {
                key: entry.article_id for key, of in found.items() if key in moved or (of and of in moved)
            }
    return found


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


def test_the_same_words_around_other_numbers_are_no_copy():
    yesterday = stock_report(8_412, 17, 3, 44, 1_905, 62, 208, 31)
    today = stock_report(8_377, 21, 9, 12, 1_899, 75, 114, 56)
    index = ShingleIndex([page("yesterday", yesterday, publisher="Agency")])

    assert index.original_of(page("today", today, hours=24, publisher="Agency")) is None
    assert index.original_of(page("reprint", today, hours=24, publisher="Another")) is None
    assert index.original_of(page("copy", yesterday, hours=24, publisher="Another")) == "yesterday"


def test_a_page_that_shares_half_of_its_text_with_one_of_the_same_publisher_is_no_copy():
    header = range(9000, 9050)
    ticker = text("ticker", [*range(50), *header], publisher="Daily")
    index = ShingleIndex([ticker])

    assert index.original_of(text("next", [*range(100, 150), *header], hours=1, publisher="Daily")) is None


def test_the_print_version_of_a_page_is_a_copy():
    index = ShingleIndex([text("page", range(100), publisher="Daily")])

    assert index.original_of(text("print", range(4, 96), hours=1, publisher="Daily")) == "page"


def test_a_page_of_nothing_but_known_boilerplate_is_no_copy():
    footer = range(9000, 9040)
    index = ShingleIndex(
        text(f"p{n}", [*range(n * 100, n * 100 + 90), *footer], publisher="Daily") for n in range(4)
    )

    assert index.original_of(text("wall", footer, hours=1, publisher="Daily")) is None


def test_a_publisher_s_footer_is_known_from_the_copies_it_prints():
    footer = range(9000, 9060)
    wires = [text(f"w{n}", range(n * 100, n * 100 + 60)) for n in range(4)]
    printed = [
        text(f"c{n}", [*wire.shingles, *footer], hours=1, publisher="Daily", copy_of=wire.article_id)
        for n, wire in enumerate(wires)
    ]
    index = ShingleIndex([*wires, *printed])

    own = text("own", [*range(5000, 5005), *footer], hours=2, publisher="Daily")
    assert index.original_of(own) is None


def test_a_short_excerpt_is_compared_by_the_sample_of_the_long_text():
    long = text("wire", range(0, 800, 4))

    assert ShingleIndex([long]).original_of(text("brief", range(100, 140), hours=1)) == "wire"


@pytest.mark.parametrize("words", ["", "One two three.", " ".join(f"w{n}" for n in range(20))])
def test_the_shortest_texts_are_copies_only_where_there_is_enough_to_tell(words):
    first, second = page("first", words), page("second", words, hours=1)

    found = ShingleIndex([first]).original_of(second)

    assert found == ("first" if len(words.split()) == 20 else None)


@given(st.permutations(range(7)))
def test_seven_reprints_within_a_minute_have_the_first_as_original_in_any_order(order):
    assert judged([[text(f"c{n}", range(60), hours=n / 420) for n in order]]) == {
        f"c{n}": None if n == 0 else "c0" for n in range(7)
    }
    assert judged([[text(f"c{n}", range(60), hours=n / 420)] for n in order]) == {
        f"c{n}": None if n == 0 else "c0" for n in range(7)
    }


def test_an_original_after_three_copies_takes_all_of_them():
    copies = [[text(f"c{n}", range(60), hours=n + 1)] for n in range(3)]

    assert judged([*copies, [text("wire", range(60))]]) == {
        "c0": "wire",
        "c1": "wire",
        "c2": "wire",
        "wire": None,
    }


def test_a_copy_stays_one_when_its_original_is_revised():
    original, copied = text("wire", range(60)), text("copy", range(60), hours=1)
    index = ShingleIndex([original, replace(copied, copy_of="wire")])
    index.add(text("wire", range(500, 560)))

    assert index.original_of(text("late", range(60), hours=2)) == "wire"


def test_what_was_printed_often_before_the_window_is_boilerplate_no_more(monkeypatch):
    monkeypatch.setattr("warehouse.copies.WINDOW", 20)
    notes = [text(f"n{n}", [*range(9000, 9080), *range(n * 100, n * 100 + 80)]) for n in range(9)]
    others = [text(f"o{n}", range(20_000 + n * 50, 20_050 + n * 50)) for n in range(20)]
    asked = text("asked", range(9000, 9080), hours=1)

    assert ShingleIndex(notes).original_of(asked) is None
    assert ShingleIndex([*notes, *others]).original_of(asked) is not None


def test_a_copy_of_a_text_from_before_the_window_must_share_anchors(monkeypatch):
    monkeypatch.setattr("warehouse.copies.WINDOW", 20)
    others = [text(f"o{n}", range(20_000 + n * 50, 20_050 + n * 50)) for n in range(20)]
    index = ShingleIndex([text("with", range(64)), text("without", range(3001, 3020)), *others])

    assert index.original_of(text("one", range(64), hours=1)) == "with"
    assert index.original_of(text("two", range(3001, 3020), hours=1)) is None


def test_an_article_from_too_long_ago_is_no_original(monkeypatch):
    monkeypatch.setattr("warehouse.copies.WINDOW", 5)
    monkeypatch.setattr("warehouse.copies.REACH", 10)
    others = [text(f"o{n}", range(20_000 + n * 50, 20_050 + n * 50)) for n in range(10)]
    asked = text("asked", range(96), hours=1)

    assert ShingleIndex([text("old", range(96)), *others[:9]]).original_of(asked) == "old"
    assert ShingleIndex([text("old", range(96)), *others]).original_of(asked) is None
