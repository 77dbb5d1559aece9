"""The `[[sources]]` of a watch file: checked, and the searches among them turned into addresses."""

from collections.abc import Sequence
from datetime import timedelta

from extractors import watch_checks as checks
from extractors.engines import Engine, Names, filled, query_for, search_address
from extractors.records import Source, SourceKind
from extractors.watch_table import Table, no_twins

#: How often a source is polled whose `every` is not given: hourly, what operators of feeds ask of readers.
DEFAULT_EVERY = timedelta(hours=1)

_PLACE = "{query}"
#: Keys that only sources of one kind have, the other ones they cannot stand beside, and what they mean.
_OF_ONE_KIND = {"links": "page", "text": "page", "engine": "search", "query": "search"}
_EITHER = (("links", "text"), ("engine", "url"))


def read_sources(top: Table, searched: Sequence[Sequence[Names]]) -> tuple[Source, ...]:
    """Return the sources of the file; `searched` are the groups of names that a search is filled with.

    What is wrong with them is among the faults of `top`.
    """
    tables = top.tables("sources")
    found = [_source(table, searched) for table in tables]
    no_twins("id", "id", [source.source_id for source in found], tables)
    no_twins("url", "address", [source.url for source in found], tables)
    return tuple(found)


def _source(table: Table, searched: Sequence[Sequence[Names]]) -> Source:
    language = table.take("language", checks.language, None)
    source = Source(
        source_id=table.need("id", checks.slug, ""),
        kind=table.need("kind", checks.one_of(SourceKind), "feed"),
        url=_address(table, language, searched),
        every=table.take("every", checks.duration, DEFAULT_EVERY),
        language=language,
        links=table.take("links", checks.selector, None),
        publisher=table.take("publisher", checks.text, None),
        text=table.take("text", checks.selector, None),
        zone=table.take("zone", checks.zone, None),
    )
    for key, kind in _OF_ONE_KIND.items():
        if key in table.values and table.values.get("kind") != kind:
            table.faults.add(table.key(key), f'only a source of kind = "{kind}" has `{key}`')
    for key, other in _EITHER:
        if key in table.values and other in table.values:
            table.faults.add(table.key(key), f"expected either `{key}` or `{other}`")
    table.close()
    return source


def _address(table: Table, language: str | None, searched: Sequence[Sequence[Names]]) -> str:
    """Return the address that is polled; of a search, with the words of the watch or those of `query`."""
    engine: Engine | None = table.take("engine", checks.one_of(Engine), None)
    query = table.take("query", checks.text, None)
    is_open = "engine" in table.values
    if not is_open and "url" not in table.values and table.values.get("kind") == "search":
        table.faults.add(table.key("url"), "this key is missing; a search has it or `engine`")
        is_open = True
    url = (table.take if is_open else table.need)("url", checks.url, "")
    if not is_open and _PLACE not in url:
        if query is not None and url:
            table.faults.add(
                table.key("query"), f"expected `engine`, or {_PLACE} in `url` where it is put in"
            )
        return url
    if table.values.get("kind") != "search":
        if _PLACE in url:
            table.faults.add(
                table.key("url"), f'only a source of kind = "search" has {_PLACE} in its address'
            )
        return url
    query = query or query_for(searched, language, engine)
    if not query:
        table.faults.add(table.key("query"), "the watch has no names to search for; say here what to ask")
        return url
    return search_address(engine, query, language) if engine else filled(url, query)
