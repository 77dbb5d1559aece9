import asyncio
import ipaddress

import pytest

from extractors.errors import PermanentFetchError
from extractors.records import Manners
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


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "127.0.0.1."])
def test_other_spellings_of_loopback_are_refused(host):
    with pytest.raises(PermanentFetchError, match="refused-address"):
        target(f"http://{host}/")
