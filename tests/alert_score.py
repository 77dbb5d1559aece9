"""Alerts of the ledger against the labels of a gold set: what was told, told again, or told too late."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.newsroom.gold import GoldSet
from warehouse.database import open_snapshot


@dataclass(frozen=True, slots=True)
class Counted:
    """The right alerts, each by its delay, the others, and the developments that none told.

    A delay is the number of articles that had reported the development before the one by which it was told: 0 where it
    was told by the first report.
    """

    delays: tuple[int, ...]
    repeats: int
    false: int
    missed: int


def count_alerts(gold: GoldSet, told: list[str], counts: Callable[[str], bool]) -> Counted:
    """Return what alerts come to, which are `told` by the URLs of the articles they rest on, in their order.

    An alert is right where its article reports a development that none before it was about, a repeat where all that it
    reports have been told, else false. What counts is as for developments: a hit by its own story, the others by that
    of the article.
    """
    story = {development["id"]: development["story"] for development in gold.developments}
    reports: dict[str, list[str]] = defaultdict(list)
    by_url: dict[str, set[str]] = defaultdict(set)
    for article in gold.articles:  # in the order of publication
        for key in article.developments:
            by_url[article.url].add(key)
            if article.url not in reports[key]:
                reports[key].append(article.url)
    half = {article.url: counts(article.story or article.id) for article in gold.articles}
    delays: dict[str, int] = {}
    repeats = false = 0
    for url in told:
        if new := sorted(by_url[url] - delays.keys()):
            delays[new[0]] = reports[new[0]].index(url)
        elif by_url[url]:
            repeats += half.get(url, False)
        else:
            false += half.get(url, False)
    own = {key for key in reports if counts(story[key])}
    hit = own & delays.keys()
    return Counted(tuple(sorted(delays[key] for key in hit)), repeats, false, len(own) - len(hit))


def read_told(snapshot: Path) -> list[str]:
    """Return the URLs of the articles that the alerts of the ledger rest on, in the order of decision."""
    with open_snapshot(snapshot) as con:
        rows = con.execute(
            "SELECT a.url FROM alerts t JOIN developments d USING (development_id) "
            "JOIN articles a ON a.article_id = d.first_article_id "
            "WHERE t.says IS DISTINCT FROM 'withdrawn' ORDER BY t.created_at, t.alert_id"
        ).fetchall()
    return [url for (url,) in rows]
