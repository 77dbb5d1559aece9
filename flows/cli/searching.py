"""The command that finds articles by words."""

from datetime import datetime

import click

from extractors.errors import ConfigurationError
from flows.cli.options import Moment, given_settings, home_options, json_option, wants_json
from flows.cli.screen import complain, is_terminal, remark, show, show_json, shown
from warehouse.database import open_snapshot
from warehouse.read_stories import read_story
from warehouse.search import Hit, require_publisher, search
from warehouse.search_query import Narrowing


@click.command(
    "search",
    # a word to leave out begins with a minus, be it -h
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@home_options
@json_option
@click.argument("words", nargs=-1, required=True)
@click.option("--language", metavar="CODE", help="Only in this language, such as de.")
@click.option("--publisher", metavar="NAME", help="Only of this publisher.")
@click.option("--since", type=Moment(), help="Only those reported since then.")
@click.option("--until", type=Moment(), help="Only those reported before then.")
@click.option("--story", metavar="ID", help="Only of this story; the start of the ID is enough.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At the most.")
def search_command(
    words: tuple[str, ...],
    language: str | None,
    publisher: str | None,
    since: datetime | None,
    until: datetime | None,
    story: str | None,
    limit: int,
) -> None:
    """Find articles by WORDS, those with most of them first.

    A word finds longer ones that begin so; Chinese is found anywhere in a text. '"electric car"' is a phrase, found
    word for word; -word leaves out what holds it. Capital letters, accents, and whether characters are traditional
    do not matter.
    """
    from flows.indexing import index_path  # noqa: PLC0415 - it brings the log, which --help does without

    _refuse_options(words)
    settings = given_settings()
    with open_snapshot(settings.snapshot) as con:
        narrowing = Narrowing(
            language=language.lower() if language else None,
            publisher=publisher,
            since=since,
            before=until,
            story_id=read_story(con, story).story.story_id if story else None,
        )
        found = search(con, " ".join(words), index=index_path(settings), narrowing=narrowing, most=limit)
        if publisher and not found.hits:
            require_publisher(con, publisher)
    if found.note:
        complain(found.note)
    if wants_json():
        show_json(found.hits)
        return
    for hit in found.hits:
        _show(hit)
    if not found.hits:
        remark("No article holds any of these words.")
    elif found.articles > len(found.hits):
        remark(f"{len(found.hits)} of {found.articles} articles; --limit shows more.")


def _refuse_options(words: tuple[str, ...]) -> None:
    """Refuse what looks like an option: with words that begin with a minus, a slip would be searched for."""
    if unknown := next((word for word in words if word.startswith("--") and len(word) > len("--")), None):
        raise click.NoSuchOption(unknown)
    if not any(word.strip() for word in words):
        raise ConfigurationError("search: give at least one word")


def _show(hit: Hit) -> None:
    show(f"{shown(hit.reported_at)}  {hit.title}", style="bold" if is_terminal() else "")
    show(f"{hit.publisher} ({hit.language or '?'}{', copy' if hit.copy_of else ''})  {hit.url}", indent=4)
    if hit.passage:
        show(f"… {hit.passage} …", indent=4)
