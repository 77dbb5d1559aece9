"""As of a moment: merges and splits of stories, and originals that become copies, where judgement knows a part only."""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from article_rows import article_row
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.database import insert, open_warehouse, run
from warehouse.judged import Development, DevelopmentArticle, Judgement, Lineage, Story
from warehouse.judgements import Judgements, save_judgements
from warehouse.summaries import refill, save_summaries, stale

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TABLES = ("articles", "stories", "story_lineage", "developments", "development_articles")
#: So many articles, the even ones remembered by judgement; each reports a development of its own.
NUMBERS = range(9)
REMEMBERED = frozenset(f"a{number}" for number in NUMBERS if number % 2 == 0)


def story(story_id, title="Headline"):
    return Story(story_id=story_id, title=title, first_at=NOON, last_at=NOON, title_article_id=None)


def development(number):
    return Development(
        development_id=f"d{number}",
        story_id=f"s{number % 3}",
        event_type="stake",
        status="agreed",
        basis="official",
        participants=("company:acme",),
        what="A stake",
        sentence="So it is.",
        first_article_id=f"a{number}",
        reported_at=NOON,
        detected_at=NOON,
        articles=1,
        origins=1,
    )


class Remembering:
    """What judgement remembers: of the articles and developments the even ones, and where they belong."""

    def __init__(self):
        """Begin with three stories."""
        self.story_of = {f"a{number}": f"s{number % 3}" for number in NUMBERS if f"a{number}" in REMEMBERED}
        self.developments = {f"a{n}": development(n) for n in NUMBERS if f"a{n}" in REMEMBERED}
        self.stories = ["s0", "s1", "s2"]
        self.made = 3

    def merged(self, into, gone, at):
        """What is remembered of a story goes into another one."""
        self.stories.remove(gone)
        moved = [key for key, one in self.story_of.items() if one == gone]
        step = Lineage(story_id=gone, successor_id=into, change="merged", changed_at=at)
        return self._judged(step, into, moved, at)

    def split(self, old, at):
        """Half of the articles that are remembered of a story leave it; None where there is one at most."""
        members = sorted(key for key, one in self.story_of.items() if one == old)
        if len(members) < 2:
            return None
        new = f"s{self.made}"
        self.made += 1
        self.stories.append(new)
        step = Lineage(story_id=old, successor_id=new, change="split", changed_at=at)
        return self._judged(step, new, members[1::2], at)

    def _judged(self, step, to, moved, at):
        self.story_of |= dict.fromkeys(moved, to)
        changed = [replace(self.developments[key], story_id=to) for key in moved]
        self.developments |= {one.first_article_id: one for one in changed}
        told = {step.story_id, to} if step.change == "split" else {to}
        return Judgement(
            story=story(to),
            stories=tuple(story(one, f"Headline at {at}") for one in sorted(told)),
            lineage=(step,),
            moved=tuple((key, to) for key in sorted(moved)),
            changed=tuple(changed),
        )


def begin(con):
    rows = [article_row(f"a{number}", NOON, story_id=f"s{number % 3}") for number in NUMBERS]
    insert(con, "articles", rows)
    made = Judgements()
    first = Judgement(
        story=story("s0"),
        stories=tuple(story(one) for one in ("s0", "s1", "s2")),
        new=tuple(development(number) for number in NUMBERS),
        links=tuple(
            DevelopmentArticle(development_id=f"d{number}", article_id=f"a{number}", role="first")
            for number in NUMBERS
        ),
    )
    made.add(first, NOON)
    made.history.save(con)
    save_judgements(con, made)


def take(con, remembered, steps, at):
    """Do what a batch does that brings these steps, a minute apart, the last one at `at`; return what was judged."""
    made, copies = Judgements(), {}
    for number, (kind, first, second) in enumerate(steps):
        moment = at - (len(steps) - 1 - number) * MINUTE
        if kind == "copy":
            copy, original = f"a{first}", f"a{second}"
            known = con.execute("SELECT article_id FROM articles WHERE copy_of IS NOT NULL").fetchall()
            if copy != original and (original,) not in known and original not in copies:
                made.history.adopt([copy], (), moment)
                copies[copy] = original
            continue
        stories = remembered.stories
        one, other = stories[first % len(stories)], stories[second % len(stories)]
        if kind == "split":
            judgement = remembered.split(one, moment)
        else:
            judgement = remembered.merged(one, other, moment) if one != other else None
        if judgement is not None:
            made.add(judgement, moment)
    made.history.save(con)
    for copy, original in copies.items():
        run(con, "move_copies", ids=[copy], original=original)
    save_judgements(con, made)
    if copies:
        run(con, "recount_story_copies", ids=sorted(copies))
    return made


