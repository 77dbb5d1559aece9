from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from warehouse.judged import Lineage
from warehouse.judgements import merged_into

AT = datetime(2024, 3, 28, tzinfo=UTC)
STORIES = st.sampled_from("abcdef")


def merged(story_id, successor_id, change="merged"):
    return Lineage(story_id=story_id, change=change, successor_id=successor_id, changed_at=AT)


@given(steps=st.lists(st.tuples(STORIES, STORIES).filter(lambda pair: pair[0] != pair[1]), max_size=12))
def test_all_merges_at_once_are_the_same_as_one_after_the_other(steps):
    one_by_one = {story: story for story in "abcdef"}
    for story, successor in steps:
        one_by_one = {key: successor if now == story else now for key, now in one_by_one.items()}
    at_once = merged_into([merged(*step) for step in steps])
    assert {story: at_once.get(story, story) for story in "abcdef"} == one_by_one


def test_what_is_split_off_is_no_merge():
    assert merged_into([merged("a", "b", "split"), merged("b", "c"), merged("c", "d")]) == {
        "b": "d",
        "c": "d",
    }
