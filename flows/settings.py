"""Configuration, read once into one record: the environment and `HOME/newswatch.env`, all faults at once."""

import difflib
import ipaddress
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from extractors.errors import ConfigurationError
from extractors.orders import Manners
from flows.listening import listening_address
from flows.quantities import days, size
from flows.settings_file import file_values
from warehouse.kept import Retention

#: The names that are read, as the README lists them.
NAMES = (
    "NEWSWATCH_HOME",
    "NEWSWATCH_WATCH",
    "NEWSWATCH_CONTACT",
    "NEWSWATCH_ALLOW_NETWORKS",
    "NEWSWATCH_HOST_SPACING",
    "NEWSWATCH_HOST_BUDGET",
    "NEWSWATCH_WORKERS",
    "NEWSWATCH_LANDING",
    "NEWSWATCH_SNAPSHOT_URL",
    "NEWSWATCH_LOG",
    "NEWSWATCH_CONNECT_TO",
    "NEWSWATCH_ARCHIVE_DAYS",
    "NEWSWATCH_ARCHIVE_BYTES",
    "NEWSWATCH_LEDGER_DAYS",
    "NEWSWATCH_METRICS",
    "NEWSWATCH_REPORT_URL",
    "NEWSWATCH_REPORT_LANGUAGE",
)
LOG_LEVELS = ("debug", "info", "warning", "error")
#: Languages of the report's interface; `flows.report.words` has them, and takes too long to read for a setting.
REPORT_LANGUAGES = ("de", "en")
DEFAULT_HOME = Path("newswatch")

#: Requests to one site in 24 hours: one in 29 s. A large paper needs some 2,900: 400 articles a day, each read and
#: looked at again four times, and ten feeds every 15 minutes. The spacing alone would let 17,280 through.
BUDGET = 3000

