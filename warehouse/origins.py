"""Origins: on how many independent sources a development rests, and what one more report adds."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from warehouse.judged import Report, Role

_NO_WORD = re.compile(r"[\W_]+")


def origins(reports: Iterable[Report]) -> int:
    """Return the number of independent origins of `reports`.

    A publisher counts once; a copy counts for its original; a report that cites media counts for those
    media; citing a company's or an authority's own notice leaves the publisher an origin.
    """
    given = {report.article_id: report for report in reports}
    return len({origin for report in given.values() for origin in origins_of(report, given)})


def roles_of(reports: Iterable[Report]) -> dict[str, Role]:
    """Return by article id what each of `reports` adds, in the order in which they are given.

    `first` for the first one, `confirms` where it brings an origin that is not among the earlier ones', else
    `repeats`; a copy always repeats.
    """
    ordered = tuple(reports)
    given = {report.article_id: report for report in ordered}
    roles: dict[str, Role] = {}
    seen: set[str] = set()
    for report in ordered:
        own = origins_of(report, given)
        adds: Role = "confirms" if report.copy_of is None and own - seen else "repeats"
        roles[report.article_id] = adds if roles else "first"
        seen |= own
    return roles


def confirmed_at(reports: Iterable[Report]) -> datetime | None:
    """Return when the second independent origin of `reports`, given in their order, reported; None without."""
    ordered = tuple(reports)
    given = {report.article_id: report for report in ordered}
    seen: set[str] = set()
    for report in ordered:
        own = origins_of(report, given)
        if seen and own - seen:
            return report.reported_at
        seen |= own
    return None


def origins_of(report: Report, others: Mapping[str, Report]) -> frozenset[str]:
    """Return the origins that `report` counts for: ids of media, or the original where it is not in `others`."""
    seen = {report.article_id}
    while report.copy_of is not None:
        if report.copy_of not in others or report.copy_of in seen:
            return frozenset({report.copy_of})
        seen.add(report.copy_of)
        report = others[report.copy_of]
    cited = {medium(cited) for cited in cited_media(report)}
    return frozenset(cited) or frozenset({medium(report.publisher)})


def cited_media(report: Report) -> tuple[str, ...]:
    """Return the media that `report` names as the origin of its news, itself left out."""
    named = (citation.origin for citation in report.signals.citations)
    own = medium(report.publisher)
    return tuple(origin for origin in named if origin.startswith("media:") and medium(origin) != own)


def medium(name: str) -> str:
    """Return one spelling for the name of a publisher and the id of the medium."""
    return _NO_WORD.sub("-", name.removeprefix("media:").casefold()).strip("-")
