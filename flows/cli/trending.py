"""The command that shows trends: tables and sparklines, with the holes in what was looked at."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import click

from extractors.errors import ConfigurationError
from flows.cli.options import given_settings, home_options, json_option, wants_json
from flows.cli.screen import is_terminal, output, remark, show, show_json, show_table
from warehouse.database import open_snapshot
from warehouse.read import require_entity
from warehouse.trends import (
    PER,
    Dimension,
    Measure,
    Period,
    Rated,
    Trend,
    Trends,
    rates,
    read_trends,
    whole_rate,
)

_BARS = "▁▂▃▄▅▆▇█"
_NONE, _GAP, _UNREAD = "·", "×", "–"
#: Spaces after a column of a table.
_BETWEEN = 2
#: What the terminal leaves for bars at the least: else they go into the next line.
_LEAST_BARS = 8
#: Holes that are named one by one.
_NAMED = 3


class Zone(click.ParamType[str]):
    """A time zone by its IANA name, for example `Europe/Berlin`."""

    name = "ZONE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; fails where there is no such zone."""
        try:
            return ZoneInfo(str(value)).key
        except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
            self.fail(f"{value!r} is no time zone such as Europe/Berlin or UTC", param, ctx)


@click.command("trends")
@home_options
@json_option
@click.option(
    "--by",
    "dimension",
    type=click.Choice(get_args(Dimension)),
    default="entity",
    show_default=True,
    help="A row for each of these; event: kinds of standing developments.",
)
@click.option(
    "--count",
    "measure",
    type=click.Choice(get_args(Measure)),
    default="texts",
    show_default=True,
    help="What is counted: articles, texts (copies of one count once), or different publishers.",
)
@click.option("--weeks", type=click.IntRange(1, 520), help="So many weeks (from Monday) back [12].")
@click.option("--days", type=click.IntRange(1, 520), help="Days in place of weeks, so many back.")
@click.option("--zone", type=Zone(), default="UTC", show_default=True, help="Whose days and weeks.")
@click.option("--entity", metavar="ID", help="Only articles that mention this entity or topic.")
@click.option(
    "--normalised",
    is_flag=True,
    help=f"Per {PER} source-days that were looked at, so that holes do not count.",
)
def trends_command(
    dimension: Dimension,
    measure: Measure,
    weeks: int | None,
    days: int | None,
    zone: str,
    entity: str | None,
    normalised: bool,
) -> None:
    """Show how much is reported, week by week or day by day.

    Articles count for the day of publication, however late they were found. Weeks in which no source was read are
    gaps, not silence.
    """
    if weeks and days:
        raise click.UsageError("give --weeks or --days, not both")
    if measure == "publishers" and (dimension == "publisher" or normalised):
        raise click.UsageError("publishers can be counted neither by publisher nor with --normalised")
    with open_snapshot(given_settings().snapshot) as con:
        found = read_trends(
            con,
            dimension=dimension,
            unit="day" if days else "week",
            most=days or weeks or 12,
            zone=zone,
            entity_id=entity,
        )
        if entity and not found.trends:
            require_entity(con, entity)
    if normalised and found.periods and not any(period.source_days for period in found.periods):
        raise ConfigurationError(
            "nothing was polled in this time, so that there is nothing to hold counts against"
        )
    if wants_json():
        show_json([row for trend in found.trends for row in _json_rows(found, trend)])
    elif entity and dimension == "entity":
        _show_one(found, measure, normalised=normalised)
    else:
        _show_all(found, measure, normalised=normalised)


def bars(values: Sequence[float], marks: Mapping[int, str]) -> str:
    """Return a bar for each of `values`, relative to the largest, a dot for 0; `marks` stand in place of some."""
    top = max(values, default=0)
    drawn = (_BARS[max(0, math.ceil(value / top * len(_BARS)) - 1)] if value else _NONE for value in values)
    return "".join(marks.get(place, bar) for place, bar in enumerate(drawn))


def _drawn(found: Trends, trend: Trend, measure: Measure, *, normalised: bool) -> str:
    """Return the bars of a trend: of its counts, with gaps in which nothing was found either, or of its rates."""
    marks = {
        place: _GAP if period.gap else _UNREAD
        for place, (period, count) in enumerate(zip(found.periods, trend.counts, strict=True))
        if (period.gap and not count.of(measure)) or (normalised and not period.covered_days)
    }
    if normalised and measure != "publishers":
        return bars([value or 0 for value in rates(trend, found.periods, measure)], marks)
    return bars([count.of(measure) for count in trend.counts], marks)


def _show_all(found: Trends, measure: Measure, *, normalised: bool) -> None:
    """Print a row a trend."""
    if not found.trends:
        remark("Nothing was reported in this time.")
        return
    named = found.dimension == "entity"
    head: tuple[str, ...] = ("entity", "name") if named else (found.dimension,)
    rows: list[tuple[Any, ...]] = []
    for trend in found.trends:
        told = (trend.key, trend.name) if named else ("?" if trend.key is None else trend.key,)
        whole: float | None = trend.whole.of(measure)
        if normalised and measure != "publishers":
            whole = _rounded(whole_rate(trend, found.periods, measure))
        rows.append((*told, whole, _drawn(found, trend, measure, normalised=normalised)))
    head = (*head, f"per {PER}" if normalised else measure)
    if is_terminal():
        show(_headline(found, measure, normalised=normalised))
        rows, head = _without_names(rows, head, output().width)
        shortened = _shortened(rows, head, output().width)
        if shortened != rows:
            show(
                f"The bars are of the last {len(shortened[0][-1])} {found.unit}s: a wider terminal shows all."
            )
        rows = shortened
    show_table((*head, f"by {found.unit}"), rows)
    _show_legend(found, normalised=normalised)


