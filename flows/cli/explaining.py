"""The command that shows one stored article with all its signals in place, and why each is what it is."""

import re
from typing import TYPE_CHECKING

import click

from flows.cli.options import given_settings, given_watch, home_options, json_option, wants_json

if TYPE_CHECKING:
    from rich.text import Text

    from extractors.signals.feature_words import Reason
    from flows.report.explained import Explained, ExplainedClaim
    from flows.report.marks import Mark
    from flows.settings import Settings

# What the command needs is imported where it is used: `--help` and wrong usage need no database.
# ruff: noqa: PLC0415

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
#: How marks look on a terminal; the text is printed with all of those that overlap.
_STYLES = {"mention": "cyan", "figure": "green", "claim": "underline", "citation": "italic magenta"}


@click.command("explain")
@home_options
@json_option
@click.argument("place", metavar="URL|ID")
def explain_command(place: str) -> None:
    """Show a stored article with its signals marked, and why.

    The start of the ID is enough. Every name, figure, claim and citation stands in the text; below it is told
    which spelling, words, places and rules made it so, and how strongly. The reasons are those of today's rules;
    without a watch file only what is stored is shown.
    """
    from flows.cli.screen import show_json

    settings = given_settings()
    explained = _explained(place, settings)
    if wants_json():
        show_json(explained)
        return
    _show_head(explained, settings)
    _show_text(explained)
    _show_claims(explained)
    _show_names(explained)
    _show_rest(explained)


def _explained(place: str, settings: "Settings") -> "Explained":
    from extractors.signals.reasons import Explainer
    from flows.report.explained import explain
    from warehouse.database import open_snapshot
    from warehouse.explained import find_article, read_kept

    url = None
    if _ADDRESS.match(place):
        from extractors.articles.metadata import canonical_url

        url = canonical_url(place, None)
    with open_snapshot(settings.snapshot) as con:
        key = find_article(con, place, url)
        kept = read_kept(con, [key])[key]
    explainer = Explainer(given_watch(settings)) if settings.watch_file.exists() else None
    return explain(kept, explainer)


def _show_head(explained: "Explained", settings: "Settings") -> None:
    from flows.cli.screen import short_id, show, shown
    from flows.report.explained import marks_of, relevance_told

    article = explained.article
    _show_marked(article.title, marks_of(explained, in_title=True), bold=True)
    when = f"{shown(explained.reported_at)} UTC, revision {explained.revision}"
    show(f"{article.publisher} ({article.language or '?'}), {when}")
    show(f"{short_id(explained.article_id)} {article.url}")
    show(f"{relevance_told(explained)}, likeness {explained.likeness:.2f}")
    for row in explained.relevance:
        name = f"list {row.number} of all_of" if row.number else "the entities of the watch"
        show(f"{name}: {'yes' if row.satisfied else 'no'}, {row.why}", indent=4)
    if explained.copy_of:
        show(f"copy of {short_id(explained.copy_of)}: {explained.original_title or ''}")
    if explained.story_id:
        show(f"story {short_id(explained.story_id)}: {explained.story_title or ''}")
    if explained.differs is None:
        show(
            f"{settings.watch_file}: there is no watch file, so only what is stored is shown, without reasons."
        )
    if explained.differs:
        show("Today's rules differ from those of the stored signals; what only one of both has is marked so.")


def _show_text(explained: "Explained") -> None:
    from flows.cli.screen import show
    from flows.report.explained import marks_of
    from flows.report.marks import paragraphs

    for paragraph, marks in paragraphs(explained.article.text, marks_of(explained, in_title=False)):
        show("")
        _show_marked(paragraph, marks)


def _show_marked(text: str, marks: "tuple[Mark, ...]", *, bold: bool = False) -> None:
    """Print text with its marks: in styles on a terminal, in brackets elsewhere."""
    from flows.cli.screen import is_terminal, output, show
    from flows.report.marks import bracketed

    if is_terminal():
        output().print(styled(text, marks, bold=bold))
    else:
        show(bracketed(text, marks))


def styled(text: str, marks: "tuple[Mark, ...]", *, bold: bool = False) -> "Text":
    """Return `text` in the styles of its marks, the number of a claim before its sentence; nothing in it steers."""
    from rich.text import Text

    from flows.cli.screen import neutral
    from flows.report.marks import pieces

    line = Text(overflow="fold", style="bold" if bold else "")
    for piece in pieces(text, marks):
        for mark in piece.begins:
            if mark.number is not None:
                line.append(f"({mark.number}) ", style="bold yellow")
        kinds = dict.fromkeys(_STYLES[mark.kind] for mark in piece.marks)
        line.append(neutral(_BLANKS.sub(" ", piece.text)), style=" ".join(kinds))
    return line


def _show_claims(explained: "Explained") -> None:
    from flows.cli.screen import show

    show("")
    show(f"Claims: {len(explained.claims)}", style="bold")
    for claim in explained.claims:
        _show_claim(claim)


def _show_claim(one: "ExplainedClaim") -> None:
    from flows.cli.screen import is_terminal, show
    from flows.report.explained import STATE_WORDS, decisions_of, figure_form, told

    claim = one.claim
    kind = "news" if claim.is_news else "recalled"
    line = f"({one.number}) {claim.event_type}, {claim.status}, {claim.basis}; {kind}, {claim.score:.2f}"
    state = f" [{STATE_WORDS[one.state]}]" if STATE_WORDS[one.state] else ""
    show(line + state, style="bold" if is_terminal() else "")
    show(f"“{claim.sentence}”", indent=4)
    if claim.participants:
        show(f"participants: {', '.join(claim.participants)}", indent=4)
    if one.figures:
        figures = (f"{figure_form(figure)} (“{figure.surface}”)" for figure in one.figures)
        show(f"figures: {', '.join(figures)}", indent=4)
    for name, decision in decisions_of(one):
        show(f"{name}: {told(decision)}", indent=4)
        for reason in decision.reasons:
            _show_reason(reason)


def _show_reason(reason: "Reason") -> None:
    from flows.cli.screen import show

    weight = f"{reason.weight:+.2f}" if reason.weight else "·"
    show(f"{weight} {reason.what}", indent=12 - len(weight))


def _show_names(explained: "Explained") -> None:
    from flows.cli.screen import show
    from flows.report.explained import STATE_WORDS, grouped_names

    show("")
    show(f"Names: {len(explained.mentions)}", style="bold")
    for group in grouped_names(explained):
        why = group.why or STATE_WORDS[group.state]
        show(f"{group.surface} = {group.entity_id} ({group.places}){': ' if why else ''}{why}", indent=4)
    for one in explained.dropped:
        place = "title" if one.in_title else f"character {one.start}"
        show(f"not counted: {one.surface} = {one.entity_id} ({place}): {one.why}", indent=4)


def _show_rest(explained: "Explained") -> None:
    from flows.cli.screen import show
    from flows.report.explained import STATE_WORDS, figure_form

    show(f"Figures: {len(explained.figures)}", style="bold")
    for one in explained.figures:
        owner = f", claim {one.claim}" if one.claim else ""
        state = f" [{STATE_WORDS[one.state]}]" if STATE_WORDS[one.state] else ""
        show(f"{one.figure.surface} = {figure_form(one.figure)} ({one.figure.kind}{owner}){state}", indent=4)
    show(f"Citations: {len(explained.citations)}", style="bold")
    for cited in explained.citations:
        state = f" [{STATE_WORDS[cited.state]}]" if STATE_WORDS[cited.state] else ""
        show(f"{cited.citation.origin}: “{cited.citation.sentence}” ({cited.why}){state}", indent=4)
