"""Written streams: the news of invented affairs as it would come in, with copies, stories and developments labelled.

`NAME/watch.toml` is the watch, `articles.jsonl` and `developments.json` are labelled as the gold sets are (see
`LABELS.md` there), but for the mentioned entities. What judgement learns, it learns here: never from the gold sets.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from extractors.watch import Watch, read_watch
from flows.newsroom.gold import GoldSet, gold_article

STREAMS = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One affair: the watch that follows it, and its labelled articles."""

    name: str
    watch_file: Path
    watch: Watch
    gold: GoldSet


def stream_names() -> tuple[str, ...]:
    """Return the names of all streams, sorted."""
    return tuple(sorted(path.parent.name for path in STREAMS.glob("*/articles.jsonl")))


def read_stream(name: str) -> Stream:
    """Return the stream `name`.

    Raises:
        FileNotFoundError, WatchError, KeyError, ValueError: it is not as the format asks;
            `python -m tests.streams` names what is wrong.
    """
    folder = STREAMS / name
    watch = read_watch(folder / "watch.toml")
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    articles = tuple(gold_article({"entities": [], **json.loads(line)}) for line in lines if line.strip())
    return Stream(
        name=name,
        watch_file=folder / "watch.toml",
        watch=watch,
        gold=GoldSet(
            name=name,
            articles=articles,
            developments=tuple(json.loads((folder / "developments.json").read_text(encoding="utf-8"))),
            watch={"entities": [{"id": entity.entity_id} for entity in watch.entities]},
        ),
    )
