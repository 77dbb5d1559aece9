"""What is other in one warehouse than in another: rows that were added, are gone, or say something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse.database import Connection, rows, run

Subject = Literal[
    "articles",
    "revisions",
    "mentions",
    "claims",
    "figures",
    "citations",
    "copies",
    "stories",
    "developments",
]
#: The subjects, and the queries that say for each row that differs what it is known by, was and is.
_QUERIES: Mapping[Subject, str] = {
    "articles": "differing_articles",
    "revisions": "differing_revisions",
    "mentions": "differing_mentions",
    "claims": "differing_claims",
    "figures": "differing_figures",
    "citations": "differing_citations",
    "copies": "differing_copies",
    "stories": "differing_stories",
    "developments": "differing_developments",
}
#: Examples of each subject that are shown.
EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One difference. `before` and `after` say in one line what it was and what it is, None where it was or is not.

    `columns` are those that differ, empty where all of the row came or went; `article` the title of the article that it
    stands in, None for stories and where the article is no more.
    """

    change: Literal["added", "gone", "changed"]
    key: str
    before: str | None
    after: str | None
    columns: tuple[str, ...]
    article: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How many rows of a subject were `added`, are `gone` and have `changed`, in which columns how many of them did.

    `examples` are a few of them, of each kind of change some.
    """

    subject: Subject
    added: int = 0
    gone: int = 0
    changed: int = 0
    columns: tuple[tuple[str, int], ...] = ()
    examples: tuple[Example, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.added or self.gone or self.changed)


def differences(con: Connection, most: int = EXAMPLES) -> Sequence[Difference]:
    """Return what is other in the open warehouse than in the file `before`, subject by subject; `most` examples each.

    Rows are the same where they stand at the same place: a name, claim or figure at the same characters of the same
    article, a story or development under the same id.
    """
    return tuple(_difference(con, subject, most) for subject in _QUERIES)


def _difference(con: Connection, subject: Subject, most: int) -> Difference:
    run(con, _QUERIES[subject])
    counts = dict(run(con, "difference_counts"))
    if not counts:
        return Difference(subject=subject)
    examples = rows(con, "difference_examples", most=most)
    return Difference(
        subject=subject,
        **counts,
        columns=tuple((name, count) for name, count in run(con, "difference_columns")),
        examples=tuple(Example(**row | {"columns": tuple(row["columns"])}) for row in examples),
    )
