"""The gold sets against their labels: nothing that was reached is lost unseen."""

import json

import pytest
from score import FLOORS, HELD, SETS, Score, bcubed, below_floors, make_snapshot, score, score_given

from flows.newsroom.gold import read_gold


@pytest.mark.parametrize("name", SETS)
def test_the_figures_stay_above_their_floors(name, tmp_path):
    snapshot = make_snapshot(name, tmp_path)
    gold = read_gold(name)
    given = score_given(gold, tmp_path)

    assert below_floors(name, "report", score(gold, snapshot, "report") | given["report"]) == []
    assert below_floors(name, "whole", score(gold, snapshot) | given["whole"]) == []


def test_a_figure_below_its_floor_is_told():
    nothing = dict.fromkeys(HELD, 0.0)

    assert len(below_floors(SETS[0], "whole", nothing)) == len(HELD)


def test_every_held_measure_has_a_floor_for_each_set():
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))

    assert {name: set(halves) for name, halves in floors.items()} == {
        name: {"report", "whole"} for name in SETS
    }
    assert all(set(held) == set(HELD) for halves in floors.values() for held in halves.values())


def test_precision_and_recall_are_what_they_are_called():
    made = Score(right=6, wrong=2, missed=4)

    assert (made.precision, made.recall) == (0.75, 0.6)
    assert made.f1 == pytest.approx(2 / 3)
    assert (Score().precision, Score().recall, Score().f1) == (0, 0, 0)


def test_bcubed_of_a_merged_pair_of_stories():
    gold = {"a": "1", "b": "1", "c": "2", "d": "2"}

    made = bcubed(gold, dict.fromkeys(gold, "all"))

    assert (made["stories_p"], made["stories_r"]) == (0.5, 1.0)
    assert bcubed(gold, gold)["stories_f1"] == 1.0
    assert bcubed(gold, dict.fromkeys(gold, None))["stories_r"] == 0.5
