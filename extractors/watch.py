"""The watch file: what an analyst follows, as data, turned into frozen records with all faults at once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractors import watch_checks as checks
from extractors.errors import Fault, WatchError
from extractors.records import Source
from extractors.toml_lines import key_lines
from extractors.watch_alerts import AlertRule, read_alerts, read_rule
from extractors.watch_example import read_example
from extractors.watch_sources import read_sources
from extractors.watch_table import Faults, Table, no_twins

__all__ = [
    "AlertRule",
    "Entity",
    "Example",
    "HomonymGuard",
    "Names",
    "Sections",
    "Topic",
    "Watch",
    "entities_from",
    "read_rules",
    "read_watch",
]

_PLACE = re.compile(r"at line (?P<line>\d+), column \d+")
_PLACE_OR_END = re.compile(r"\s*\(at [^()]*\)$")

#: Phrases of one language as a watch adds them: event type or section of cues → key → phrases.
Sections = Mapping[str, Mapping[str, tuple[str, ...]]]
#: Names or words per language: ISO 639-1 code → spellings. Never empty spellings.
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A company, person, place, product, authority, medium or plant that is looked for.

    `entity_id` is `kind:name`; `name` the first English spelling (else the first of any language);
    `wikidata` the Q number, None where not sure.
    """

    entity_id: str
    kind: str
    name: str
    names: Names
    wikidata: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Words that stand for a subject, for example `topic:electric-car`."""

    topic_id: str
    words: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An article like those that are wanted. `language` is None where the text must tell."""

    title: str
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomonymGuard:
    """What tells the entity called `name` from other things of that name.

    `glued`: expressions that hold the name and are no mention of it; `around`: words of the other meaning;
    `unless`: words of the entity's own.
    """

    name: str
    glued: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A whole watch file.

    `all_of`: an article is relevant when at least one id out of each list is mentioned. `lexicon`: by language,
    the phrases that the watch adds to the built-in word lists; its section `without` holds, by section, those
    that it switches off. `homonyms`: what the watch adds to the built-in guards.
    """

    name: str
    title: str
    languages: tuple[str, ...]
    entities: tuple[Entity, ...]
    topics: tuple[Topic, ...] = ()
    examples: tuple[Example, ...] = ()
    all_of: tuple[tuple[str, ...], ...] = ()
    sources: tuple[Source, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    lexicon: Mapping[str, Sections] = field(default_factory=dict)
    homonyms: tuple[HomonymGuard, ...] = ()
    by_id: Mapping[str, Entity] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the entities by id."""
        object.__setattr__(self, "by_id", {entity.entity_id: entity for entity in self.entities})


def read_watch(path: Path) -> Watch:
    """Read the watch file at `path`, with its example files (relative to it).

    Raises:
        WatchError: with every fault of the file: line where it can be known, key, and what was expected.
    """
    faults = Faults(str(path))
    values, faults.lines = _parsed(path, faults)
    watch = _watch(Table(values, "", faults), path.parent) if values is not None else None
    if watch is None or faults.found:
        raise WatchError(faults.in_order())
    return watch


def read_rules(path: Path, watch: Watch) -> tuple[AlertRule, ...]:
    """Read a file of `[[alerts]]` as a watch file has them, or of the keys of one; their entities are those of `watch`.

    Raises:
        WatchError: with every fault of the file, or that there is no rule in it.
    """
    faults = Faults(str(path))
    values, faults.lines = _parsed(path, faults)
    rules: tuple[AlertRule, ...] = ()
    if values is not None and "name" in values:
        rules = (read_rule(Table(values, "", faults), watch.by_id),)
    elif values is not None:
        top = Table(values, "", faults)
        rules = read_alerts(top, watch.by_id)
        top.close()
        if not values.get("alerts"):
            faults.add("", "expected [[alerts]]: there is no rule in it")
    if faults.found:
        raise WatchError(faults.in_order())
    return rules


def entities_from(records: Sequence[Mapping[str, Any]], file: str) -> tuple[Entity, ...]:
    """Return the entities of `records`: `id`, `names`, optional `kind` and `wikidata`, as in a gold set.

    `file` is where they come from, for the faults.

    Raises:
        WatchError: with every fault.
    """
    faults = Faults(file)
    found = _entities(Table({"entities": list(records)}, "", faults))
    if faults.found:
        raise WatchError(faults.in_order())
    return found


def _parsed(path: Path, faults: Faults) -> tuple[dict[str, Any] | None, dict[str, int]]:
    text = _text_of(path, faults, "")
    if text is None:
        return None, {}
    try:
        return tomllib.loads(text), key_lines(text)
    except RecursionError:
        faults.add("", "lists or tables are nested too deeply to be read")
        return None, {}
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        line = int(place["line"]) if place else len(text.splitlines()) or 1
        said = _PLACE_OR_END.sub("", message)
        faults.found.append(Fault(file=str(path), line=line, key="", message=f"this is not TOML: {said}"))
        return None, {}


def _text_of(path: Path, faults: Faults, key: str) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.add(key, f"there is no file {path.name!r} in {str(path.parent)!r}")
    except UnicodeDecodeError as error:
        faults.add(key, f"{path.name!r} is not UTF-8 text (byte {error.start})")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        faults.add(key, f"{path.name!r} cannot be read: {reason or type(error).__name__}")
    return None


