"""Answers as they come off the wire, decompressed within a bound."""

import zlib

from extractors.errors import PermanentFetchError, TransientFetchError

#: zlib's window bits: gzip or zlib by their own header; raw deflate, which some servers send for `deflate`.
_ANY, _RAW = 47, -15


class Inflater:
    """Decompresses one answer, and stops as soon as it grows over `most` bytes."""

    def __init__(self, url: str, encoding: str, most: int) -> None:
        """Prepare for the Content-Encoding `encoding`.

        Raises:
            PermanentFetchError: an encoding that was not asked for (`bad-encoding`).
        """
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise PermanentFetchError(url, "bad-encoding", f"the server sent {name!r}")
        self._url = url
        self._most = most
        self._packed = name not in ("", "identity")
        self._inner = zlib.decompressobj(_ANY)
        self._started = False
        self._whole = False
        self._out = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take the next `chunk`.

        Raises:
            PermanentFetchError: it grew too large (`too-large`) or is not what it says (`bad-encoding`).
        """
        if not self._packed:
            self._out += chunk
        else:
            self._inflate(chunk)
        if len(self._out) > self._most:
            raise PermanentFetchError(self._url, "too-large", f"more than {self._most} bytes")

    def body(self) -> bytes:
        """Return all that has come.

        Raises:
            TransientFetchError: the compressed stream was cut off (`broken-answer`).
        """
        if self._started and not self._whole:
            raise TransientFetchError(self._url, "broken-answer", "the compressed answer was cut off")
        return bytes(self._out)

    def _inflate(self, chunk: bytes) -> None:
        while chunk:
            room = self._most + 1 - len(self._out)
            if room <= 0:
                return
            try:
                piece = self._inner.decompress(chunk, room)
            except zlib.error as error:
                if self._whole:
                    return
                if self._started:
                    raise PermanentFetchError(self._url, "bad-encoding", "broken compression") from error
                self._inner, self._started = zlib.decompressobj(_RAW), True
                continue
            self._started = True
            self._whole = self._inner.eof
            self._out += piece
            chunk = self._inner.unconsumed_tail
            if self._inner.eof and self._inner.unused_data:
                chunk, self._inner = self._inner.unused_data, zlib.decompressobj(_ANY)
                if not chunk.strip(b"\0"):
                    return
