import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import FetchError, PermanentFetchError
from extractors.web.inflate import Inflater

URL = "http://a.example/"


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS = {
    "": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate ": raw_deflate,
}


def fed(inflater, packed, size):
    for start in range(0, len(packed), size):
        inflater.feed(packed[start : start + size])
    return inflater


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=3000), st.integers(1, 500))
def test_what_was_packed_comes_out_in_whatever_pieces_it_comes(encoding, body, size):
    packed = PACKERS[encoding](body)

    assert fed(Inflater(URL, encoding, 5000), packed, size).body() == body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate "])
@pytest.mark.parametrize("size", [999_999, 1_000_000, 1_000_001, 2_500_000])
def test_nothing_is_lost_where_a_large_body_is_taken_in_pieces(encoding, size):
    body = bytes(range(256)) * (size // 256 + 1)
    packed = PACKERS[encoding](body)
    # Dense as it is it would pass for a bomb; what is cut is taken as it comes.
    inflater = fed(Inflater(URL, encoding, size, cut=True), packed, len(packed))

    assert inflater.body() == body[:size]


@given(
    st.sampled_from(["gzip", "deflate"]), st.binary(max_size=500), st.integers(1, 100), st.integers(1, 400)
)
def test_nonsense_ends_in_a_body_within_the_bound_or_in_a_named_error(encoding, noise, size, most):
    inflater = Inflater(URL, encoding, most)
    cause = None
    try:
        assert len(fed(inflater, noise, size).body()) <= most
    except FetchError as error:
        cause = error.cause
    assert cause in {None, "too-large", "bad-encoding", "broken-answer"}


def test_a_bomb_is_seen_before_it_fills_the_room():
    inflater = Inflater(URL, "gzip", 1_000_000_000)
    with pytest.raises(PermanentFetchError, match="bomb"):
        inflater.feed(gzip.compress(b"\0" * 50_000_000))

    assert inflater.size <= 6_000_000


def test_text_that_compresses_well_is_no_bomb():
    body = b"".join(b"<item><title>News %d</title></item>" % number for number in range(100_000))

    assert fed(Inflater(URL, "gzip", 20_000_000), gzip.compress(body), 65_536).body() == body
