"""Pages that stand where an article should: bot checks, consent walls, error pages that say 200, teasers, shells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from extractors.articles.wall_words import wall_words

_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTS = re.compile(r"\s+[|–—·»:•-]+\s+|\s*[|_｜·–—]\s*")
_AROUND = " .…!-–—|:"
#: A text of so many letters is an article's, even if its title reads like an error page's; a Chinese character
#: counts for three letters, as in translations.
_LONG = 900
#: A teaser ends earlier than that.
_TEASER, _LOCKED_TEASER = 900, 700
#: All that a page shows whose only content is a notice.
_BARE = 2000
#: Letters of the shortest news in brief: one sentence.
_LEAST, _LEAST_HAN = 60, 20
#: Weight of a title that says it, in phrases; phrases that make a wall, and where the page calls itself an article.
_TITLE = 2
_ENOUGH, _ENOUGH_OF_ARTICLE = 2, 3
#: A long text is a request for consent where so much of it is about that, and so many phrases are.
_ON_TOPIC = 0.5
_LONG_CONSENT, _LONG_CONSENT_ALL = 2, 4
#: Without one of these no text asks for a consent: most texts need no closer look.
_CONSENT_WORDS = ("cookie", "consent", "einwillig", "zustimm", "privacy", "同意", "隐私")
#: A notice that a script is missing is no longer than this.
_NOTICE = 400
#: A page without a word and with so many scripts waits for these.
_MANY_SCRIPTS = 5
#: A page that lists articles: so much of its text is in links, and none of its paragraphs is as long as this.
_MOSTLY = 0.6
_PARAGRAPH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of a page.

    `titles` are its own and its heading; `text` what extraction took for the article, empty where it found none;
    `shown` all its text; `markup` the page as sent. `is_article` says that the page calls itself one; `locked` that it
    says it is not free to read, None where it does not tell; `linked` which share of `shown` is in links.
    """

    titles: tuple[str, ...]
    text: str
    shown: str
    markup: str
    is_article: bool = False
    locked: bool | None = None
    linked: float = 0.0


def wall_of(sight: Sight) -> str | None:
    """Return why the page is no article, None if it is one.

    `bot-wall`, `consent-wall`, `soft-404`, `js-only`, `paywall`, or `no-article` where there is no text at all.
    """
    if _asks_consent(sight):
        return "consent-wall"
    if _letters(sight.text) >= _LONG:
        return "no-article" if _is_list(sight) else None
    words, told, enough = wall_words(), _told(sight), _enough(sight)
    markup = sight.markup.lower()
    marks = any(mark in markup for mark in words.bot_marks)
    if _titled(sight, "bot-wall") + _count(words.bot, told) + marks >= enough:
        return "bot-wall"
    if _titled(sight, "soft-404") + _count(words.missing, told) >= enough:
        return "soft-404"
    if _is_shell(sight):
        return "js-only"
    if _is_teaser(sight):
        return "paywall"
    return "no-article" if not is_text(sight.text) or _is_list(sight) else None


def is_text(text: str) -> bool:
    """Tell whether `text` holds a sentence at least, so that it can stand for an article."""
    return len(_HAN.findall(text)) >= _LEAST_HAN or len(text.strip()) >= _LEAST


def _enough(sight: Sight) -> int:
    return _ENOUGH_OF_ARTICLE if sight.is_article else _ENOUGH


def _letters(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))


def _told(sight: Sight) -> str:
    """Return where phrases are looked for: all the page shows, where that is little; else what was taken for text."""
    return sight.shown if _letters(sight.shown) < _BARE else sight.text


def _titled(sight: Sight, cause: str) -> int:
    parts = (part.strip(_AROUND) for title in sight.titles for part in (title, *_PARTS.split(title)))
    return _TITLE if any(part and wall_words().titles[cause].fullmatch(part) for part in parts) else 0


def _count(phrases: Iterable[re.Pattern[str]], text: str) -> int:
    """Return how many phrases stand in the text; of those that share words, one."""
    found = sorted(match.span() for phrase in phrases if (match := phrase.search(text)))
    count, end = 0, -1
    for start, stop in found:
        if start >= end:
            count, end = count + 1, stop
        else:
            end = min(end, stop)
    return count


def _asks_consent(sight: Sight) -> bool:
    """Tell whether the text asks the reader to agree to something: an article may only quote such requests."""
    words, short = wall_words(), _letters(sight.text) < _LONG
    told = sight.text if is_text(sight.text) else _told(sight)
    titled = _titled(sight, "consent-wall") if short else 0
    if not titled and not any(word in told.lower() for word in _CONSENT_WORDS):
        return False
    paragraphs = told.split("\n\n")
    on_topic = sum(len(one) for one in paragraphs if words.consent_topic.search(one))
    if not titled and on_topic < len(told) * _ON_TOPIC:
        return False
    asked = _count(words.consent, told)
    if titled and titled + asked >= _enough(sight):
        return True
    every = asked + _count(words.consent_buttons, told)
    if short:
        return asked > 0 and every > _ENOUGH
    return asked >= _LONG_CONSENT and every >= _LONG_CONSENT_ALL


def _is_shell(sight: Sight) -> bool:
    """Tell whether a script would have made the article: nothing but a notice of that, or an empty frame for it."""
    words, empty = wall_words(), not is_text(sight.text)
    if not empty:
        return (
            not sight.is_article and _letters(sight.text) < _NOTICE and bool(words.script.search(sight.text))
        )
    if _letters(sight.shown) >= _BARE:
        return False
    if _letters(sight.shown) < _LEAST and sight.markup.count("<script") >= _MANY_SCRIPTS:
        return True
    said = words.script.search(sight.shown) or words.loading.fullmatch(sight.shown)
    return bool(said or words.script_root.search(sight.markup))


def _is_list(sight: Sight) -> bool:
    """Tell whether the page lists articles and is none: mostly links, and no paragraph."""
    if sight.is_article or sight.linked < _MOSTLY:
        return False
    return all(_letters(paragraph) < _PARAGRAPH for paragraph in sight.text.split("\n\n"))


def _is_teaser(sight: Sight) -> bool:
    letters = _letters(sight.text)
    if sight.locked is False or letters >= _TEASER:
        return False
    phrases = _count(wall_words().paywall, sight.shown)
    if sight.locked:
        return letters < _LOCKED_TEASER or phrases > 0
    return phrases >= _ENOUGH
