"""The forms a message takes: plain text, Markdown and HTML. What it quotes is text in each of them, never markup."""

import html
from collections.abc import Sequence

from flows.alerts.escaping import escaped_markdown, web_address
from flows.alerts.message import Part


def as_text(parts: Sequence[Part]) -> str:
    """Return the parts as plain text."""
    return "\n".join(map(str, parts))


def as_markdown(parts: Sequence[Part]) -> str:
    """Return the parts as Markdown; each line stands by itself."""
    return "\n".join(map(_markdown, parts)).strip("\n")


def as_html(parts: Sequence[Part]) -> str:
    """Return the parts as HTML that mail programs and chats show alike: line breaks, quotes and links."""
    return "<br>".join(map(_html, parts))  # no line ends: what makes plain text of it takes them for blanks


def _markdown(part: Part) -> str:
    text = escaped_markdown(part.text)
    link = f"<{web_address(part.url)}>" if part.url else ""
    match part.kind:
        case "gap":
            return ""
        case "quote":
            return f"> “{text}”\n"
        case "link":
            return f"{text}: {link}  "
        case _:
            return f"{text}  \n{link}  " if link else f"{text}  "


def _html(part: Part) -> str:
    text = html.escape(part.text)
    url = html.escape(web_address(part.url)) if part.url else ""
    link = f'<a href="{url}">{url}</a>' if url else ""
    match part.kind:
        case "gap":
            return ""
        case "quote":
            return f"<i>“{text}”</i>"
        case "link":
            return f"{text}: {link}"
        case _:
            return f"{text}<br>{link}" if link else text
