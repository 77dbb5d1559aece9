"""Addresses of news searches: from the names of a watch to what an engine is asked, cut to what it takes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Literal, get_args
from urllib.parse import quote

Engine = Literal["google-news", "bing-news", "gdelt"]
ENGINES: tuple[Engine, ...] = get_args(Engine)

#: Spellings per language, as a watch holds them.
Names = Mapping[str, tuple[str, ...]]

_ADDRESSES = {
    "google-news": "https://news.google.com/rss/search?q={query}%20when:7d&hl={hl}&gl={gl}&ceid={gl}:{ceid}",
    "bing-news": "https://www.bing.com/news/search?q={query}&format=rss&setlang={hl}",
    "gdelt": (
        "https://api.gdeltproject.org/api/v2/doc/doc?query={query}"
        "&mode=artlist&format=json&sort=datedesc&maxrecords=250&timespan=1d"
    ),
}
#: Characters of an address: as many as one that is listed may have.
_LONGEST_ADDRESS = 2048
#: Characters of a query. GDELT answers "too short or too long" without telling its bound: this is on the safe side.
_LONGEST = {"google-news": _LONGEST_ADDRESS, "bing-news": _LONGEST_ADDRESS, "gdelt": 250}
#: Characters that are left to the other parts of an address with `{query}`.
_ROOM = 300
#: GDELT refuses phrases that are too short to tell anything.
_SHORTEST = 3
#: Google reads so many words of a query and leaves out the rest, which would widen it.
_MOST_WORDS = {"google-news": 32}
#: How Google calls edition, country and language; other languages are called by their code, in the US edition.
_EDITIONS = {
    "de": ("de", "DE", "de"),
    "en": ("en-US", "US", "en"),
    "es": ("es-419", "US", "es-419"),
    "fr": ("fr", "FR", "fr"),
    "it": ("it", "IT", "it"),
    "ja": ("ja", "JP", "ja"),
    "ko": ("ko", "KR", "ko"),
    "nl": ("nl", "NL", "nl"),
    "pt": ("pt-BR", "BR", "pt-419"),
    "zh": ("zh-CN", "CN", "zh-Hans"),
}
#: GDELT's names of the languages that are written in.
_LANGUAGES = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "nl": "dutch",
    "pt": "portuguese",
    "zh": "chinese",
}
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def search_address(engine: Engine, query: str, language: str | None) -> str:
    """Return the address of the feed of what `engine` finds for `query`, of the last week or (GDELT) day."""
    hl, gl, ceid = _EDITIONS.get(language or "en", _EDITIONS["en"])
    if engine == "gdelt" and language in _LANGUAGES:
        query = f"{query} sourcelang:{_LANGUAGES[language]}"
    return _ADDRESSES[engine].format(query=quote(query, safe=""), hl=hl, gl=gl, ceid=ceid)


def filled(template: str, query: str) -> str:
    """Return the address `template` with `query` in the place of `{query}`."""
    return template.replace("{query}", quote(query, safe=""))


def query_for(groups: Sequence[Sequence[Names]], language: str | None, engine: Engine | None = None) -> str:
    """Return the query for articles that name one of each group, empty where no group has a name.

    The names are those in `language`, all where it is None or a group has none in it; GDELT, which searches
    translations into English, is asked in English. A name that holds another one of its group adds nothing. Names
    are left out until the query is as short as `engine` takes it (None: as an address may be), the last spellings
    first, one of each group staying.
    """
    asked_in = "en" if engine == "gdelt" else language
    kept = [words for words in (_spellings(group, asked_in) for group in groups) if words]
    if engine == "gdelt":
        kept = [[word for word in words if len(word) >= _SHORTEST] or words for words in kept]
    while not _fits(_joined(kept), engine, language):
        longest = max(kept, key=len)
        if len(longest) <= 1:
            break
        longest.pop()
    return _joined(kept)


def _spellings(group: Sequence[Names], language: str | None) -> list[str]:
    """Return the spellings of a group, each once: the first of each name (and language), then the second ones."""
    spoken = [names[language] for names in group if language and language in names]
    spoken = spoken or [many for names in group for many in names.values()]
    ranked = [name for turn in zip_longest(*spoken) for name in turn if name]
    first: dict[str, str] = {}
    for name in map(_clean, ranked):
        first.setdefault(name.casefold(), name)
    words = [name for name in first.values() if name]
    return [name for name in words if not any(_holds(name, other) for other in words if other != name)]


def _clean(name: str) -> str:
    return " ".join(re.sub(r"[\"“”„()]", " ", name).split())


def _holds(name: str, other: str) -> bool:
    """Tell whether whoever writes `name` has written `other`: as whole words where there are words."""
    if _HAN.search(other):
        return other.casefold() in name.casefold()
    return re.search(rf"(?<!\w){re.escape(other)}(?!\w)", name, re.IGNORECASE) is not None


def _joined(groups: Iterable[Sequence[str]]) -> str:
    quoted = [[f'"{name}"' for name in group] for group in groups]
    return " ".join(group[0] if len(group) == 1 else f"({' OR '.join(group)})" for group in quoted)


def _fits(query: str, engine: Engine | None, language: str | None) -> bool:
    if len(query.split()) > _MOST_WORDS.get(engine or "", _LONGEST_ADDRESS):
        return False
    if engine is None:
        return len(quote(query, safe="")) <= _LONGEST_ADDRESS - _ROOM
    whole = search_address(engine, query, language)
    return len(whole) <= _LONGEST_ADDRESS and len(query) <= _LONGEST[engine]
