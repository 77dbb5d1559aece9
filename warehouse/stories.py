"""Stories: which running affair an arriving report belongs to, across languages, and what it is called."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from anyascii import anyascii

from extractors.records import EventType, Figure
from warehouse.judged import Development, Report

#: Kinds of tokens, marked in each so that frequencies never mix: words of a language, stems that are spelt alike
#: in all languages once they stand in Latin letters, figures, event types. Entities stay ids.
WORD, STEM, FIGURE, TYPE = "w:", "x:", "f:", "t:"

#: A story speaks through so many of its members: those most like the report.
SPEAKERS = 3

#: Likeness of words from which two reports are made after one template: a recurring headline.
TEMPLATE = 0.7
#: Reports of one template with other figures are of one story only within this time.
RECURRING = timedelta(days=5)

#: Spread of the nearness in time of two reports (Miranda et al. 2018: 72 hours), and two half-lives beside it.
_NEAR_HOURS, _WEEK_HOURS, _LASTING_HOURS = 72.0, 7 * 24.0, 45 * 24.0
_LEAST_LETTERS, _WORD_LETTERS, _STEM_LETTERS, _RUN = 3, 7, 6, 4
_FIGURE_STEP = math.log(1.06)
#: Kinds of events that follow one another in one affair.
_RELATED: tuple[frozenset[EventType], ...] = (
    frozenset({"product", "production", "orders", "market"}),
    frozenset({"partnership", "stake"}),
    frozenset({"licence", "regulation"}),
    frozenset({"investment", "finance"}),
)
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
_TERM = re.compile(r"[\u3400-\u9fff]+|[^\W\d_\u3400-\u9fff]{4,}|\d[\d.,]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PLAIN = re.compile(r"[a-z0-9]+")
_HOUR = timedelta(hours=1)
#: Texts that are remembered with their tokens: those of a load are looked at several times.
_TEXTS = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a report or a development is compared by: sets of tokens, each marked with its kind.

    `words` are those of title and lead in one language, `stems` the same in Latin letters, cut short, so that 小米 and
    Xiaomi, Газпром and Gazprom meet; `letters` the runs of four letters of the title. `entities` are those it is about,
    `named` all that it names. `figures` stand for a few per cent around a number. `types` are those of its news. A
    development has neither words nor letters.
    """

    at: datetime
    language: str | None = None
    words: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    types: frozenset[EventType] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What the tagger says of a report, as far as its story depends on it; fields as in `Traits`."""

    entities: Iterable[str] = ()
    named: Iterable[str] = ()
    types: Iterable[EventType] = ()
    figures: Iterable[Figure] = ()


def traits(*, at: datetime, language: str | None, title: str, lead: str | None, tags: Tags) -> Traits:
    """Return the traits of a report; of its figures `tags` should bring those that carry the news."""
    text = f"{title}\n{lead or ''}"
    entities = frozenset(tags.entities)
    return Traits(
        at=at,
        language=language,
        words=words_of(text, language),
        stems=stems_of(text),
        letters=letters_of(title),
        entities=entities,
        named=entities | frozenset(tags.named),
        figures=frozenset(token for figure in tags.figures for token in figure_tokens(figure)),
        types=frozenset(tags.types),
    )


def traits_of(report: Report) -> Traits:
    """Return the traits of `report`; of its figures those of title, lead and news count."""
    signals = report.signals
    claims = signals.claims
    tags = Tags(
        entities=entities_of(report),
        named=named_in(report),
        types=(claim.event_type for claim in claims if claim.is_news),
        figures=(
            figure
            for figure in signals.figures
            if figure.part != "body" or (figure.claim is not None and claims[figure.claim].is_news)
        ),
    )
    return traits(
        at=report.reported_at, language=report.language, title=report.title, lead=report.lead, tags=tags
    )


def traits_of_development(development: Development) -> Traits:
    """Return the traits of `development`: its participants, its event type, the stems of its sentence."""
    participants = frozenset(development.participants)
    return Traits(
        at=development.reported_at,
        stems=stems_of(development.sentence),
        entities=participants,
        named=participants,
        types=frozenset({development.event_type}),
    )


def entities_of(report: Report) -> frozenset[str]:
    """Return the entities that `report` is about: those of title, lead and news; all, where there are none.

    Media are left out: they tell who reports, not what; so are topics, which every report shares.
    """
    front = {mention.entity_id for mention in report.signals.mentions if mention.part != "body"}
    news = {one for claim in report.signals.claims if claim.is_news for one in claim.participants}
    return frozenset(one for one in front | news if _is_actor(one)) or named_in(report)


def named_in(report: Report) -> frozenset[str]:
    """Return all entities that `report` names, but for media and topics."""
    return frozenset(one.entity_id for one in report.signals.mentions if _is_actor(one.entity_id))


def _is_actor(entity_id: str) -> bool:
    return not entity_id.startswith(("media:", "topic:"))


def tokens_of(traits: Traits) -> frozenset[str]:
    """Return what the index of reports and the frequencies are keyed by: all tokens of `traits`."""
    types = frozenset(TYPE + kind for kind in traits.types)
    return traits.words | traits.stems | traits.named | traits.figures | types


def title_terms(title: str) -> frozenset[str]:
    """Return the words of `title` (four letters or more) and its numbers; pairs of characters for Chinese."""
    terms: set[str] = set()
    for token in _TERM.findall(title.casefold()):
        if _HAN.match(token):
            terms.update(token[start : start + 2] for start in range(len(token) - 1))
        else:
            terms.add(token)
    return frozenset(terms)


@lru_cache(maxsize=_TEXTS)
def words_of(text: str, language: str | None) -> frozenset[str]:
    """Return the words of `text` (three letters or more, cut to seven) and numbers; pairs of Chinese characters."""
    mark = f"{WORD}{language or ''}:"
    found: set[str] = set()
    for token in _TOKEN.findall(text.casefold()):
        if _HAN.match(token):
            found.update(f"{mark}{token[start : start + 2]}" for start in range(len(token) - 1))
        elif len(token) >= _LEAST_LETTERS or token.isdigit():
            found.add(mark + token[:_WORD_LETTERS])
    return frozenset(found)


@lru_cache(maxsize=_TEXTS)
def stems_of(text: str) -> frozenset[str]:
    """Return the starts of the words of `text` in Latin letters; Chinese characters by twos: 小米 is `xiaomi`."""
    found: set[str] = set()
    for token in _TOKEN.findall(text):
        if _HAN.match(token):
            syllables = [_syllable(char) for char in token]
            found.update((one + other)[:_STEM_LETTERS] for one, other in pairwise(syllables))
        else:
            found.update(
                plain[:_STEM_LETTERS]
                for plain in _PLAIN.findall(anyascii(token).lower())
                if len(plain) > _LEAST_LETTERS or plain.isdigit()
            )
    return frozenset(STEM + one for one in found)


@cache
def _syllable(char: str) -> str:
    return anyascii(char).lower()


@lru_cache(maxsize=_TEXTS)
def letters_of(text: str) -> frozenset[str]:
    """Return the runs of four letters of `text` in Latin letters, words apart by one space.

    They are too many for the index, and have no frequencies.
    """
    plain = f" {' '.join(_PLAIN.findall(anyascii(text).lower()))} "
    return frozenset(plain[start : start + _RUN] for start in range(len(plain) - _RUN + 1))


def figure_tokens(figure: Figure) -> tuple[str, ...]:
    """Return the tokens of `figure`: two figures of a kind that differ by less than 3 % share one.

    Numbers fall into two grids of steps of 6 %, half a step apart. A date is a token as it stands.
    """
    kind = f"{FIGURE}{figure.kind}:{figure.unit}"
    if not figure.number:
        return (f"{kind}:{figure.value}",)
    step = math.floor(2 * math.log(abs(figure.number)) / _FIGURE_STEP)
    return f"{kind}:a{step // 2}", f"{kind}:b{(step + 1) // 2}"


def rarity(holders: int, documents: int) -> float:
    """Return the weight of a token that `holders` of `documents` hold: none where half of them have it."""
    return max(0.0, math.log((documents + 4) / (2 * holders + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Weights of the evidence that two reports belong to one story, in log-odds, by name of the feature.

    A report joins a story from the log-odds `least` on, two stories are merged from `merge` on, and a story falls
    apart where nothing between its parts reaches `split`.
    """

    weights: Mapping[str, float]
    bias: float
    least: float
    merge: float
    split: float

    def log_odds(self, features: Mapping[str, float]) -> float:
        """Return how much speaks for one story; features without a weight say nothing."""
        weights = self.weights
        return self.bias + math.fsum(weights.get(name, 0.0) * value for name, value in features.items())


