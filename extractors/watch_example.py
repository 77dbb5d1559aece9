"""Example articles of a watch: text files, with or without front matter."""

import re
from dataclasses import dataclass

from extractors.watch_checks import language as check_language

_FRONT = re.compile(r"\s*---[ \t]*\r?\n(?P<front>.*?\r?\n)?---[ \t]*(?:\r?\n|$)(?P<body>.*)", re.DOTALL)
_QUOTED = re.compile(r"\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleText:
    """What an example file says. `language` is None where it does not say it."""

    title: str
    text: str
    language: str | None


def read_example(text: str) -> ExampleText:
    """Return title, text and language of an example file.

    Front matter (`title:` and `language:` between two lines of `---`) wins; else a first line `# heading`,
    else the first line, is the title. Other keys of the front matter are left alone: they are the user's.

    Raises:
        ValueError: the file is empty, holds only a title, or names an unknown language.
    """
    matter, body = _front_matter(text)
    title, rest = matter.get("title", ""), body.strip()
    if not title:
        first, _, after = rest.partition("\n")
        title, rest = first.lstrip("#").strip(), after.strip()
    if not title:
        raise ValueError("expected an article, the file is empty")
    if not rest:
        raise ValueError("expected an article: a title and a text, there is no text below the title")
    code = matter.get("language")
    return ExampleText(title=title, text=rest, language=check_language(code) if code else None)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    pairs = (line.partition(":") for line in (match["front"] or "").splitlines())
    values = {key.strip(): _unquoted(value.strip()) for key, _, value in pairs}
    return values, match["body"]


def _unquoted(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    return value if quoted is None else quoted["double"] or quoted["single"] or ""
