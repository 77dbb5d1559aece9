"""The pages of single articles in the report: the text with its signals marked, and why each is what it is."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
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
    told,
)
from flows.report.files import FILE_NAME, rules, templates, write_changed
from flows.report.index import page_of
from flows.report.marks import Mark, Piece, paragraphs, pieces
from flows.report.words import Language
from warehouse.explained import Kept

#: The folder of the pages, beside the report.
ARTICLES = "articles"

#: Pages that are made and written together.
_AT_ONCE = 50
_RULES = (".toml", ".npz")


def write_articles(
    folder: Path, kept: Mapping[str, Kept], watch: Watch | None, title: str, language: Language = "en"
) -> frozenset[str]:
    """Write a page for each of the articles `kept` by id into `folder`, remove those of others; return their ids.

    A page that was made from the same article by the same rules is left as it is: most stay from one report to the
    next.

    Raises:
        OSError: the folder cannot be written.
    """
    named = {key: one for key, one in kept.items() if FILE_NAME.fullmatch(key)}
    made_by = content_hash(f"{_version()}{language}{watch!r}{title}")
    versions = {key: content_hash(f"{made_by}{one!r}") for key, one in named.items()}
    explainers: list[Explainer] = []  # made for the first page that is: it takes a while, and most are not

    def make(names: list[str]) -> dict[str, str]:
        if watch is not None and not explainers:
            explainers.append(Explainer(watch))
        explainer = explainers[0] if explainers else None
        return {
            name: article_page(explain(named[name], explainer), title, versions[name], language)
            for name in names
        }

    write_changed(folder, versions, make, _AT_ONCE)
    return frozenset(named)


def article_page(explained: Explained, title: str, made_from: str = "", language: Language = "en") -> str:
    """Return one self-contained HTML page; everything from the article is escaped and made harmless.

    `title` is that of the report; `made_from` tells pages of different articles and rules apart.
    """
    environment = templates(language)
    environment.filters.update(harmless=harmless, verdict=told, figure=figure_form)
    return environment.get_template("article.html").render(
        explained=explained,
        article=explained.article,
        title=title,
        made_from=made_from,
        url=_linked(explained.article.url),
        story=page_of(explained.story_id) if explained.story_id else None,
        original=_linked(explained.original_url or ""),
        headline=pieces(explained.article.title, marks_of(explained, in_title=True)),
        paragraphs=tuple(_paragraphs(explained)),
        names=grouped_names(explained),
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


@cache
def _version() -> str:
    """Return what changes with the rules: the program and its templates, word lists, weights."""
    folder: Any = resources.files("extractors.signals")
    found = [file for inner in ("lexicons", "weights") for file in folder.joinpath(inner).iterdir()]
    lists = sorted(
        (file.name, content_hash(file.read_bytes())) for file in found if file.name.endswith(_RULES)
    )
    return f"{rules()}{lists}"
