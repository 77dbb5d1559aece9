"""Which addresses may be reached: public ones, and those the operator allows. Checked on every hop."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import httpx

from extractors.errors import PermanentFetchError, TransientFetchError
from extractors.orders import Manners

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Answers the addresses of a host name (in ASCII) for a port.
#: Raises OSError or UnicodeError where the name is not known.
Resolver = Callable[[str, int], Awaitable[tuple[Address, ...]]]

LONGEST_URL = 2048
#: Seconds in which a name is to be known: the system's resolver itself tries for 10 and more (resolv.conf(5)).
_LOOKUP_S = 10.0
#: Look-ups at the same time. The event loop's own threads are few (6 on two processors): some dead name servers would
#: hold up all other names.
_LOOKUPS = 32
#: Hosts whose last label is a number are addresses, never names (WHATWG URL, "ends in a number").
_NUMERIC = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65_535
#: Not global in effect, though some versions of `ipaddress` say so: shared space of carriers (RFC 6598), relays
#: (RFC 7526) and forms of IPv6 that carry an IPv4 address inside (RFC 3056, RFC 4380).
_REFUSED = tuple(
    ipaddress.ip_network(text) for text in ("100.64.0.0/10", "192.88.99.0/24", "2002::/16", "2001::/32")
)
#: All of IPv6 that is given out to networks of the internet (RFC 4291, section 2.4); the rest is translation
#: (with an IPv4 address inside), local or reserved.
_UNICAST = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address to connect to for a URL.

    `others` are further checked addresses, for when nobody answers at the first.
    `plain` is True where an https URL goes to a stand-in address that speaks http only.
    """

    host: str
    address: str
    port: int
    plain: bool
    others: tuple[str, ...] = ()


class Guard:
    """Turns URLs into checked addresses."""

    def __init__(self, manners: Manners, resolve: "Resolver | None" = None) -> None:
        """Keep the networks and stand-in addresses of `manners`; `resolve` None asks the system.

        Raises:
            ValueError: a network of `manners` is not in CIDR form.
        """
        self._resolve = resolve or system_resolver
        self._allowed = tuple(ipaddress.ip_network(text, strict=False) for text in manners.allow_networks)
        self._stand_ins = dict(manners.connect_to)

    async def target(self, url: str) -> Target:
        """Resolve the host of `url`, once, and return what was checked: that is what is to be connected to.

        Raises:
            PermanentFetchError: the URL or one of its addresses may not be asked (`bad-url`, `bad-port`,
                `refused-address`).
            TransientFetchError: the name could not be resolved (`dns`).
        """
        parsed = checked_url(url)
        host = host_of(parsed)
        stand_in = self._stand_ins.get(host)
        if stand_in is not None:
            name, _, port_text = stand_in.rpartition(":")
            connect_host, port = name.strip("[]"), int(port_text)
        else:
            connect_host, port = host, parsed.port or _PORTS[parsed.scheme]
        addresses = await self._addresses(url, connect_host, port)
        for address in addresses:
            if not (self._is_allowed(address) or is_public(address)):
                found = f"{host} is at {address}"
                raise PermanentFetchError(url, "refused-address", found, evidence=found[:200])
        inside = all(self._is_allowed(address) for address in addresses)
        if not inside and port not in _PORTS.values():
            raise PermanentFetchError(url, "bad-port", f"port {port}", evidence=f"port {port}")
        plain = stand_in is not None and parsed.scheme == "https"
        first, *others = _one_a_family(addresses)
        return Target(host=host, address=first, port=port, plain=plain, others=tuple(others))

    async def _addresses(self, url: str, host: str, port: int) -> tuple[Address, ...]:
        literal = _literal(host)
        if literal is not None:
            return (literal,)
        if _NUMERIC.search(host):
            raise PermanentFetchError(url, "bad-url", f"{host} is no address")
        try:
            async with asyncio.timeout(_LOOKUP_S):
                found = await self._resolve(host, port)
        except TimeoutError as error:
            evidence = f"{host}: no name server answered within {_LOOKUP_S:g} s"
            raise TransientFetchError(url, "dns", f"{host} is not known", evidence=evidence) from error
        except (OSError, UnicodeError) as error:
            evidence = f"{host}: {getattr(error, 'strerror', None) or 'no name'}"
            raise TransientFetchError(url, "dns", f"{host} is not known", evidence=evidence) from error
        if not found:
            raise TransientFetchError(url, "dns", f"{host} has no address")
        return tuple(dict.fromkeys(found))

    def _is_allowed(self, address: Address) -> bool:
        inner = unwrapped(address)
        return any(inner in network for network in self._allowed if network.version == inner.version)


@lru_cache(maxsize=1024)
def checked_url(url: str) -> httpx.URL:
    """Return `url` parsed. On the way of one request it is needed four times, and takes as long as a send: it is kept.

    Raises:
        PermanentFetchError: it is not an http(s) URL with a host, names a user, or is too long (`bad-url`), or names
            a port that does not exist (`bad-port`).
    """
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, ValueError) as error:
        raise PermanentFetchError(url[:200], "bad-url", str(error)) from error
    if len(url) > LONGEST_URL:
        raise PermanentFetchError(url[:200], "bad-url", f"longer than {LONGEST_URL} characters")
    if parsed.scheme not in _PORTS or not host:
        raise PermanentFetchError(url, "bad-url", "only http and https can be fetched")
    if parsed.userinfo:
        raise PermanentFetchError(f"{parsed.scheme}://{parsed.host}", "bad-url", "it names a user")
    if parsed.port is not None and not 0 < parsed.port <= _LAST_PORT:
        raise PermanentFetchError(url, "bad-port", f"port {parsed.port}", evidence=f"port {parsed.port}")
    return parsed


def is_public(address: Address) -> bool:
    """Tell whether `address` is one of the open internet."""
    inner = unwrapped(address)
    refused = any(inner in network for network in _REFUSED if network.version == inner.version)
    given_out = inner.version == 4 or inner in _UNICAST  # noqa: PLR2004 - the protocol's version
    return inner.is_global and given_out and not inner.is_multicast and not refused


def unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped IPv6 one, else `address` itself."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _one_a_family(addresses: tuple[Address, ...]) -> list[str]:
    """Return the first address of each version of the protocol: many hosts have one of the two that is dead."""
    first: dict[int, str] = {}
    for address in addresses:
        first.setdefault(address.version, str(address))
    return list(first.values())


def host_of(parsed: httpx.URL) -> str:
    """Return the host by which turns, rests and rules are kept: in ASCII, small letters, without a last dot.

    The name that is looked up is the one that is sent to the server: `URL.host` reads `xn--` again as letters, which
    the system's resolver would turn into another name (straße.example into strasse.example).
    """
    return parsed.raw_host.decode("ascii").rstrip(".").lower()


async def system_resolver(host: str, port: int) -> tuple[Address, ...]:
    """Ask the system for the addresses of `host`.

    Raises:
        OSError: the name is not known.
    """
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_lookups(), _look_up, host, port)
    return tuple(ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found)


def _look_up(host: str, port: int) -> list[tuple[Any, ...]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


@cache
def _lookups() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="names")


def _literal(host: str) -> Address | None:
    """Return the address that `host` spells, in any of the forms that systems read (`127.1`, `0x7f.1`, `017…`)."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not _NUMERIC.search(host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