_MAX_SPACING_S = 3600.0
_MAX_BUDGET = 1_000_000
_MAX_WORKERS = 256
_MAX_PORT = 65535
_CONTACT = re.compile(r"https?://[!-'*-?A-~]+|[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_ADDRESS = re.compile(
    r"(?P<name>[^=:\s/]+)=(?P<host>[0-9.]+|\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(?P<port>[0-9]{1,5})"
)
_PLACE = re.compile(r"(?!file://[^/])[a-z][a-z0-9+.-]*://[^?#\s]+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the program is told from outside, checked; paths are absolute.

    `contact` is the URL or mail address for the user agent, None where none is given; `spacing` the time between two
    requests to one site and `budget` the most that it gets in 24 hours; `workers` the number of extraction processes;
    `landing_url` the place where several machines share orders and batches, an fsspec URL, None for one machine;
    `snapshot_url` the folder, or fsspec URL of one, where a copy of the snapshot goes, None for no copy; `connect_to`
    as in `Manners`; `retention` how long batches, polls and requests are kept; `metrics` host and port where `serve`
    answers monitors, None for nowhere; `report_url` where the folder of the report is served, None where it is not;
    `report_language` the one of its pages and feeds, None for that of the watch.
    `environment` is where `env:NAME` of an alert is looked up: it holds secrets and is shown nowhere. `warnings` are
    settings that nothing reads, a sentence each.
    """

    home: Path
    watch_file: Path
    contact: str | None
    allow_networks: tuple[str, ...]
    spacing: timedelta
    budget: int
    workers: int
    landing: Path
    snapshot_url: str | None
    log_level: str
    landing_url: str | None = None
    connect_to: tuple[tuple[str, str], ...] = ()
    retention: Retention = field(default_factory=Retention)
    metrics: tuple[str, int] | None = None
    report_url: str | None = None
    report_language: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def state(self) -> Path:
        """The writer's own folder."""
        return self.home / "state"

    @property
    def warehouse(self) -> Path:
        """The writer's own DuckDB file, never opened by readers."""
        return self.state / "warehouse.duckdb"

    @property
    def snapshot(self) -> Path:
        """The published DuckDB file."""
        return self.home / "newswatch.duckdb"

    @property
    def light_snapshot(self) -> Path:
        """The published DuckDB file without texts, where one is asked for."""
        return self.home / "newswatch-light.duckdb"

    @property
    def writer_keys(self) -> Path:
        """The keys with which this home goes on writing from a place that machines share."""
        return self.state / "writer.keys"

    @property
    def archive(self) -> Path:
        """Where batches go once they are loaded."""
        return self.state / "archive"

    @property
    def cycle_lock(self) -> Path:
        """Held by whoever runs a cycle, as a lease."""
        return self.state / "cycle.lock"

    @property
    def serve_lock(self) -> Path:
        """Held by `newswatch serve`."""
        return self.state / "serve.lock"

    @property
    def journal(self) -> Path:
        """Which alerts were sent, outside the warehouse."""
        return self.state / "alerts.journal"

    @property
    def report(self) -> Path:
        """The folder of the HTML report and the Atom feed."""
        return self.home / "report"

    def manners(self) -> Manners:
        """Return how collecting behaves on the network: who it says it is, how fast, and where it may go."""
        contact = f" (+{self.contact})" if self.contact else ""
        return Manners(
            user_agent=f"newswatch/{version('newswatch')}{contact}",
            spacing=self.spacing,
            budget=self.budget,
            workers=self.workers,
            allow_networks=self.allow_networks,
            connect_to=self.connect_to,
        )


def process_environment() -> Mapping[str, str]:
    """Return a copy of this process's environment: the one place where it is read."""
    return dict(os.environ)  # noqa: TID251 - the one permitted reading


def secret_values(settings: Settings) -> frozenset[str]:
    """Return the values of the environment that are for alert channels and may never be shown."""
    return frozenset(
        value
        for name, value in settings.environment.items()
        if name.startswith("NEWSWATCH_") and name not in NAMES
    )


def locate(
    environment: Mapping[str, str], *, home: Path | None = None, watch: Path | None = None
) -> tuple[Path, Path]:
    """Return the home and the watch file, unchecked: from the arguments, the environment, else the defaults.

    Relative paths count from the current folder, those in the home's own file from the home.
    """
    place = _expanded(home or Path(environment.get("NEWSWATCH_HOME") or DEFAULT_HOME)).absolute()
    named, base = environment.get("NEWSWATCH_WATCH"), Path.cwd()
    if not named:
        named, base = file_values(place)[0].get("NEWSWATCH_WATCH"), place
    if watch is not None:
        return place, _expanded(watch).absolute()
    return place, (base / _expanded(Path(named))) if named else place / "watch.toml"


def read_settings(
    environment: Mapping[str, str], *, home: Path | None = None, watch: Path | None = None
) -> Settings:
    """Read the settings from `environment` and, for what it lacks, from `HOME/newswatch.env`.

    `home` and `watch` are the command line's and win over both. An empty value counts as not given.

    Raises:
        ConfigurationError: with every fault, a line each: name, what it is, what was expected. Never a
            value that might hold a secret.
    """
    place, watch_file = locate(environment, home=home, watch=watch)
    from_file, faults = file_values(place)
    values = {**from_file, **{name: value for name, value in environment.items() if value}}
    base = {name: Path.cwd() if environment.get(name) else place for name in NAMES}
    read = _Reader(values, faults)
    landing = read.value(
        "NEWSWATCH_LANDING", _place_in(base["NEWSWATCH_LANDING"]), str(place / "state" / "landing")
    )
    settings = Settings(
        home=place,
        watch_file=watch_file,
        contact=read.value("NEWSWATCH_CONTACT", _contact, None),
        allow_networks=read.value("NEWSWATCH_ALLOW_NETWORKS", _networks, ()),
        spacing=read.value("NEWSWATCH_HOST_SPACING", _spacing, timedelta(seconds=5)),
        budget=read.value("NEWSWATCH_HOST_BUDGET", _whole_number_to(_MAX_BUDGET), BUDGET),
        workers=read.value("NEWSWATCH_WORKERS", _whole_number_to(_MAX_WORKERS), os.cpu_count() or 1),
        landing=place / "state" / "landing" if shared(landing) else Path(landing),
        landing_url=landing if shared(landing) else None,
        snapshot_url=read.value("NEWSWATCH_SNAPSHOT_URL", _place_in(base["NEWSWATCH_SNAPSHOT_URL"]), None),
        log_level=read.value("NEWSWATCH_LOG", _one_of(LOG_LEVELS), "info"),
        connect_to=read.value("NEWSWATCH_CONNECT_TO", _connections, ()),
        retention=_retention(read),
        metrics=read.value("NEWSWATCH_METRICS", listening_address, None),
        report_url=read.value("NEWSWATCH_REPORT_URL", _served_at, None),
        report_language=read.value("NEWSWATCH_REPORT_LANGUAGE", _one_of(REPORT_LANGUAGES), None),
        environment=values,
        warnings=_unknown_names(values),
    )
    if read.faults:
        raise ConfigurationError("\n".join(read.faults))
    return settings


@dataclass(frozen=True, slots=True)
class _Reader:
    values: Mapping[str, str]
    faults: list[str]

    def value(self, name: str, convert: Callable[[str], T], default: T) -> T:
        """Return the converted value; the default where there is none, or where it is wrong: then a fault."""
        text = self.values.get(name, "").strip()
        if not text:
            return default
        try:
            return convert(text)
        except ValueError as error:
            self.faults.append(f"{name}: is {_shape(text)}, expected {error}")
            return default


def _retention(read: _Reader) -> Retention:
    usual = Retention()
    return Retention(
        archive=read.value("NEWSWATCH_ARCHIVE_DAYS", days(least=2), usual.archive),
        archive_bytes=read.value("NEWSWATCH_ARCHIVE_BYTES", size, usual.archive_bytes),
        ledger=read.value("NEWSWATCH_LEDGER_DAYS", days(least=14), usual.ledger),
    )


def _shape(text: str) -> str:
    if "://" in text or "@" in text:
        return "an address"
    shown = text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 - enough to recognise a typing error
    return repr(shown)


def _contact(text: str) -> str:
    if not _CONTACT.fullmatch(text):
        raise ValueError(
            "a URL (https://…, no user in it) or a mail address, in ASCII without spaces or brackets"
        )
    return text


def _served_at(text: str) -> str:
    if not _CONTACT.fullmatch(text) or "://" not in text:
        raise ValueError("the address of a folder, https://…, without a user in it")
    return text


def _networks(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(str(ipaddress.ip_network(part)))
        except ValueError:
            raise ValueError(
                f"networks such as 127.0.0.0/8, separated by commas; {_shape(part)} is none"
                + _meant_network(part)
            ) from None
    return tuple(found)


def _meant_network(part: str) -> str:
    try:
        return f" (the network is {ipaddress.ip_network(part, strict=False)})"
    except ValueError:
        return ""


def _spacing(text: str) -> timedelta:
    expected = f"seconds from 0 to {_MAX_SPACING_S:.0f}"
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(expected) from None
    if not math.isfinite(seconds) or not 0 <= seconds <= _MAX_SPACING_S:
        raise ValueError(expected)
    return timedelta(seconds=seconds)


def _whole_number_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) <= most:
            raise ValueError(f"a whole number from 1 to {most}")
        return int(text)

    return number


def shared(place: str) -> bool:
    """Whether `place` is the URL of a place that several machines reach, and no path of this one."""
    return "://" in place


def _place_in(base: Path) -> Callable[[str], str]:
    def place(text: str) -> str:
        if not shared(text):
            return str(base / _expanded(Path(text)))
        if not _PLACE.fullmatch(text) or not _is_known(text.partition("://")[0]):
            raise ValueError(
                "the path of a folder, or a URL such as s3://bucket/folder or file:///mnt/folder"
            )
        return text

    return place


def _is_known(scheme: str) -> bool:
    from fsspec.registry import known_implementations  # noqa: PLC0415 - 0.1 s: a path must not pay for it

    return scheme in known_implementations


def _expanded(path: Path) -> Path:
    """Return `path` with `~` put in full; a `~name` that nobody has stays a plain name."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text.lower()

    return convert


def _connections(text: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _ADDRESS.fullmatch(part)
        if match is None or not 1 <= int(match["port"]) <= _MAX_PORT:
            raise ValueError(f"host=address:port, separated by commas; {_shape(part)} is none")
        found.append((match["name"].lower(), f"{match['host']}:{match['port']}"))
    return tuple(found)


def _unknown_names(values: Mapping[str, str]) -> tuple[str, ...]:
    """Say which NEWSWATCH_ names nothing reads; those of alert channels belong to the watch (`env:NAME`)."""
    unknown = sorted(
        name
        for name in values
        if name.startswith("NEWSWATCH_") and name not in NAMES and not name.startswith("NEWSWATCH_ALERT")
    )
    return tuple(f"{name}: nothing reads a setting of this name{_meant_name(name)}" for name in unknown)


def _meant_name(name: str) -> str:
    close = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else ""
