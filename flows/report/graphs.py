"""The charts of the report in words: titles, labels, what a pointer is told of each point, and the table behind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from extractors.records import Status
from flows.report.measures import DAYS_LOOKED_AT, WEEKS, Event, Looked, Measures, Publisher, Voice
from flows.report.words import Words

#: Bars that stand beside each other; bars of several series, one on the other; the same, lying.
Form = Literal["bars", "stacked", "lying"]

#: How far the matter is: what a chart tells apart, where eleven statuses would be a rainbow.
_STAGES: tuple[tuple[Status, ...], ...] = (
    ("considered", "talks", "applied"),
    ("planned", "agreed", "approved"),
    ("started", "completed"),
    ("delayed", "denied", "ended"),
)
#: The kinds of events that a chart shows; the table has all.
_MOST_EVENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bar, or stack of bars. `label` stands at the axis, `told` is told to pointer, keyboard and screen reader.

    `gap` marks a time of which not all was looked at.
    """

    label: str
    told: str
    values: tuple[float, ...]
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture.

    `peak` is the end of its axis, `unit` what stands after the numbers there; `rest` says that the last series is the
    rest of all.
    """

    title: str
    form: Form
    points: tuple[Point, ...]
    peak: float
    unit: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A chart of one or more pictures of the same scale, with a legend (empty for one series) and its table.

    The first column of `cells` are the heads of the rows.
    """

    key: str
    title: str
    about: str
    panels: tuple[Panel, ...]
    legend: tuple[str, ...]
    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def graphs(measures: Measures, words: Words) -> Iterator[Graph]:
    """Yield the charts of what was counted; what there is nothing of is left out."""
    if measures.voices:
        yield _mentions(measures, words)
    if (voices := _of_one_kind(measures.voices)) and len(voices) > 1:
        yield _share(measures, voices, words)
    if measures.events:
        yield _by_status(measures.events, words)
    if measures.publishers:
        yield _lead(measures.publishers, words)
    if measures.days:
        yield _coverage(measures.days, words)


def round_peak(value: float) -> int:
    """Return the least of 1, 2, 4, 6, 8, 10, 20, 40, … that is not below `value`, so that half of it is whole too."""
    power = 1
    while True:
        for step in (1, 2, 4, 6, 8):
            if step * power >= value:
                return max(2, step * power)
        power *= 10


def _mentions(measures: Measures, words: Words) -> Graph:
    _, ngettext = words.catalogue.gettext, words.catalogue.ngettext
    peak = round_peak(max(max(voice.articles) for voice in measures.voices))
    about = _("Articles a week without copies, over %(weeks)s weeks; all on the same scale.") % {
        "weeks": WEEKS
    }
    if measures.gaps:
        about += " " + _("Weeks in which not every source could be read are shaded.")
    if measures.under_way:
        about += " " + _("The last week is not over yet.")
    gap = "\n" + _("Not every source could be read.")

    def points(voice: Voice) -> Iterator[Point]:
        for week, count in zip(measures.weeks, voice.articles, strict=True):
            told = ngettext("%(number)s article", "%(number)s articles", count)
            when = _("Week of %(day)s") % {"day": words.day(week)}
            yield Point(
                label=words.short_day(week),
                told=f"{voice.name}\n{when}: {told % {'number': words.number(count)}}"
                + (gap if week in measures.gaps else ""),
                values=(count,),
                gap=week in measures.gaps,
            )

    return Graph(
        key="mentions",
        title=_("Mentions by week"),
        about=about,
        panels=tuple(
            Panel(title=voice.name, form="bars", points=tuple(points(voice)), peak=peak)
            for voice in measures.voices
        ),
        legend=(),
        heads=(_("Week from"), *(voice.name for voice in measures.voices)),
        cells=tuple(
            (words.day(week), *(words.number(voice.articles[place]) for voice in measures.voices))
            for place, week in enumerate(measures.weeks)
        ),
    )


def _of_one_kind(voices: Sequence[Voice]) -> list[Voice]:
    """Return those of the kind that is mentioned most: shares are shares of a kind."""
    kinds: dict[str, int] = {}
    for voice in voices:
        kinds[voice.kind] = kinds.get(voice.kind, 0) + sum(voice.articles)
    most = max(kinds, key=lambda kind: kinds[kind], default="")
    return [voice for voice in voices if voice.kind == most]


def _share(measures: Measures, voices: Sequence[Voice], words: Words) -> Graph:
    _ = words.catalogue.gettext
    others = _("Others")
    names = [*(voice.name for voice in voices), others]
    points, cells = [], []
    for place, week in enumerate(measures.weeks):
        known = [voice.shares[place] for voice in voices]
        rest = max(0.0, 1 - sum(known)) if any(known) else 0.0
        shares = [*known, rest if rest > 0.004 else 0.0]  # noqa: PLR2004 - what would be shown as 0 %
        lines = [f"{name}: {words.share(share)}" for name, share in zip(names, shares, strict=True) if share]
        when = _("Week of %(day)s") % {"day": words.day(week)}
        points.append(
            Point(
                label=words.short_day(week),
                told="\n".join([when, *(lines or [_("No article.")])]),
                values=tuple(100 * share for share in shares),
                gap=week in measures.gaps,
            )
        )
        cells.append((words.day(week), *map(words.share, shares)))
    kind = words.kind(voices[0].kind)
    return Graph(
        key="share",
        title=_("Share of voice"),
        about=_("Of all mentions of %(kind)s in a week, without copies.") % {"kind": kind},
        panels=(Panel(title="", form="stacked", points=tuple(points), peak=100, unit="\u00a0%", rest=True),),
        legend=tuple(names),
        heads=(_("Week from"), *names),
        cells=tuple(cells),
    )


