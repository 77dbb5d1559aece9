"""What newswatch makes of the gold sets, in figures: `make score`.

The gold articles go through `newswatch import` with the default watch; the published tables are compared
with the labels. Articles are matched by URL, edited versions count once. Developments are matched one to
one in the order of time by their first article; a typed match must agree in the event type too (or in one
that the labels accept).

Each set is split by story into a half to work with and a half to report (`HALVES`): rules are made
looking at the former alone. Floors for the reported half and for the whole stand in `score_floors.json`;
`tests/test_score.py` fails below them.
"""

import json
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from extractors.clock import system_clock
from extractors.watch import AlertRule, read_watch
from flows.importing import import_files
from flows.newsroom.gold import GoldArticle, GoldSet, read_gold
from flows.settings import read_settings
from flows.starter import default_watch_file
from tests.alert_score import count_alerts, read_told
from tests.given_claims import load_given
from warehouse.database import open_snapshot

#: Who is told of everything; nothing goes out, as the variable is not set, and the ledger says what would have.
DESK = AlertRule(name="desk", to="env:NEWSWATCH_NOWHERE", about="developments")
SETS = ("xiaomi-baic", "su7-week")
LANGUAGES = ("de", "en", "zh")
FLOORS = Path(__file__).with_name("score_floors.json")
#: The measures that have a floor.
HELD = (
    "language",
    "relevance_f1",
    "copies_f1",
    "stories_f1",
    "mentions_f1",
    "claim_type_f1",
    "claim_status_f1",
    "claim_basis_f1",
    "figures_recall",
    "citations_f1",
    "developments_any_f1",
    "developments_typed_f1",
    "developments_given_f1",
    "alerts_p",
    "alerts_r",
)
#: The halves: which articles count. `whole` is what the reference of the gold sets prints.
HALVES: Mapping[str, Callable[[str], bool]] = {
    "work": lambda key: zlib.crc32(key.encode()) % 2 == 0,
    "report": lambda key: zlib.crc32(key.encode()) % 2 == 1,
    "whole": lambda key: True,
}


