"""Text that Markdown shows as it is, and addresses that mean nothing else: no news becomes markup."""

import re
from urllib.parse import quote

#: What has a meaning in one kind of Markdown or another, and can be escaped in all; entities; addresses made links.
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~]|&(?=#?\w{1,32};)|:(?=//))")
#: Put behind an @ so that a chat calls nobody who is quoted.
_BREAK = "\u200b"
#: What an address is made of beside letters and digits; where a percent sign begins no byte, it is left as it is.
_SAFE = ";/?:@&=+$,#%-_.!~[]"


def escaped_markdown(text: str) -> str:
    """Return `text` so that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", text).replace("@", f"@{_BREAK}")


def without_calls(text: str, service: str) -> str:
    """Return plain `text` so that the service shows `<!channel>` and `<address|words>` and does not obey them.

    Slack asks for entities in any text that is sent to it; Google Chat knows none, so that a mark without width stands
    behind the bracket.
    """
    if service == "slack":
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("<", f"<{_BREAK}") if service == "gchat" else text


def xml_text(text: str) -> str:
    """Return `text` without the two code points that XML 1.0 forbids and `plain_line` lets pass."""
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def web_address(url: str) -> str:
    """Return a web address without characters that could end it, or that an address may not hold (RFC 3986)."""
    return quote(url, safe=_SAFE)