def _show_one(found: Trends, measure: Measure, *, normalised: bool) -> None:
    """Print a row a period of the one trend there is."""
    if not found.trends:
        remark("Nothing was reported in this time.")
        return
    (trend,) = found.trends
    drawn = _drawn(found, trend, measure, normalised=normalised)
    per = [
        _rounded(one) for one in rates(trend, found.periods, "articles" if measure == "articles" else "texts")
    ]
    rows = []
    for number, (period, count) in enumerate(zip(found.periods, trend.counts, strict=True)):
        cells: list[Any] = [period.start.isoformat(), count.articles, count.texts, count.publishers]
        cells += [per[number]] if normalised else []
        rows.append((*cells, _looked_at(period), drawn[number]))
    if is_terminal():
        show(f"{trend.name}. {_headline(found, measure, normalised=normalised)}")
    first = "week of" if found.unit == "week" else "day"
    columns = (
        first,
        "articles",
        "texts",
        "publishers",
        *([f"per {PER}"] if normalised else []),
        "looked at",
        "trend",
    )
    show_table(columns, rows)
    _show_legend(found, normalised=normalised)


def _looked_at(period: Period) -> str:
    if not period.source_days:
        return _UNREAD
    return f"{period.covered_days} of {period.source_days}" + (" (gap)" if period.gap else "")


def _headline(found: Trends, measure: Measure, *, normalised: bool) -> str:
    unit = f"{PER} source-days looked at, by {found.unit}" if normalised else found.unit
    return (
        f"{measure.capitalize()} {'per' if normalised else 'a'} {unit}, {len(found.periods)} {found.unit}s from "
        f"{found.periods[0].start} to {found.until} ({found.zone})"
    )


def _show_legend(found: Trends, *, normalised: bool) -> None:
    """Say on a terminal what the marks mean, and where there are holes in what was looked at."""
    if not is_terminal():
        return
    gaps = any(period.gap for period in found.periods)
    unread = normalised and any(not period.source_days for period in found.periods)
    more = f" {_GAP} no source was read: a gap, not silence." if gaps else ""
    more += f" {_UNREAD} there was nothing to read yet." if unread else ""
    show(f"{_BARS} against the most of a row. {_NONE} none.{more}", style="dim")
    expected = sum(period.source_days for period in found.periods)
    covered = sum(period.covered_days for period in found.periods)
    if not expected:
        show("Nothing was polled in this time: all of it was imported or found later.", style="dim")
    elif covered < expected:
        holes = ", ".join(_holes(found))
        show(f"Looked at: {covered} of {expected} source-days. Counts may be too low: {holes}.", style="dim")
    else:
        show(f"Looked at: all {expected} source-days.", style="dim")


def _holes(found: Trends) -> Iterator[str]:
    """Yield the stretches of periods in which something was not looked at, the first few by name."""
    stretches: list[list[date]] = []
    step = timedelta(days=7 if found.unit == "week" else 1)
    for period in found.periods:
        if not period.holes:
            continue
        if stretches and period.start - stretches[-1][-1] == step:
            stretches[-1].append(period.start)
        else:
            stretches.append([period.start])
    prefix = "week of " if found.unit == "week" else ""
    for first, *more in stretches[:_NAMED]:
        yield f"{prefix}{first} to {more[-1]}" if more else f"{prefix}{first}"
    if len(stretches) > _NAMED:
        yield f"and {len(stretches) - _NAMED} more"


def _rounded(value: float | None) -> float | None:
    return round(value, 1) if isinstance(value, float) else value


def _without_names(
    rows: list[tuple[Any, ...]], head: tuple[str, ...], room: int
) -> tuple[list[tuple[Any, ...]], tuple[str, ...]]:
    """Leave out the names where ids, counts and bars need their room."""
    if len(head) < len(("entity", "name", "count")) or _width(rows, head) + len(rows[0][-1]) <= room:
        return rows, head
    return [(row[0], *row[2:]) for row in rows], (head[0], *head[2:])


def _shortened(rows: list[tuple[Any, ...]], head: Sequence[str], room: int) -> list[tuple[Any, ...]]:
    """Leave out the earliest bars where the terminal has no room for them."""
    left = max(_LEAST_BARS, room - _width(rows, head))
    return [(*row[:-1], row[-1][-left:]) for row in rows]


def _width(rows: list[tuple[Any, ...]], head: Sequence[str]) -> int:
    """Return the cells that the columns before the bars take; a Chinese character takes two."""
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs it

    widths: Callable[[int], int] = lambda place: max(  # noqa: E731
        cell_len(str(head[place])), *(cell_len(str(row[place])) for row in rows)
    )
    return sum(widths(place) + _BETWEEN for place in range(len(rows[0]) - 1))


def _json_rows(found: Trends, trend: Trend) -> Iterator[dict[str, Any]]:
    key = {"entity": "entity_id", "event": "event_type"}.get(found.dimension, found.dimension)
    for number, (period, count) in enumerate(zip(found.periods, trend.counts, strict=True)):
        per = {f"{measure}_rate": rates(trend, found.periods, measure)[number] for measure in get_args(Rated)}
        yield {
            found.unit: period.start,
            key: trend.key,
            "name": trend.name,
            "articles": count.articles,
            "texts": count.texts,
            "copies": count.copies,
            "publishers": count.publishers,
            "source_days": period.source_days,
            "covered_days": period.covered_days,
            "gap": period.gap,
            **per,
        }
