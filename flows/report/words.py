"""The language of the report's interface: words from a catalogue, and dates and numbers as one writes them there.

English is the language of the templates; every other one is a catalogue in `catalogues/`, read as it is written. The
names of events, statuses and figures are those of the messages (`flows/alerts/words.toml`). What articles say stays in
their own language.
"""

import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from typing import Literal, get_args

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from extractors.records import EventType, Status
from extractors.watch import Watch
from flows.alerts.words import Words as Terms
from flows.alerts.words import figure_in, words_in

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: As dates and numbers are written: the day before the month in both.
_LOCALES: dict[Language, str] = {"de": "de_DE", "en": "en_GB"}
_FORMS: dict[Language, dict[str, str]] = {
    "de": {"day": "d. MMM y", "weekday": "EEEE, d.\u00a0MMMM\u00a0y", "short": "d. MMM", "month": "LLLL y"},
    "en": {"day": "d MMM y", "weekday": "EEEE, d\u00a0MMMM\u00a0y", "short": "d MMM", "month": "LLLL y"},
}
#: The line that tells a development (`warehouse.developments.what`): names, kind and status, hearsay, figures.
_TOLD = re.compile(
    rf"(?P<before>(?:.*?: )??)(?P<event>{'|'.join(get_args(EventType))}), (?P<status>{'|'.join(get_args(Status))})"
    r"(?P<hearsay> \(unconfirmed\))?(?P<after>: .*)?"
)
_MORE = re.compile(r"(?P<names>.*) and (?P<count>\d+) more: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the templates say in one language."""

    language: Language
    catalogue: NullTranslations
    terms: Terms

    def event(self, key: str) -> str:
        """Return the name of an event type; of one that is none, the key."""
        return self.terms.event_types.get(key, key)

    def status(self, key: str) -> str:
        """Return the name of a status."""
        return self.terms.statuses.get(key, key)

    def basis(self, key: str) -> str:
        """Return the name of a basis."""
        return self.terms.basis.get(key, key)

    def state(self, key: str) -> str:
        """Return the name of the state of a source."""
        return self.catalogue.pgettext("source", key)

    def kind(self, key: str) -> str:
        """Return what entities of a kind are called, in the plural; `all of their kind` for other kinds."""
        _ = self.catalogue.gettext
        known = {
            "company": _("companies"),
            "product": _("products"),
            "person": _("people"),
            "authority": _("authorities"),
            "media": _("media"),
            "organization": _("organizations"),
            "place": _("places"),
            "plant": _("plants"),
        }
        return known.get(key) or _("all of the kind")

    def tongue(self, key: str) -> str:
        """Return the name of a language by its code; the code where it is not known."""
        return str(_locale(self.language).languages.get(key, key))

    def told(self, what: str) -> str:
        """Return the line that tells a development with its words in this language; any other line as it is."""
        found = _TOLD.fullmatch(what)
        if found is None or self.language == "en":
            return what
        hearsay = f" ({self.basis('unconfirmed')})" if found["hearsay"] else ""
        before, after = found["before"], found["after"] or ""
        if more := _MORE.fullmatch(before):
            before = f"{self.terms.say('more', names=more['names'], count=more['count'])}: "
        figures = ", ".join(figure_in(one, self.terms) for one in after.removeprefix(": ").split(", "))
        line = f"{before}{self.event(found['event'])}, {self.status(found['status'])}{hearsay}"
        return f"{line}: {figures}" if after else line

    def origins(self, count: int) -> str:
        """Return how many independent origins there are."""
        ngettext = self.catalogue.ngettext
        told = ngettext("%(number)s independent origin", "%(number)s independent origins", count)
        return told % {"number": self.number(count)}

    def reach(self, articles: int, copies: int) -> str:
        """Return how many articles there are, `copies` among them: `3 articles +1 copy`."""
        ngettext, own = self.catalogue.ngettext, articles - copies
        told = ngettext("%(number)s article", "%(number)s articles", own) % {"number": self.number(own)}
        if not copies:
            return told
        more = ngettext("+%(number)s copy", "+%(number)s copies", copies)
        return f"{told} {more % {'number': self.number(copies)}}"

    def time(self, moment: datetime) -> str:
        """Return a moment as `28 Mar 2024, 12:00 UTC`."""
        at = moment.astimezone(UTC)
        return f"{_shown_day(at.date(), self.language, 'day')}, {at:%H:%M} UTC"

    def clock(self, moment: datetime) -> str:
        """Return the time of a moment of a day that is told: `12:00 UTC`."""
        return f"{moment.astimezone(UTC):%H:%M} UTC"

    def day(self, day: date) -> str:
        """Return a day as `28 Mar 2024`; of a moment, its day in UTC."""
        return _shown_day(_in_utc(day), self.language, "day")

    def weekday(self, day: date) -> str:
        """Return a day as `Thursday, 28 March 2024`, in two lines at the most; of a moment, its day in UTC."""
        return _shown_day(_in_utc(day), self.language, "weekday")

    def short_day(self, day: date) -> str:
        """Return a day as `28 Mar`."""
        return _shown_day(day, self.language, "short")

    def month(self, month: str) -> str:
        """Return a month, given as `2024-03`, as `March 2024`."""
        return _shown_day(date.fromisoformat(f"{month}-01"), self.language, "month")

    def number(self, number: float) -> str:
        """Return a number with at most one decimal."""
        return _shown_number(round(number, 1), self.language)

    def score(self, score: float) -> str:
        """Return a number with two decimals."""
        return format_decimal(score, format="0.00", locale=_LOCALES[self.language])

    def part(self, key: str) -> str:
        """Return what a part of an article is called: title, lead or body."""
        _ = self.catalogue.gettext
        return {"title": _("title"), "lead": _("lead"), "body": _("body")}[key]

    def figure_kind(self, key: str) -> str:
        """Return what a kind of figure is called."""
        _ = self.catalogue.gettext
        return {
            "money": _("money"),
            "vehicles": _("vehicles"),
            "vehicles_per_year": _("vehicles a year"),
            "percent": _("percent"),
            "date": _("date"),
        }.get(key) or _("other")

    def share(self, share: float) -> str:
        """Return a share of 1 as whole percent."""
        return format_percent(share, format="#,##0\u00a0%", locale=_LOCALES[self.language])


def language_of(watch: Watch | None, asked: str | None = None) -> Language:
    """Return the language of the interface: the one asked for, else the first of the watch that there is, else English.

    Raises:
        ValueError: there is no catalogue of the one asked for.
    """
    if asked is not None and asked not in LANGUAGES:
        raise ValueError(f"the report speaks {' and '.join(LANGUAGES)}, not {asked!r}")
    wanted = (asked,) if asked else (*(watch.languages if watch else ()), "en")
    return next(known for one in wanted for known in LANGUAGES if known == one)


@cache
def words_of(language: Language) -> Words:
    """Return the words of a language, read once a process."""
    return Words(language=language, catalogue=_catalogue(language), terms=words_in(language))


def _catalogue(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    text = resources.files("flows.report").joinpath("catalogues", f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_LOCALES[language])


@lru_cache(maxsize=10_000)
def _shown_day(day: date, language: Language, form: str) -> str:
    """Return a day written out; kept, for Babel takes a tenth of a millisecond and a report names few days."""
    return format_date(day, _FORMS[language][form], locale=_LOCALES[language])


@lru_cache(maxsize=10_000)
def _shown_number(number: float, language: Language) -> str:
    return format_decimal(number, locale=_LOCALES[language])


def _in_utc(day: date) -> date:
    return day.astimezone(UTC).date() if isinstance(day, datetime) else day
