"""New sources for a watch file: their blocks in TOML, and the file with them, whole or not at all."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from anyascii import anyascii

from extractors.decoding import visible
from extractors.errors import ConfigurationError, WatchError
from extractors.records import Source, SourceKind
from extractors.watch import read_watch
from extractors.watch_checks import LANGUAGES

_LONGEST_ID = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A source that may be put into a watch. `title` is what others call it, `note` a remark on it, None for none."""

    kind: SourceKind
    url: str
    title: str | None = None
    language: str | None = None
    note: str | None = None


def new_ones(proposals: Iterable[Proposal], sources: Iterable[Source]) -> tuple[Proposal, ...]:
    """Return those `proposals` whose address none of `sources` has, each address once."""
    known = {_same(source.url) for source in sources}
    found: dict[str, Proposal] = {}
    for proposal in proposals:
        if _same(proposal.url) not in known:
            found.setdefault(_same(proposal.url), proposal)
    return tuple(found.values())


def blocks_of(proposals: Iterable[Proposal], sources: Iterable[Source]) -> tuple[str, ...]:
    """Return a `[[sources]]` block for each of `proposals`, with ids that none of `sources` has."""
    taken = {source.source_id for source in sources}
    blocks = []
    for proposal in proposals:
        name = _free(_slug(proposal), taken)
        taken.add(name)
        blocks.append(_block(proposal, name))
    return tuple(blocks)


def add_blocks(path: Path, blocks: Iterable[str]) -> None:
    """Put `blocks` at the end of the watch file at `path`. The file with them is validated before it takes its place.

    Raises:
        ConfigurationError: with them it would be no watch; nothing is changed.
    """
    before = path.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    added = end.join(line.encode() for block in blocks for line in ("", *block.splitlines()))
    # Beside the file: its examples are found from there, and a rename within one folder is one step.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(before.rstrip(b"\r\n") + end + added + end)
            file.flush()
            os.fsync(file.fileno())
        _prove(made, path)
        shutil.copymode(path, made)
        made.replace(path.resolve())
    finally:
        made.unlink(missing_ok=True)


def _prove(made: Path, path: Path) -> None:
    try:
        read_watch(made)
    except WatchError as error:
        faults = "\n".join(str(replace(fault, file=str(path))) for fault in error.faults)
        raise ConfigurationError(
            f"nothing was changed: with the new sources the watch has faults\n{faults}"
        ) from error


def _block(proposal: Proposal, name: str) -> str:
    remarks = [_line(text) for text in (proposal.title, proposal.note) if text]
    lines = [
        *(f"# {remark}" for remark in remarks),
        "[[sources]]",
        f"id = {_quoted(name)}",
        f"kind = {_quoted(proposal.kind)}",
        f"url = {_quoted(proposal.url)}",
    ]
    if proposal.language in LANGUAGES:
        lines.append(f"language = {_quoted(proposal.language)}")
    return "\n".join(lines) + "\n"


def _slug(proposal: Proposal) -> str:
    """Return an id from the title, else from host and path."""
    parts = urlsplit(proposal.url)
    host = (parts.hostname or "").removeprefix("www.")
    slugs = (_slugged(words) for words in (proposal.title or "", f"{host}{parts.path}"))
    return next((slug for slug in slugs if slug), "source")


def _slugged(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", anyascii(words).lower())[:_LONGEST_ID].strip("-")


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _same(url: str) -> str:
    """Return what two spellings of an address have in common."""
    return re.sub(r"^https?://(?:www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/")


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are TOML's too, once control characters are gone."""
    return json.dumps(_line(text), ensure_ascii=False)
