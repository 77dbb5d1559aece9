"""Joined batches: all that the parts had, each article once, and any part can be taken out again."""

from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.orders import Batch, ItemOutcome, Poll, batch_id_of
from extractors.shares import Share
from tests.conftest import NOON
from warehouse.joining import joined, without
from warehouse.landing import read_batch, write_batch


def test_joined_batches_are_the_batch_of_the_whole_order(tmp_path, noon, an_article, an_item):
    page, again = an_article(1), an_article(1)
    feed = replace(again, article=replace(again.article, text_from="feed"))
    made = [
        Batch(
            batch_id=batch_id_of(f"o1-{number}of2"),
            order_id=f"o1-{number}of2",
            collected_at=noon + timedelta(minutes=number),
            polls=(Poll(source_id=f"s{number}", started_at=noon, outcome="new"),),
            outcomes=(ItemOutcome(item=an_item(number), state="failed"),),
            articles=articles,
        )
        for number, articles in ((1, (feed, an_article(2))), (2, (page, an_article(3))))
    ]

    whole, part = joined(made), joined(made[1:])

    assert (whole.batch_id, whole.order_id) == (batch_id_of("o1"), "o1")
    assert part.batch_id not in {batch_id_of("o1"), made[1].batch_id}
    assert whole.parts == (made[0].batch_id, made[1].batch_id)
    assert whole.collected_at == noon + timedelta(minutes=2)
    assert [poll.source_id for poll in whole.polls] == ["s1", "s2"]
    assert whole.articles == (an_article(2), page, an_article(3))
    assert [share.articles for share in whole.shares] == [1, 2]
    assert read_batch(write_batch(tmp_path, whole)) == whole


def test_joined_batches_have_everything_that_each_of_them_had(noon):
    # A kind of record that `joined` does not know would be lost where several collect, and nowhere else.
    kinds = [
        one.name
        for one in fields(Batch)
        if one.default == () and one.name not in {"articles", "parts", "shares"}
    ]
    made = [
        Batch(
            batch_id=batch_id_of(f"o1-{number}of2"),
            order_id=f"o1-{number}of2",
            collected_at=noon,
            **{name: ((name, number),) for name in kinds},
        )
        for number in (1, 2)
    ]

    whole = joined(made)

    assert {name: getattr(whole, name) for name in kinds} == {name: ((name, 1), (name, 2)) for name in kinds}


def test_a_share_counts_every_kind_of_record():
    kinds = {one.name for one in fields(Batch) if one.default == ()}

    assert {one.name for one in fields(Share)} == kinds - {"parts", "shares"}


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5),
    st.sets(st.integers(0, 4)),
)
def test_without_some_parts_a_joined_batch_is_the_others_joined(counts, taken):
    made = [
        Batch(
            batch_id=batch_id_of(f"o1-{number}of9"),
            order_id=f"o1-{number}of9",
            collected_at=NOON,
            polls=tuple(("poll", number, place) for place in range(polls)),
            requests=tuple(("request", number, place) for place in range(requests)),
        )
        for number, (polls, requests) in enumerate(counts)
    ]
    whole = joined(made)

    left = without(whole, {made[number].batch_id for number in taken if number < len(made)})

    others = [batch for number, batch in enumerate(made) if number not in taken]
    assert left.batch_id == whole.batch_id
    if others:
        assert replace(left, batch_id=joined(others).batch_id) == joined(others)
    else:
        assert (left.parts, left.shares, left.polls, left.requests) == ((), (), (), ())
