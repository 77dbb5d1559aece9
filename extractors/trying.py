"""Sources tried by hand: each is asked once, and what it lists is told. No page is fetched and nothing is kept."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from extractors.clock import Clock
from extractors.collect import by_hand, extraction_pool
from extractors.doctor import ails_address_only
from extractors.errors import FetchError, NewswatchError
from extractors.listed import language_of_titles, newest_date
from extractors.orders import Learned, Manners, Order, Poll, SourceOrder
from extractors.polling import Means
from extractors.replacing import visit_or_replace
from extractors.side_by_side import by_site
from extractors.watch import Watch
from extractors.web.spool import Spool


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
    """What trying brought: an answer a source, in the order asked; and what was asked and learned on the way."""

    tried: tuple[Tried, ...]
    learned: Learned


def try_sources(
    order: Order,
    watch: Watch,
    manners: Manners,
    clock: Clock,
    keep: Callable[[Learned], None] | None = None,
) -> Trial:
    """Ask every source of `order` once, hosts side by side, with the manners of any collection.

    Where a source fails and its site may be well, another listing is looked for there. Whether robots.txt allows it is
    asked for every source, also for feeds, which are polled all the same. `keep` takes what was asked and learned,
    however it ends; None: nobody wants it.
    """
    with extraction_pool(watch, manners) as workers, TemporaryDirectory() as folder:

        async def trial() -> Trial:
            # The spool answers what would be asked twice: a source, and the same one with a look around its site.
            with closing(Spool(Path(folder) / "spool")) as spool:
                async with by_hand(order, manners, clock, workers, keep, spool) as means:
                    tried = await by_site(
                        order.sources,
                        lambda told: told.source.url,
                        lambda told: _one(told, means),
                        means.client,
                    )
                    return Trial(tried=tuple(tried), learned=means.learned())

        return asyncio.run(trial())


async def _one(told: SourceOrder, means: Means) -> Tried:
    seen = await visit_or_replace(told, means)
    if seen.poll.outcome == "failed" and ails_address_only(seen.poll.cause or ""):
        seen = await visit_or_replace(replace(told, lost=True), means)
    allowed = await _allowed(told.source.url, means, told.source.source_id)
    return Tried(
        poll=replace(seen.poll, robots=allowed),
        newest_at=newest_date(seen.items),
        language=language_of_titles(seen.items),
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
