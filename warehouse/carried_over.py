"""What reading history again leaves as it is: all tables but those that are derived from articles are carried over."""

from collections.abc import Sequence
from datetime import datetime

from warehouse.database import Connection, insert, run, transaction
from warehouse.differences import Difference
from warehouse.journal import Journal

#: Tables that are made anew from what was collected, and the one that says how the file is made.
DERIVED = frozenset(
    {
        "main.articles",
        "main.revisions",
        "main.entities",
        "main.mentions",
        "main.claims",
        "main.figures",
        "main.citations",
        "main.stories",
        "main.story_lineage",
        "main.developments",
        "main.development_articles",
        "main.migrations",
        "state.reports",
        "state.tokens",
        "state.frequencies",
        "state.fingerprints",
        "state.mentioned",
        "state.trend_days",
        "state.entity_weeks",
        "state.pair_weeks",
        "state.reporters",
        "state.event_weeks",
        "state.story_events",
    }
)
#: Beginnings of the names of others: what was so once.
DERIVED_PAST = "past_"


def is_derived(schema: str, table: str) -> bool:
    """Whether a table is made anew from what was collected; all others are carried over."""
    return f"{schema}.{table}" in DERIVED or (schema == "state" and table.startswith(DERIVED_PAST))


def carry_over(con: Connection, origin: str) -> None:
    """Put into the open warehouse all tables of the attached file `origin` that are not derived from articles."""
    with transaction(con):
        for schema, table in run(con, "all_tables"):
            if is_derived(schema, table):
                continue
            name = f'"{schema}"."{table}"'
            con.execute(f"DELETE FROM {name}")  # noqa: S608 - from the catalogue
            con.execute(f"INSERT INTO {name} BY NAME FROM {origin}.{name}")


def let_go(con: Connection, journal: Journal, now: datetime) -> tuple[int, int]:
    """Note which developments of the file `before` are gone, and take what was to be told of them from the outbox.

    Alerts that were sent, or may have been, stay in the ledger. Returns how many developments are gone, and how many
    alerts will not be sent.
    """
    tried = [key for key, (event, _) in journal.last_events().items() if event in {"trying", "sent"}]
    with transaction(con):
        run(con, "reprocess_found_again")
        ((gone,),) = run(con, "reprocess_gone", now=now)
        ((unsent,),) = run(con, "reprocess_untold", now=now, tried=tried)
    return gone, unsent


def note_reprocessing(con: Connection, found: Sequence[Difference], now: datetime) -> None:
    """Write down what changed."""
    rows: list[dict[str, object]] = [
        {
            "reprocessed_at": now,
            "subject": one.subject,
            "added": one.added,
            "gone": one.gone,
            "changed": one.changed,
        }
        for one in found
    ]
    with transaction(con):
        insert(con, "reprocessings", rows)
