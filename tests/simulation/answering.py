"""What a simulated site answers to a request at a moment, and what is to be known of the answer later."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from tests.simulation import documents
from tests.simulation.web import RETRY_S, Outlet, Piece, Style, Trouble, TroubleKind, Web

Role = Literal["listing", "hop", "part", "instead", "page", "robots", "rights", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, status 0 where the connection is cut instead; `role` and `source_id` say what was asked for.

    `etag` and `modified` are the validators it carries; `full` says that it shows what was asked for; `lie` that its
    304 is false. `rest_s` is the pause it asks of the whole host; `header_wait_s` and `document_wait_s` when its
    headers and its document want to be asked again; `skip_hours`, `skip_days` when not.
    """

    status: int
    role: Role
    source_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    etag: str | None = None
    modified: str | None = None
    full: bool = False
    lie: bool = False
    rest_s: float | None = None
    header_wait_s: float = 0.0
    document_wait_s: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    version: int = 0


#: What a 429 that names no time means to a polite reader: four hours (field point 14).
_PLAIN_429_S = 4 * 3600.0


class Answering:
    """All sites of `web`. It remembers only how many pages a site with a quota gave away in the hour."""

    def __init__(self, web: Web) -> None:
        """Answer for `web`."""
        self._web = web
        self._given: Counter[tuple[str, int]] = Counter()
        self._styles = {outlet.host: outlet.style for outlet in reversed(web.outlets)}
        self._written: dict[tuple[str, str], tuple[tuple[object, ...], bytes]] = {}

    def answer(self, host: str, path: str, asked: Mapping[str, str], now: datetime) -> Answer:
        """Return the answer to a GET; `asked` are its headers in lower case."""
        web = self._web
        site = web.sites.get(host)
        if site is None:
            return Answer(status=404, role="other", body=b"no such site")
        blank = self._asked_for(host, path)
        troubled = _trouble(site.troubles, now)
        if troubled is None and blank.role == "robots":
            troubled = _trouble(site.robots_troubles, now)
        if troubled is not None:
            return _refused(blank, troubled, now)
        if blank.role == "robots":
            body = documents.robots(web, site, now)
            if not site.robots:
                return replace(blank, status=404, body=b"none")
            return replace(blank, status=200, body=body, full=True, headers={"Content-Type": "text/plain"})
        if blank.role == "rights":
            body = documents.rights(site, path)
            told = {"Content-Type": "text/plain"}
            return replace(blank, status=200 if body else 404, body=body, full=bool(body), headers=told)
        if blank.role == "page":
            return self._page(blank, web.pages[host, path], host, path, asked, now)
        if blank.role == "other":
            return self._front(blank, path)
        return self._listing(blank, host, path, asked, now)

    def _asked_for(self, host: str, path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(status=200, role="robots")
        if path in documents.RIGHTS:
            return Answer(status=200, role="rights")
        if (host, path) in self._web.pages:
            return Answer(status=200, role="page")
        if (host, path) in self._web.listings:
            outlet, what = self._web.listings[host, path]
            role: Role = "listing" if what == "own" else what  # type: ignore[assignment]
            return Answer(status=200, role=role, source_id=outlet.source_id)
        return Answer(status=404, role="other")

    def _front(self, blank: Answer, path: str) -> Answer:
        if path != "/":
            return replace(blank, status=404, body=b"not found", headers={"Content-Type": "text/plain"})
        body = b"<!doctype html><html lang=en><title>A paper</title><body><p>A paper of this town.</p></body></html>"
        return replace(blank, status=200, body=body, headers={"Content-Type": "text/html"})

    def _page(
        self, blank: Answer, piece: Piece, host: str, path: str, asked: Mapping[str, str], now: datetime
    ) -> Answer:
        site = self._web.sites[host]
        if site.quota is not None:
            hour = (host, int(now.timestamp() // 3600))
            self._given[hour] += 1
            if self._given[hour] > site.quota:
                return _refused(blank, "429-seconds", now)
        troubled = _trouble(site.page_troubles, now)
        if troubled is not None:
            return _refused(blank, troubled, now)
        if path != piece.path:
            return replace(blank, status=301, headers={"Location": self._web.url(host, piece.path)})
        if piece.published > now:
            return replace(blank, status=404, body=b"not yet")
        if piece.gone_at and now >= piece.gone_at:
            return replace(blank, status=410, body=b"taken away")
        if piece.late_until and now < piece.late_until:
            return replace(blank, status=503, body=b"being written")
        version = documents.edition(piece, now)
        changed = piece.edited_at if version > 1 else piece.published
        style = self._styles[host]
        body = documents.page(host, piece, now)
        shown = replace(blank, headers={"Content-Type": "text/html; charset=utf-8"}, version=version)
        return _conditional(shown, body, changed or now, style, asked, now)

    def _listing(
        self, blank: Answer, host: str, path: str, asked: Mapping[str, str], now: datetime
    ) -> Answer:
        outlet, what = self._web.listings[host, path]
        stop = _stopped(outlet, what, now)
        if stop is not None:
            return replace(blank, status=stop, body=b"nothing here")
        troubled = _trouble(outlet.troubles, now) if what in ("own", "hop") else None
        if troubled is not None:
            return _refused(blank, troubled, now)
        hop = self._hop(outlet, path, now)
        if isinstance(hop, int):
            return replace(blank, status=hop, body=b"nothing here")
        if hop is not None:
            status, to = hop
            return replace(blank, status=status, headers={"Location": self._web.url(host, to)})
        part = what if what == "instead" else f"part{path[-5]}" if what == "part" else "own"
        shown = outlet.shown(now)
        body = self._document(outlet, part, shown, now)
        headers = {"Content-Type": documents.TYPES["news" if part != "own" else outlet.form]}
        headers |= _cache_headers(outlet, now)
        asks = outlet.asks
        told = replace(
            blank,
            headers=headers,
            header_wait_s=asks.header_wait_s if what == "own" else 0.0,
            document_wait_s=asks.document_wait_s,
            skip_hours=asks.skip_hours,
            skip_days=asks.skip_days,
        )
        if outlet.lies_from and now >= outlet.lies_from and _has_conditions(asked):
            true = _conditional(told, body, _changed(shown, self._web.start), outlet.style, asked, now)
            return replace(told, status=304, full=True, lie=true.status != 304)
        changed = (
            self._web.start if part == "own" and outlet.form == "index" else _changed(shown, self._web.start)
        )
        return _conditional(told, body, changed, outlet.style, asked, now)

    def _document(self, outlet: Outlet, part: str, shown: tuple[Piece, ...], now: datetime) -> bytes:
        """Return the document, written anew only where it shows something else than before."""
        until = now if outlet.restless or part == "instead" else None
        key = (shown[:1], len(shown), until)
        kept = self._written.get((outlet.source_id, part))
        if kept is None or kept[0] != key:
            kept = (key, documents.listing(self._web, outlet, part, now))
            self._written[outlet.source_id, part] = kept
        return kept[1]

    def _hop(self, outlet: Outlet, path: str, now: datetime) -> tuple[int, str] | int | None:
        """Return where `path` leads to at `now`; 404 for an address that is not (any more) there; None for itself."""
        for move in outlet.moves:
            if now < move.start or (move.stop is not None and now >= move.stop):
                continue
            way = (outlet.path, *move.chain)
            if path in way:
                at = way.index(path)
                return (move.status, way[at + 1]) if at + 1 < len(way) else None
        return None if path == outlet.path or path not in _hops(outlet) else 404


def _hops(outlet: Outlet) -> set[str]:
    return {path for move in outlet.moves for path in move.chain}


def _stopped(outlet: Outlet, what: str, now: datetime) -> int | None:
    if what == "instead":
        return None
    if outlet.gone_at and now >= outlet.gone_at:
        return 410
    return 404 if outlet.lost_at and now >= outlet.lost_at else None


def _changed(shown: tuple[Piece, ...], start: datetime) -> datetime:
    return max((piece.published for piece in shown), default=start - timedelta(days=30))


def _trouble(troubles: tuple[Trouble, ...], now: datetime) -> Trouble | None:
    return next((trouble for trouble in troubles if trouble.start <= now < trouble.stop), None)


def _refused(blank: Answer, trouble: "Trouble | TroubleKind", now: datetime) -> Answer:
    """Return the answer of a site in trouble."""
    kind = trouble.kind if isinstance(trouble, Trouble) else trouble
    if kind == "reset":
        return replace(blank, status=0)
    if kind == "html":
        body = (
            b"<!doctype html><html><title>Maintenance</title><body><p>We are working on it.</p></body></html>"
        )
        return replace(blank, status=200, headers={"Content-Type": "text/html"}, body=body)
    status, _, told = kind.partition("-")
    headers: dict[str, str] = {"Content-Type": "text/plain"}
    rest_s = _PLAIN_429_S if status == "429" else None
    if told == "seconds":
        headers["Retry-After"], rest_s = str(RETRY_S), float(RETRY_S)
    elif told == "date" and isinstance(trouble, Trouble):
        until = trouble.stop.replace(microsecond=0)
        headers["Retry-After"], rest_s = format_datetime(until, usegmt=True), (until - now).total_seconds()
    return replace(blank, status=int(status), headers=headers, body=b"not now", rest_s=rest_s)


def _has_conditions(asked: Mapping[str, str]) -> bool:
    return "if-none-match" in asked or "if-modified-since" in asked


def _cache_headers(outlet: Outlet, now: datetime) -> dict[str, str]:
    asks, headers = outlet.asks, {}
    if asks.max_age_s is not None:
        headers["Cache-Control"] = f"public, max-age={asks.max_age_s}"
        headers["Age"] = str(asks.age_s)
    if asks.expires_s is not None:
        headers["Expires"] = format_datetime(_whole(now) + timedelta(seconds=asks.expires_s), usegmt=True)
    return headers


def _conditional(
    told: Answer, body: bytes, changed: datetime, style: Style, asked: Mapping[str, str], now: datetime
) -> Answer:
    """Return 200 with the body, or 304 where the client has it: each header is compared byte for byte."""
    etag, modified = _validators(body, changed, style, now)
    full = replace(told, status=200, body=body, full=True, etag=etag, modified=modified)
    given = asked.get("if-none-match")
    same = given in (etag, f"W/{etag}") if given is not None and etag else False
    if given is None or not etag:
        same = modified is not None and asked.get("if-modified-since") == modified
    if not same:
        return replace(full, headers={**told.headers, **_validator_headers(etag, modified)})
    # A 304 need not repeat all that is known; what it carries is new (RFC 9111, 4.3.4).
    repeated = f"W/{etag}" if style == "suffix" else etag
    kept = _validator_headers(repeated, None)
    return replace(full, status=304, body=b"", etag=repeated, modified=None, headers={**told.headers, **kept})


def _validator_headers(etag: str | None, modified: str | None) -> dict[str, str]:
    told = {"ETag": etag, "Last-Modified": modified}
    return {name: value for name, value in told.items() if value is not None}


@lru_cache(maxsize=50_000)
def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]


def _validators(body: bytes, changed: datetime, style: Style, now: datetime) -> tuple[str | None, str | None]:
    digest = _digest(body)
    modified = format_datetime(_whole(changed), usegmt=True)
    odd = f"{digest[:8]}, '{digest[8:]}'-gzip" if int(digest, 16) % 2 else f'"{digest}--gzip"'
    return {
        "both": (f'"{digest}"', modified),
        "etag": (f'"{digest}"', None),
        "weak": (f'W/"{digest}"', modified),
        "odd": (odd, modified.replace("GMT", "+0000")),
        "modified": (None, modified),
        "suffix": (f'"{digest}"', None),
        "none": (None, None),
        "fickle": (f'"{int(now.timestamp())}"', None),
    }[style]


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