def said(con):
    return {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


def said_of(con, moment):
    return {
        name: con.execute(f"FROM {name}_as_of($moment) ORDER BY ALL", {"moment": moment}).fetchall()
        for name in TABLES
    }


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    path = tmp_path_factory.mktemp("begun") / "warehouse.duckdb"
    with open_warehouse(path) as con:
        begin(con)
    return path


#: What a step does, and to which article or story.
STEPS = st.tuples(st.sampled_from(["merge", "merge", "split", "copy"]), st.integers(0, 8), st.integers(0, 8))


def check_every_moment(begun, batches):
    """Take these batches, an hour apart, and ask again for what was said at the end of each; return the last answer."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_warehouse(Path(shutil.copy(begun, folder))) as con,
    ):
        remembered, answers = Remembering(), {NOON: said(con)}
        for number, steps in enumerate(batches, start=1):
            at = NOON + number * HOUR
            take(con, remembered, steps, at)
            answers[at] = said(con)
        for moment, then in answers.items():
            later = moment + HOUR - 30 * MINUTE  # before the first step of the next batch
            for asked in (moment, later):
                now = said_of(con, asked)
                for name, rows in then.items():
                    assert now[name] == rows, (name, asked)
        return then


@given(batches=st.lists(st.lists(STEPS, min_size=1, max_size=4), min_size=1, max_size=3))
@settings(max_examples=12, deadline=None)
def test_what_judgement_does_not_remember_is_where_it_was_all_the_same(begun, batches):
    check_every_moment(begun, batches)


@pytest.mark.parametrize(
    ("batches", "left"),
    [
        ([[("merge", 0, 1)]], {"s0": 6, "s2": 3}),
        # The second step moves on what the first one brought.
        ([[("merge", 0, 1), ("merge", 1, 0)]], {"s2": 9}),
        ([[("merge", 0, 1)], [("merge", 1, 0)]], {"s2": 9}),
        # Half of what is remembered leaves again; the others do not follow.
        ([[("merge", 0, 1)], [("split", 0, 0)]], {"s0": 5, "s2": 3, "s3": 1}),
        ([[("merge", 0, 1), ("split", 0, 0)], [("merge", 1, 2)]], None),
        # Copies of a copy, one of them beyond memory, and their stories merged after.
        ([[("copy", 1, 2)], [("copy", 2, 4)], [("merge", 1, 2)]], None),
    ],
)
def test_merges_and_splits_of_stories_that_are_remembered_in_part(begun, batches, left):
    last = check_every_moment(begun, batches)

    found = {row[0]: row[4] for row in last["stories"]}
    assert sum(found.values()) == len(NUMBERS)
    assert left is None or found == left


def test_at_the_very_moment_of_a_merge_it_is_done(begun, tmp_path):
    with open_warehouse(Path(shutil.copy(begun, tmp_path))) as con:
        before = said(con)
        take(con, Remembering(), [("merge", 0, 1)], NOON + HOUR)

        assert said_of(con, NOON + HOUR) == said(con)
        assert said_of(con, NOON + HOUR - timedelta(microseconds=1)) == before


@pytest.mark.parametrize("steps", [[("merge", 0, 1)], [("merge", 0, 1), ("merge", 1, 0)]])
def test_the_timeline_of_a_story_has_what_it_took_over_and_judgement_does_not_remember(
    begun, tmp_path, steps
):
    with open_warehouse(Path(shutil.copy(begun, tmp_path))) as con:
        refill(con)
        judged = take(con, Remembering(), steps, NOON + HOUR)
        assert stale(con) != ()

        save_summaries(con, (), judged, ())
        assert stale(con) == ()
