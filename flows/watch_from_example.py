"""A watch made from one article: "stories like this one" as text that its user reads on and edits."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.records import Source
from extractors.signals.mentions import MentionFinder
from extractors.toml_lines import key_lines
from extractors.watch import Entity, Example, Topic, Watch
from flows.telling_words import name_candidates, telling_words

TOPIC = "topic:example"

_MOST_IN_NAME = 40
_MOST_GUESSED = 3
_OFTEN = 2
#: Kinds that an affair is about; the others are where and before whom it happens.
_ACTING = ("company", "person", "product", "plant")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWatch:
    """The text of a watch file and of its example file; `example_name` is relative to the watch file."""

    watch_text: str
    example_name: str
    example_text: str


def watch_like(example: Example, default: Watch, default_text: str) -> MadeWatch:
    """Return a watch for stories like `example`, whose language is known.

    Names are those of `default` that the article holds; `default_text` is the file `default` was read from:
    its sources come along with their comments.
    """
    language = example.language or "en"
    found = _found(example, default, language)
    ids = [entity.entity_id.partition(":")[2] for entity in found.central[:2]]
    name = "-".join(ids)[:_MOST_IN_NAME].strip("-.") or _slug(example.title) or "my-watch"
    example_name = f"examples/{name}.md"
    names = (*found.spellings, *(entity.name for entity in found.entities))
    words = telling_words(example.title, example.text, language, names)
    parts = [
        _head(name, example, example_name),
        _relevance(found),
        _topics(words, language, found.topics),
        "# Names that the article holds.\n" if found.entities else "",
        *(_entity(entity) for entity in found.entities),
        _candidates(found.candidates, language),
        "# Media that such articles name as the origin of their news.\n",
        *(_entity(entity) for entity in default.entities if entity.kind == "media"),
        _sources(default, default_text, language, found.spellings),
        _ALERTS,
    ]
    front = f"---\ntitle: {_line(example.title)}\nlanguage: {language}\n---\n"
    return MadeWatch(
        watch_text="\n".join(part for part in parts if part),
        example_name=example_name,
        example_text=f"{front}{_clean(example.text)}\n",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is in the article.

    `central` is what it is about, of `entities`; `topics` are those it speaks of more than in passing;
    `spellings` all that is known of the entities; `candidates` may be names.
    """

    entities: tuple[Entity, ...]
    central: tuple[Entity, ...]
    topics: tuple[Topic, ...]
    spellings: tuple[str, ...]
    candidates: tuple[str, ...]


def _found(example: Example, default: Watch, language: str) -> _Found:
    mentions = MentionFinder(default).find(example.title, example.text, None)
    counts = Counter(mention.entity_id for mention in mentions)
    often = {key for key, count in counts.items() if count >= _OFTEN}
    often |= {mention.entity_id for mention in mentions if mention.part == "title"}
    ranked = [default.by_id[key] for key, _ in counts.most_common() if key in default.by_id]
    entities = tuple(entity for entity in ranked if entity.kind != "media")
    spellings = tuple(
        dict.fromkeys(one for entity in ranked for many in entity.names.values() for one in many)
    )
    candidates = name_candidates(f"{example.title}.\n\n{example.text}", spellings)
    if not entities:
        entities = _guessed(candidates, language)
        candidates = candidates[len(entities) :]
    acting = [entity for entity in entities if entity.kind in _ACTING]
    return _Found(
        entities=entities,
        central=tuple(entity for entity in acting if entity.entity_id in often) or tuple(acting) or entities,
        topics=tuple(topic for topic in default.topics if topic.topic_id in often),
        spellings=spellings,
        candidates=candidates,
    )


def _guessed(candidates: Sequence[str], language: str) -> tuple[Entity, ...]:
    """Return the first few candidates as entities: a watch without a name would be far too wide."""
    slugs = {slug: name for name in reversed(candidates[:_MOST_GUESSED]) if (slug := _slug(name))}
    return tuple(
        Entity(entity_id=f"company:{slug}", kind="company", name=name, names={language: (name,)})
        for slug, name in reversed(slugs.items())
    )


