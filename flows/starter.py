"""A new home: a watch file with its example articles and a file of settings, whole or not at all."""

import re
import tempfile
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import structlog

from extractors.clock import Clock
from extractors.errors import ConfigurationError, WatchError
from extractors.orders import Manners
from extractors.signals.language import detect_language
from extractors.watch import Example, Watch, read_watch
from extractors.watch_example import read_example
from flows.watch_from_example import watch_like

WATCH_FILE = "watch.toml"
SETTINGS_FILE = "newswatch.env"
DEFAULT_WATCH = "xiaomi-baic.toml"

_SETTINGS = """\
# Settings of this home, NAME=VALUE, the same names as in the environment, which wins.
# Take away the `#` to set one.
# This file may hold secrets (the addresses of alerts): it is readable to you alone. Keep it so.

# Where alerts go, for `to = "env:NEWSWATCH_ALERT_URL"` in watch.toml: an Apprise address.
#NEWSWATCH_ALERT_URL=

# A URL or mail address for the user agent, so that whoever runs a source can reach you.
#NEWSWATCH_CONTACT=

# Seconds between two requests to one site (registrable domain).
#NEWSWATCH_HOST_SPACING=5

# Requests to one site in 24 hours at most; pages may use two thirds.
#NEWSWATCH_HOST_BUDGET=3000

# Processes that extract articles; the default is the number of processors.
#NEWSWATCH_WORKERS=2

# Another watch file than watch.toml beside this file.
#NEWSWATCH_WATCH=watch.toml

# Where finished batches wait to be loaded.
#NEWSWATCH_LANDING=state/landing

# Where a copy of the snapshot goes, none without it.
#NEWSWATCH_SNAPSHOT_URL=

# Networks that may be reached though they are not public, comma-separated: an intranet, a test.
#NEWSWATCH_ALLOW_NETWORKS=

# Addresses to use for a host instead of its own, host=address:port, comma-separated: a test.
#NEWSWATCH_CONNECT_TO=

# How long, and up to how many bytes, stored pages are kept (the older of both goes); polls and requests, days.
#NEWSWATCH_ARCHIVE_DAYS=365
#NEWSWATCH_ARCHIVE_BYTES=10GB
#NEWSWATCH_LEDGER_DAYS=90

# Where `serve` answers monitors (/healthz, /metrics), nowhere without it.
#NEWSWATCH_METRICS=127.0.0.1:9464

# Address under which the folder `report` is served, if it is: messages link the pages of stories there.
#NEWSWATCH_REPORT_URL=

# Language of the report, de or en: the first of the watch that is one of these without it.
#NEWSWATCH_REPORT_LANGUAGE=en

# How much is logged: debug, info, warning or error.
#NEWSWATCH_LOG=info
"""

log = structlog.get_logger()


def default_watch_file() -> Path:
    """Return the watch file that comes with the program: in the installed package, else in the checkout."""
    packed = Path(str(resources.files("flows").joinpath("watches", DEFAULT_WATCH)))
    return packed if packed.is_file() else Path(__file__).parents[1] / "deploy" / "watches" / DEFAULT_WATCH


def make_home(folder: Path, like: str | None, manners: Manners, clock: Clock) -> Path:
    """Write a new home into `folder` and return its watch file.

    With `like`, the path of a text file or an http(s) URL, the watch is made from that article; else it is
    the default watch. Nothing is ever overwritten.

    Raises:
        ConfigurationError: a file exists already, or `like` is no article.
        FetchError: `like` cannot be fetched.
        ExtractionError: `like` holds no article.
    """
    _refuse_existing(folder, (WATCH_FILE, SETTINGS_FILE))
    files = _default_files() if like is None else _files_like(like, manners, clock)
    _refuse_existing(folder, files)
    _write(folder, files)
    log.info("home_made", home=str(folder), files=len(files), like=like is not None)
    return folder / WATCH_FILE


def _default_files() -> dict[str, str]:
    source = default_watch_file()
    text = source.read_text(encoding="utf-8")
    examples: list[str] = tomllib.loads(text).get("examples", [])
    return {
        **{name: (source.parent / name).read_text(encoding="utf-8") for name in examples},
        SETTINGS_FILE: _SETTINGS,
        WATCH_FILE: text,
    }


def _files_like(like: str, manners: Manners, clock: Clock) -> dict[str, str]:
    source = default_watch_file()
    default = read_watch(source)
    example = _article(like, default, manners, clock)
    made = watch_like(example, default, source.read_text(encoding="utf-8"))
    files = {made.example_name: made.example_text, SETTINGS_FILE: _SETTINGS, WATCH_FILE: made.watch_text}
    _prove(files)
    return files


def _article(like: str, default: Watch, manners: Manners, clock: Clock) -> Example:
    if re.match(r"https?://", like, re.IGNORECASE):
        from extractors.collect import read_address  # noqa: PLC0415 - a new home needs no network otherwise

        article = read_address(like, default, manners, clock).article
        return _with_language(article.title, article.text, article.language)
    try:
        found = read_example(Path(like).expanduser().read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{like}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{like}: is not UTF-8 text") from error
    except ValueError as error:
        raise ConfigurationError(f"{like}: {error}") from error
    return _with_language(found.title, found.text, found.language)


def _with_language(title: str, text: str, language: str | None) -> Example:
    known = language or detect_language(f"{title}\n\n{text}") or "en"
    return Example(title=title, text=text, language=known)


def _prove(files: Mapping[str, str]) -> None:
    """Read the new watch before anything is written where the user looks."""
    with tempfile.TemporaryDirectory(prefix="newswatch-") as place:
        _write(Path(place), files)
        try:
            read_watch(Path(place) / WATCH_FILE)
        except WatchError as error:
            faults = "\n".join(f"{fault.key}: {fault.message}" for fault in error.faults)
            raise ConfigurationError(f"no watch can be made from this article:\n{faults}") from error


def _refuse_existing(folder: Path, names: Mapping[str, str] | tuple[str, ...]) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder}: exists and is no folder")
    existing = [name for name in names if (folder / name).exists()]
    if existing:
        raise ConfigurationError(
            f"{folder}: {', '.join(existing)} exists already and is left as it is; choose another folder"
        )
    if (folder / "newswatch.duckdb").exists():
        raise ConfigurationError(
            f"{folder}: holds news without a watch, of the demo perhaps; choose another folder, so as not to mix them"
        )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files`, the watch file last: a home without one can be made again once the rest is removed."""
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                if name == SETTINGS_FILE:
                    path.chmod(0o600)
                file.write(text)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or folder}: cannot be written: {error.strerror}"
        ) from error
