"""Charts as SVG that a page carries: pygal places bars, axes and labels, the style sheet of the page gives the look.

Nothing of pygal's own styles and scripts is kept, so a page needs none: colours follow light and dark. Each point gets
a field over the whole height of the picture that pointer and keyboard reach, and that says what the point is.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pygal
from lxml import etree
from markupsafe import Markup
from pygal.style import Style

from flows.alerts.escaping import xml_text
from flows.report.graphs import Form, Panel

# pygal hangs a finder for maps that are no part of it into the import of all modules; of a form that Python 3.11 warns
# of at each import, and that later ones do not ask.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

#: Units of the picture: about as wide as a phone, so that its letters are about as large as they say.
WIDTH = 340
_HEIGHTS = {"bars": 120, "stacked": 220}
_ROW, _ROWS_REST = 24, 34
#: Labels at the axis of times at the most, and the cells that a label of a lying bar may take.
_MOST_LABELS = 5
_LONGEST_LABEL = 18
_FONT = 11
_DECIMALS = re.compile(r"-?\d+\.\d+")
_KINDS: dict[Form, Any] = {
    "bars": pygal.Bar,
    "stacked": pygal.StackedBar,
    "lying": pygal.HorizontalStackedBar,
}


def svg(panel: Panel, name: str, written: Callable[[float], str] = str) -> Markup:
    """Return the picture of `panel` as markup, of the name `name`; all text in it is escaped.

    `written` says how a number stands at the axis.
    """
    drawn = _drawn(panel, written)
    plot = drawn.find("g/g[@class='plot']")
    picture = etree.Element("svg")  # pages need no namespace, and pygal gives its elements none
    height = drawn.get("viewBox").split()[-1]
    picture.set("viewBox", f"0 0 {WIDTH} {height}")
    picture.set("class", f"chart {panel.form}")
    picture.set("role", "group")
    picture.set("aria-label", xml_text(name))
    place = etree.SubElement(picture, "g", transform=plot.get("transform"))
    fields = list(_fields(panel, plot))
    below = etree.SubElement(place, "g", {"aria-hidden": "true"})
    for field, point in zip(fields, panel.points, strict=True):
        if point.gap:
            etree.SubElement(below, "rect", {**field, "class": "gap"})
    for part in list(plot):
        if part.tag == "g":
            part.set("aria-hidden", "true")
            if panel.rest and part.get("class", "").startswith(
                f"series serie-{len(panel.points[0].values) - 1} "
            ):
                part.set("class", f"{part.get('class')} rest")
            place.append(_bare(part))
    over = etree.SubElement(place, "g", {"class": "points"})
    for number, (field, point) in enumerate(zip(fields, panel.points, strict=True)):
        told = {"role": "img", "tabindex": "-1" if number else "0", "aria-label": xml_text(point.told)}
        etree.SubElement(over, "rect", {**field, "class": "point", **told})
    etree.cleanup_namespaces(picture)
    text = etree.tostring(picture, encoding="unicode")
    return Markup(text)  # noqa: S704 - written by lxml, which escapes


def _drawn(panel: Panel, written: Callable[[float], str]) -> Any:
    """Return the picture as pygal draws it."""
    lying = panel.form == "lying"
    height = len(panel.points) * _ROW + _ROWS_REST if lying else _HEIGHTS[panel.form]
    points = panel.points[::-1] if lying else panel.points  # the first one stands at the top
    chart = _KINDS[panel.form](
        width=WIDTH,
        height=height,
        js=(),
        css=(),
        no_prefix=True,
        show_legend=False,
        truncate_label=-1,
        margin=4,
        spacing=5,
        range=(0, panel.peak),
        style=Style(label_font_size=_FONT, major_label_font_size=_FONT),
        y_labels=[
            {"value": value, "label": f"{written(value)}{panel.unit}"}
            for value in (0, panel.peak / 2, panel.peak)
        ],
    )
    chart.x_labels = [_label(point.label) for point in points] if lying else _sparse(panel)
    for place in range(len(panel.points[0].values)):
        chart.add(str(place), [point.values[place] for point in points])
    return chart.render_tree()


def _sparse(panel: Panel) -> list[str]:
    """Return the labels of a line of times: some, from the last one back, for all would not fit."""
    count = len(panel.points)
    step = -(-count // _MOST_LABELS)
    return [
        xml_text(point.label) if (count - 1 - at) % step == 0 else "" for at, point in enumerate(panel.points)
    ]


def _label(text: str) -> str:
    """Return a label cut to its cells; wide letters count twice, and get the room that pygal does not give them."""
    kept, cells = "", 0
    for letter in text:
        wide = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if cells + wide > _LONGEST_LABEL:
            kept = kept.rstrip() + "…"
            break
        kept, cells = kept + letter, cells + wide
    return xml_text("\u00a0" * (cells - len(kept.rstrip("…"))) + kept)


def _fields(panel: Panel, plot: Any) -> Iterator[dict[str, str]]:
    """Yield the field of each point, over all of the plot across the axis of the points."""
    frame = plot.find("rect")
    width, height = float(frame.get("width")), float(frame.get("height"))
    lying = panel.form == "lying"
    axis = "y centered" if lying else "x centered"
    bars = plot.findall(f"g[@class='series serie-0 color-0']//desc[@class='{axis}']")
    centres = [float(one.text) for one in bars]
    if len(centres) != len(panel.points):
        centres = _even(len(panel.points), height if lying else width)
    if lying:
        centres.sort()
    step = abs(centres[1] - centres[0]) if len(centres) > 1 else (height if lying else width)
    for centre in centres:
        start, size = f"{centre - step / 2:.1f}", f"{step:.1f}"
        if lying:
            yield {"x": "0", "y": start, "width": f"{width:.1f}", "height": size}
        else:
            yield {"x": start, "y": "0", "width": size, "height": f"{height:.1f}"}


def _even(count: int, size: float) -> list[float]:
    return [(place + 0.5) * size / count for place in range(count)]


def _bare(part: Any) -> Any:
    """Return a part of the picture without what pygal's own script would use, its numbers rounded."""
    for inner in list(part.iter("desc", "title")):
        inner.getparent().remove(inner)
    for inner in part.iter():
        inner.attrib.pop("style", None)
        for name in ("x", "y", "width", "height", "d", "rx", "ry", "transform"):
            if (value := inner.get(name)) is not None:
                inner.set(name, _DECIMALS.sub(lambda found: f"{float(found[0]):.1f}", value))
        if inner.tag == "text" and inner.text:
            inner.text = inner.text.strip("\u00a0")
    for bar in list(part.iter("rect")):
        if {bar.get("height"), bar.get("width")} & {None, "0", "0.0"}:
            bar.getparent().remove(bar)
        else:
            bar.attrib.pop("class", None)
    return part
