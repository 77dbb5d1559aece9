"""What changed between two versions of one article: pure decisions on texts and signals."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import islice
from typing import Literal

from extractors.records import Article, CollectedArticle, Correction, Signals
from extractors.signals.dates import find_dates
from extractors.signals.numbers import find_numbers, plain_form
from extractors.signals.scripts import fold, fold_lower, script_language
from extractors.signals.sentences import sentences
from extractors.signals.wordlists import word_list
from warehouse.edits import Edit, Words, edits, marked, replaced_words

Change = Literal["first", "wording", "fact", "retraction"]

#: Longest diff kept, in characters: the whole versions are in the table `revisions` anyway.
MAX_DIFF = 20_000
#: Changed sentences that are searched for other names and for a "not": more of them are another text.
_MOST_EDITS = 200
#: Sentences of a version that are compared one by one: no article has so many, and hostile ones end in time.
_MOST_SENTENCES = 5_000
#: Longest line that can tell when a page was updated.
_LONGEST_STAMP = 100

#: Marks that are not seen: soft hyphens, joiners, marks of direction and variation, byte order marks.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_BLANKS = re.compile(r"\s+")
_ACRONYM = re.compile(r"[A-ZÄÖÜ]{2,}")


def is_same(before: Article, after: Article) -> bool:
    """Tell whether the versions differ in nothing that is news: blanks, unseen characters, when the page was updated.

    Such a version makes no revision: pages tell on every visit that they were "updated 3 hours ago".
    """
    if (before.title, before.text) == (after.title, after.text):
        return True
    if _seen(before.title) == _seen(after.title) and _seen(before.text) == _seen(after.text):
        return True
    return _seen("".join(_sentences(before))) == _seen("".join(_sentences(after)))


def taken_back(
    article: Article, signals: Signals, before: Article | None = None, earlier: Signals | None = None
) -> Signals:
    """Return the signals of an article that its newsroom has taken back: nothing that it claims is news any more.

    Where the version `before` (with the signals `earlier`, None without) was still in use, its title stands for the
    words in which others say so. An article that came so has taken back nothing.
    """
    correction = signals.correction
    if before is not None and (correction is None or correction.kind != "retraction"):
        title = article.title
        said = Correction(kind="retraction", sentence=title, part="title", start=0, stop=len(title))
        kept = earlier.correction if earlier and before.is_withdrawn else None
        correction = kept or said
    claims = tuple(replace(claim, is_news=False) for claim in signals.claims)
    return replace(signals, claims=claims, correction=correction)


def change_of(before: CollectedArticle | None, after: CollectedArticle) -> Change:
    """Return what the version `after` is to `before`, the one it follows.

    `first` without an earlier version; `retraction` if it takes the article back, or is a correction in the place of
    all that it claimed; `fact` if a number, name, date or status changed, came or went; else `wording`.
    """
    if before is None:
        return "first"
    if _takes_back(before.signals, after.signals):
        return "retraction"
    old, new = _sentences(before.article), _sentences(after.article)
    changed = list(islice(edits(old, new), _MOST_EDITS))
    lone = (edit.old or edit.new for edit in changed if edit.old is None or edit.new is None)
    if _other_facts(before.signals, after.signals, frozenset(one for one in lone if one)):
        return "fact"
    language = after.article.language or script_language(after.article.text)
    published_at = before.article.published_at or after.article.published_at
    if _other_numbers(old, new, language, published_at.date() if published_at else None):
        return "fact"
    plain = _plain_words([*old, *new]) | _small("articles") | _small("small")
    return "fact" if any(_tells_other(edit, language, plain) for edit in changed) else "wording"


def diff_of(before: Article, after: Article) -> str:
    """Return the sentences that changed, a line each, in the order of the text, with `[-what went-]{+what came+}`.

    Sentences that stayed, and lines that tell when the page was updated, are left out. Cut at `MAX_DIFF` characters,
    and then ends in `…`.
    """
    lines: list[str] = []
    room = MAX_DIFF
    for edit in edits(_sentences(before), _sentences(after)):
        if edit.old and edit.new and _seen(edit.old) == _seen(edit.new):
            continue
        line = _line(edit)
        lines.append(line)
        room -= len(line) + 1
        if room < 0:
            return "\n".join(lines)[: MAX_DIFF - 1] + "…"
    return "\n".join(lines)


def _line(edit: Edit) -> str:
    if edit.old is None:
        return f"{{+{edit.new}+}}"
    return f"[-{edit.old}-]" if edit.new is None else marked(edit.old, edit.new)


def _takes_back(before: Signals, after: Signals) -> bool:
    said, was = after.correction, before.correction
    if said is None or (was is not None and (was.kind, was.sentence) == (said.kind, said.sentence)):
        return False
    return said.kind == "retraction" or _is_replaced(before, after)


def _is_replaced(before: Signals, after: Signals) -> bool:
    """Tell whether a correction heads the article and nothing is left of what it claimed: no sentence, no figure.

    Judged by what is stored of signals, which the shingles are not: it must not matter when the versions came.
    """
    heads = after.correction is not None and after.correction.part != "body"
    left = _said(before) & _said(after)
    return heads and bool(before.claims) and not left


def _said(signals: Signals) -> set[str]:
    figures = {f"{one.value} {one.unit}" for one in signals.figures if one.kind != "date"}
    return figures | {claim.sentence for claim in signals.claims}


def _other_facts(before: Signals, after: Signals, unlike: frozenset[str]) -> bool:
    """Tell whether a name or status changed, or the currency of an amount; values are read from the texts themselves.

    What else is recognised of a figure (that it counts cars, that it is a year's) turns with the words around it. So
    do claims: one more or less counts where its sentence is one of `unlike`, which no other one has become.
    """
    if _names(before) != _names(after):
        return True
    old, new = _claims(before), _claims(after)
    if any(old[one].keys() != new[one].keys() for one in old.keys() & new.keys()):
        return True
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    lone = {text for side in (old, new) for one in gone ^ come if one in side for text in side[one].values()}
    if (gone and come) or not unlike.isdisjoint(lone):
        return True
    paid, pays = _currencies(before), _currencies(after)
    return any(paid[value].isdisjoint(pays[value]) for value in paid.keys() & pays.keys())


def _names(signals: Signals) -> set[str]:
    return {one.entity_id for one in signals.mentions if not one.entity_id.startswith("topic:")}


def _claims(signals: Signals) -> dict[str, dict[tuple[str, str], str]]:
    """Return by event type the statuses (and on whose word) that are news, each with its sentence."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for claim in signals.claims:
        if claim.is_news:
            found.setdefault(claim.event_type, {}).setdefault((claim.status, claim.basis), claim.sentence)
    return found


def _currencies(signals: Signals) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for figure in signals.figures:
        if figure.kind == "money":
            found.setdefault(figure.value, set()).add(figure.unit)
    return found


def _other_numbers(old: Sequence[str], new: Sequence[str], language: str | None, today: date | None) -> bool:
    """Tell whether a number or date came or went; those that sentences which stayed tell too did not.

    A year that is not named ("last year", 去年同期) must stand in the place of another date.
    """
    kept = (Counter(old) & Counter(new)).keys()

    def numbers(texts: Iterable[str]) -> tuple[set[str], set[str]]:
        found = [_numbers(text, language, today) for text in dict.fromkeys(texts)]
        return set().union(*(one[0] for one in found)), set().union(*(one[1] for one in found))

    gone, gone_vague = numbers(one for one in old if one not in kept)
    come, come_vague = numbers(one for one in new if one not in kept)
    if gone | gone_vague == come | come_vague:
        return False
    stay = set().union(*numbers(kept))
    went, came = gone - come - come_vague - stay, come - gone - gone_vague - stay
    if went or came:
        return True
    return bool(gone_vague - come - come_vague - stay) and bool(come_vague - gone - gone_vague - stay)


def _numbers(text: str, language: str | None, today: date | None) -> tuple[set[str], set[str]]:
    """Return the numbers and dates of `text`, and apart the years that it tells without naming them."""
    folded = fold(text)
    dates = find_dates(folded, language, today)
    dated = {place for one in dates for place in range(one.start, one.stop)}
    numbers = {
        plain_form(number.value)
        for number in find_numbers(folded, language)
        if dated.isdisjoint(range(number.start, number.stop))
    }
    vague = {
        one.value
        for one in dates
        if one.value.isdigit() and not any(map(str.isdigit, folded[one.start : one.stop]))
    }
    return {one.value for one in dates} - vague | numbers, vague


def _tells_other(edit: Edit, language: str | None, plain: frozenset[str]) -> bool:
    """Tell whether the new form of a sentence has another name in the place of one, or a "not" more or less."""
    if edit.old is None or edit.new is None:
        return False
    rules = _rules(language if language in ("en", "de", "zh") else "en")
    if len(rules.findall(fold_lower(edit.old))) != len(rules.findall(fold_lower(edit.new))):
        return True
    return any(_is_renamed(words, language, plain) for words in replaced_words(edit.old, edit.new))


def _is_renamed(words: Words, language: str | None, plain: frozenset[str]) -> bool:
    gone, come = _acronyms(words.gone), _acronyms(words.come)
    if gone and come and gone != come:
        return True
    if language not in ("en", "de"):
        return False
    old, new = _by_looks(words, words.gone, language, plain), _by_looks(words, words.come, language, plain)
    return bool(old - new) and bool(new - old)


def _by_looks(words: Words, tokens: Sequence[str], language: str, plain: frozenset[str]) -> set[str]:
    """Return those of `tokens` that are names by their looks: capitals where the language has none for other words.

    In German, where all nouns have them, two in a row: a first and a last name, but not a thing and its name.
    """
    row = [words.left or "", *tokens, words.right or ""]
    found = set()
    for place, token in enumerate(tokens, 1):
        begins = words.first and place == 1
        if not _is_capital(token, plain) or (begins and language == "en"):
            continue
        before, after = row[place - 1], row[place + 1]
        behind = _is_capital(before, plain) and not (words.first and place == 2)  # noqa: PLR2004 - after the first
        ahead = _is_capital(after, plain) and not begins and before.lower() not in _small("articles")
        if language == "en" or behind or ahead:
            found.add(token)
    return found


def _is_capital(token: str, plain: frozenset[str]) -> bool:
    return token[:1].isupper() and token.lower() not in plain


def _acronyms(tokens: Iterable[str]) -> set[str]:
    return {one for token in tokens for one in _ACRONYM.findall(token)}


def _plain_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that stand in small letters somewhere: in capitals they only begin a sentence or a title."""
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]+", text) if word.islower())


def _sentences(article: Article) -> list[str]:
    """Return title and sentences of a version, without the lines that tell when the page was updated.

    What follows on `_MOST_SENTENCES` is one more.
    """
    pieces = _pieces(article)
    found = list(islice(pieces, _MOST_SENTENCES))
    rest = " ".join(pieces)
    return [*found, rest] if rest else found


def _pieces(article: Article) -> Iterator[str]:
    for line in _clean(f"{article.title}\n{article.text}").splitlines():
        if not _is_stamp(line):
            pieces = (line[start:stop] for start, stop in sentences(line))
            yield from (piece for piece in pieces if not _is_stamp(piece))


def _is_stamp(line: str) -> bool:
    return len(line) <= _LONGEST_STAMP and _stamp().fullmatch(fold_lower(line)) is not None


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _seen(text: str) -> str:
    return _BLANKS.sub("", _clean(text))


@cache
def _stamp() -> re.Pattern[str]:
    lists = word_list("revisions")
    time = rf"(?:(?:{'|'.join(lists['times'])})(?![a-zäöüß])|[\s:.,/|()·+-])+"
    stamps = (one.replace("{time}", time).replace("{ago}", lists["ago"]) for one in lists["stamps"])
    return re.compile("|".join(f"(?:{one})" for one in stamps))


@cache
def _small(name: str) -> frozenset[str]:
    return frozenset(word_list("revisions")[name].split())


@cache
def _rules(language: str) -> re.Pattern[str]:
    return re.compile(word_list("revisions")["negations"][language])