def _watch(top: Table, folder: Path) -> Watch:
    name = top.need("name", checks.slug, "")
    entities, topics = _entities(top), _topics(top)
    if not top.values.get("entities") and not top.values.get("topics"):
        top.faults.add("", "expected [[entities]] or [[topics]]: without any, nothing can be found")
    known = [entity.entity_id for entity in entities] + [topic.topic_id for topic in topics]
    relevance = top.table("relevance")
    all_of = relevance.take_lists("all_of", checks.known_id(known))
    watch = Watch(
        name=name,
        title=top.take("title", checks.text, name),
        languages=top.take_list("languages", checks.language, needed=True),
        entities=entities,
        topics=topics,
        examples=_examples(top, folder),
        all_of=all_of,
        sources=read_sources(top, _searched(entities, topics, all_of)),
        alerts=read_alerts(top, [entity.entity_id for entity in entities]),
        lexicon=_lexicon(top),
        homonyms=_homonyms(top, entities),
    )
    relevance.close()
    top.close()
    return watch


def _entities(top: Table) -> tuple[Entity, ...]:
    tables = top.tables("entities")
    found = tuple(_entity(table) for table in tables)
    no_twins("id", "id", [entity.entity_id for entity in found], tables)
    return found


def _entity(table: Table) -> Entity:
    entity_id = table.need("id", checks.entity_id, "")
    kind = entity_id.partition(":")[0]
    stated = table.take("kind", checks.text, kind)
    if entity_id and stated != kind:
        table.faults.add(table.key("kind"), f"{stated!r} is not the kind in the id {entity_id!r}")
    names = _names(table, "names")
    first = next(
        iter([*names.get("en", ()), *(spelling for many in names.values() for spelling in many)]), ""
    )
    number = table.take("wikidata", checks.wikidata, None)
    table.close()
    return Entity(entity_id=entity_id, kind=kind, name=first, names=names, wikidata=number)


def _topics(top: Table) -> tuple[Topic, ...]:
    tables = top.tables("topics")
    found: list[Topic] = []
    for table in tables:
        topic_id = table.need("id", checks.topic_id, "")
        found.append(Topic(topic_id=topic_id, words=_names(table, "words")))
        table.close()
    no_twins("id", "id", [topic.topic_id for topic in found], tables)
    return tuple(found)


def _names(table: Table, key: str) -> Names:
    """Read a table of spellings per language; one spelling in all at least."""
    inner = table.table(key, needed=True)
    found: dict[str, tuple[str, ...]] = {}
    for code in inner.values:
        try:
            checks.language(code)
        except ValueError as error:
            inner.faults.add(inner.key(code), str(error))
        found[code] = inner.take_list(code, checks.text, needed=True)
    if isinstance(table.values.get(key), Mapping) and not inner.values:
        table.faults.add(table.key(key), f'expected a spelling at least, as in {key} = {{ en = ["…"] }}')
    return found


def _examples(top: Table, folder: Path) -> tuple[Example, ...]:
    found: list[Example] = []
    for index, name in enumerate(top.take_list("examples", checks.text)):
        key = f"examples[{index}]"
        text = _text_of(folder / name, top.faults, key)
        if text is None:
            continue
        try:
            example = read_example(text)
            found.append(Example(title=example.title, text=example.text, language=example.language))
        except ValueError as error:
            top.faults.add(key, f"{name}: {error}")
    return tuple(found)


def _searched(
    entities: tuple[Entity, ...], topics: tuple[Topic, ...], all_of: tuple[tuple[str, ...], ...]
) -> list[list[Names]]:
    """Return the names to search the news for, by groups as in `all_of`; without it, entities, or else topics.

    Media are no subject: a watch names them as origins of news.
    """
    known = {entity.entity_id: entity.names for entity in entities}
    known |= {topic.topic_id: topic.words for topic in topics}
    subjects = tuple(entity.entity_id for entity in entities if entity.kind != "media")
    groups = all_of or (subjects or tuple(topic.topic_id for topic in topics),)
    return [[known[one] for one in group if one in known] for group in groups]


def _lexicon(top: Table) -> dict[str, Sections]:
    """Read `[lexicon.LANGUAGE.SECTION]`: lists of phrases by key, and in `without` by section."""
    found: dict[str, Sections] = {}
    for language, sections in top.table("lexicon").tables_by_key(
        checks.WORD_LISTS, "language with word lists"
    ):
        found[language] = {
            section: _phrases(lists, checks.lexicon_keys(section))
            for section, lists in sections.tables_by_key(checks.SECTIONS, "section")
        }
    return {language: sections for language, sections in found.items() if sections}


def _phrases(lists: Table, keys: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found = {key: lists.take_list(key, checks.phrase, needed=True) for key in keys if key in lists.values}
    lists.close(keys)
    return found


def _homonyms(top: Table, entities: tuple[Entity, ...]) -> tuple[HomonymGuard, ...]:
    names = [spelling for entity in entities for many in entity.names.values() for spelling in many]
    tables = top.tables("homonyms")
    found: list[HomonymGuard] = []
    for table in tables:
        name = table.need("name", checks.known_name(names), "")
        guard = HomonymGuard(
            name=name,
            glued=table.take_list("glued", checks.text_with(name)),
            around=table.take_list("around", checks.text),
            unless=table.take_list("unless", checks.text),
        )
        if not any(table.values.get(key) for key in ("glued", "around", "unless")):
            table.faults.add(
                table.path, "expected `glued`, `around` or `unless`: without any, nothing is told apart"
            )
        table.close()
        found.append(guard)
    no_twins("name", "name", [guard.name.casefold() for guard in found], tables)
    return tuple(found)
