"""Answers as they come off the wire, decompressed within a bound."""

import zlib
from collections.abc import Iterator

from extractors.errors import PermanentFetchError, TransientFetchError

#: zlib's window bits: gzip or zlib by their own header; raw deflate, which some servers send for `deflate`.
_ANY, _RAW = 47, -15
#: Bytes that tell which of them it is.
_HEAD = 2
#: Text compresses to a tenth, a listing that repeats itself to a fiftieth; what is denser is a bomb. Small answers
#: may be what they like.
_DENSEST = 100
_SMALL = 1_000_000
_BITE = 2_048


class Inflater:
    """Decompresses one answer, and stops as soon as it grows over `most` bytes."""

    def __init__(self, url: str, encoding: str, most: int, *, cut: bool = False) -> None:
        """Prepare for the Content-Encoding `encoding`; `cut` takes the first `most` bytes of what is larger.

        Raises:
            PermanentFetchError: an encoding that was not asked for, two on top of each other too (`bad-encoding`).
        """
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            evidence = f"content-encoding: {name[:60]}"
            raise PermanentFetchError(
                url, "bad-encoding", f"the server sent {name[:60]!r}", evidence=evidence
            )
        self._url = url
        self._most = most
        self._cut = cut
        self.packed = name not in ("", "identity")
        self._inner = zlib.decompressobj(_ANY)
        self._head = bytearray()
        self._started = False
        self._whole = False
        self._came = 0
        self._out = bytearray()

    @property
    def size(self) -> int:
        """How many bytes there are by now."""
        return len(self._out)

    @property
    def full(self) -> bool:
        """Whether all has come that is wanted of a body that is cut."""
        return self._cut and len(self._out) >= self._most

    def start(self, size: int) -> bytes:
        """Return the first `size` bytes of what has come."""
        return bytes(self._out[:size])

    def bites(self, chunk: bytes) -> Iterator[bytes]:
        """Cut `chunk` so that no piece makes more than some MB, however densely it is packed (deflate: 1,032:1)."""
        step = _BITE if self.packed else len(chunk)
        return (chunk[start : start + step] for start in range(0, len(chunk), step or 1))

    def feed(self, chunk: bytes) -> None:
        """Take the next `chunk`.

        Raises:
            PermanentFetchError: it grew too large (`too-large`) or is not what it says (`bad-encoding`).
        """
        self._came += len(chunk)
        if not self.packed:
            self._out += chunk
        else:
            self._inflate(chunk)
        self._refuse_size()

    def body(self) -> bytes:
        """Return all that has come.

        Raises:
            TransientFetchError: the compressed stream was cut off (`broken-answer`).
        """
        if self.full:
            return bytes(self._out[: self._most])
        if self._head and not self._whole:
            evidence = f"{self._came} bytes came, and the compressed answer does not end"
            raise TransientFetchError(
                self._url, "broken-answer", "the compressed answer was cut off", evidence=evidence
            )
        return bytes(self._out)

    def _refuse_size(self) -> None:
        size = len(self._out)
        if self._cut:
            return
        if size > self._most:
            evidence = f"{self._came} bytes came and became more than {self._most}"
            raise PermanentFetchError(
                self._url, "too-large", f"more than {self._most} bytes", evidence=evidence
            )
        if self.packed and size > _SMALL and size > _DENSEST * self._came:
            evidence = f"{self._came} bytes became {size}"
            raise PermanentFetchError(self._url, "too-large", "a decompression bomb", evidence=evidence)

    def _inflate(self, chunk: bytes) -> None:
        if not self._started:
            self._head += chunk
            if len(self._head) < _HEAD:
                return
            chunk, self._started = bytes(self._head), True
            self._inner = zlib.decompressobj(_ANY if _has_header(chunk) else _RAW)
        more = False
        while chunk or more:
            # A piece at a time, so that a bomb is seen before it has filled the room.
            room = min(self._most + 1 - len(self._out), _SMALL)
            if room <= 0:
                return
            try:
                piece = self._inner.decompress(chunk, room)
            except zlib.error as error:
                if self._whole:
                    return
                raise PermanentFetchError(
                    self._url, "bad-encoding", "broken compression", evidence=f"zlib: {error}"
                ) from error
            self._whole = self._inner.eof
            self._out += piece
            self._refuse_size()
            chunk = self._inner.unconsumed_tail
            # All input may be taken while a piece of its output is still held back.
            more = len(piece) == room and not self._inner.eof
            if self._inner.eof and self._inner.unused_data:
                chunk, self._inner = self._inner.unused_data, zlib.decompressobj(_ANY)
                if not chunk.strip(b"\0"):
                    return


def _has_header(head: bytes) -> bool:
    """Tell whether a stream begins as gzip (RFC 1952, section 2.3.1) or zlib (RFC 1950, section 2.2)."""
    zlib_header = head[0] & 0x0F == 8 and int.from_bytes(head[:_HEAD], "big") % 31 == 0  # noqa: PLR2004 - the RFC's
    return head.startswith(b"\x1f\x8b") or zlib_header
