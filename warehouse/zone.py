"""A place that several machines share: a folder they all see, or an object store, by its fsspec URL.

Objects are whole or not there: a store's PUT is, and in a folder they are written under another name, flushed and
renamed. Of its own a place has a clock, and of two that create the same object one only succeeds.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from extractors.errors import ConfigurationError, NewswatchError
from warehouse.landing import copy_file, flush_folder, replace_file

#: The object that is written to ask the place for its time.
_CLOCK = "clock"
#: A file that is being written under another name for so long is being written by nobody.
_LEFT = timedelta(days=1)
#: What may stand between scheme and host, and is no one's business.
_USER = re.compile(r"(?<=://)[^/@]*@")
_S3 = ("s3", "s3a")
#: What keeps a request to S3 from hanging: seconds to connect, seconds of silence, and so often again.
_S3_DEADLINES: Mapping[str, Any] = {
    "config_kwargs": {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 2}}
}
#: What S3's own tools read in the environment, and how s3fs calls it.
_KEYS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_ENDPOINT_URL": "endpoint_url",
}


class ZoneError(NewswatchError, OSError):
    """The place cannot be reached or used, now; the message says why and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a place holds at `now` by its own clock: names, and when each was written last by the same clock."""

    now: datetime
    written: Mapping[str, datetime]

    def names(self, folder: str) -> list[str]:
        """Return the names that begin with `folder/`, without it, in their order."""
        start = f"{folder}/"
        return sorted(name.removeprefix(start) for name in self.written if name.startswith(start))


class Zone(Protocol):
    """What is asked of a place; names are relative, as `orders/x.parquet`.

    Every function raises `ZoneError` where the place cannot be used; reading what is not there `FileNotFoundError`.
    """

    #: Where it is, without users and passwords.
    shown: str

    def look(self) -> Listing:
        """Return what it holds, and its time."""

    def read(self, name: str) -> bytes:
        """Return the bytes of an object."""

    def fetch(self, name: str, path: Path) -> None:
        """Write an object to `path`."""

    def write(self, name: str, data: bytes) -> None:
        """Make an object of `data`, or replace it."""

    def send(self, path: Path, name: str) -> None:
        """Make an object of the file at `path`, or replace it."""

    def create(self, name: str, data: bytes) -> bool:
        """Make an object of `data` where there is none; False where there is one."""

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""


def open_zone(url: str, environment: Mapping[str, str] | None = None) -> Zone:
    """Return the place at `url`: `file:///…` for a folder, else what fsspec knows.

    `environment` may hold the keys of a store under the names of its own tools (`AWS_ACCESS_KEY_ID` …), None where this
    process's environment has them.

    Raises:
        ConfigurationError: nothing here knows such URLs.
    """
    told = urlsplit(url)
    if told.scheme == "file":
        return FolderZone(Path(unquote(told.path)))
    return StoreZone(url, environment or {})


class FolderZone:
    """A folder that all machines see, such as one of a file server."""

    def __init__(self, folder: Path) -> None:
        """Keep the place; it is made with the first object."""
        self._folder = folder
        self.shown = str(folder)

    def look(self) -> Listing:
        """Return what it holds; the time is that of the file server."""
        self.write(_CLOCK, b"")
        found: dict[Path, datetime] = {}
        for path in self._folder.rglob("*"):
            with suppress(FileNotFoundError):  # somebody has just removed it
                if path.is_file():
                    found[path] = _moment(path.stat().st_mtime)
        now = found.pop(self._path(_CLOCK))
        hidden = {path for path in found if path.name.startswith(".")}
        for path in hidden:  # what somebody is writing, or was when he was killed
            if found[path] < now - _LEFT:
                path.unlink(missing_ok=True)
        written = {path.relative_to(self._folder).as_posix(): found[path] for path in found.keys() - hidden}
        return Listing(now=now, written=written)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        return self._path(name).read_bytes()

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._path(name), path)

    def write(self, name: str, data: bytes) -> None:
        """Write a file under another name, flush and rename it."""
        with self._beside(name) as temporary:
            temporary.write_bytes(data)
            replace_file(temporary, self._path(name))

    def send(self, path: Path, name: str) -> None:
        """Copy the file at `path`, in one step for those who look."""
        with self._beside(name) as temporary:
            copy_file(path, temporary)
            replace_file(temporary, self._path(name))

    def create(self, name: str, data: bytes) -> bool:
        """Write a file and link it to its name: that works for one only, and the file is whole from the beginning."""
        with self._beside(name) as temporary:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                self._path(name).hardlink_to(temporary)
            except FileExistsError:
                return self.read(name) == data
            flush_folder(self._path(name).parent)
        return True

    def remove(self, name: str) -> None:
        """Remove a file, if there is one."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name

    @contextmanager
    def _beside(self, name: str) -> Iterator[Path]:
        """Give the path of a file beside that of `name`, whose folder exists; what is left of it is removed."""
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{uuid4().hex}")
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


