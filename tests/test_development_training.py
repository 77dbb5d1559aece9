"""What judgement has learned: the shipped weights are those of the streams, and hold on streams that were left out."""

import re
from datetime import timedelta
from itertools import combinations

import pytest

pytest.importorskip("sklearn")

from extractors.watch import read_watch
from flows.newsroom.gold import GOLD_SETS, read_gold
from flows.starter import default_watch_file
from tests.score import HALVES
from tests.streams.reading import Stream, read_stream, stream_names
from tests.training.developments import TARGET, _as_toml, fit, in_order, judge, told_by
from warehouse.matching import development_weights
from warehouse.memory import Memory

#: Found in streams by weights that were learned without them: measured .878, .897, .775, .793.
LEFT_OUT = {"any": (0.83, 0.87), "typed": (0.75, 0.78)}
#: Pairs of developments of one fact that another language told within a day: measured 17 of 215 chances, 3 of them of
#: one type; of these 3 and none in the work halves of the gold sets, from which nothing was learned.
PAIRS, PAIRS_OF_A_TYPE = 17, 3
GOLD_PAIRS, GOLD_PAIRS_OF_A_TYPE = 3, 0


@pytest.fixture(scope="module")
def streams():
    return [read_stream(name) for name in stream_names()]


@pytest.fixture(scope="module")
def told(streams):
    """By stream what its relevant articles look like to judgement, read by the product's own tagger."""
    return {one.name: told_by(one) for one in streams}


def test_the_shipped_weights_are_what_is_learned_from_the_streams(told):
    assert _as_toml(fit(told.values())).encode() == TARGET.read_bytes()


def test_the_product_reads_the_weights_as_they_are_written():
    assert _as_toml(development_weights()).encode() == TARGET.read_bytes()


@pytest.mark.soak
def test_streams_that_were_left_out_are_judged_well_enough(streams, told, capsys):
    judge(streams, told)
    printed = capsys.readouterr().out

    found = re.findall(r"^mean (\w+): precision ([\d.]+), recall ([\d.]+)", printed, re.MULTILINE)
    assert {name for name, _, _ in found} == set(LEFT_OUT)
    for name, precision, recall in found:
        assert (float(precision) >= LEFT_OUT[name][0], float(recall) >= LEFT_OUT[name][1]) == (True, True), (
            printed
        )


def as_stream(name):
    """Return a gold set as a stream."""
    return Stream(
        name=name,
        watch_file=default_watch_file(),
        watch=read_watch(default_watch_file()),
        gold=read_gold(name),
    )


def opened_twice(stream, arrived, counts=lambda story: True):
    """Return the pairs of developments whose first reports, in two languages within a day, tell one labelled one.

    `counts` tells of a story whether its developments are looked at. An article that tells two things may be part of
    such a pair without fault: the figure is an upper bound.
    """
    memory, labels, languages = Memory(), {}, {}
    for one, earlier in in_order(arrived):
        memory.judge(one.report, earlier=earlier)
        labels.setdefault(one.report.article_id, set()).update(one.label.developments)
        languages[one.report.article_id] = one.report.language
    counted = {one["id"] for one in stream.gold.developments if counts(one["story"])}
    found = []
    for one, other in combinations(memory.known.developments.values(), 2):
        first, second = one.first_article_id, other.first_article_id
        if languages[first] != languages[second] and abs(one.reported_at - other.reported_at) <= timedelta(
            days=1
        ):
            found += [(one, other)] if labels[first] & labels[second] & counted else []
    return found


def test_one_fact_in_two_languages_within_a_day_hardly_ever_opens_two_developments(streams, told):
    pairs = [pair for one in streams for pair in opened_twice(one, told[one.name])]

    assert len(pairs) <= PAIRS - GOLD_PAIRS
    assert sum(one.event_type == other.event_type for one, other in pairs) <= PAIRS_OF_A_TYPE


def test_nor_does_it_in_the_work_halves_of_the_gold_sets():
    pairs = [
        pair
        for name in GOLD_SETS
        for pair in opened_twice(as_stream(name), told_by(as_stream(name)), HALVES["work"])
    ]

    assert len(pairs) <= GOLD_PAIRS
    assert sum(one.event_type == other.event_type for one, other in pairs) <= GOLD_PAIRS_OF_A_TYPE
