"""What a collection was answered, kept on disk as it comes: whoever is killed asks nothing twice."""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
import xxhash
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from extractors.errors import FetchError, PermanentFetchError, TransientFetchError
from extractors.orders import HostRest, Purpose, Request
from extractors.web.exchange import Answer

log = structlog.get_logger()

#: The first bytes of the file: another form of entries has another number, and is begun anew.
_HEADING = b"newswatch spool 1\n"
#: Before each entry: length of its description, length of its body, checksum of both.
_FRAME = struct.Struct(">IIQ")
#: Bodies of more bytes are packed, at the fastest level: a hundred pages of 10 MB that came as 100 kB each stay small.
_LARGE = 1_000_000
#: A file of so many bytes takes no more: the disk is there for the warehouse first.
_MOST_BYTES = 4 << 30
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """A `FetchError`, in parts."""

    permanent: bool
    url: str
    cause: str
    detail: str
    status: int | None
    retry_after_s: float | None
    evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """The description of one entry; the body of its answer stands behind it."""

    url: str
    purpose: Purpose
    answer: Answer | None
    failure: _Failure | None
    requests: tuple[Request, ...]
    rests: tuple[HostRest, ...]
    packed: bool = False
    hops: tuple[tuple[str, int, str | None], ...] = ()
    failed_at: str | None = None


_ENTRY = TypeAdapter(_Entry)


class Spool:
    """An append-only file of answers; one write each, so that a kill costs the last one at most.

    `requests` and `rests` are what the entries found at the start had told, `pages` the addresses whose pages they
    hold, `hops` (status, target) and `failures` those that led on and that failed on the way to pages. Bodies stay on
    disk.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, or begin it; a torn end is cut off.

        Raises:
            OSError: it cannot be opened.
        """
        self.path = path
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._places: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._end = 0
        requests: list[Request] = []
        rests: list[HostRest] = []
        pages: set[str] = set()
        self.hops: dict[str, tuple[int, str | None]] = {}
        self.failures: dict[str, FetchError] = {}
        for entry in self._found(self._file):
            if entry.answer and entry.answer.status != _NOT_MODIFIED and entry.purpose in ("page", "recheck"):
                pages.add(entry.answer.url)
            self.hops |= {url: (status, location) for url, status, location in entry.hops}
            if entry.failed_at is not None and entry.failure is not None:
                self.failures[entry.failed_at] = _error(entry.failure)
            requests.extend(entry.requests)
            rests.extend(entry.rests)
        self.requests = tuple(requests)
        self.rests = tuple(rests)
        self.pages = frozenset(pages)
        os.ftruncate(self._file, self._end)
        if not self._end:
            self._write(_HEADING)

    def answer_to(self, url: str, purpose: Purpose) -> Answer | FetchError | None:
        """Return what was answered when `url` was asked for `purpose`, None where it was not asked."""
        place = self._places.get((url, purpose))
        if place is None or self._file is None:
            return None
        start, described, size = place
        entry = _ENTRY.validate_json(os.pread(self._file, described, start))
        if entry.answer is not None:
            body = os.pread(self._file, size, start + described)
            return replace(entry.answer, body=zlib.decompress(body) if entry.packed else body)
        return _error(entry.failure) if entry.failure is not None else None

    def keep(
        self,
        url: str,
        purpose: Purpose,
        result: Answer | FetchError,
        requests: tuple[Request, ...],
        rests: tuple[HostRest, ...] = (),
        *,
        hops: tuple[tuple[str, int, str | None], ...] = (),
        failed_at: str | None = None,
    ) -> None:
        """Append what `url` answered, with the lines of the ledger and the rests that came of it.

        `hops` are the redirects on the way to a page, `failed_at` the address on it that failed, None where none did.

        Where the disk is full, or the file has its `_MOST_BYTES`, the collection goes on without it: that is logged.
        """
        if self._file is None:
            return
        answer = result if isinstance(result, Answer) else None
        body = answer.body if answer else b""
        packed = len(body) > _LARGE
        body = zlib.compress(body, 1) if packed else body
        entry = _Entry(
            url=url,
            purpose=purpose,
            answer=replace(answer, body=b"") if answer else None,
            failure=_failure(result) if isinstance(result, FetchError) else None,
            requests=requests,
            rests=rests,
            packed=packed,
            hops=hops,
            failed_at=failed_at,
        )
        try:
            described = _ENTRY.dump_json(entry)
        except (PydanticSerializationError, UnicodeError):
            log.warning("spool_skipped", url=url[:200])
            return
        start = self._end + _FRAME.size
        frame = _FRAME.pack(len(described), len(body), _checksum(described, body))
        if self._write(frame + described + body):
            self._places[url, purpose] = (start, len(described), len(body))

    def close(self) -> None:
        """Close the file; it stays where it is."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, data: bytes) -> bool:
        """Append `data` in one call; tell whether it stands. What is torn is written over by the next."""
        if self._file is None:
            return False
        if self._end + len(data) > _MOST_BYTES:
            log.warning("spool_full", path=str(self.path), bytes=self._end)
            return False
        try:
            whole = os.pwrite(self._file, data, self._end) == len(data)
        except OSError as error:
            log.warning("spool_failed", path=str(self.path), error=str(error))
            return False
        if whole:
            self._end += len(data)
        return whole

    def _found(self, file: int) -> Iterator[_Entry]:
        """Yield the entries that are whole; `_end` is where the last of them ends."""
        if os.pread(file, len(_HEADING), 0) != _HEADING:
            return
        self._end = len(_HEADING)
        size = os.fstat(file).st_size
        while self._end + _FRAME.size <= size:
            described, length, checksum = _FRAME.unpack(os.pread(file, _FRAME.size, self._end))
            start = self._end + _FRAME.size
            if start + described + length > size:
                return
            description = os.pread(file, described, start)
            if checksum != _checksum(description, os.pread(file, length, start + described)):
                return
            try:
                entry = _ENTRY.validate_json(description)
            except ValidationError:
                return
            self._places[entry.url, entry.purpose] = (start, described, length)
            self._end = start + described + length
            yield entry


def _checksum(description: bytes, body: bytes) -> int:
    hashed = xxhash.xxh3_64(description)
    hashed.update(body)
    return int(hashed.intdigest())


def _failure(error: FetchError) -> _Failure:
    return _Failure(
        permanent=isinstance(error, PermanentFetchError),
        url=error.url,
        cause=error.cause,
        detail=error.detail,
        status=error.status,
        retry_after_s=error.retry_after_s,
        evidence=error.evidence,
    )


def _error(failure: _Failure) -> FetchError:
    kind = PermanentFetchError if failure.permanent else TransientFetchError
    return kind(
        failure.url,
        failure.cause,
        failure.detail,
        status=failure.status,
        retry_after_s=failure.retry_after_s,
        evidence=failure.evidence,
    )
