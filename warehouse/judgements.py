"""What judgement decided, on its way into the tables: stories, their lineage, developments and who reports them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from warehouse.database import Connection, insert, rows, run
from warehouse.history import History
from warehouse.judged import Development, DevelopmentArticle, Judgement, Lineage, Story


@dataclass(slots=True)
class Judgements:
    """What the judgements of a batch come to, the last word of each counting.

    `story_of` says to which story articles belong that were moved from one to another, `history` what was replaced.
    """

    stories: dict[str, Story] = field(default_factory=dict)
    developments: dict[str, Development] = field(default_factory=dict)
    links: dict[tuple[str, str], DevelopmentArticle] = field(default_factory=dict)
    lineage: list[Lineage] = field(default_factory=list)
    story_of: dict[str, str] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    history: History = field(default_factory=History)

    def add(self, judgement: Judgement, at: datetime) -> None:
        """Take in the next judgement, of a version that was seen at this time."""
        self.history.judge(judgement, at, self.stories, self.developments, self.links)
        self.stories |= {story.story_id: story for story in judgement.stories}
        for step in judgement.lineage:
            if step.change == "merged":
                self.stories.pop(step.story_id, None)
        self.lineage += judgement.lineage
        self.story_of |= dict(judgement.moved)
        self.found |= {development.development_id for development in judgement.new}
        self.developments |= {one.development_id: one for one in (*judgement.new, *judgement.changed)}
        self.links |= {(link.development_id, link.article_id): link for link in judgement.links}


def merged_into(lineage: Sequence[Lineage]) -> dict[str, str]:
    """Return for each story that was merged the one that its articles end in, as one step follows the other."""
    found: dict[str, str] = {}
    for step in reversed(lineage):
        if step.change == "merged":
            found[step.story_id] = found.get(step.successor_id, step.successor_id)
    return found


def save_judgements(con: Connection, made: Judgements) -> None:
    """Write all of `made` in the place of what was stored; the articles of the batch have been written before."""
    if merged := merged_into(made.lineage):
        for query in ("merge_articles", "merge_developments"):
            run(con, query, pairs=[list(pair) for pair in merged.items()])
        run(con, "delete_stories", ids=list(merged))
    insert(con, "story_lineage", [{n: getattr(step, n) for n in Lineage.__slots__} for step in made.lineage])
    if made.story_of:
        run(con, "move_articles", pairs=[list(pair) for pair in made.story_of.items()])
    _save_stories(con, made.stories)
    run(con, "delete_developments", ids=list(made.developments))
    insert(con, "developments", [_development_row(found) for found in made.developments.values()])
    run(con, "delete_links", keys=[list(key) for key in made.links])
    names = DevelopmentArticle.__slots__
    linked_at = made.history.linked_at
    told = [
        {n: getattr(link, n) for n in names} | {"linked_at": linked_at[key]}
        for key, link in made.links.items()
    ]
    insert(con, "development_articles", told)


def _save_stories(con: Connection, stories: dict[str, Story]) -> None:
    ids = list(stories)
    counts = {row["story_id"]: row for row in rows(con, "story_counts", ids=ids)}
    run(con, "delete_stories", ids=ids)
    names = Story.__slots__
    insert(
        con,
        "stories",
        [
            {name: getattr(story, name) for name in names} | counts[key]
            for key, story in stories.items()
            if key in counts  # one whose articles have all left is no story any more
        ],
    )


def _development_row(found: Development) -> dict[str, object]:
    row = {name: getattr(found, name) for name in Development.__slots__}
    return row | {"participants": list(found.participants)}
