"""How well near-copies lead to their originals: `python -m tests.bench.near_copies [TEXTS.jsonl]`.

Real German texts, each with eight copies that are edited in eight ways, come in mixed order of time from publishers
whose pages carry what real pages carry beside the article: footers, teasers, notes, read from stored pages at run time.
Thresholds are chosen on the texts with an even crc32; those with an odd one are for reporting.

The files: JSON Lines with `text`; beside their folder, folders of gzipped pages (`pages_*/**/*.html.gz`).
"""

import gzip
import json
import random
import re
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trafilatura
from lxml import html
from rich.console import Console
from rich.table import Table

from extractors.signals.fingerprint import shingles
from warehouse.copies import Fingerprint, ShingleIndex

TEXTS = Path(__file__).parents[3] / "shared/data/10kgnad_de/texts.jsonl"
START = datetime(2024, 1, 1, tzinfo=UTC)
SEED = 20_240_101
#: Articles that come in one batch.
BATCH = 50
#: Words of a block of text beside the article: shorter ones are menus, longer ones articles.
BLOCK_WORDS = range(6, 80)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„\"])")
_BYLINES = (
    "Von unserer Redaktion",
    "Wien/Berlin (APA/dpa)",
    "Stand: 14.30 Uhr, aktualisiert",
    "Aus dem Newsroom, mit Material von Reuters",
    "Lesezeit: 3 Minuten",
)

Sentences = list[str]
Edit = Callable[[Sentences, "Pool", random.Random], Sentences]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What edits take from: the other texts as sentences, words, and of each site what stands beside its articles."""

    foreign: Sequence[Sentences]
    words: Sequence[str]
    sites: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article and what it is: `kind` is `original` or the kind of edit, `originals` the ids that are right."""

    name: str
    kind: str
    site: int
    originals: frozenset[str]
    text: str
    reported_at: datetime
    found_at: datetime


def cut(sentences: Sentences, _pool: Pool, chance: random.Random) -> Sentences:
    """Keep the first third to two thirds."""
    return sentences[: max(2, round(len(sentences) * chance.uniform(0.33, 0.67)))]


def byline(sentences: Sentences, _pool: Pool, chance: random.Random) -> Sentences:
    """Put one line before and one behind, and another agency's name in."""
    first, last = chance.sample(_BYLINES, 2)
    return [f"{first}.", *(one.replace("(APA", "(red, APA") for one in sentences), f"{last}."]


def reorder(sentences: Sentences, _pool: Pool, chance: random.Random) -> Sentences:
    """Shuffle paragraphs of two sentences."""
    parts = [sentences[start : start + 2] for start in range(0, len(sentences), 2)]
    chance.shuffle(parts)
    return [sentence for part in parts for sentence in part]


def synonyms(sentences: Sentences, pool: Pool, chance: random.Random) -> Sentences:
    """Put other words in the place of one in twelve to one in six."""
    rate = chance.uniform(1 / 12, 1 / 6)
    return [
        " ".join(chance.choice(pool.words) if chance.random() < rate else word for word in sentence.split())
        for sentence in sentences
    ]


def added(sentences: Sentences, pool: Pool, chance: random.Random) -> Sentences:
    """Put two to five sentences of another text somewhere in."""
    other = chance.choice(pool.foreign)
    place = chance.randrange(len(sentences) + 1)
    return [*sentences[:place], *other[: chance.randint(2, 5)], *sentences[place:]]


def boilerplate(sentences: Sentences, pool: Pool, chance: random.Random) -> Sentences:
    """Put in what the page of some site has beside its article, before and behind."""
    blocks = chance.choice(pool.sites)
    some = chance.sample(blocks, min(len(blocks), chance.randint(3, 10)))
    return [*some[:2], *sentences, *some[2:]]


