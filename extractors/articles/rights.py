"""Rights that are reserved: what a page, its answer and the files of its site say of text and data mining and of AI.

Data for whoever uses the articles; nothing here decides what is read. Each way of saying it gives notices, and which of
them count is told by `Article.reservations`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from extractors.records import RightsNotice, RightsPlace
from extractors.robots_rules import rules_for

#: Crawlers whose operators say that they gather for models, and tokens that stand for that use alone. Those that search
#: engines, previews and agents of a reader come with are left out, and so are general scrapers. From the list that
#: https://github.com/ai-robots-txt/ai.robots.txt keeps.
AI_CRAWLERS = (
    *("AI2Bot", "Ai2Bot-Dolma", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ChatGLM-Spider"),
    *("ClaudeBot", "Claude-Web", "cohere-ai", "cohere-training-data-crawler", "DeepSeekBot", "FacebookBot"),
    *("Google-Extended", "GPTBot", "img2dataset", "Kangaroo Bot", "laion-huggingface-processor"),
    *("LAIONDownloader", "meta-externalagent", "omgilibot", "PanguBot", "SBIntuitionsBot", "Timpibot"),
    *("Webzio-Extended",),
)
#: Words in X-Robots-Tag and robots metas that want no use by AI: DeviantArt's noai and noimageai, Bing's noml, and
#: draft-canel-robots-ai-control.
_WISHES = frozenset({"noai", "noimageai", "noml", "disallowaitraining"})
#: Metas that hold such words: of all robots, or of one.
_ROBOT_METAS = ("robots", *(name.lower() for name in AI_CRAWLERS))
#: Uses by AI in the preferences of draft-ietf-aipref-vocab, old versions too, and of Cloudflare's content signals.
_USES = frozenset(
    (
        *("ai", "ai-input", "ai-output", "ai-train", "ai-use", "bots"),
        *("genai", "tdm", "train-ai", "train-genai"),
    )
)
_NO, _YES = frozenset({"n", "no"}), frozenset({"y", "yes"})
#: Lines of a file for robots that are read, and rules of a tdmrep.json: real ones have far less, and each crawler is
#: held against all of them.
_MOST_LINES, _MOST_RULES = 5_000, 500
_LINE = re.compile(r"[ \t]*([A-Za-z -]+?)[ \t]*:[ \t]*([^#\n]*)")
#: A path as the rules have it: nothing that could end a line or begin a comment.
_PATH = re.compile(r"[^\s#]+")
_LONGEST_POLICY = 500


def notices_of_metas(metas: Mapping[str, str]) -> tuple[RightsNotice, ...]:
    """Return what the metas of a page (by small name) say."""
    wishes = (metas[name] for name in _ROBOT_METAS if name in metas)
    return _notices("meta", metas, _wants_no_ai(wishes))


def notices_of_headers(headers: Iterable[tuple[str, str]]) -> tuple[RightsNotice, ...]:
    """Return what the headers of an answer (small name, value) say."""
    told = dict(headers)
    preferences = (told[name] for name in ("content-usage", "content-signal") if name in told)
    refused = any(_preference(value) is False for value in preferences)
    return _notices("header", told, refused or _wants_no_ai((told.get("x-robots-tag", ""),)))


def notices_of_robots(text: str, url: str, token: str) -> tuple[RightsNotice, ...]:
    """Return what the robots.txt of the site of `url` says; `token` is the product that the rules are read for.

    AI crawlers that may not fetch the page count, and preferences of use (`Content-Usage`, `Content-Signal`,
    `DisallowAITraining`) for them or for `token`.
    """
    rules = _rules_of(text, token)
    refused = _refuses(rules.paths, url, rules.named) or _refuses(rules.uses, url, (token, *rules.named))
    return (RightsNotice(place="robots"),) if refused else ()


def notices_of_ai_txt(text: str, url: str, token: str) -> tuple[RightsNotice, ...]:
    """Return what the ai.txt (Spawning) of the site of `url` says: written as robots.txt, all of it about AI.

    It names kinds of files by their endings: pages are those of `html`, whatever their address ends in.
    """
    rules, parts = _rules_of(text, token), urlsplit(url)
    ending = urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}.html", "", ""))
    agents = (token, *rules.named)
    refused = any(_refuses(rules.paths, one, agents) for one in (url, ending))
    return (RightsNotice(place="ai-txt"),) if refused or _refuses(rules.uses, url, agents) else ()


def notices_of_tdmrep(text: str, url: str) -> tuple[RightsNotice, ...]:
    """Return what the tdmrep.json of the site of `url` says: the first of its rules whose pattern matches counts."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    rules = told if isinstance(told, list) else [told]
    for rule in rules[:_MOST_RULES]:
        location = rule.get("location") if isinstance(rule, dict) else None
        if not isinstance(location, str) or not location.isprintable() or not _PATH.fullmatch(location):
            continue
        # The patterns are those of robots.txt (section "Use of regular expressions").
        if _refuses(Protego.parse(f"User-agent: *\nDisallow: {location}"), url, ("x",)):
            return _notices("tdmrep", rule, wants_no_ai=False)
    return ()


