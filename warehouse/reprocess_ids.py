"""Which of the stories and developments found anew are ones that were known: these keep their ids.

Whoever has a link, an alert or a report in hand must find the same story and the same development behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.records import stable_id
from warehouse.carried_over import is_derived
from warehouse.database import Connection, insert, rows, run, transaction

#: Developments of one type are the same where at least this part of their articles are the same, whatever they say.
MOST_SHARED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Something found anew beside something known that shares articles with it.

    `shared` are the articles of both as a part of those of either. `same_sentence`: it rests on the same sentence of
    the same article; `same_type` and `same_parties`: it is the same kind of event, about the same in the same state.
    """

    new_id: str
    old_id: str
    shared: float
    same_sentence: bool = True
    same_type: bool = True
    same_parties: bool = True

    @property
    def is_same(self) -> bool:
        """Whether the two can be the same at all."""
        told_alike = self.same_parties or self.shared >= MOST_SHARED or self.new_id == self.old_id
        return self.same_sentence or (self.same_type and told_alike)

    @property
    def rank(self) -> tuple[int, float, str, str]:
        """Sorts the surest pair first: what they say, then how much they share, then what keeps its id anyway."""
        said = 4 * self.same_sentence + 2 * self.same_type + self.same_parties
        kept = "" if self.new_id == self.old_id else self.new_id
        return -said, -self.shared, kept, self.old_id


def renamed(
    pairs: Iterable[Pair], settled: Iterable[str], found: Iterable[str], known: Iterable[str]
) -> dict[str, str]:
    """Return by id of what was found anew the id that it gets, where that is another.

    The surest pairs come first; nothing gets two ids, and no id goes twice. `settled` keep theirs in any case; `found`
    are all other ids found anew, `known` all ids there were: what is new takes none of those that another one got.
    """
    taken, given = set(settled), {}
    for pair in sorted((one for one in pairs if one.is_same), key=lambda one: one.rank):
        if pair.new_id not in given and pair.old_id not in taken:
            given[pair.new_id] = pair.old_id
            taken.add(pair.old_id)
    names = {*known, *found, *taken}
    for new_id in sorted(set(found) - given.keys()):
        if new_id in taken:
            given[new_id] = _free_id(new_id, names)
            names.add(given[new_id])
    return {new_id: old_id for new_id, old_id in given.items() if new_id != old_id}


def keep_ids(con: Connection, now: datetime) -> None:
    """Give what the open warehouse found anew the ids by which the file `before` knows it.

    Developments keep the moment at which they were detected. What became of stories that are no more, or came of
    others, is written into `story_lineage`, at `now`; what stands there of earlier times stays.
    """
    with transaction(con):
        _rename(con, _DEVELOPMENTS)
        _rename(con, _STORIES)
        run(con, "reprocess_detected")
        run(con, "reprocess_lineage_kept")
        for query in ("reprocess_merged", "reprocess_split"):
            run(con, query, now=now)


def _new_names(con: Connection, queries: "_Queries") -> Mapping[str, str]:
    settled = [key for (key,) in run(con, queries.settled)]
    return renamed(
        (Pair(**row) for row in rows(con, queries.pairs)),
        settled,
        [key for (key,) in run(con, queries.unsettled)],
        [key for (key,) in run(con, queries.known)],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queries:
    """What is asked of stories or developments, and the `columns` in which their ids stand."""

    settled: str
    pairs: str
    unsettled: str
    known: str
    columns: Sequence[str]


_DEVELOPMENTS = _Queries(
    settled="reprocess_settled_developments",
    pairs="reprocess_pairs_developments",
    unsettled="reprocess_unsettled_developments",
    known="reprocess_known_developments",
    columns=("development_id", "supersedes", "contradicts"),
)
_STORIES = _Queries(
    settled="reprocess_settled_stories",
    pairs="reprocess_pairs_stories",
    unsettled="reprocess_unsettled_stories",
    known="reprocess_known_stories",
    columns=("story_id", "successor_id"),
)


def _rename(con: Connection, queries: _Queries) -> None:
    """Rename what was found anew, wherever its id stands in tables that were made anew."""
    names = _new_names(con, queries)
    if not names:
        return
    run(con, "reprocess_names")
    insert(con, "new_names", [{"old_name": old, "new_name": new} for old, new in names.items()])
    for schema, table, column in run(con, "reprocess_id_columns", columns=list(queries.columns)):
        if is_derived(schema, table):
            con.execute(
                f'UPDATE "{schema}"."{table}" AS t SET "{column}" = n.new_name '  # noqa: S608 - from the catalogue
                f'FROM new_names AS n WHERE n.old_name = t."{column}"'
            )


def _free_id(natural: str, names: set[str]) -> str:
    number = 1
    while (free := stable_id(natural[0], natural, "reprocessed", number)) in names:
        number += 1
    return free
