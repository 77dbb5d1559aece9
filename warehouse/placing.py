"""The story of a report: which one it joins, whether two turn out to be one or one falls in two, and its title.

Looked at where something speaks for it, in the order of arrival, so that it does not matter in which batches reports
come: a report that fits two stories makes one look whether they are one; a story that has grown by about half since
the last look is held against itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extractors.records import stable_id
from warehouse.judged import Lineage, Report, Story
from warehouse.known import Known
from warehouse.regroup import are_one, central, splits
from warehouse.stories import Join

#: Numbers of reports of a story, as far as they are near the new one, at which it is looked at again.
LOOKS = frozenset({1, 2, 3, 4, 6, 9, 13, 20})


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What the place of a report is decided on.

    All that is known, the reports near it, the weights of tokens and of joining, and the log-odds that it is of each of
    the stories near it (`stories.odds_of_stories`).
    """

    known: Known
    near: Sequence[Report]
    rarities: Mapping[str, float]
    join: Join
    odds: Mapping[str, float]

    def story_of(self, report: Report, told: Iterable[str]) -> str:
        """Return the id of the story `report` belongs to, of a new one where none fits.

        A revision stays where it is, a copy goes where its original is; what repeats the developments `told` (ids) goes
        where they are; else the reports near it decide.
        """
        known = self.known
        before = known.reports.get(report.article_id)
        if (kept := report.story_id or (before.story_id if before else None)) is not None:
            return kept
        original = known.original_of(report)
        alike = [original] if original else [known.reports[key] for key in known.copies_of(report.article_id)]
        if alike and alike[0].story_id is not None:
            return alike[0].story_id
        votes = Counter(known.developments[key].story_id for key in told)
        if votes:
            return votes.most_common(1)[0][0]
        return self._closest() or stable_id("s", report.article_id)

    def regroup(self, report: Report) -> list[Lineage]:
        """Merge and split what `report`, which has joined its story, shows to be one or two; return what became."""
        if report.copy_of is not None or report.story_id is None:
            return []
        return [*self._merged(report, report.story_id), *self._split(report)]

    def called(self, report: Report, languages: Sequence[str]) -> Story:
        """Return the story of `report` with the title of its most central article, in the best language there is."""
        story = self.known.stories[report.story_id or ""]
        members = self.known.traits_in(story.story_id, (*self.near, report))
        if len(members) not in LOOKS:
            revised = report.article_id == story.title_article_id
            return replace(story, title=report.title) if revised else story
        key = central(members, self.rarities, languages=languages, holder=story.title_article_id)
        return replace(story, title=self.known.reports[key].title, title_article_id=key)

    def _closest(self, besides: str | None = None) -> str | None:
        """Return the story that the report fits best, `besides` left out; None where it fits none."""
        fitting = [one for one in self.odds if self.odds[one] > self.join.least and one != besides]
        return min(fitting, key=lambda one: (-self.odds[one], one), default=None)

    def _merged(self, report: Report, own: str) -> list[Lineage]:
        known = self.known
        other = self._closest(besides=own)
        if other is None:
            return []
        ours, theirs = (known.traits_in(one, (*self.near, report)) for one in (own, other))
        if not ours or not theirs or not are_one(ours, theirs, self.rarities, self.join):
            return []
        stories = (known.stories[one] for one in (own, other))
        into, gone = sorted(stories, key=lambda one: (one.first_at, one.story_id))
        known.merge_story(gone.story_id, into.story_id)
        return [_step(gone.story_id, into.story_id, "merged", report)]

    def _split(self, report: Report) -> list[Lineage]:
        known = self.known
        story_id = known.reports[report.article_id].story_id or ""
        members = known.traits_in(story_id, (*self.near, report))
        if len(members) not in LOOKS:
            return []
        found = []
        for split in splits({story_id: members}, self.rarities, self.join):
            leaving = [known.reports[key] for key in sorted(split.leaving)]
            successor = _led_by(story_id, leaving)
            if successor.story_id not in known.stories:
                known.split_story(story_id, successor, [one.article_id for one in leaving])
                found.append(_step(story_id, successor.story_id, "split", report))
        return found


def with_report(story_id: str, story: Story | None, report: Report) -> Story:
    """Return the story with its bounds moved by `report`; a new one, called after it, where there was none."""
    at = report.reported_at
    if story is None:
        return Story(
            story_id=story_id, title=report.title, first_at=at, last_at=at, title_article_id=report.article_id
        )
    return replace(story, first_at=min(story.first_at, at), last_at=max(story.last_at, at))


def _led_by(story_id: str, leaving: Sequence[Report]) -> Story:
    """Return the story that the reports `leaving` another one make, called after the first of them."""
    first = min(leaving, key=lambda one: (one.reported_at, one.article_id))
    return Story(
        story_id=stable_id("s", story_id, first.article_id),
        title=first.title,
        title_article_id=first.article_id,
        first_at=first.reported_at,
        last_at=max(one.reported_at for one in leaving),
    )


def _step(story_id: str, successor_id: str, change: Literal["merged", "split"], report: Report) -> Lineage:
    return Lineage(story_id=story_id, successor_id=successor_id, change=change, changed_at=report.detected_at)