def excerpt(sentences: Sentences, _pool: Pool, chance: random.Random) -> Sentences:
    """Keep a quarter, in one piece, of forty words at least."""
    start = chance.randrange(max(1, len(sentences) * 3 // 4))
    stop = start + max(1, len(sentences) // 4)
    while len(" ".join(sentences[start:stop]).split()) < 40 and (start > 0 or stop < len(sentences)):
        start, stop = max(0, start - 1), stop + 1
    return sentences[start:stop]


def merged(sentences: Sentences, _pool: Pool, _chance: random.Random) -> Sentences:
    """Keep all; the other text comes behind it (see `made`)."""
    return sentences


EDITS: dict[str, Edit] = {
    edit.__name__: edit for edit in (cut, byline, reorder, synonyms, added, boilerplate, excerpt, merged)
}


def made(texts: Sequence[str], pool: Pool) -> Iterator[Made]:
    """Yield each text as an original and as a copy of each kind, every one on the page of some site."""
    chance = random.Random(SEED)
    first = [START + timedelta(minutes=chance.randrange(30 * 24 * 60)) for _ in texts]
    for number, text in enumerate(texts):
        sentences = _SENTENCE_END.split(text)
        own = f"t{number}"
        for kind in ("original", *EDITS):
            edited, originals, at = sentences, {own}, first[number]
            if kind != "original":
                edited = EDITS[kind](sentences, pool, chance)
            if kind == "merged":
                second = chance.randrange(len(texts))
                edited, originals = [*edited, *_SENTENCE_END.split(texts[second])], {own, f"t{second}"}
                at = max(at, first[second])
            site = chance.randrange(len(pool.sites))
            reported = at if kind == "original" else at + timedelta(minutes=chance.randrange(1, 3 * 24 * 60))
            late = timedelta(hours=chance.uniform(0, 48) if chance.random() < 0.15 else 0.25)
            yield Made(
                name=own if kind == "original" else f"{own}-{kind}",
                kind=kind,
                site=site,
                originals=frozenset(originals),
                text="\n\n".join([*edited, *_furniture(pool.sites[site], chance)]),
                reported_at=reported,
                found_at=reported + late,
            )


def _furniture(blocks: Sequence[str], chance: random.Random) -> Sequence[str]:
    """Return what extraction lets through of a site's page: on half of the pages nothing, else up to three blocks."""
    return chance.sample(blocks[:6], min(len(blocks), chance.randint(1, 3))) if chance.random() < 0.5 else ()


def found_originals(stream: Sequence[Made]) -> dict[str, str | None]:
    """Return for each article the original the product takes it for a copy of, None for no copy."""
    index = ShingleIndex()
    found: dict[str, str | None] = {}
    arriving = sorted(stream, key=lambda one: (one.found_at, one.name))
    for start in range(0, len(arriving), BATCH):
        for one in sorted(arriving[start : start + BATCH], key=lambda one: (one.reported_at, one.name)):
            entry = Fingerprint(
                article_id=one.name,
                publisher=f"site {one.site}",
                reported_at=one.reported_at,
                shingles=shingles(one.text, "de"),
            )
            original = index.original_of(entry)
            entry = replace(entry, copy_of=original)
            found[one.name] = original
            index.add(entry)
            moved = () if original else index.adopt(entry)
            found |= {
                key: one.name for key, of in found.items() if key in moved or (of is not None and of in moved)
            }
    return found


def scored(stream: Sequence[Made], found: dict[str, str | None]) -> dict[str, tuple[int, int, int]]:
    """Return by kind, and for `all`: copies found with the right original, taken for copies, copies there are."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in stream:
        original, is_copy = found[one.name], one.kind != "original"
        right = is_copy and original in one.originals
        for kind in (one.kind, "all"):
            counts[kind].update(right=right, taken=original is not None, copies=is_copy)
    return {kind: (count["right"], count["taken"], count["copies"]) for kind, count in counts.items()}


def read_sites(folder: Path) -> list[list[str]]:
    """Return of each German site in `folder` the blocks of text that stand beside the articles of its pages."""
    sites: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for path in sorted(folder.glob("pages_*/**/*.html.gz")):
        source = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        declared = re.search(r"<html[^>]*\blang=[\"']?de\b", source[:5_000], re.IGNORECASE)
        if declared:
            name = path.name.partition("_")[0]
            sites[name] |= dict.fromkeys(_blocks(source))
    return [list(blocks) for blocks in sites.values() if len(blocks) >= 3]


def _blocks(source: str) -> Iterator[str]:
    root = html.fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))
    article = " ".join((trafilatura.extract(source) or "").split())
    for element in root.iter("p", "li", "div", "span", "small", "a", "h3"):
        text = " ".join((element.text or "").split())
        if len(text.split()) in BLOCK_WORDS and text not in article and "{" not in text:
            yield text


def read_halves(path: Path) -> tuple[list[str], list[str]]:
    """Return the texts with an even crc32, and those with an odd one."""
    halves: tuple[list[str], list[str]] = ([], [])
    for line in path.read_text(encoding="utf-8").splitlines():
        text = str(json.loads(line)["text"])
        halves[zlib.crc32(text.encode()) % 2].append(text)
    return halves


def main(path: Path = TEXTS) -> int:
    """Print both tables; 2 where the texts or the pages are not there."""
    if not path.exists():
        print(f"{path}: no texts there; give a file of JSON Lines with `text`", file=sys.stderr)
        return 2
    sites = read_sites(path.parents[1])
    if not sites:
        print(f"{path.parents[1]}: no German pages (pages_*/**/*.html.gz) there", file=sys.stderr)
        return 2
    halves = read_halves(path)
    for half, name in enumerate(("chosen on", "reported")):
        texts = halves[half]
        pool = Pool(
            foreign=[_SENTENCE_END.split(text) for text in halves[1 - half]],
            words=[word for text in texts for word in text.split()],
            sites=sites,
        )
        stream = list(made(texts, pool))
        started = time.process_time()
        found = found_originals(stream)
        seconds = time.process_time() - started
        _show(name, stream, found, seconds)
    return 0


def _show(name: str, stream: Sequence[Made], found: dict[str, str | None], seconds: float) -> None:
    table = Table(
        "kind",
        "P",
        "R",
        "F1",
        title=f"near-copies, half {name}: {len(stream)} articles, {len(stream) / seconds:.0f} a second of one core",
    )
    for kind, (right, taken, copies) in scored(stream, found).items():
        if kind == "original":
            table.add_row("originals taken for copies", "", "", str(taken))
            continue
        precision, recall = right / max(1, taken), right / max(1, copies)
        both = 2 * right / max(1, taken + copies)
        table.add_row(kind, f"{precision:.3f}", f"{recall:.3f}", f"{both:.3f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
