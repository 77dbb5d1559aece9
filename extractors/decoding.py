"""Bytes to text: which character set a document is in, and never an error over a stray byte."""

import codecs
import contextlib
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
#: Where a declaration may stand: the HTML standard asks for the first 1,024 bytes, real pages use more.
_LOOKED_AT = 4096
#: How much the detector sees: enough to be sure, and bounded in time.
_DETECTED_FROM = 65536
#: Soft hyphens and spaces of no width, control characters, and halves of surrogate pairs, which no file can hold.
#: A pattern and no table of `str.translate`, which takes 1.5 s of 8 for all text of 209 pages that have none of these.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]+")

#: Labels that are read as a superset of what they say, as browsers do (WHATWG Encoding, "names and labels").
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}


def decode(body: bytes, content_type: str | None) -> str:
    """Return `body` as text without NULs: BOM, then UTF-8 where all of it fits, then what is declared.

    `content_type` is the header as sent, None where there was none; it goes before the document's own word. Bytes
    that do not fit become U+FFFD. A declaration that most of the bytes contradict is passed over for a detector's.
    No other character set looks like UTF-8 by chance, while servers and templates often declare a wrong one.
    """
    bom = _from_bom(body)
    declared = [
        _codec(label) for label in (bom, _from_header(content_type), _from_declaration(body)) if label
    ]
    if not bom and not body.isascii():
        with contextlib.suppress(UnicodeDecodeError):
            return body.decode("utf-8").replace("\0", "")
    for codec in [*declared, "utf-8"]:
        text = _decoded(body, codec) if codec else None
        if text is not None:
            return text
    best = from_bytes(body[:_DETECTED_FROM]).best()
    codec = _codec(best.encoding) if best else None
    fallback = next((name for name in declared if name), None) or codec or "utf-8"
    return body.decode(fallback, "replace").replace("\0", "")


def visible(text: str) -> str:
    """Return `text` without what nobody sees: it splits words in two (soft hyphens), or cannot be stored."""
    return _INVISIBLE.sub("", text)


def without_declaration(text: str) -> str:
    """Return XML `text` without its `<?xml … ?>` line, which names a character set that is no longer true."""
    return _XML_DECLARATION.sub("", text.lstrip("\ufeff"), count=1)


def _decoded(body: bytes, codec: str) -> str | None:
    """Decode strictly; where a few bytes are broken (1 in 1,000 at most), put U+FFFD in their place."""
    text = body.decode(codec, "replace")
    if text.count("\ufffd") * 1000 > len(text):
        return None
    return text.removeprefix("\ufeff").replace("\0", "")


def _from_header(content_type: str | None) -> str | None:
    found = _HEADER.search(content_type or "")
    return found[1] if found else None


def _from_bom(body: bytes) -> str | None:
    return next((codec for bom, codec in _BOMS if body.startswith(bom)), None)


def _from_declaration(body: bytes) -> str | None:
    head = body[:_LOOKED_AT]
    found = _XML.search(head) or _META.search(head)
    label = found[1].decode("ascii", "replace") if found else None
    # A declaration that can be read byte by byte is in none of these (HTML standard, 13.2.3.2).
    return "utf-8" if label and label.lower().startswith(("utf-16", "utf-32", "ucs-")) else label


def _codec(label: str) -> str | None:
    name = label.strip().lower()
    name = _SUPERSETS.get(name, name)
    try:
        return codecs.lookup(name).name if codecs.lookup(name)._is_text_encoding else None  # noqa: SLF001 - no public way to tell `hex` and its like apart
    except (LookupError, ValueError):
        return None