def _by_status(events: Sequence[Event], words: Words) -> Graph:
    _, ngettext = words.catalogue.gettext, words.catalogue.ngettext
    statuses = [
        status for stage in _STAGES for status in stage if any(status in one.statuses for one in events)
    ]

    def point(event: Event) -> Point:
        count = event.developments
        told = ngettext("%(number)s development", "%(number)s developments", count)
        lines = [
            f"{words.status(one)}: {words.number(event.statuses[one])}"
            for one in statuses
            if one in event.statuses
        ]
        name = words.event(event.event_type)
        return Point(
            label=name,
            told="\n".join([f"{name}: {told % {'number': words.number(count)}}", *lines]),
            values=tuple(float(sum(event.statuses.get(one, 0) for one in stage)) for stage in _STAGES),
        )

    shown = events[:_MOST_EVENTS]
    return Graph(
        key="events",
        title=_("Events by status"),
        about=_("Developments that stand, first reported in the last %(weeks)s weeks.") % {"weeks": WEEKS},
        panels=(
            Panel(
                title="",
                form="lying",
                points=tuple(point(event) for event in shown),
                peak=round_peak(max(event.developments for event in shown)),
            ),
        ),
        legend=(_("Open"), _("Decided"), _("Under way or done"), _("Delayed or denied")),
        heads=(_("Event"), *(words.status(one) for one in statuses), _("In all"), _("Articles")),
        cells=tuple(
            (
                words.event(event.event_type),
                *(words.number(event.statuses.get(one, 0)) for one in statuses),
                words.number(event.developments),
                words.number(event.articles),
            )
            for event in events
        ),
    )


def _lead(publishers: Sequence[Publisher], words: Words) -> Graph:
    _, ngettext = words.catalogue.gettext, words.catalogue.ngettext

    def hours(lag: float | None) -> str:
        return _("always first") if lag is None else _("%(hours)s h") % {"hours": words.number(lag)}

    def point(one: Publisher) -> Point:
        count = {"number": words.number(one.developments), "first": words.number(one.first)}
        told = ngettext(
            "%(number)s development, %(first)s first",
            "%(number)s developments, %(first)s first",
            one.developments,
        )
        lag = _("Median behind the first: %(hours)s") % {"hours": hours(one.lag_hours)}
        return Point(
            label=one.name, told=f"{one.name}\n{told % count}\n{lag}", values=(one.lag_hours or 0.0,)
        )

    return Graph(
        key="lead",
        title=_("Publishers’ lead time"),
        about=_(
            "Median hours behind the first report; the publishers with the most developments, over all time."
        ),
        panels=(
            Panel(
                title="",
                form="lying",
                points=tuple(point(one) for one in publishers),
                peak=round_peak(ceil(max((one.lag_hours or 0.0) for one in publishers))),
                unit="\u00a0h",
            ),
        ),
        legend=(),
        heads=(_("Publisher"), _("Developments"), _("Of these first"), _("Median behind the first")),
        cells=tuple(
            (one.name, words.number(one.developments), words.number(one.first), hours(one.lag_hours))
            for one in publishers
        ),
    )


def _coverage(days: Sequence[Looked], words: Words) -> Graph:
    _ = words.catalogue.gettext
    names = (_("Read"), _("Reached back over"), _("Missed"))
    counts = [(one.read, one.reached, one.missed) for one in days]
    missed = sum(1 for one in days if one.missed)
    about = _("Sources a day, over %(days)s days.") % {"days": DAYS_LOOKED_AT}
    whole = _("No gap.")
    gaps = words.catalogue.ngettext("%(number)s day has gaps.", "%(number)s days have gaps.", missed)
    about = f"{about} {gaps % {'number': missed} if missed else whole}"
    articles = _("Articles")
    return Graph(
        key="coverage",
        title=_("Coverage"),
        about=about,
        panels=(
            Panel(
                title="",
                form="stacked",
                points=tuple(
                    Point(
                        label=words.short_day(one.day),
                        told="\n".join(
                            [
                                words.day(one.day),
                                *(
                                    f"{name}: {words.number(count)}"
                                    for name, count in zip(names, by, strict=True)
                                    if count
                                ),
                                f"{articles}: {words.number(one.articles)}",
                            ]
                        ),
                        values=tuple(float(count) for count in by),
                        gap=one.missed > 0,
                    )
                    for one, by in zip(days, counts, strict=True)
                ),
                peak=round_peak(max(sum(by) for by in counts)),
            ),
        ),
        legend=names,
        heads=(_("Day"), *names, articles),
        cells=tuple(
            (words.day(one.day), *map(words.number, by), words.number(one.articles))
            for one, by in zip(days, counts, strict=True)
        ),
    )
