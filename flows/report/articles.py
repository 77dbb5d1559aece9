"""The pages of single articles in the report: the text with its signals marked, and why each is what it is."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from extractors.records import content_hash
from extractors.signals.reasons import Explainer
from extractors.watch import Watch
from flows.alerts.message import is_link, plain_line
from flows.report.explained import (
    STATE_WORDS,
    Explained,
    decisions_of,
    explain,
    figure_form,
    grouped_names,
    marks_of,
    relevance_told,
    told,
)
from flows.report.files import replace_file, templates
from flows.report.marks import Mark, Piece, paragraphs, pieces
from warehouse.explained import Kept

#: The folder of the pages, beside the report.
ARTICLES = "articles"

#: What an id must look like to be the name of a file.
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What a page was made from stands in its head, within so many bytes.
_MADE_FROM = re.compile(r'<meta name="made-from" content="(\w+)">')
_HEAD_BYTES = 2_000
_RULES = (".toml", ".npz")


def write_articles(folder: Path, kept: Mapping[str, Kept], watch: Watch | None, title: str) -> frozenset[str]:
    """Write a page for each of the articles `kept` by id into `folder`, remove those of others; return their ids.

    A page that was made from the same article by the same rules is left as it is: most stay from one report to the
    next.

    Raises:
        OSError: the folder cannot be written.
    """
    named = {key: one for key, one in kept.items() if _FILE_NAME.fullmatch(key)}
    for path in folder.glob("*.html"):
        if path.stem not in named:
            path.unlink(missing_ok=True)
    if named:
        folder.mkdir(exist_ok=True)
    rules = content_hash(f"{_version()}{watch!r}{title}")
    explainer: Explainer | None = None
    for key, one in named.items():
        made_from = content_hash(f"{rules}{one!r}")
        path = folder / f"{key}.html"
        if _made_from(path) == made_from:
            continue
        if explainer is None and watch is not None:
            explainer = Explainer(watch)
        page = article_page(explain(one, explainer), title, made_from)
        replace_file(path, page.encode("utf-8", "replace"))
    return frozenset(named)


def article_page(explained: Explained, title: str, made_from: str = "") -> str:
    """Return one self-contained HTML page; everything from the article is escaped and made harmless.

    `title` is that of the report; `made_from` tells pages of different articles and rules apart.
    """
    environment = templates()
    environment.filters.update(harmless=harmless, line=plain_line, verdict=told, figure=figure_form)
    return environment.get_template("article.html").render(
        explained=explained,
        article=explained.article,
        title=title,
        made_from=made_from,
        url=_linked(explained.article.url),
        original=_linked(explained.original_url or ""),
        headline=pieces(explained.article.title, marks_of(explained, in_title=True)),
        paragraphs=tuple(_paragraphs(explained)),
        names=grouped_names(explained),
        relevant=relevance_told(explained),
        decisions=decisions_of,
        states=STATE_WORDS,
        labels=_labels,
        classes=_classes,
    )


def harmless(text: str) -> str:
    """Return a piece of a text without control, bidi and other invisible characters; blanks at its ends are kept."""
    return plain_line(f"|{text}|")[1:-1]


def _paragraphs(explained: Explained) -> Iterator[tuple[Piece, ...]]:
    for text, marks in paragraphs(explained.article.text, marks_of(explained, in_title=False)):
        yield pieces(text, marks)


def _labels(marks: tuple[Mark, ...]) -> str:
    return plain_line("; ".join(mark.label for mark in marks))


def _classes(marks: tuple[Mark, ...]) -> str:
    return " ".join(dict.fromkeys(mark.kind for mark in marks))


def _linked(url: str) -> str | None:
    return url if is_link(url) else None


def _made_from(path: Path) -> str | None:
    """Return what the page at `path` was made from; None where there is none, or it does not say."""
    try:
        with path.open("rb") as file:
            found = _MADE_FROM.search(file.read(_HEAD_BYTES).decode("utf-8", "replace"))
    except FileNotFoundError:
        return None
    return found[1] if found else None


@cache
def _version() -> str:
    """Return what changes with the rules: the version (it stands for the program), word lists, weights."""
    folder: Any = resources.files("extractors.signals")
    found = [file for inner in ("lexicons", "weights") for file in folder.joinpath(inner).iterdir()]
    lists = sorted(
        (file.name, content_hash(file.read_bytes())) for file in found if file.name.endswith(_RULES)
    )
    return f"{metadata.version('newswatch')}{lists}"
