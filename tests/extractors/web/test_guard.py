import asyncio
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import PermanentFetchError, TransientFetchError
from extractors.orders import Manners
from extractors.web.guard import Guard, is_public


def target(url, **manners):
    return asyncio.run(Guard(Manners(user_agent="t", **manners)).target(url))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "fec0::1", "192.88.99.1"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address):
    host = f"[{address}]" if ":" in address else address

    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(PermanentFetchError, match="refused-address"):
        target(f"http://{host}/")


def test_a_public_address_is_taken_as_it_is():
    assert target("https://93.184.215.14/").address == "93.184.215.14"


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "http://u:p@a.example/", "http:///x", "http://a:b:c/", "x" * 3000]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(PermanentFetchError, match="bad-url"):
        target(url)


@pytest.mark.parametrize("port", ["0", "65536", "99999", "80000000000"])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(PermanentFetchError, match="bad-port"):
        target(f"http://127.0.0.1:{port}/", allow_networks=("127.0.0.0/8",))


def test_another_port_is_only_for_allowed_networks():
    with pytest.raises(PermanentFetchError, match="bad-port"):
        target("http://93.184.215.14:8080/")

    assert target("http://127.0.0.1:8080/", allow_networks=("127.0.0.0/8",)).port == 8080


def test_a_stand_in_address_must_be_allowed_too():
    stand_in = (("a.example", "127.0.0.1:8080"),)

    found = target("https://a.example/", connect_to=stand_in, allow_networks=("127.0.0.0/8",))
    assert (found.address, found.port, found.plain) == ("127.0.0.1", 8080, True)
    with pytest.raises(PermanentFetchError):
        target("http://a.example/", connect_to=stand_in)


def test_what_is_no_name_of_a_host_is_refused():
    with pytest.raises(PermanentFetchError, match="bad-url"):
        target("http://xn--a/")


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "localhost", "127。0。0。1"],
)
def test_other_spellings_of_loopback_are_refused(host):
    with pytest.raises(PermanentFetchError, match=r"refused-address|bad-url"):
        target(f"http://{host}/")


@pytest.mark.parametrize("host", ["1.2.3.4.5", "999.1.1.1", "0x", "1.2.3.0xfffffffff", "a.9"])
def test_what_ends_in_a_number_is_never_a_name(host):
    with pytest.raises(PermanentFetchError, match="bad-url"):
        target(f"http://{host}/")


def resolved(url, *addresses, **manners):
    """Return the target of `url`, and the names that were looked up; every name has these addresses."""
    asked = []

    async def resolver(host, port):
        asked.append(host)
        return tuple(ipaddress.ip_address(address) for address in addresses)

    guard = Guard(Manners(user_agent="t", **manners), resolver)
    return asyncio.run(guard.target(url)), asked


def test_the_name_that_is_looked_up_is_the_one_that_is_sent():
    found, asked = resolved("http://straße.example./x", "93.184.215.14")

    assert (asked, found.host) == (["xn--strae-oqa.example"], "xn--strae-oqa.example")


def test_one_address_inside_is_enough_to_refuse_a_name():
    with pytest.raises(PermanentFetchError, match="refused-address") as raised:
        resolved("http://a.example/", "93.184.215.14", "192.168.1.1")
    assert raised.value.evidence == "a.example is at 192.168.1.1"


def test_a_name_without_an_address_is_not_known():
    with pytest.raises(TransientFetchError, match="dns"):
        resolved("http://a.example/")


def test_a_name_that_the_resolver_does_not_know_is_told():
    async def unknown(host, port):
        raise OSError(-2, "Name or service not known")

    with pytest.raises(TransientFetchError, match="dns") as raised:
        asyncio.run(Guard(Manners(user_agent="t"), unknown).target("http://a.example/"))
    assert raised.value.evidence == "a.example: Name or service not known"


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_the_same_in_every_form_that_hides_it(address):
    mapped = ipaddress.ip_address(f"::ffff:{address}")
    assert is_public(mapped) == is_public(address)
    for prefix in ("64:ff9b::", "2002:", "::"):
        hidden = (
            f"2002:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}::"
            if prefix == "2002:"
            else prefix + str(address)
        )
        assert not is_public(ipaddress.ip_address(hidden))