def _head(name: str, example: Example, example_name: str) -> str:
    return (
        "# A watch made from one article. Read on, strike out what is not yours, add what is missing;\n"
        "# `newswatch check` tells what is wrong with it.\n"
        f"name = {_quoted(name)}\n"
        f"title = {_quoted('Like: ' + _line(example.title))}\n"
        f"languages = [{_quoted(example.language or 'en')}]\n"
        f"examples = [{_quoted(example_name)}]\n"
    )


def _relevance(found: _Found) -> str:
    topics = [topic.topic_id for topic in found.topics] or [TOPIC]
    lists = [[entity.entity_id for entity in found.central], topics]
    rows = "".join(f"  {_array(ids)},\n" for ids in lists if ids)
    return (
        "# An article is of interest when it names at least one out of each list.\n"
        f"[relevance]\nall_of = [\n{rows}]\n"
    )


def _topics(words: Sequence[str], language: str, topics: Iterable[Topic]) -> str:
    note = "# The words that tell this article from others. Strike out those that any article may hold.\n"
    made = f"[[topics]]\nid = {_quoted(TOPIC)}\nwords = {{ {language} = {_array(words)} }}\n"
    kept = (
        f"[[topics]]\nid = {_quoted(topic.topic_id)}\n[topics.words]\n{_rows(topic.words)}"
        for topic in topics
    )
    return "\n".join([note + made, *kept])


def _entity(entity: Entity) -> str:
    number = f"wikidata = {_quoted(entity.wikidata)}\n" if entity.wikidata else ""
    return f"[[entities]]\nid = {_quoted(entity.entity_id)}\n{number}[entities.names]\n{_rows(entity.names)}"


def _candidates(names: Sequence[str], language: str) -> str:
    """Return names that look like some, as comments: whether they are, and of what kind, the user knows."""
    blocks: list[str] = []
    for name in names:
        if slug := _slug(name):
            names_line = f"# names = {{ {language} = {_array([name])} }}"
            blocks.append(f"# [[entities]]\n# id = {_quoted('company:' + slug)}\n{names_line}\n")
    if not blocks:
        return ""
    return (
        "# These look like names: take away the `#` where you want one, and mend the kind.\n#\n"
        + "#\n".join(blocks)
    )


def _sources(default: Watch, text: str, language: str, spellings: Iterable[str]) -> str:
    kept = [
        index
        for index, source in enumerate(default.sources)
        if source.language in (None, language) and (source.kind != "search" or _asks_for(source, spellings))
    ]
    note = (
        "# Sources: those of the default watch in this language. Untried: run `newswatch check --network`.\n"
    )
    if not kept:
        note = f"# Sources: the default watch knows none in the language {language!r}. Add some:\n#\n"
        note += '# [[sources]]\n# id = "my-feed"\n# kind = "feed"\n# url = "https://news.example/rss.xml"\n'
    lines = text.splitlines()
    places = key_lines(text)
    return "\n".join([note, *(_block(lines, places[f"sources[{index}]"] - 1) for index in kept)])


def _asks_for(source: Source, spellings: Iterable[str]) -> bool:
    return any(spelling.casefold() in source.url.casefold() for spelling in spellings)


def _block(lines: Sequence[str], header: int) -> str:
    """Return the lines around `header` up to the blank ones: the comment above, the keys below."""
    start = header
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    stop = header
    while stop < len(lines) and lines[stop].strip():
        stop += 1
    return "\n".join(lines[start:stop]) + "\n"


_ALERTS = """\
# Who is told. Take away the `#`, and put the address into newswatch.env, not into this file.
#
# [[alerts]]
# name = "desk"
# to = "env:NEWSWATCH_ALERT_URL"
"""


def _rows(names: Mapping[str, Sequence[str]]) -> str:
    return "".join(f"{language} = {_array(many)}\n" for language, many in names.items())


def _array(values: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(value) for value in values) + "]"


def _quoted(value: str) -> str:
    """Return a TOML basic string: JSON's escapes are TOML's too, once control characters are gone."""
    return json.dumps(_line(value), ensure_ascii=False)


def _clean(text: str) -> str:
    """Return `text` as it can be written as UTF-8: without lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def _line(value: str) -> str:
    """Return `value` as one line without control characters and lone surrogates."""
    kept = (" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in value)
    return " ".join("".join(kept).split())


def _slug(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MOST_IN_NAME].strip("-")
