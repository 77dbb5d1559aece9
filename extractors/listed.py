"""What the items of a listing tell of it as a whole: how new it is, and in which language."""

from collections.abc import Sequence
from datetime import datetime

from extractors.records import Item

#: Titles that tell a language well enough, and bound the work.
_TITLES = 50


def newest_date(items: Sequence[Item]) -> datetime | None:
    """Return the newest date of publication among `items`, None where none has any."""
    return max((item.published_at for item in items if item.published_at is not None), default=None)


def language_of_titles(items: Sequence[Item]) -> str | None:
    """Return the language that the titles of `items` seem to be written in (ISO 639-1), None where none tells."""
    from extractors.signals.language import detect_language  # noqa: PLC0415 - only where something was listed

    titles = ". ".join(item.title for item in items[:_TITLES] if item.title)
    return detect_language(titles) if titles else None
