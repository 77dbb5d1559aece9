"""The stored history that a rule is tried on, read from the snapshot, and the labels there are for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from extractors.errors import ConfigurationError
from extractors.records import Figure
from extractors.watch import Watch
from flows.alerts.desk import REPORT_URL
from flows.alerts.past import Stored, figure_of
from flows.newsroom.gold import GOLD_SETS, read_gold
from warehouse.database import Connection, adapter, rows
from warehouse.developments import REACH
from warehouse.read_stories import read_developments, read_stories

#: So long before the time asked for is looked for what a rule has told by then.
BEFORE = REACH + timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of a file of labels: the news that the article at `url` reports, none where it reports none."""

    url: str
    developments: tuple[str | int, ...]


def read_history(con: Connection, watch: Watch, environment: Mapping[str, str], since: datetime) -> Stored:
    """Return the developments reported since, and those before them that they may go on from."""
    try:
        earliest = since - BEFORE
    except OverflowError:
        earliest = since
    found = read_developments(con, since=earliest)
    figures: dict[str, list[Figure]] = {}
    for row in rows(con, "backtest_figures", since=earliest):
        figures.setdefault(row.pop("development_id"), []).append(figure_of(**row))
    return Stored(
        rows={row.development_id: row for row in found},
        stories={story.story_id: story.title for story in read_stories(con)},
        names={entity.entity_id: entity.name for entity in watch.entities},
        figures={key: tuple(some) for key, some in figures.items()},
        report_url=environment.get(REPORT_URL),
    )


def read_labels(path: Path | None) -> dict[str, frozenset[str]]:
    """Return by URL which news an article reports: as the bundled gold sets say, and the file, if there is one.

    A line of the file is a JSON object with `url` and `developments`, a list of any ids; an empty list says that the
    article reports no news. Lines about the same article count together.

    Raises:
        ConfigurationError: the file is missing, or a line of it is something else; says which and what is expected.
    """
    found: dict[str, set[str]] = {}
    for name in GOLD_SETS:
        for article in read_gold(name).articles:
            found.setdefault(article.url, set()).update(f"{name} {key}" for key in article.developments)
    labels = {url: frozenset(keys) for url, keys in found.items()}
    return labels if path is None else labels | _labels_of(path)


def _labels_of(path: Path) -> dict[str, frozenset[str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # a text in JSON may hold other line ends
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as text ({type(error).__name__})") from error
    found: dict[str, frozenset[str]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: Label = adapter(Label).validate_json(line)
        except ValidationError as error:
            expected = '{"url": "https://…", "developments": ["…"]}'
            raise ConfigurationError(f"{path}:{number}: expected a line such as {expected}") from error
        found[row.url] = found.get(row.url, frozenset()) | frozenset(map(str, row.developments))
    return found
