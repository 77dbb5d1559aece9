"""What a body is by its first bytes: text that can be read, or a picture, a film, a document of another kind."""

import re

#: How many bytes are looked at.
SNIFFED = 512
#: By the WHATWG MIME Sniffing standard, sections 6.1, 6.2 and 7.1, and the formats' own descriptions.
_MAGIC: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("application/pdf", re.compile(rb"\s{0,64}%PDF-")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("image/bmp", re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL)),
    ("image/x-icon", re.compile(rb"\0\0[\x01\x02]\0")),
    ("audio/wav", re.compile(rb"RIFF.{4}WAVE", re.DOTALL)),
    ("audio/mpeg", re.compile(rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2]")),
    ("audio/ogg", re.compile(rb"OggS\0")),
    ("audio/flac", re.compile(rb"fLaC")),
    ("video/mp4", re.compile(rb".{4}ftyp", re.DOTALL)),
    ("video/webm", re.compile(rb"\x1a\x45\xdf\xa3")),
    ("video/mp2t", re.compile(rb"\x47.{187}\x47", re.DOTALL)),
    ("font/woff", re.compile(rb"wOF[F2]")),
    ("application/zip", re.compile(rb"PK\x03\x04")),
    ("application/x-rar", re.compile(rb"Rar!\x1a\x07")),
    ("application/msword", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
)
_NO_TEXT_TYPES = re.compile(r"\s*(?:image|audio|video|font)/|\s*application/pdf\b", re.IGNORECASE)
#: SVG is text, but no news; what begins like this may be wrongly labelled, and can be read.
_TEXT_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[]")


def wrong_type(content_type: str | None, start: bytes) -> str | None:
    """Return the evidence that a body is nothing to read; None where it may be text.

    The first bytes decide: labels are often wrong in both directions. `start` holds `SNIFFED` of them, or all.
    """
    label = (content_type or "none")[:60]
    for name, pattern in _MAGIC:
        if pattern.match(start):
            return f"content-type: {label}; the first bytes are those of {name}"
    if content_type and _NO_TEXT_TYPES.match(content_type) and not _TEXT_START.match(start):
        return f"content-type: {label}; it does not begin like text"
    return None