@cache
def shipped_join() -> Join:
    """Return the weights that the package brings (see the file for where they come from), loaded once a process."""
    read = json.loads((resources.files("warehouse") / "story_weights.json").read_text(encoding="utf-8"))
    return Join(**{name: read[name] for name in ("weights", "bias", "least", "merge", "split")})


def closest(
    traits: Traits,
    stories: Mapping[str, Sequence[Traits]],
    weights: Mapping[str, float],
    join: Join | None = None,
) -> str | None:
    """Return the id of the story that `traits` belong to, None where a new one begins.

    `stories` holds the members to compare with, `weights` the rarities of tokens; of equals the one with the
    smaller id wins. `join` None takes the weights of the package.
    """
    join = join or shipped_join()
    odds = odds_of_stories(traits, stories, weights, join)
    fitting = [story_id for story_id in odds if odds[story_id] > join.least]
    return min(fitting, key=lambda story_id: (-odds[story_id], story_id), default=None)


def odds_of_stories(
    traits: Traits, stories: Mapping[str, Sequence[Traits]], weights: Mapping[str, float], join: Join
) -> dict[str, float]:
    """Return by id the log-odds that `traits` are of each of `stories`; arguments as for `closest`."""
    view = View(traits, weights)
    return {story_id: view.odds_of(members, join) for story_id, members in stories.items()}


