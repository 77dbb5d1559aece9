"""How a story and its developments look on a terminal and in a pipe: what holds, what does not, and who says so."""

from collections.abc import Iterable

from flows.alerts.message import counted, reach
from flows.cli.screen import is_terminal, short_id, show, shown
from warehouse.read_stories import (
    DevelopmentRow,
    FigureRow,
    LineageRow,
    OtherDevelopment,
    ReportRow,
    StoryArticle,
    StoryRow,
    StoryTimeline,
    Withdrawal,
)

#: Further reports listed of one development; a longer list says how many there are beyond.
MOST_REPORTS = 8


def show_story(timeline: StoryTimeline) -> None:
    """Print a story: head, lineage, its developments in the order of reporting, then what brought none."""
    story = timeline.story
    for row in timeline.followed:
        show(
            f"story {short_id(row.story_id)} was merged into {short_id(row.successor_id)} "
            f"on {row.changed_at:%Y-%m-%d}"
        )
    show(story.title, style="bold")
    show(_head(story))
    followed = {(row.story_id, row.successor_id) for row in timeline.followed}
    for row in timeline.lineage:
        if (row.story_id, row.successor_id) not in followed:
            show(_lineage(row, story.story_id))
    show("")
    withdrawn = f", {story.withdrawn} of them withdrawn" if story.withdrawn else ""
    show(f"Developments: {len(timeline.developments)}{withdrawn}", style="bold")
    for development in timeline.developments:
        show("")
        show_development(development, of_story=True)
    show("")
    corrections = {row.withdrawn_by for row in timeline.developments}
    _show_background(
        [one for one in timeline.articles if not one.brings and one.article_id not in corrections]
    )


def show_development(row: DevelopmentRow, *, of_story: bool = False) -> None:
    """Print a development with its evidence; `of_story` True lists its further reports, and leaves out its story."""
    marks = [mark for mark, holds in _marks(row) if holds]
    line = f"{shown(row.reported_at)}  " + "".join(f"[{mark}] " for mark in marks) + row.what
    withdrawn = row.state == "withdrawn"
    show(line, style=("strike" if withdrawn else "bold") if is_terminal() else "")
    show(f"“{row.sentence}”", indent=4)
    show(_place(row), indent=4)
    show(_meta(row, of_story=of_story), indent=4)
    if times := "; ".join(_times(row)):
        show(times, indent=4)
    if row.figures:
        figures = dict.fromkeys(_figure(figure) for figure in row.figures)
        show(f"figures: {', '.join(figures)}", indent=4)
    if row.known_before:
        show(f"known before: {_other(row.known_before)}", indent=4)
    for other in row.changed_by:
        show(f"changed later: {_other(other)}", indent=4)
    for other in row.contradictions:
        show(f"contradicts: {_other(other)}", indent=4)
        show(f"“{other.sentence}”", indent=8)
        show(_place(other), indent=8)
    _show_withdrawal(row)
    if of_story:
        _show_reports(row)


def _head(story: StoryRow) -> str:
    languages = ", ".join(story.languages) or "no known language"
    return (
        f"{story.story_id}, {shown(story.first_at)} to {shown(story.last_at)} UTC, "
        f"{reach(story.articles, story.copies)} of {counted(story.publishers, 'publisher')} in {languages}"
    )


def _lineage(row: LineageRow, story_id: str) -> str:
    """Return what a row of the lineage says about the story `story_id`."""
    on = f"on {row.changed_at:%Y-%m-%d}"
    title = f": {row.title}" if row.title else ""
    if row.change == "merged" and row.successor_id == story_id:
        return f"story {short_id(row.story_id)} was merged into it {on}"
    if row.change == "merged":
        return f"it was merged into {short_id(row.successor_id)} {on}, and is a story again{title}"
    if row.story_id == story_id:
        return f"a part was split off {on} as story {short_id(row.successor_id)}{title}"
    return f"it was split off {on} from story {short_id(row.story_id)}{title}"


def _marks(row: DevelopmentRow) -> Iterable[tuple[str, bool]]:
    yield "withdrawn", row.state == "withdrawn"
    yield "contradicted", any(other.state == "standing" for other in row.contradictions)


def _meta(row: DevelopmentRow, *, of_story: bool) -> str:
    place = "" if of_story else f" of story {short_id(row.story_id)}"
    return (
        f"{row.event_type}, {row.status}, {row.basis}; {counted(row.origins, 'origin')}, "
        f"{reach(row.articles, row.copies)}; {short_id(row.development_id)}{place}"
    )


def _times(row: DevelopmentRow) -> Iterable[str]:
    """Yield who was the second origin, and who was first to have it on official word, with the times."""
    if row.confirmed_at:
        yield f"second origin {shown(row.confirmed_at)}{_by(row.confirmed_by)}"
    if row.official_at and row.official_by and row.official_by.article_id == row.first_article_id:
        yield "official from the first report"
    elif row.official_at:
        yield f"official {shown(row.official_at)}{_by(row.official_by)}"


def _place(row: DevelopmentRow | OtherDevelopment | Withdrawal) -> str:
    return (
        f"{row.publisher} ({row.language or '?'})  {row.url}" if row.url else "the article is no longer kept"
    )


def _by(report: ReportRow | None) -> str:
    return f" by {report.publisher}" if report else ""


def _figure(figure: FigureRow) -> str:
    normal = figure.value if figure.kind == "date" else f"{figure.value} {figure.unit}"
    return figure.surface if figure.surface == normal else f"{figure.surface} ({normal})"


def _other(other: OtherDevelopment) -> str:
    gone = ", withdrawn" if other.state == "withdrawn" else ""
    return f"{other.what} ({shown(other.reported_at)}, {short_id(other.development_id)}{gone})"


def _show_withdrawal(row: DevelopmentRow) -> None:
    withdrawal = row.withdrawal
    if withdrawal is None:
        return
    when = f" {shown(withdrawal.withdrawn_at)}" if withdrawal.withdrawn_at else ""
    said = f"the correction: “{withdrawal.sentence}”" if withdrawal.sentence else "corrected or taken back"
    show(f"withdrawn{when}, {said}", indent=4)
    show(_place(withdrawal), indent=8)


def _show_reports(row: DevelopmentRow) -> None:
    shown_above = {row.first_article_id, row.withdrawn_by}
    others = [one for one in row.reports if one.article_id not in shown_above and one.copy_of is None]
    for one in others[:MOST_REPORTS]:
        word = f", {one.basis}" if one.basis else ""
        show(
            f"also {shown(one.reported_at)}  {one.publisher} ({one.language or '?'}{word})  {one.url}",
            indent=4,
        )
    if len(others) > MOST_REPORTS:
        show(f"and {len(others) - MOST_REPORTS} more, see --json", indent=4)


def _show_background(articles: list[StoryArticle]) -> None:
    if not articles:
        return
    show(f"Background, articles without a development: {len(articles)}", style="bold")
    for article in articles:
        copy = ", copy" if article.copy_of else ""
        show(f"{shown(article.reported_at)}  {article.title}", indent=4)
        show(f"{article.publisher} ({article.language or '?'}{copy})  {article.url}", indent=8)
