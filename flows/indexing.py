"""Keep the search index up to the snapshot: after each publication, for a bounded time."""

from pathlib import Path

import structlog

from extractors.errors import NewswatchError
from flows.settings import Settings
from warehouse.search_index import WITHIN_S, CaughtUp, catch_up, is_current

log = structlog.get_logger()


def index_path(settings: Settings) -> Path:
    """Return the folder in which the search index lies."""
    return settings.state / "search"


def index_news(settings: Settings, *, within_s: float = WITHIN_S) -> CaughtUp | None:
    """Index what has been published since the last time, for about `within_s` seconds; the rest comes the next time.

    Return what was done, None where nothing was to do or nothing could be done (logged): searching goes on without.
    """
    folder = index_path(settings)
    try:
        if is_current(folder, settings.snapshot):
            return None
        done = catch_up(settings.snapshot, folder, within_s=within_s)
    except (OSError, NewswatchError) as error:
        log.warning("search_not_indexed", path=str(folder), error=str(error))
        return None
    except Exception:  # the news and its alerts matter more
        log.exception("search_not_indexed", path=str(folder))
        return None
    if done.anew:
        log.warning("search_index_begun_anew", path=str(folder), cause=done.anew)
    if done.left:
        log.info("search_index_behind", indexed=done.indexed, left=done.left)
    return done
