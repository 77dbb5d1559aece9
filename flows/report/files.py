"""How the files of the report are made: from templates that escape everything, each whole or not at all."""

import os
import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from extractors.records import content_hash
from flows.alerts.message import plain_line
from flows.report.words import Language, words_of

#: What an id must look like to be the name of a file.
FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What a page was made from stands in its head, within so many bytes.
_MADE_FROM = re.compile(r'<meta name="made-from" content="(\w+)">')
_HEAD_BYTES = 2_000
#: Blanks of a style sheet that mean nothing: every page carries it.
_BLANKS = re.compile(r"\s*\n\s*")


@cache
def templates(language: Language = "en") -> jinja2.Environment:
    """Return the templates of the report in a language, compiled once a process; all that they are given is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("flows.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = words_of(language)
    environment.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    environment.globals.update(language=language, inlined=_inlined, policy=_policy, reach=words.reach)
    environment.filters["line"] = plain_line
    for name in ("event", "status", "basis", "state", "tongue", "told", "part", "figure_kind", "origins"):
        environment.filters[name] = getattr(words, name)
    for name in ("time", "clock", "day", "weekday", "month", "number", "score", "share"):
        environment.filters[name] = getattr(words, name)
    return environment


@cache
def rules() -> str:
    """Return what changes when the program or its templates do: pages made by others are made anew."""
    folder = resources.files("flows.report")
    found = [file for inner in ("templates", "catalogues") for file in folder.joinpath(inner).iterdir()]
    texts = sorted((file.name, content_hash(file.read_bytes())) for file in found if file.is_file())
    return content_hash(f"{metadata.version('newswatch')}{texts}")


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, then put it in its place in one step."""
    replace_files({path: content})


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Write each of the contents beside its path, then put all in their places, each in one step.

    All are written before the first is flushed: the disk takes them together. What a killed writer leaves beside them
    is cleared away with the other temporary files.
    """
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}.writing") for path in contents}
    try:
        for path, content in contents.items():
            beside[path].write_bytes(content)
        for path in contents:
            with beside[path].open("rb") as file:
                os.fsync(file.fileno())
        for path in contents:
            beside[path].replace(path)
    finally:
        for one in beside.values():
            one.unlink(missing_ok=True)


def write_changed(
    folder: Path,
    versions: Mapping[str, str],
    make: Callable[[list[str]], Mapping[str, str]],
    at_once: int,
    within_s: float | None = None,
) -> int:
    """Write the pages of `folder` whose versions are others than those they were made from; return how many are left.

    `make` is given names of pages, `at_once` at the most, and returns their HTML, which holds their version
    (`made-from`). They are made in the order of `versions`, one lot at least; after `within_s` seconds (None: no limit)
    no other is begun, and what is left is for the next time. Pages of other names are removed.

    Raises:
        OSError: the folder cannot be written.
    """
    for path in folder.glob("*.html"):
        if path.stem not in versions:
            path.unlink(missing_ok=True)
    if versions:
        folder.mkdir(parents=True, exist_ok=True)
    changed = [name for name, version in versions.items() if made_from(folder / f"{name}.html") != version]
    until = time.monotonic() + within_s if within_s is not None else None
    begun = False
    while changed and not (begun and until is not None and time.monotonic() >= until):
        begun = True
        some, changed = changed[:at_once], changed[at_once:]
        made = make(some)
        replace_files(
            {folder / f"{name}.html": text.encode("utf-8", "replace") for name, text in made.items()}
        )
    return len(changed)


def made_from(path: Path) -> str | None:
    """Return what the page at `path` was made from; None where there is none, or it does not say."""
    try:
        with path.open("rb") as file:
            found = _MADE_FROM.search(file.read(_HEAD_BYTES).decode("utf-8", "replace"))
    except FileNotFoundError:
        return None
    return found[1] if found else None


@cache
def _inlined(*names: str) -> Markup:
    """Return style sheets or scripts of the templates, as they stand in a page."""
    folder: Any = resources.files("flows.report").joinpath("templates")
    texts = (folder.joinpath(name).read_text(encoding="utf-8") for name in names)
    return Markup("".join(_BLANKS.sub("\n", text).strip() for text in texts))  # noqa: S704 - our own files


@cache
def _policy(styles: tuple[str, ...], scripts: tuple[str, ...] = ()) -> str:
    """Return the content security policy of a page with these style sheets and scripts, and nothing else."""
    allowed = ["default-src 'none'", f"style-src {_hashed(styles)}"]
    if scripts:
        allowed.append(f"script-src {_hashed(scripts)}")
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _hashed(names: tuple[str, ...]) -> str:
    return f"'sha256-{b64encode(sha256(str(_inlined(*names)).encode()).digest()).decode()}'"
