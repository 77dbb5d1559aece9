"""The written corpus: short articles of many affairs and single sentences, each with what it claims.

`affairs/NAME/watch.json` names an affair's entities, `articles.jsonl` holds its articles, labelled as the gold sets
are, with the sentences that state each claim. `sentences/*.tsv` holds sentences of no affair.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from extractors.records import Article, Basis, EventType, Status
from extractors.watch import Entity, Watch, entities_from

CORPUS = Path(__file__).parent
Mode = Literal["news", "recalled", "opinion", "none"]
HEADER = ("language", "claims", "mode", "text")

EVENT_TYPES = get_args(EventType)
STATUSES = get_args(Status)
BASES = get_args(Basis)
MODES = get_args(Mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClaim:
    """What an article reports as news. `also`: other types that count as right; `evidence`: the sentences."""

    event_type: EventType
    status: Status
    basis: Basis
    also: tuple[EventType, ...] = ()
    participants: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledArticle:
    """An article of the corpus. `recalled` holds type, status and sentence of what it tells as background."""

    id: str
    affair: str
    article: Article
    entities: tuple[str, ...]
    claims: tuple[LabelledClaim, ...]
    recalled: tuple[tuple[EventType, Status, str], ...]
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSentence:
    """A sentence of its own: its claims as (type, status, basis), and how it speaks of them."""

    language: str
    text: str
    mode: Mode
    claims: tuple[tuple[EventType, Status, Basis], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """One affair: its watch (entities only) and its articles in the order of publication."""

    name: str
    industry: str
    watch: Watch
    articles: tuple[LabelledArticle, ...]


def read_affairs(folder: Path = CORPUS / "affairs") -> tuple[Affair, ...]:
    """Return every affair, in the order of their names."""
    return tuple(read_affair(one.parent) for one in sorted(folder.glob("*/articles.jsonl")))


def read_affair(folder: Path) -> Affair:
    """Return the affair in `folder`.

    Raises:
        ValueError, KeyError, WatchError: where a file is not as the format asks; `python -m tests.corpus` names all.
    """
    about = json.loads((folder / "watch.json").read_text(encoding="utf-8"))
    entities = entities_from(about["entities"], str(folder / "watch.json"))
    return Affair(
        name=folder.name,
        industry=about["industry"],
        watch=affair_watch(folder.name, about.get("what", folder.name), entities),
        articles=tuple(labelled_article(row, folder.name) for row in rows_of(folder / "articles.jsonl")),
    )


def affair_watch(name: str, title: str, entities: tuple[Entity, ...]) -> Watch:
    """Return a watch that looks for `entities` in the three languages."""
    return Watch(name=name, title=title, languages=("de", "en", "zh"), entities=entities)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def labelled_article(row: Mapping[str, Any], affair: str) -> LabelledArticle:
    """Return the article of a row of `articles.jsonl`."""
    published = datetime.fromisoformat(row["published"])
    return LabelledArticle(
        id=row["id"],
        affair=affair,
        article=Article(
            url=f"https://corpus.example/{row['id']}",
            source_id=affair,
            publisher=row["publisher"],
            title=row["title"],
            text=f"{row['lead']}\n\n{row['body']}",
            lead=row["lead"],
            language=row["language"],
            published_at=published,
            seen_at=published,
        ),
        entities=tuple(row.get("entities", ())),
        claims=tuple(_claim(claim) for claim in row["claims"]),
        recalled=tuple((one["type"], one["status"], one["sentence"]) for one in row.get("recalled", ())),
        cites=tuple(row.get("cites", ())),
    )


def _claim(row: Mapping[str, Any]) -> LabelledClaim:
    return LabelledClaim(
        event_type=row["type"],
        status=row["status"],
        basis=row["basis"],
        also=tuple(row.get("also") or ()),
        participants=tuple(row.get("participants") or ()),
        figures=tuple((one["kind"], str(one["value"])) for one in row.get("figures") or ()),
        evidence=tuple(row.get("evidence") or ()),
    )


def read_sentences(folder: Path = CORPUS / "sentences") -> tuple[LabelledSentence, ...]:
    """Return the sentences of all files, in the order of the file names."""
    return tuple(
        labelled_sentence(line)
        for file in sorted(folder.glob("*.tsv"))
        for line in file.read_text(encoding="utf-8").splitlines()[1:]
        if line.strip()
    )


def labelled_sentence(line: str) -> LabelledSentence:
    """Return the sentence of one line of a file.

    Raises:
        ValueError: where the line has not four fields, or a claim not three parts.
    """
    language, claims, mode, text = line.split("\t")
    found = []
    for claim in claims.split(";") if claims != "-" else ():
        event_type, status, basis = claim.strip().split(":")
        found.append((event_type, status, basis))
    return LabelledSentence(language=language, text=text.strip(), mode=mode, claims=tuple(found))  # type: ignore[arg-type]  # the checks name unknown words
