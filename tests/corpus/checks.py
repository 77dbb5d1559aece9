"""Whether the corpus is as its format asks: every fault with its file and line."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from extractors.errors import NewswatchError
from extractors.signals.tagger import Tagger
from tests.corpus.reading import (
    BASES,
    EVENT_TYPES,
    HEADER,
    MODES,
    STATUSES,
    Affair,
    LabelledArticle,
    labelled_sentence,
    read_affair,
)

LANGUAGES = ("de", "en", "zh")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?|-H[12]|-Q[1-4])?")
_KINDS = ("money", "vehicles", "vehicles_per_year", "percent", "date", "other")


def faults_of_affair(folder: Path) -> Iterator[str]:
    """Yield a sentence for each fault of the affair in `folder`."""
    try:
        affair = read_affair(folder)
    except (ValueError, KeyError, TypeError, OSError, NewswatchError) as error:
        yield f"{folder.name}: cannot be read: {error!r}"
        return
    twins = [key for key, times in Counter(one.id for one in affair.articles).items() if times > 1]
    yield from (f"{folder.name}: the id {key} is there twice" for key in twins)
    tagger = Tagger(affair.watch)
    for article in affair.articles:
        for fault in (*_labels(article), *_places(article), *_names(affair, article, tagger)):
            yield f"{article.id}: {fault}"


def _labels(article: LabelledArticle) -> Iterator[str]:
    if article.article.language not in LANGUAGES:
        yield f"language {article.article.language!r}"
    for claim in article.claims:
        yield from _words(claim.event_type, claim.status, claim.basis)
        yield from (f"also {kind!r} is no event type" for kind in claim.also if kind not in EVENT_TYPES)
        for kind, value in claim.figures:
            if kind not in _KINDS:
                yield f"figure kind {kind!r}"
            if kind == "date" and not _DATE.fullmatch(value):
                yield f"date {value!r}"
            if kind != "date" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
                yield f"value {value!r} of {kind}"
    for event_type, status, _ in article.recalled:
        yield from _words(event_type, status, BASES[0])


def _words(event_type: str, status: str, basis: str) -> Iterator[str]:
    if event_type not in EVENT_TYPES:
        yield f"type {event_type!r}"
    if status not in STATUSES:
        yield f"status {status!r}"
    if basis not in BASES:
        yield f"basis {basis!r}"


def _places(article: LabelledArticle) -> Iterator[str]:
    words = f"{article.article.title}\n{article.article.text}"
    for claim in article.claims:
        if not claim.evidence:
            yield f"the claim {claim.event_type} has no evidence"
        yield from (f"not in the text: {one!r}" for one in claim.evidence if one not in words)
    yield from (f"not in the text: {one!r}" for _, _, one in article.recalled if one not in words)


def _names(affair: Affair, article: LabelledArticle, tagger: Tagger) -> Iterator[str]:
    known = set(affair.watch.by_id)
    told = {one for claim in article.claims for one in claim.participants} | {
        *article.entities,
        *article.cites,
    }
    yield from (f"{one} is not in watch.json" for one in sorted(told - known))
    found = {mention.entity_id for mention in tagger.tag(article.article).mentions}
    yield from (
        f"{one} is labelled, its names are not in the text" for one in sorted(set(article.entities) - found)
    )
    yield from (f"{one} is in the text, not in `entities`" for one in sorted(found - set(article.entities)))


def faults_of_sentences(file: Path) -> Iterator[str]:
    """Yield a sentence for each fault of a file of sentences."""
    lines = file.read_text(encoding="utf-8").splitlines()
    if tuple(lines[0].split("\t")) != HEADER:
        yield f"{file.name}:1: the first line has to be {HEADER}"
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            one = labelled_sentence(line)
        except ValueError as error:
            yield f"{file.name}:{number}: {error}"
            continue
        for fault in _of_sentence(one.language, one.mode, one.claims):
            yield f"{file.name}:{number}: {fault}"
        if one.text in seen:
            yield f"{file.name}:{number}: the sentence is there twice"
        seen.add(one.text)


def _of_sentence(language: str, mode: str, claims: tuple[tuple[str, str, str], ...]) -> Iterator[str]:
    if language not in LANGUAGES:
        yield f"language {language!r}"
    if mode not in MODES:
        yield f"mode {mode!r}"
    if mode in ("news", "recalled") and not claims:
        yield f"{mode} without a claim"
    if mode in ("opinion", "none") and claims:
        yield f"{mode} with a claim"
    for claim in claims:
        yield from _words(*claim)
