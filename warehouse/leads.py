"""Leads: articles that are only known by title and publisher, since the link that lists them hides their address."""

from collections.abc import Iterable
from datetime import datetime

from extractors.orders import ItemOutcome
from warehouse.database import Connection, run


def save_leads(con: Connection, outcomes: Iterable[ItemOutcome], now: datetime) -> None:
    """Write down those of `outcomes` whose link hides the article's address; each link once."""
    listed = {out.item.url: out.item for out in outcomes if out.item.redirector and out.item.title}
    if not listed:
        return
    items = list(listed.values())
    run(
        con,
        "insert_leads",
        urls=[item.url for item in items],
        source_ids=[item.source_id for item in items],
        titles=[item.title for item in items],
        publishers=[item.publisher for item in items],
        published=[item.published_at for item in items],
        now=now,
    )
