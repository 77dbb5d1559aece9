"""The ledger of a run: every request on the wire, as it really was."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from extractors.clock import Clock
from extractors.errors import FetchError
from extractors.hosts import site_of
from extractors.orders import Request, Unconditional
from extractors.web.exchange import Asking


@dataclass(slots=True, kw_only=True)
class Line:
    """A request that is under way: what has been seen of its answer so far. The one record that is filled in."""

    index: int
    status: int | None = None
    bytes: int = 0
    validators: bool = False
    retry_after_s: float | None = None


class Ledger:
    """All requests of a run, in the order of their start."""

    def __init__(self, clock: Clock, before: Iterable[Request] = ()) -> None:
        """Start with the requests that the same collection made `before` it was ended."""
        self._clock = clock
        self.requests = sorted(before, key=lambda request: request.started_at)
        self._open: Counter[str] = Counter()

    @contextmanager
    def line(
        self, url: str, host: str, asking: Asking, gap_s: float | None, *, shown: str | None = None
    ) -> Iterator[Line]:
        """Write down one request, from start to end, however it ends; an error gets the status that was seen.

        `shown` is what stands there for its address.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        unconditional = why_unconditional(url, asking)
        site = site_of(host)
        self._open[site] += 1
        line = Line(index=len(self.requests))
        self.requests.append(
            Request(
                url=shown or url,
                host=host,
                purpose=asking.purpose,
                started_at=self._clock(),
                source_id=asking.source_id,
                conditional=unconditional is None,
                unconditional=unconditional,
                open_at_host=self._open[site],
                gap_s=gap_s,
            )
        )
        cause: str | None = "cancelled"
        try:
            yield line
            cause = None
        except FetchError as error:
            cause = error.cause
            error.status = error.status or line.status
            raise
        finally:
            self._open[site] -= 1
            self.requests[line.index] = replace(
                self.requests[line.index],
                seconds=loop.time() - started,
                http_status=line.status,
                bytes=line.bytes,
                validators=line.validators,
                retry_after_s=line.retry_after_s,
                cause=cause,
            )


def why_unconditional(url: str, asking: Asking) -> Unconditional | None:
    """Return why nothing is asked conditionally of `url`; None where it is."""
    known = asking.known(url)
    if known is None:
        return "first"
    if known.etag is None and known.last_modified is None:
        return "unread" if known.body_hash is None else "no-validators"
    return asking.unconditional
