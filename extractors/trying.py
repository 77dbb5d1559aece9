"""Sources tried by hand: each is asked once, and what it lists is told. No page is fetched and nothing is kept."""

import asyncio
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from extractors.clock import Clock
from extractors.collect import extraction_pool
from extractors.doctor import ails_address_only
from extractors.errors import FetchError, NewswatchError
from extractors.orders import HostRest, Manners, Order, Poll, RobotsFile, SourceOrder
from extractors.polling import Means
from extractors.records import Item
from extractors.replacing import visit_or_replace
from extractors.side_by_side import by_host
from extractors.watch import Watch
from extractors.web.client import Client
from extractors.web.robots import Robots
from extractors.web.spool import Spool

#: Titles that tell a language well enough, and bound the work.
_TITLES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one source answered.

    `newest_at` is the newest date it lists and `language` the one that its titles seem to be written in, both None
    where it lists nothing that tells them.
    """

    poll: Poll
    newest_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What trying brought: an answer a source, in the order asked, and what was learned of hosts on the way."""

    tried: tuple[Tried, ...]
    rests: tuple[HostRest, ...] = ()
    robots: tuple[RobotsFile, ...] = ()


def try_sources(order: Order, watch: Watch, manners: Manners, clock: Clock) -> Trial:
    """Ask every source of `order` once, hosts side by side, with the manners of any collection.

    Where a source fails and its site may be well, another listing is looked for there. Whether robots.txt allows it is
    asked for every source, also for feeds, which are polled all the same.
    """
    with extraction_pool(watch, manners) as workers, TemporaryDirectory() as folder:

        async def trial() -> Trial:
            # The spool answers what would be asked twice: a source, and the same one with a look around its site.
            with closing(Spool(Path(folder) / "spool")) as spool:
                async with Client(manners, clock, rests=order.rests, spool=spool) as client:
                    robots = Robots(client, manners.user_agent, clock, known=order.robots)
                    means = Means(client=client, robots=robots, pool=workers, clock=clock)
                    tried = await by_host(
                        order.sources, lambda told: told.source.url, lambda told: _one(told, means), client
                    )
                    return Trial(tried=tuple(tried), rests=client.learned_rests(), robots=robots.learned())

        return asyncio.run(trial())


async def _one(told: SourceOrder, means: Means) -> Tried:
    seen = await visit_or_replace(told, means)
    if seen.poll.outcome == "failed" and ails_address_only(seen.poll.cause or ""):
        seen = await visit_or_replace(replace(told, lost=True), means)
    allowed = await _allowed(told.source.url, means, told.source.source_id)
    dates = [item.published_at for item in seen.items if item.published_at is not None]
    return Tried(
        poll=replace(seen.poll, robots=allowed),
        newest_at=max(dates, default=None),
        language=_language(seen.items),
    )


async def _allowed(url: str, means: Means, source_id: str) -> bool | None:
    """Tell whether robots.txt allows `url`, None where that cannot be known now."""
    try:
        await means.robots.check(url, source_id)
    except FetchError as error:
        return False if error.cause == "robots" else None
    except NewswatchError:
        return None
    return True


def _language(items: tuple[Item, ...]) -> str | None:
    from extractors.signals.language import detect_language  # noqa: PLC0415 - only where something was listed

    titles = ". ".join(item.title for item in items[:_TITLES] if item.title)
    return detect_language(titles) if titles else None
