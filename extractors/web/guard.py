"""Which addresses may be reached: public ones, and those the operator allows. Checked on every hop."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

import httpx

from extractors.errors import PermanentFetchError, TransientFetchError
from extractors.records import Manners

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 2048
_PORTS = {"http": 80, "https": 443}
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

    def __init__(self, manners: Manners) -> None:
        """Keep the networks and stand-in addresses of `manners`.

        Raises:
            ValueError: a network of `manners` is not in CIDR form.
        """
        self._allowed = tuple(ipaddress.ip_network(text, strict=False) for text in manners.allow_networks)
        self._stand_ins = dict(manners.connect_to)

    async def target(self, url: str) -> Target:
        """Resolve the host of `url` and return the one address to connect to.

        Raises:
            PermanentFetchError: the URL or one of its addresses may not be asked (`bad-url`, `bad-port`,
                `refused-address`).
            TransientFetchError: the name could not be resolved (`dns`).
        """
        parsed = checked_url(url)
        host = parsed.host.rstrip(".").lower()
        stand_in = self._stand_ins.get(host)
        if stand_in is not None:
            name, _, port_text = stand_in.rpartition(":")
            connect_host, port = name.strip("[]"), int(port_text)
        else:
            connect_host, port = host, parsed.port or _PORTS[parsed.scheme]
        addresses = await _resolve(url, connect_host, port)
        inside = all(self._is_allowed(address) for address in addresses)
        if not inside and port not in _PORTS.values():
            raise PermanentFetchError(url, "bad-port", f"port {port}")
        for address in addresses:
            if not (self._is_allowed(address) or is_public(address)):
                raise PermanentFetchError(url, "refused-address", f"{host} is at {address}")
        plain = stand_in is not None and parsed.scheme == "https"
        first, *others = _one_a_family(addresses)
        return Target(host=host, address=first, port=port, plain=plain, others=tuple(others))

    def _is_allowed(self, address: Address) -> bool:
        inner = unwrapped(address)
        return any(inner in network for network in self._allowed if network.version == inner.version)


def checked_url(url: str) -> httpx.URL:
    """Return `url` parsed.

    Raises:
        PermanentFetchError: it is not an http(s) URL with a host, names a user, or is too long (`bad-url`).
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


async def _resolve(url: str, host: str, port: int) -> tuple[Address, ...]:
    try:
        return (ipaddress.ip_address(host),)
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransientFetchError(url, "dns", f"{host} is not known") from error
    addresses = tuple(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found))
    if not addresses:
        raise TransientFetchError(url, "dns", f"{host} has no address")
    return addresses
