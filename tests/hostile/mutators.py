"""Mutations of documents: each takes chance and bytes and gives other bytes; the same chance gives the same."""

import re
from collections.abc import Callable, Sequence
from random import Random

Mutator = Callable[[Random, bytes], bytes]

#: A mutant is no larger: size is the hostile run's matter.
LONGEST = 400_000
_TAG = re.compile(rb"<[^<>]{1,200}>")
_NUMBER = re.compile(rb"\d+")
_QUOTED = re.compile(rb"\"[^\"<>]{0,200}\"")
_TOKENS = (
    *(
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"<?xml version='1.1'?>",
        b"<?php ",
    ),
    *(
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1b[31m",
        b"\r",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\x81\x30\x81\x30",
    ),
    *(
        b"&#1114112;",
        b"&#0;",
        b"&#xD800;",
        b"&#x1F600;",
        b"&nosuch;",
        b"&a;",
        b"&amp;amp;amp;lt;",
        b"&",
        b"&#",
        b"%",
    ),
    *(b"<script>evil()</script>", b"&lt;script&gt;evil()&lt;/script&gt;", b"&amp;lt;script&amp;gt;evil()"),
    *(
        b"<svg/onload=evil()>",
        b"<img src=x onerror=evil()>",
        b"javascript:evil()",
        b"<iframe>",
        b"<plaintext>",
    ),
    *(
        b"\\u0000",
        b"\\ud800",
        b"\\u003cscript\\u003e",
        b"\\",
        b"'",
        b'"',
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
    ),
    *(
        b"http://[",
        b"http://[::1]/",
        b"//",
        b"?",
        b"#",
        b"data:,x",
        b"xml:base='http://['",
        b"<base href='//['>",
    ),
    *(
        b"0000-00-00",
        b"31 Feb 2024 25:61:61 +9999",
        b"2024-03-28T12:00:00+99:99",
        b"9999-12-31T23:59:59Z",
        b"1e999",
    ),
    *(
        "\u202e\u2066".encode(),
        "\u0301".encode() * 20,
        "\U0010ffff".encode(),
        "\u2028".encode(),
        "ﷺ".encode(),
    ),
)
_NUMBERS = (
    b"0",
    b"-1",
    b"9" * 20,
    b"9" * 5000,
    b"1e400",
    b"0x7f",
    b"NaN",
    b"00000000001",
    "١٢".encode(),
    b"1.7976931348623157e309",
)
_CODECS = (
    "utf-16",
    "utf-16-le",
    "utf-32",
    "latin-1",
    "cp1252",
    "gb18030",
    "big5",
    "shift_jis",
    "utf-7",
    "utf-8-sig",
    "koi8-r",
)


def flip_bits(chance: Random, body: bytes) -> bytes:
    """Flip up to 30 single bits."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 30)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def delete_chunk(chance: Random, body: bytes) -> bytes:
    """Cut a piece out."""
    start, stop = _span(chance, body)
    return body[:start] + body[stop:]


def double_chunk(chance: Random, body: bytes) -> bytes:
    """Repeat a piece, twice or a thousand times."""
    start, stop = _span(chance, body)
    return body[:start] + body[start:stop] * chance.choice((2, 3, 50, 1000)) + body[stop:]


def shuffle_chunks(chance: Random, body: bytes) -> bytes:
    """Put the pieces into another order."""
    cuts = sorted(chance.randrange(len(body) + 1) for _ in range(chance.randint(2, 8)))
    pieces = [body[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    chance.shuffle(pieces)
    return b"".join(pieces)


def truncate(chance: Random, body: bytes) -> bytes:
    """End too early."""
    return body[: chance.randrange(len(body) + 1)]


def swap_tags(chance: Random, body: bytes) -> bytes:
    """Put tags in each other's place."""
    tags = list(_TAG.finditer(body))
    if len(tags) < 2:
        return body
    return _replaced(body, tags, lambda _: chance.choice(tags)[0], chance, most=6)


def drop_tags(chance: Random, body: bytes) -> bytes:
    """Leave tags out."""
    return _replaced(body, list(_TAG.finditer(body)), lambda _: b"", chance, most=6)


def insert_tokens(chance: Random, body: bytes) -> bytes:
    """Put in what has a meaning somewhere."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(body) + 1)
        body = body[:at] + chance.choice(_TOKENS) + body[at:]
    return body


def replace_values(chance: Random, body: bytes) -> bytes:
    """Put such things in the place of what stands in quotes."""
    return _replaced(
        body, list(_QUOTED.finditer(body)), lambda _: b'"' + chance.choice(_TOKENS) + b'"', chance, most=4
    )


def blow_up_numbers(chance: Random, body: bytes) -> bytes:
    """Put numbers that are none, or far too large, in the place of numbers."""
    return _replaced(body, list(_NUMBER.finditer(body)), lambda _: chance.choice(_NUMBERS), chance, most=5)


def nest(chance: Random, body: bytes) -> bytes:
    """Wrap a piece a few hundred times."""
    start, stop = _span(chance, body)
    before, after = chance.choice(
        ((b"<div>", b"</div>"), (b"<item>", b"</item>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<b>", b""))
    )
    times = chance.choice((5, 300, 2000))
    return body[:start] + before * times + body[start:stop] + after * times + body[stop:]


def encode_anew(chance: Random, body: bytes) -> bytes:
    """Write the text in another character set, whatever the document says of itself."""
    return body.decode("utf-8", "replace").encode(chance.choice(_CODECS), "replace")


def cross(chance: Random, body: bytes, other: bytes) -> bytes:
    """Begin as one document and end as another."""
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]


MUTATORS: tuple[Mutator, ...] = (
    *(flip_bits, delete_chunk, double_chunk, shuffle_chunks, truncate, swap_tags, drop_tags),
    *(insert_tokens, insert_tokens, replace_values, blow_up_numbers, nest, encode_anew),
)


def mutant(chance: Random, bodies: Sequence[bytes], body: bytes) -> bytes:
    """Return `body` after one to four mutations; one time in ten it is crossed with another of `bodies` first."""
    if chance.random() < 0.1:
        body = cross(chance, body, chance.choice(bodies))
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        body = chance.choice(MUTATORS)(chance, body)[:LONGEST]
    return body


def _span(chance: Random, body: bytes) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.choice((1, 5, 40, 400, 4000)))


def _replaced(
    body: bytes, found: list[re.Match[bytes]], new: Callable[[bytes], bytes], chance: Random, most: int
) -> bytes:
    """Replace up to `most` of what was `found`."""
    chosen = sorted(chance.sample(range(len(found)), min(len(found), chance.randint(1, most))))
    pieces, at = [], 0
    for index in chosen:
        pieces += [body[at : found[index].start()], new(found[index][0])]
        at = found[index].end()
    return b"".join([*pieces, body[at:]])