class StoreZone:
    """An object store, reached by fsspec: its PUT is whole, and one that creates does not replace (S3, GCS, memory)."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        """Make ready; nothing is asked yet. `environment` as in `open_zone`.

        Raises:
            ConfigurationError: nothing here knows such URLs.
        """
        from fsspec.core import url_to_fs  # noqa: PLC0415 - 0.1 s, and 0.7 s more for s3: a path must not pay for it

        self.shown = _USER.sub("", url)
        scheme = urlsplit(url).scheme
        try:
            keys = {option: environment[name] for name, option in _KEYS.items() if environment.get(name)}
            options = {**_S3_DEADLINES, **keys} if scheme in _S3 else {}
            self._files, root = url_to_fs(url, use_listings_cache=False, **options)
        except (ImportError, ValueError) as error:
            hint = " (install newswatch[s3])" if scheme in _S3 else ""
            raise ConfigurationError(f"{self.shown}: nothing here reaches {scheme}:// URLs{hint}") from error
        self._root = root.rstrip("/")

    def look(self) -> Listing:
        """Return what it holds; the time is that of the store, to the second where it knows no better."""
        self.write(_CLOCK, b"")
        with self._told("listed"):
            self._files.invalidate_cache()
            found = self._files.find(self._root, detail=True)
        start = f"{self._root}/"
        written = {name.removeprefix(start): _written(told) for name, told in found.items()}
        now = written.pop(_CLOCK, None)
        if now is None:
            raise ZoneError(f"{self.shown}: does not list what has just been written")
        return Listing(now=now, written=written)

    def read(self, name: str) -> bytes:
        """Return the bytes of an object."""
        with self._told("read"):
            data: bytes = self._files.cat_file(self._at(name))
        return data

    def fetch(self, name: str, path: Path) -> None:
        """Write an object to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._told("read"):
            self._files.get_file(self._at(name), str(path))

    def write(self, name: str, data: bytes) -> None:
        """Make an object of `data`, or replace it."""
        with self._told("written"):
            self._files.pipe_file(self._at(name), data)

    def send(self, path: Path, name: str) -> None:
        """Make an object of the file at `path`; a large one is sent in parts and there at its end only."""
        with self._told("written"):
            self._files.put_file(str(path), self._at(name))

    def create(self, name: str, data: bytes) -> bool:
        """Make an object where there is none (`If-None-Match: *`).

        An answer that got lost makes the library ask again, and find its own object: so what is there is compared.
        """
        with self._told("created"):
            try:
                self._files.pipe_file(self._at(name), data, mode="create")
            except FileExistsError:
                return bool(self._files.cat_file(self._at(name)) == data)
        return True

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""
        with suppress(FileNotFoundError), self._told("removed"):
            self._files.rm_file(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        """Turn what the library raises into `ZoneError`: it lets through whatever the store's own client raises."""
        try:
            yield
        except ZoneError:
            raise
        except Exception as error:
            if isinstance(error, FileNotFoundError) and done in ("read", "removed"):
                raise
            said = _USER.sub("", str(error).partition("\n")[0])
            raise ZoneError(
                f"{self.shown}: cannot be {done} ({type(error).__name__}: {said[:200]})"
            ) from error


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _written(told: Mapping[str, Any]) -> datetime:
    """Return when an object was written: each kind of store has its own name for it."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "modified", "created"):
        value = told.get(name)
        if isinstance(value, int | float):
            return _moment(value)
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC)
    raise ZoneError("the store does not say when its objects were written: no lease can be kept in it")
