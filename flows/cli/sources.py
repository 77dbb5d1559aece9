"""Commands about the sources of a watch: find those of a site, take a list over, give one away."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractors.errors import ConfigurationError, FetchError, NewswatchError
from flows.cli.options import (
    given_clock,
    given_settings,
    given_watch,
    home_options,
    json_option,
    wants_json,
)
from flows.cli.screen import neutral, remark, show, show_json, working

if TYPE_CHECKING:
    from extractors.finding import Found
    from extractors.records import Source
    from flows.settings import Settings

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415

#: Bytes of a list of subscriptions: one of 10,000 has 3 MB.
_MOST_BYTES = 20_000_000


@click.group("sources")
@home_options
def sources_command() -> None:
    """Find the sources of a site; import and export OPML."""


@sources_command.command("find")
@home_options
@json_option
@click.argument("url", metavar="URL")
def find_command(url: str) -> None:
    """Find what the site at URL offers: feeds, news sitemaps, the page itself.

    Prints [[sources]] blocks for the watch file, the best first, with the number of items each lists and the newest
    date; what cannot be read stands there as a comment, with the reason.
    """
    from extractors.doctor import diagnose
    from extractors.finding import find_sources
    from extractors.watch_checks import url as checked
    from flows.by_hand import known_at_home

    settings = given_settings()
    try:
        address = checked(url if "://" in url else f"https://{url}")
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    try:
        with working(f"looking at {address}"), known_at_home(settings, given_clock()) as (known, keep):
            found = find_sources(address, settings.manners(), given_clock(), known, keep)
    except FetchError as error:
        raise NewswatchError(f"{error}. {diagnose(error.cause, status=error.status).advice}") from error
    if wants_json():
        show_json(found)
    else:
        _show_found(found, _known(settings))
    if not any(one.items for one in found):
        click.get_current_context().exit(1)


@sources_command.command("import")
@home_options
@json_option
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--write", is_flag=True, help="Put them at the end of the watch file instead of printing them.")
def import_command(file: Path, write: bool) -> None:
    """Take over the feeds of an OPML file.

    Those the watch has already are left out. With --write the watch file is replaced in one step, once it is proven
    to be in order with the new sources.
    """
    from extractors.sources.opml import read_opml
    from flows.subscribing import Proposal, add_blocks, blocks_of, new_ones

    settings = given_settings()
    with file.open("rb") as opened:
        body = opened.read(_MOST_BYTES)
    listed = [
        Proposal(kind=one.kind, url=one.url, title=one.title, language=one.language)
        for one in read_opml(body, str(file))
    ]
    known = given_watch(settings).sources if write else _known(settings)
    new = new_ones(listed, known)
    blocks = blocks_of(new, known)
    if write and blocks:
        add_blocks(settings.watch_file, blocks)
    told = f"{len(listed)} in {file.name}, {len(new)} of them new"
    if wants_json():
        show_json({"listed": len(listed), "written": write and bool(new), "new": new})
    elif write:
        sources = "source" if len(blocks) == 1 else "sources"
        show(f"{settings.watch_file}: {len(blocks)} {sources} added ({told}).")
    else:
        _show_text("\n".join(blocks))
        remark(f"{told}; --write puts them into {settings.watch_file}")


@sources_command.command("export")
@home_options
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, dir_okay=False))
def export_command(file: Path | None) -> None:
    """Write the sources of the watch as OPML 2.0, to FILE or to standard output."""
    from extractors.sources.opml import write_opml

    watch = given_watch(given_settings())
    text = write_opml(watch.title, watch.sources)
    if file is None:
        _show_text(text)
    else:
        file.write_text(text, encoding="utf-8")
        show(f"{file}: {len(watch.sources)} sources.")


def _known(settings: "Settings") -> "tuple[Source, ...]":
    """Return the sources of the watch file; none where there is no such file, or one with faults."""
    try:
        return given_watch(settings).sources
    except NewswatchError:
        return ()


def _show_found(found: "tuple[Found, ...]", known: "tuple[Source, ...]") -> None:
    from flows.subscribing import Proposal, blocks_of, new_ones

    proposals = [
        Proposal(kind=one.kind, url=one.url, language=one.language, note=_note(one))
        for one in found
        if one.items
    ]
    new = new_ones(proposals, known)
    _show_text("\n".join(blocks_of(new, known)))
    for proposal in proposals:
        if proposal not in new:
            show(f"# {proposal.url}: the watch has it already")
    for one in found:
        if not one.items:
            show(f"# {one.kind} {one.url}: {one.error or 'lists nothing now'}")


def _note(one: "Found") -> str:
    items = f"{one.items} item{'s' if one.items != 1 else ''}"
    return (
        f"{items}, newest {one.newest_at:%Y-%m-%d %H:%M} UTC" if one.newest_at else f"{items}, without dates"
    )


def _show_text(text: str) -> None:
    """Print several lines as they are, each without what could steer a terminal."""
    for line in text.splitlines():
        click.echo(neutral(line))
