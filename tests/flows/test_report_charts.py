"""The charts: every number is there, in the picture's words and in the table, whatever the names are."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from report_rows import HOSTILE

from flows.alerts.message import plain_line
from flows.report.charts import svg
from flows.report.graphs import Panel, Point, graphs, round_peak
from flows.report.measures import Event, Looked, Measures, Publisher, Voice
from flows.report.words import words_of

TEXTS = st.text(max_size=40).map(plain_line) | st.sampled_from([plain_line(one) for one in HOSTILE])
VALUES = st.integers(0, 10**6)


@st.composite
def panels(draw):
    series = draw(st.integers(1, 4))
    values = st.tuples(*([VALUES.map(float)] * series))
    points = draw(
        st.lists(
            st.builds(Point, label=TEXTS, told=TEXTS, values=values, gap=st.booleans()),
            min_size=1,
            max_size=30,
        )
    )
    return Panel(
        title=draw(TEXTS),
        form=draw(
            st.sampled_from(["stacked", "lying"])
            if series > 1
            else st.sampled_from(["bars", "stacked", "lying"])
        ),
        points=tuple(points),
        peak=round_peak(max(sum(point.values) for point in points)),
    )


def shown(text):
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


@given(panel=panels(), name=TEXTS)
def test_each_point_says_what_it_is_and_nothing_else_is_in_the_picture(panel, name):
    picture = html.fromstring(str(svg(panel, name)))

    assert picture.get("aria-label") == shown(name)
    assert [one.get("aria-label") for one in picture.xpath("//rect[@class='point']")] == [
        shown(point.told) for point in panel.points
    ]
    assert picture.xpath("//rect[@class='point']/@tabindex") == ["0", *["-1"] * (len(panel.points) - 1)]
    assert len(picture.xpath("//rect[@class='gap']")) == sum(point.gap for point in panel.points)
    assert {one.tag for one in picture.iter()} <= {"svg", "g", "rect", "path", "text"}
    assert picture.xpath("//@style | //@href | //@onload | //@onerror") == []


@given(panel=panels())
def test_no_bar_reaches_out_of_the_picture(panel):
    picture = html.fromstring(str(svg(panel, "")))
    _, _, width, height = map(float, picture.get("viewbox").split())

    for bar in picture.xpath("//g[starts-with(@class, 'series')]//rect"):
        x, y, wide, high = (float(bar.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= -0.2 and y >= -0.2  # noqa: PT018 - one place
        assert x + wide <= width + 0.2
        assert y + high <= height + 0.2


@given(value=st.floats(0, 10**9))
def test_an_axis_ends_at_a_round_number_with_a_whole_half(value):
    peak = round_peak(value)

    assert peak >= value
    assert peak % 2 == 0
    assert peak <= max(2, 2 * value + 1)


def measures(names):
    weeks = tuple(date(2024, 1, 1) + timedelta(weeks=n) for n in range(13))
    return Measures(
        weeks=weeks,
        gaps=frozenset({weeks[3]}),
        voices=tuple(
            Voice(name=name, kind="company", articles=(n,) * 13, shares=(0.1 * n,) * 13)
            for n, name in enumerate(names)
        ),
        events=(Event(event_type="stake", statuses={"talks": 2, "denied": 1}, articles=5),),
        publishers=(Publisher(name=names[0], developments=3, first=1, lag_hours=2.25),),
        days=(Looked(day=weeks[0], read=3, reached=1, missed=2, articles=7),),
    )


@given(names=st.lists(TEXTS, min_size=2, max_size=4))
def test_every_chart_has_a_row_of_its_table_for_each_point(names):
    told = list(graphs(measures(names), words_of("en")))

    assert [graph.key for graph in told] == ["mentions", "share", "events", "lead", "coverage"]
    for graph in told:
        assert {len(row) for row in graph.cells} == {len(graph.heads)}
        assert all(len(panel.points) == len(graph.cells) for panel in graph.panels)
        assert all(
            len(point.values) == max(1, len(graph.legend)) for panel in graph.panels for point in panel.points
        )


def test_the_numbers_are_those_that_were_counted():
    told = {graph.key: graph for graph in graphs(measures(["Xiaomi", "BAIC"]), words_of("en"))}

    assert told["events"].cells == (("stake", "2", "1", "3", "5"),)
    assert told["events"].panels[0].points[0].values == (2, 0, 0, 1)
    assert told["lead"].cells == (("Xiaomi", "3", "1", "2.2 h"),)
    assert told["coverage"].cells[0][1:] == ("3", "1", "2", "7")
    assert told["coverage"].about.endswith("1 day has gaps.")
    assert told["share"].cells[0][1:] == ("0\u00a0%", "10\u00a0%", "90\u00a0%")
    assert "Not every source could be read." in told["mentions"].panels[0].points[3].told


def test_every_number_of_a_german_chart_is_written_in_german():
    days = (Looked(day=date(2024, 1, 1), read=1234, reached=0, missed=0, articles=56789),)
    many = Event(event_type="stake", statuses={"talks": 1500, "denied": 2000}, articles=5000)
    voice = Voice(name="Xiaomi", kind="company", articles=(4321,), shares=(1.0,))
    first = Publisher(name="Wire", developments=3500, first=1200, lag_hours=2.25)
    told = graphs(
        Measures(weeks=(date(2024, 1, 1),), voices=(voice,), events=(many,), publishers=(first,), days=days),
        words_of("de"),
    )

    shown = [
        (point.told, html.fromstring(str(svg(panel, "", words_of("de").number))).xpath("//text/text()"))
        for graph in told
        for panel in graph.panels
        for point in panel.points
    ]
    assert "4.321 Artikel" in shown[0][0]
    assert "6.000" in shown[0][1]
    assert "Beteiligung: 3.500 Entwicklungen" in shown[1][0]
    assert "dementiert: 2.000" in shown[1][0]
    assert "3.500 Entwicklungen, 1.200 zuerst" in shown[2][0]
    assert "Gelesen: 1.234" in shown[3][0]
    assert "Artikel: 56.789" in shown[3][0]


@pytest.mark.parametrize(("day", "under_way"), [(0, True), (5, True), (6, False), (20, False)])
def test_a_week_that_is_not_over_is_told_lest_it_looks_like_a_fall(day, under_way):
    counted = measures(["Xiaomi", "BAIC"])
    days = (Looked(day=counted.weeks[-1] + timedelta(days=day), read=1, reached=0, missed=0, articles=1),)
    about = next(graphs(replace(counted, days=days), words_of("en"))).about

    assert ("The last week is not over yet." in about) is under_way


def test_nothing_counted_gives_no_chart():
    assert list(graphs(Measures(), words_of("de"))) == []