@dataclass(frozen=True, slots=True)
class Score:
    """Right, wrong and missed ones of one measure."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was said that is right; 0 where nothing was said."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of what is labelled that was found; 0 where nothing is labelled."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the snapshot says of one article."""

    language: str | None
    relevant: bool
    is_copy: bool
    story: str | None
    entities: frozenset[str]
    types: frozenset[str]
    type_status: frozenset[tuple[str, str]]
    type_basis: frozenset[tuple[str, str]]
    figures: frozenset[tuple[str, object]]
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A development of the snapshot: its event type and the URL of its first report, in the order of time."""

    event_type: str
    url: str


def make_snapshot(name: str, folder: Path) -> Path:
    """Import the gold set `name` into a new home in `folder` and return its snapshot."""
    gold = read_gold(name)
    rows = folder / f"{name}.jsonl"
    with rows.open("w", encoding="utf-8") as out:
        for row in gold_rows(gold):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    settings = read_settings({}, home=folder / name, watch=default_watch_file())
    watch = replace(read_watch(settings.watch_file), alerts=(DESK,))
    import_files(settings, watch, [rows], system_clock, alert=True)
    return settings.snapshot


def score_given(gold: GoldSet, folder: Path) -> dict[str, dict[str, float]]:
    """Return by half what judgement makes of the developments with the labels as claims."""
    warehouse = folder / f"{gold.name}-given.duckdb"
    load_given(gold, read_watch(default_watch_file()), warehouse)
    found = read_found(warehouse)
    return {
        half: {
            name.replace("_typed_", "_given_"): value
            for name, value in score_developments(gold, found, counts, typed=True).items()
        }
        for half, counts in HALVES.items()
    }


def gold_rows(gold: GoldSet) -> list[dict[str, object]]:
    """Return the articles as rows for `newswatch import`; the language is left for the program to tell."""
    return [
        {
            "url": article.url,
            "title": article.title,
            "text": f"{article.lead}\n\n{article.body}",
            "published": article.published.isoformat(),
            "publisher": article.publisher,
            "lead": article.lead,
            "author": article.author,
        }
        for article in gold.articles
    ]


def score(gold: GoldSet, snapshot: Path, half: str = "whole") -> dict[str, float]:
    """Return the figures of `snapshot` on a half of `gold`, by name of the measure."""
    stored, found = read_stored(snapshot), read_found(snapshot)
    counts = HALVES[half]
    newest = {article.url: article for article in gold.articles}
    articles = [a for a in newest.values() if a.url in stored and counts(a.story or a.id)]
    relevant = [a for a in articles if a.relevant and a.story]
    figures: dict[str, float] = {"articles": len(articles)}
    figures["language"] = sum(stored[a.url].language == a.language for a in articles) / max(1, len(articles))
    figures |= _parts(
        "relevance", _sets((({a.url} & _if(a.relevant, a)), _if(stored[a.url].relevant, a)) for a in articles)
    )
    figures |= _parts(
        "copies",
        _sets((_if(bool(a.duplicate_of), a), _if(stored[a.url].is_copy, a)) for a in articles),
    )
    figures |= bcubed(
        {a.url: a.story or "" for a in relevant}, {a.url: stored[a.url].story for a in relevant}
    )
    watched = {entity["id"] for entity in gold.watch["entities"]}
    for language in (None, *LANGUAGES):
        suffix = f"_{language}" if language else ""
        chosen = [a for a in articles if language in (None, a.language)]
        pairs = ((set(a.entities) & watched, set(stored[a.url].entities) & watched) for a in chosen)
        figures |= _parts("mentions" + suffix, _sets(pairs))
        figures |= _claims([a for a in relevant if a in chosen and not a.duplicate_of], stored, suffix)
    figures["figures_recall"] = _figures_recall(relevant, stored)
    figures |= _parts("citations", _sets((_media(a.cites), _media(stored[a.url].origins)) for a in relevant))
    for typed in (False, True):
        figures |= score_developments(gold, found, counts, typed=typed)
    return figures | score_alerts(gold, read_told(snapshot), counts)


def _if(condition: bool, article: GoldArticle) -> set[str]:  # noqa: FBT001 - reads as a set with a condition
    return {article.url} if condition else set()


def _sets(pairs: Iterable[tuple[set[Any], set[Any]]]) -> Score:
    right = wrong = missed = 0
    for gold, said in pairs:
        right += len(gold & said)
        wrong += len(said - gold)
        missed += len(gold - said)
    return Score(right, wrong, missed)


def _parts(name: str, made: Score) -> dict[str, float]:
    return {f"{name}_p": made.precision, f"{name}_r": made.recall, f"{name}_f1": made.f1}


def bcubed(gold: Mapping[str, str], said: Mapping[str, str | None]) -> dict[str, float]:
    """Return BCubed precision, recall and F1 (Bagga and Baldwin 1998); an article in no story is one by itself."""
    clusters = {url: story or f"none:{url}" for url, story in said.items()}
    by_gold, by_said = defaultdict(set), defaultdict(set)
    for url, label in gold.items():
        by_gold[label].add(url)
        by_said[clusters[url]].add(url)
    shared = {url: len(by_gold[gold[url]] & by_said[clusters[url]]) for url in gold}
    count = max(1, len(gold))
    p = sum(shared[url] / len(by_said[clusters[url]]) for url in gold) / count
    r = sum(shared[url] / len(by_gold[gold[url]]) for url in gold) / count
    return {"stories_p": p, "stories_r": r, "stories_f1": 2 * p * r / (p + r) if p + r else 0.0}


def _claims(articles: list[GoldArticle], stored: Mapping[str, Stored], suffix: str) -> dict[str, float]:
    types, status, basis = [], [], []
    for article in articles:
        labelled = {claim["type"] for claim in article.claims}
        other = {
            also: claim["type"]
            for claim in article.claims
            for also in claim.get("also") or []
            if also not in labelled
        }
        said = stored[article.url]
        types.append((labelled, {other.get(kind, kind) for kind in said.types}))
        status.append(
            (
                {(claim["type"], claim["status"]) for claim in article.claims},
                {(other.get(kind, kind), state) for kind, state in said.type_status},
            )
        )
        basis.append(
            (
                {(claim["type"], claim.get("basis")) for claim in article.claims},
                {(other.get(kind, kind), word) for kind, word in said.type_basis},
            )
        )
    return {
        **_parts("claim_type" + suffix, _sets(types)),
        **_parts("claim_status" + suffix, _sets(status)),
        **_parts("claim_basis" + suffix, _sets(basis)),
    }


def _figures_recall(articles: list[GoldArticle], stored: Mapping[str, Stored]) -> float:
    labelled = {
        article.url: {
            figure_key(figure["kind"], figure["value"])
            for claim in article.claims
            for figure in claim.get("figures") or []
        }
        for article in articles
    }
    wanted = sum(len(figures) for figures in labelled.values())
    return sum(len(figures & stored[url].figures) for url, figures in labelled.items()) / max(1, wanted)


def figure_key(kind: str, value: object) -> tuple[str, object]:
    """Return a figure as it is compared: numbers as numbers, dates as text."""
    try:
        return kind, float(str(value))
    except ValueError:
        return kind, str(value)


def _media(origins: Iterable[str]) -> set[str]:
    return {origin for origin in origins if origin.startswith("media:")}


def score_developments(
    gold: GoldSet, found: list[Found], counts: Callable[[str], bool], *, typed: bool
) -> dict[str, float]:
    """Return the figures of developments, matched as the reference does it on the whole set, then counted by half.

    A hit counts where its development's story does, a repeat or a false one where its article's does: an article may
    report a development of another story beside its own.
    """
    labelled = {development["id"]: development for development in gold.developments}
    by_url: dict[str, set[str]] = defaultdict(set)
    for article in gold.articles:
        by_url[article.url] |= set(article.developments)
    half = {article.url: counts(article.story or article.id) for article in gold.articles}
    live = {key for told in by_url.values() for key in told}
    own = {key for key in live if counts(labelled[key]["story"])}
    hit: set[str] = set()
    repeated = false = 0
    for development in found:
        fitting = by_url[development.url]
        if typed:
            fitting = {d for d in fitting if development.event_type in _types(labelled[d])}
        if new := sorted(fitting - hit):
            hit.add(new[0])
        elif fitting:
            repeated += half[development.url]
        else:
            false += half.get(development.url, False)
    name = "developments_typed" if typed else "developments_any"
    right = len(hit & own)
    made = Score(right, repeated + false, len(own) - right)
    return _parts(name, made) | {
        f"{name}_repeated": repeated,
        f"{name}_false": false,
        f"{name}_said": right + repeated + false,
        f"{name}_labelled": len(own),
    }


def score_alerts(gold: GoldSet, told: list[str], counts: Callable[[str], bool]) -> dict[str, float]:
    """Return how right alerts are, which are `told` by the URLs of the articles they rest on, in their order."""
    found = count_alerts(gold, told, counts)
    wrong = found.repeats + found.false
    made = Score(len(found.delays), wrong, found.missed)
    return _parts("alerts", made) | {
        "alerts_sent": len(found.delays) + wrong,
        "alerts_repeated": found.repeats,
        "alerts_delay": median(found.delays) if found.delays else 0,
    }


def _types(development: Mapping[str, Any]) -> set[str]:
    return {development["type"], *(development.get("also") or [])}


def read_stored(snapshot: Path) -> dict[str, Stored]:
    """Return what the snapshot says of each article, by URL."""
    with open_snapshot(snapshot) as con:
        articles = con.execute(
            "SELECT article_id, url, language, relevant, copy_of, story_id FROM articles"
        ).fetchall()
        mentions = _gathered(con, "SELECT article_id, entity_id FROM mentions")
        claims = _gathered(con, "SELECT article_id, event_type, status, basis FROM claims WHERE is_news")
        figures = _gathered(con, "SELECT article_id, kind, value FROM figures")
        origins = _gathered(con, "SELECT article_id, origin FROM citations")
    return {
        url: Stored(
            language=language,
            relevant=relevant,
            is_copy=copy_of is not None,
            story=story,
            entities=frozenset(entity for (entity,) in mentions[key]),
            types=frozenset(kind for kind, _, _ in claims[key]),
            type_status=frozenset((kind, status) for kind, status, _ in claims[key]),
            type_basis=frozenset((kind, basis) for kind, _, basis in claims[key]),
            figures=frozenset(figure_key(kind, value) for kind, value in figures[key]),
            origins=frozenset(origin for (origin,) in origins[key]),
        )
        for key, url, language, relevant, copy_of, story in articles
    }


def _gathered(con: Any, query: str) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in con.execute(query).fetchall():
        rows[key].append(tuple(rest))
    return rows


def read_found(snapshot: Path) -> list[Found]:
    """Return the developments of the snapshot, in the order of their first reports."""
    with open_snapshot(snapshot) as con:
        rows = con.execute(
            "SELECT d.event_type, a.url FROM developments d JOIN articles a ON a.article_id = d.first_article_id "
            "ORDER BY d.reported_at, d.development_id"
        ).fetchall()
    return [Found(event_type, url) for event_type, url in rows]


def pin(made: Mapping[tuple[str, str], Mapping[str, float]]) -> None:
    """Raise the floors to what was reached, rounded down to two places; a floor is never lowered."""
    old = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    floors: dict[str, dict[str, dict[str, float]]] = {}
    for (name, half), figures in made.items():
        if half != "work":
            known = old.get(name, {}).get(half, {})
            reached = {measure: int(figures[measure] * 100 + 1e-9) / 100 for measure in HELD}
            kept = {measure: max(known.get(measure, 0.0), floor) for measure, floor in reached.items()}
            floors.setdefault(name, {})[half] = kept
    FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")


def below_floors(name: str, half: str, figures: Mapping[str, float]) -> list[str]:
    """Return a sentence for each measure that lies under its floor."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))[name][half]
    return [
        f"{name}, {half}: {measure} is {figures[measure]:.3f}, the floor is {floor:.3f}"
        for measure, floor in floors.items()
        if round(figures[measure], 3) < floor
    ]


def main() -> int:
    """Print all measures and what lies below its floor (exit status 1); `--pin` raises the floors first."""
    console = Console(width=100)
    complaints: list[str] = []
    columns = [(name, half) for name in SETS for half in HALVES]
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for name in SETS:
            snapshot = make_snapshot(name, Path(folder))
            gold = read_gold(name)
            given = score_given(gold, Path(folder))
            made |= {(name, half): score(gold, snapshot, half) | given[half] for half in HALVES}
    table = Table(
        "measure", *(f"{name}\n{half}" for name, half in columns), title="newswatch on its gold sets"
    )
    for measure in made[columns[0]]:
        table.add_row(
            measure, *(f"{made[column][measure]:.3f}".rstrip("0").rstrip(".") for column in columns)
        )
    console.print(table)
    if "--pin" in sys.argv:
        pin(made)
    for name, half in columns:
        if half != "work":
            complaints += below_floors(name, half, made[(name, half)])
    for complaint in complaints:
        console.print(complaint, style="red")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
