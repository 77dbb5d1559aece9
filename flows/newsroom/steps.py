"""The moments of the demo's cycles, from before the first article of the newsroom to after its last."""

from datetime import UTC, datetime, timedelta

from flows.newsroom.gold import all_articles

#: One cycle a half day: the grid on which the demo looks, so that several articles of a busy day come together.
STEP = timedelta(hours=12)

_FIRST = datetime(2021, 3, 20, tzinfo=UTC)
_LAST = datetime(2024, 7, 31, 12, tzinfo=UTC)


def steps() -> tuple[datetime, ...]:
    """Return the moments in order, in UTC: each half day in which something appears, and one in a quiet month."""
    busy = {_rounded_up(article.published) for article in all_articles()} | {_FIRST, _LAST}
    months = {(moment.year, moment.month) for moment in busy}
    quiet = {
        datetime(year, month, 15, tzinfo=UTC)
        for year in range(_FIRST.year, _LAST.year + 1)
        for month in range(1, 13)
        if (year, month) not in months
    }
    return tuple(sorted(busy | {moment for moment in quiet if _FIRST < moment < _LAST}))


def _rounded_up(moment: datetime) -> datetime:
    past = (moment - _FIRST) % STEP
    return moment.astimezone(UTC) + (STEP - past if past else timedelta(0))
