"""A transport for httpx: one connection a request, to the address that was checked, and nothing kept between two.

httpx's own keeps a pool, and takes twice the processor time of this for each request (measured with 10,000 answers of
304). What HTTP/1.1 says is h11's here as there.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import TypeVar

import h11
import httpx

from extractors.web.guard import Target

#: Bytes taken at once, and the most of a head that does not end: h11 refuses more.
_READ_BYTES, _MOST_HEAD = 65_536, 102_400
#: Closing takes a turn of the loop; seconds after which it is not waited for.
_CLOSE_S = 1.0

Found = TypeVar("Found")


class PinnedTransport(httpx.AsyncBaseTransport):
    """Sends each request to the `Target` in its extension `target`; name and certificate stay those of its URL.

    The extension `timeout` is that of httpx: `connect` is for the connection with its TLS, `read` for each piece.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        """Prepare; `tls` says which certificates count."""
        self._tls = tls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` and return the answer as soon as its head is there; its stream is to be closed.

        Raises:
            httpx.TransportError: in the kinds that httpx itself has for it.
        """
        target: Target = request.extensions["target"]
        timeouts = request.extensions["timeout"]
        secure = request.url.scheme == "https" and not target.plain
        opening = asyncio.open_connection(
            target.address,
            target.port,
            limit=_READ_BYTES,
            ssl=self._tls if secure else None,
            server_hostname=target.host if secure else None,
        )
        try:
            async with asyncio.timeout(timeouts["connect"]):
                reader, writer = await opening
        except TimeoutError as error:
            raise httpx.ConnectTimeout("ConnectTimeout", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        exchange = _Exchange(request, reader, writer, timeouts["read"])
        try:
            return await exchange.begin()
        except BaseException:
            await exchange.aclose()
            raise


class _Exchange(httpx.AsyncByteStream):
    """One request on its connection; what is iterated is the body of the answer."""

    def __init__(
        self,
        request: httpx.Request,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        read_s: float,
    ) -> None:
        self._request = request
        self._reader = reader
        self._writer = writer
        self._read_s = read_s
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)

    async def begin(self) -> httpx.Response:
        """Send the request, and return the head of the answer."""
        request = self._request
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        # Nothing is waited for: a head is smaller than any socket's buffer, and a server may answer without reading it.
        self._writer.write(self._sent(head) + self._sent(h11.EndOfMessage()))
        while not isinstance(event := await self._event(), h11.Response):
            pass
        return httpx.Response(
            event.status_code, headers=event.headers.raw_items(), stream=self, request=request
        )

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece, as it came."""
        while not isinstance(event := await self._event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    async def aclose(self) -> None:
        """End the connection, and return when the socket is closed: the next to this host begins after it."""
        self._writer.transport.abort()  # a polite end of TLS would wait for the other side
        with suppress(OSError):
            async with asyncio.timeout(_CLOSE_S):
                await self._writer.wait_closed()

    def _sent(self, event: h11.Request | h11.EndOfMessage) -> bytes:
        try:
            return self._state.send(event) or b""
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error), request=self._request) from error

    async def _event(self) -> h11.Event:
        """Return what the server says next."""
        while True:
            try:
                event = self._state.next_event()
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error), request=self._request) from error
            if isinstance(event, h11.Event):
                return event
            data = await self._within(self._reader.read(_READ_BYTES))
            if not data and self._state.their_state is h11.SEND_RESPONSE:
                said = "Server disconnected without sending a response."
                raise httpx.RemoteProtocolError(said, request=self._request)
            self._state.receive_data(data)

    async def _within(self, reading: Awaitable[Found]) -> Found:
        try:
            async with asyncio.timeout(self._read_s):
                return await reading
        except TimeoutError as error:
            raise httpx.ReadTimeout("ReadTimeout", request=self._request) from error
        except OSError as error:
            raise httpx.ReadError(str(error), request=self._request) from error
