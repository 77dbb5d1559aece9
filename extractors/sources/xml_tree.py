"""XML from strangers as a tree: nothing is fetched, no entity is resolved, and no name or text of it raises."""

import re

from lxml import etree

from extractors.errors import ParseError
from extractors.markup import has_endless_tag

_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));")


def xml_root(text: str, url: str, cause: str) -> "etree._Element":
    """Return the outermost element of `text`, which has no declaration; what is broken in it is left out.

    Raises:
        ParseError: `cause`, with `url`, where there is no XML in it; `too-large` where it would take too long.
    """
    if has_endless_tag(text):
        raise ParseError(url, "too-large", "more markup than a list has")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(sound(text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(url, cause, str(error)) from error
    if root is None or not isinstance(root.tag, str):
        raise ParseError(url, cause, "no XML was found in it")
    return root


def name_of(element: "etree._Element") -> str:
    """Return the name of `element` in small letters, without namespace or prefix."""
    return re.split(r"[}:]", str(element.tag))[-1].lower()


def sound(text: str) -> str:
    """Return `text` with U+FFFD for each numeric reference that names no character: XML has no room for those.

    feedparser raises at some of them, and lxml where it hands out what a recovering parser made of them.
    """
    return _REFERENCE.sub(_sound, text)


def _sound(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    is_character = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF  # noqa: PLR2004 - XML 1.0, 2.2
    return reference[0] if is_character else "\ufffd"
