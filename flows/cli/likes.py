"""The command that finds stored articles like one article."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractors.errors import ConfigurationError, WarehouseError
from flows.cli.options import (
    given_clock,
    given_settings,
    given_watch,
    home_options,
    json_option,
    wants_json,
)

if TYPE_CHECKING:
    from flows.settings import Settings
    from warehouse.candidates import Sought
    from warehouse.database import Connection
    from warehouse.like import Alike
    from warehouse.search_index import Readers

# What the command needs is imported where it is used: `--help` and wrong usage need no database.
# ruff: noqa: PLC0415

_STANDARD_INPUT = "-"
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@click.command("like")
@home_options
@json_option
@click.argument("place", metavar="FILE|URL")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At the most.")
def like_command(place: str, limit: int) -> None:
    """Find stored articles like one article, in any language.

    The article is a text file (- for standard input), or the URL or id of a stored article; any other URL is
    fetched. The most like come first, each with what it shares; copies are folded into their original.
    """
    from flows.cli.screen import remark, show_json
    from flows.indexing import index_path
    from warehouse.database import open_snapshot
    from warehouse.like import like
    from warehouse.search_index import usable_index

    settings = given_settings()
    with open_snapshot(settings.snapshot) as con:
        if not con.execute("SELECT count(*) FROM articles").fetchall()[0][0]:
            raise WarehouseError(f"{settings.snapshot}: holds no articles yet to compare with")
        with usable_index(index_path(settings), con) as readers:
            found = like(con, _sought(con, place, settings, readers), readers=readers, most=limit)
    if wants_json():
        show_json(found)
        return
    for one in found:
        _show(one)
    if not found:
        remark("No stored article shares a name with this one.")


def _sought(con: "Connection", place: str, settings: "Settings", readers: "Readers | None") -> "Sought":
    """Return the article at `place`: stored, fetched, or read from a file."""
    from warehouse.candidates import sought_of
    from warehouse.like import find_stored

    if _ADDRESS.match(place):
        from extractors.articles.metadata import canonical_url

        stored = find_stored(con, place, canonical_url(place, None), readers=readers)
        if stored is not None:
            return stored
        from extractors.collect import read_address
        from flows.by_hand import known_at_home
        from flows.cli.screen import working

        watch, clock = given_watch(settings), given_clock()
        with working("fetching the article"), known_at_home(settings, clock) as (known, keep):
            got = read_address(place, watch, settings.manners(), clock, known, keep)
        again = find_stored(con, got.article.url, readers=readers)
        return sought_of(got.article, got.signals, again.family if again else ())
    if not place.strip():
        raise ConfigurationError("like: give a file, a URL or the id of a stored article")
    if place != _STANDARD_INPUT and not Path(place).expanduser().exists():
        stored = find_stored(con, place, readers=readers)
        if stored is None and place.isalnum():  # the start of an id is enough
            from warehouse.explained import find_article

            stored = find_stored(con, find_article(con, place), readers=readers)
        if stored is None:
            raise ConfigurationError(f"{place}: there is no such file, and no stored article has this id")
        return stored
    return _from_text(place, settings)


def _from_text(place: str, settings: "Settings") -> "Sought":
    from extractors.records import Article
    from extractors.signals.language import detect_language
    from extractors.signals.tagger import Tagger
    from extractors.watch_example import read_example
    from warehouse.candidates import sought_of

    watch = given_watch(settings)
    try:
        example = read_example(_text(place))
    except ValueError as error:
        raise ConfigurationError(f"{place}: {error}") from error
    article = Article(
        url="",
        source_id="",
        publisher="",
        title=example.title,
        text=example.text,
        seen_at=given_clock()(),
        lead=example.text.partition("\n\n")[0] or None,
        language=example.language,
    )
    if article.language is None:
        found = detect_language(f"{example.title}\n{example.text}", watch.languages)
        article = replace(article, language=found)
    return sought_of(article, Tagger(watch).tag(article))


def _text(place: str) -> str:
    """Return the text of a file or of standard input.

    Raises:
        ConfigurationError: it cannot be read, or is not UTF-8.
    """
    try:
        piped = place == _STANDARD_INPUT
        body = sys.stdin.buffer.read() if piped else Path(place).expanduser().read_bytes()
        return body.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{place}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{place}: is not UTF-8 text (byte {error.start})") from error


def _show(one: "Alike") -> None:
    from flows.cli.screen import is_terminal, short_id, show, shown

    show(f"{one.likeness:.2f}  {shown(one.reported_at)}  {one.title}", style="bold" if is_terminal() else "")
    copies = f", {one.copies} cop{'ies' if one.copies != 1 else 'y'}" if one.copies else ""
    show(f"{one.publisher} ({one.language or '?'}{copies})  {one.url}", indent=4)
    if one.story_id:
        show(f"story {short_id(one.story_id)}: {one.story_title or ''}", indent=4)
    shared = (*one.entities, *one.event_types, *one.figures, *one.names)
    show(f"shares {', '.join(shared) or 'words'}", indent=4)
