"""A home that has been running for some hours without a network: batches lie there as a collection leaves them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from pieces import PIECES

from extractors.clock import standing_clock
from extractors.errors import WarehouseError
from extractors.orders import Batch, ItemOutcome, Poll
from extractors.records import Article, CollectedArticle, Item, item_keys
from extractors.signals.tagger import Tagger
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from warehouse import landing
from warehouse.database import open_warehouse
from warehouse.integrity import check_warehouse

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
FEED = "http://127.0.0.1:9/feed.xml"
WATCH = f"""
name = "cars"
title = "Cars"
languages = ["en"]

[relevance]
all_of = [["company:xiaomi", "company:baic"]]

[[entities]]
id = "company:xiaomi"
names = {{ en = ["Xiaomi"] }}

[[entities]]
id = "company:baic"
names = {{ en = ["BAIC"] }}

[[sources]]
id = "wire"
kind = "feed"
url = "{FEED}"
every = "1h"

[[alerts]]
name = "desk"
to = "env:NEWSWATCH_ALERT_DESK"
"""
#: What must be the same as if nothing had happened.
QUESTIONS = (
    "FROM articles ORDER BY ALL",
    "FROM revisions ORDER BY ALL",
    "FROM developments ORDER BY ALL",
    "FROM development_articles ORDER BY ALL",
    "SELECT source_id, started_at, outcome FROM polls ORDER BY ALL",
    "SELECT alert_id, state, title FROM alerts WHERE kind = 'development' ORDER BY ALL",
    "SELECT item_key FROM state.items ORDER BY ALL",
)


class KeptHome:
    """A home at `folder`; what has been done in it stays."""

    def __init__(self, folder: Path):
        """Use the home at `folder`, or begin one."""
        folder.mkdir(exist_ok=True)
        if not (folder / "watch.toml").exists():
            (folder / "watch.toml").write_text(WATCH, encoding="utf-8")
        self.settings = read_settings({"NEWSWATCH_ALERT_DESK": "json://x"}, home=folder)
        self.watch = read_watch(self.settings.watch_file)

    def at(self, hours):
        """Return a clock that stands so many hours after the start."""
        return standing_clock(START + timedelta(hours=hours))

    def run(self, hours):
        """Run a cycle at that time."""
        return run_cycle(self.settings, self.watch, self.at(hours), with_report=False)

    def collected(self, hours, piece=None):
        """Leave a batch: the source was polled, and brought this piece."""
        now = self.at(hours)()
        found = [] if piece is None else [collected_piece(self.watch, piece, now)]
        items = [Item(source_id="wire", url=one.article.url, guid=one.article.url) for one in found]
        poll = Poll(
            source_id="wire",
            started_at=now,
            outcome="new",
            http_status=200,
            items=len(items),
            new_items=len(items),
            url=FEED,
            keys=tuple(key for item in items for key in item_keys(item)),
        )
        batch = Batch(
            batch_id=f"b{hours}",
            order_id=f"o{hours}",
            collected_at=now,
            polls=(poll,),
            outcomes=tuple(ItemOutcome(item=item, state="article", url=item.url) for item in items),
            articles=tuple(found),
        )
        return landing.write_batch(self.settings.landing, batch)

    def ask(self, question):
        """Return the rows that SQL brings from the warehouse."""
        with open_warehouse(self.settings.warehouse) as con:
            return con.execute(question).fetchall()

    def rows(self):
        """Return all that must be the same as if nothing had happened."""
        with open_warehouse(self.settings.warehouse) as con:
            return [con.execute(question).fetchall() for question in QUESTIONS]


def collected_piece(watch, number, now):
    title, *paragraphs = PIECES[number]
    article = Article(
        url=f"https://wire.example/{number}",
        source_id="wire",
        publisher="The Wire",
        title=title,
        text="\n\n".join(paragraphs),
        seen_at=now,
        language="en",
        published_at=now,
        published_from="feed",
    )
    return CollectedArticle(article=article, signals=Tagger(watch).tag(article))


def cut(path):
    os.truncate(path, path.stat().st_size // 3)


def overwrite(path):
    path.write_bytes(b"no database" * 5000)


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


def spoil(path):
    """Turn bits of one block, so that the file can still be opened, and a table in it cannot be read."""
    whole = path.read_bytes()
    for start in range(3 * 4096, len(whole), 1 << 18):
        data = bytearray(whole)
        data[start + 100] ^= 255
        path.write_bytes(data)
        try:
            with open_warehouse(path) as con:
                found = check_warehouse(con)
        except (duckdb.Error, WarehouseError):
            continue
        finally:
            path.with_name(f"{path.name}.suspect").unlink(missing_ok=True)
        if found.state == "unreadable":
            path.write_bytes(data)
            return
    raise AssertionError("no block holds rows alone")
