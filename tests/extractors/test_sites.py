"""The site that a host is part of: its registrable domain, by the public suffix list."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import suffixes
from extractors.hosts import site_of

LABELS = st.text("abcxyz019", min_size=1, max_size=6)
ENDINGS = st.sampled_from(
    ["com", "co.uk", "blogspot.com", "example", "com.cn", "xn--p1ai", "kawasaki.jp", "co"]
)
HOSTS = st.builds(lambda labels, ending: ".".join([*labels, ending]), st.lists(LABELS, max_size=4), ENDINGS)


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.paper.com", "paper.com"),
        ("feeds.news.paper.co.uk", "paper.co.uk"),
        ("paper.com.cn", "paper.com.cn"),
        ("one.blogspot.com", "one.blogspot.com"),  # a service that lends names: a site each
        ("www.one.github.io", "one.github.io"),
        ("a.b.xn--p1ai", "b.xn--p1ai"),  # b.рф
        ("x.y.xn--55qx5d.cn", "y.xn--55qx5d.cn"),  # y.公司.cn
        ("co.uk", "co.uk"),
        ("wire.news.example", "wire.news.example"),  # under no suffix
        ("intranet", "intranet"),
        ("192.168.10.4", "192.168.10.4"),
        ("2001:db8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_the_site_is_what_one_owner_has_registered(host, site):
    assert site_of(host) == site


@given(HOSTS)
def test_a_site_is_the_end_of_its_host_and_a_site_of_its_own(host):
    site = site_of(host)

    assert f".{host}".endswith(f".{site}")
    assert site_of(site) == site
    assert site_of(f"www.{site}") in (site, f"www.{site}")


def test_a_list_that_is_missing_is_not_fetched():
    class Missing(suffixes._Shipped):
        uid = "missing"
        local_path = "res/there-is-none.txt"

    with pytest.raises(FileNotFoundError, match="install `tld` anew"):
        suffixes.get_fld("http://a.com", parser_class=Missing)


def test_the_list_is_read_where_a_site_is_asked_for_and_not_before():
    code = "import sys; from extractors.hosts import site_of; {0}; site_of('a.com'); {0}"
    code = code.format("print('tld' in sys.modules)")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told.split() == ["False", "True"]