class View:
    """A report with the weights of its tokens, to be held against others."""

    def __init__(self, traits: Traits, weights: Mapping[str, float]) -> None:
        """Weigh the tokens of `traits`."""
        self._traits = traits
        tokens = traits.words | traits.stems | traits.named
        self._squares = {token: weights[token] ** 2 for token in tokens}
        self._words = self._sum(traits.words)
        self._stems = self._sum(traits.stems)
        self._named = self._sum(traits.named)

    def odds_of(self, members: Sequence[Traits], join: Join) -> float:
        """Return the log-odds that the report is of the story with `members`: the mean of the best `SPEAKERS`.

        Minus infinity where there are none.
        """
        found = sorted((join.log_odds(self.features(member)) for member in members), reverse=True)[:SPEAKERS]
        return math.fsum(found) / len(found) if found else -math.inf

    def features(self, other: Traits) -> dict[str, float]:
        """Return what speaks for one story of the report and `other`, by name; each is 0 to 1."""
        ours = self._traits
        words, stems = self._texts(other)
        one_language = float(bool(other.words) and ours.language == other.language)
        named = _jaccard(ours.named, other.named)
        hours = abs(ours.at - other.at) / _HOUR
        letters = _overlap(ours.letters, other.letters)
        typed = bool(ours.types and other.types)
        same = bool(ours.types & other.types)
        return {
            "words": words,
            "stems": stems,
            "stems_across": stems * (1 - one_language),
            "letters": letters,
            "letters_across": letters * (1 - one_language),
            "one_language": one_language,
            "about": _jaccard(ours.entities, other.entities),
            "named": named,
            "named_across": named * (1 - one_language),
            "rare_names": self._cosine(self._named, ours.named, other.named),
            "figures": float(bool(ours.figures & other.figures)),
            "same_type": float(same),
            "related_type": float(typed and not same and _are_related(ours.types, other.types)),
            "no_type": float(not typed),
            "type_and_named": same * named,
            "near": math.exp(-0.5 * (hours / _NEAR_HOURS) ** 2),
            "week": 0.5 ** (hours / _WEEK_HOURS),
            "lasting": 0.5 ** (hours / _LASTING_HOURS),
        }

    def likeness(self, other: Traits) -> float:
        """Return how much the report and `other` tell the same, 0 to 1, whenever they do."""
        features = self.features(other)
        text = max(features["words"], features["stems"])
        return (text + features["named"] + features["same_type"]) / 3

    def _texts(self, other: Traits) -> tuple[float, float]:
        """Return the likeness of words and of stems, none where a recurring headline explains it.

        The roots of the cosines: from none to a little tells most, and no weight has to be large.
        """
        ours = self._traits
        words = math.sqrt(self._cosine(self._words, ours.words, other.words))
        stems = math.sqrt(self._cosine(self._stems, ours.stems, other.stems))
        if max(words, stems) >= TEMPLATE and _is_another_matter(ours, other):
            return 0.0, 0.0
        return words, stems

    def _cosine(self, size: float, ours: frozenset[str], theirs: frozenset[str]) -> float:
        """Return the shared part of our weight, corrected for the number of tokens of the other.

        That is near the cosine, which asks for the weight of all the other's tokens: most of the time spent.
        """
        shared = ours & theirs
        if not shared or not size:
            return 0.0
        return min(1.0, self._sum(shared) / size * math.sqrt(len(ours) / len(theirs)))

    def _sum(self, tokens: Iterable[str]) -> float:
        """Return the sum of squared weights, exact: it must not depend on the order within a set."""
        squares = self._squares
        return math.fsum([squares[token] for token in tokens])


def _is_another_matter(ours: Traits, theirs: Traits) -> bool:
    """Tell whether two like headlines are on other names, or long apart with other figures."""
    if ours.entities and theirs.entities and not ours.entities & theirs.entities:
        return True
    apart = abs(ours.at - theirs.at) > RECURRING
    return apart and bool(ours.figures and theirs.figures) and not ours.figures & theirs.figures


def _are_related(ours: frozenset[EventType], theirs: frozenset[EventType]) -> bool:
    return any(ours & group and theirs & group for group in _RELATED)


def _jaccard(ours: frozenset[str], theirs: frozenset[str]) -> float:
    shared = len(ours & theirs)
    return shared / (len(ours) + len(theirs) - shared) if shared else 0.0


def _overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    shared = len(ours & theirs)
    return shared / math.sqrt(len(ours) * len(theirs)) if shared else 0.0