def _notices(place: RightsPlace, told: Mapping[str, Any], wants_no_ai: bool) -> tuple[RightsNotice, ...]:  # noqa: FBT001
    """Return the notices of a place where `told` may hold the two words of the TDM Reservation Protocol."""
    found = [RightsNotice(place=place)] if wants_no_ai else []
    value, policy = str(told.get("tdm-reservation", "")).strip(), told.get("tdm-policy")
    if value in ("0", "1"):
        terms = policy.strip()[:_LONGEST_POLICY] if isinstance(policy, str) else ""
        # JSON can name halves of characters (`\ud800`), which nothing can store.
        is_address = terms.startswith(("http://", "https://")) and terms.isprintable()
        policy = terms if is_address else None
        found.append(RightsNotice(place=place, reserved=value == "1", tdmrep=True, policy=policy))
    return tuple(found)


def _wants_no_ai(wishes: Iterable[str]) -> bool:
    """Tell whether one of the words wants no use by AI, with or without the name of a robot before it (`bot: noai`)."""
    words = (word.rpartition(":")[2].strip().lower() for wish in wishes for word in wish.split(","))
    return not _WISHES.isdisjoint(words)


def _preference(written: str) -> bool | None:
    """Return whether a list of preferences (`search=y, train-ai=n`) lets AI use it; None where it does not say."""
    pairs = (pair.partition("=") for pair in written.lower().split(","))
    said = {value.strip(' \t?"') for name, _, value in pairs if name.strip() in _USES}
    if said & _NO:
        return False
    return True if said & _YES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """A file for robots: which paths it disallows, which it disallows for use by AI, and the AI crawlers it names."""

    paths: Protego
    uses: Protego
    named: tuple[str, ...]


@lru_cache(maxsize=2)
def _rules_of(text: str, token: str) -> _Rules:
    """Return the rules of a file for robots; kept, since all pages of a site are held against the same two files."""
    small = text.lower()
    found = (_LINE.match(line) for line in text.splitlines()[:_MOST_LINES])
    lines = [(line[1].lower(), line[2].strip()) for line in found if line]
    named = tuple(name for name in AI_CRAWLERS if name.lower() in small)
    agents = (token, *named)
    return _Rules(
        paths=rules_for("\n".join(f"{field}: {value}" for field, value in lines), agents),
        uses=rules_for(_preferences(lines), agents),
        named=named,
    )


def _preferences(lines: Iterable[tuple[str, str]]) -> str:
    """Return rules that disallow and allow what `lines` say of use by AI, for the same robots.

    Other lines stay as ones that nobody reads: where they stand ends the list of robots that a group is for.
    """
    rules: list[str] = []
    for field, value in lines:
        if field == "user-agent":
            rules.append(f"User-agent: {value}")
            continue
        said = _rule(field, value)
        if said and not rules:
            rules.append("User-agent: *")
        rules.append(said or "Other: none")
    return "\n".join(rules)


def _rule(field: str, value: str) -> str | None:
    if field in ("disallowaitraining", "allowaitraining"):
        return f"{field.removesuffix('aitraining')}: {value}"
    if field not in ("content-usage", "content-signal"):
        return None
    path, _, rest = value.partition(" ")
    preferences = rest if path.startswith("/") else value
    may = _preference(preferences)
    if may is None:
        return None
    return f"{'Allow' if may else 'Disallow'}: {path if path.startswith('/') else '/'}"


def _refuses(rules: Protego, url: str, agents: Iterable[str]) -> bool:
    """Tell whether `rules` disallow `url` for one of the robots."""
    return any(not rules.can_fetch(url, agent) for agent in agents)
