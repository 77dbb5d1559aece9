import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import PermanentFetchError
from extractors.web.redirects import MOST_REDIRECTS, Trail


def followed(url, *hops, **means):
    trail = Trail(url, **means)
    for status, location in hops:
        trail.follow(status, location)
    return trail


def test_from_https_to_http_only_rules_may_lead():
    with pytest.raises(PermanentFetchError, match="insecure-redirect"):
        followed("https://a.example/robots.txt", (301, "http://a.example/robots.txt"))

    trail = followed("https://a.example/robots.txt", (301, "http://a.example/robots.txt"), downgrade=True)
    assert trail.at == "http://a.example/robots.txt"


def test_what_may_be_secret_is_not_told():
    with pytest.raises(PermanentFetchError) as raised:
        followed("https://a.example/", (302, "https://login.a.example/x?session=secret"))
    with pytest.raises(PermanentFetchError) as malformed:
        followed("https://a.example/", (302, "https://a:b:c/?session=secret"))

    for error in (raised.value, malformed.value):
        assert "secret" not in f"{error} {error.evidence}"


@pytest.mark.parametrize("port", [0, 65_536, 99_999])
def test_a_port_that_does_not_exist_leads_nowhere(port):
    with pytest.raises(PermanentFetchError, match="bad-redirect"):
        followed("https://a.example/", (302, f"https://a.example:{port}/"))


@given(
    st.lists(
        st.tuples(st.sampled_from([301, 302, 303, 307, 308]), st.one_of(st.none(), st.text(max_size=30))),
        max_size=9,
    )
)
def test_a_trail_ends_or_is_at_an_address_that_can_be_asked(hops):
    """Whatever is written in Location: never more than five hops, never twice to one address, never without a name."""
    trail, seen, refused = Trail("https://a.example/feed"), ["https://a.example/feed"], None
    for status, location in hops:
        try:
            trail.follow(status, location)
        except PermanentFetchError as error:
            refused = error
            break
        assert trail.at not in seen
        assert trail.at.startswith("https://")
        seen.append(trail.at)
    assert len(seen) <= MOST_REDIRECTS + 1
    if refused is None:
        permanent = all(status in (301, 308) for status, _ in hops)
        assert trail.moved_to == (trail.at if permanent and hops else None)
    else:
        assert refused.cause
        assert refused.evidence
