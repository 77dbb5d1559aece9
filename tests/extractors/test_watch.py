import re
from datetime import timedelta
from pathlib import Path

import pytest

from extractors.errors import Fault, WatchError
from extractors.watch import Watch, entities_from, read_watch
from extractors.watch_sources import DEFAULT_EVERY

DATA = Path(__file__).parents[1] / "data" / "watches"
DEFAULT = Path(__file__).parents[2] / "deploy" / "watches" / "xiaomi-baic.toml"
GUIDE = Path(__file__).parents[2] / "docs" / "watch.md"
MINIMAL = """
name = "small"
languages = ["en"]
[[entities]]
id = "company:acme"
names = { en = ["Acme"] }
"""


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(WatchError) as caught:
        read_watch(path)
    return caught.value.faults


def written(folder: Path, text: str) -> Path:
    path = folder / "watch.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def good() -> Watch:
    return read_watch(DATA / "good.toml")


@pytest.fixture(scope="module")
def broken() -> dict[str, Fault]:
    return {fault.key: fault for fault in faults_of(DATA / "broken.toml")}


def test_a_watch_comes_out_as_records(good):
    nordkran, harbour = good.entities

    assert (good.name, good.title, good.languages) == (
        "harbour-cranes",
        "Cranes for the harbour",
        ("de", "en"),
    )
    assert (nordkran.kind, nordkran.name, nordkran.wikidata) == ("company", "Nordkran", "Q42")
    assert nordkran.names["zh"] == ("北吊",)
    assert (harbour.name, harbour.wikidata) == ("Hafen AG", None)
    assert good.by_id["company:hafen-ag"] is harbour
    assert good.topics[0].words == {"de": ("Kran",), "en": ("crane",)}
    assert good.all_of == (("company:nordkran", "company:hafen-ag"), ("topic:crane",))


def test_sources_come_with_their_times_and_defaults(good):
    feed, page, search = good.sources

    assert (feed.source_id, feed.kind, feed.language, feed.publisher) == (
        "harbour-feed",
        "feed",
        "de",
        "Hafenbote",
    )
    assert (feed.every, page.every, search.every) == (timedelta(minutes=15), timedelta(days=1), DEFAULT_EVERY)
    assert (feed.links, page.links, search.language) == (None, "article h2 > a[href]", None)


def test_alert_rules_come_with_their_filters_and_defaults(good):
    desk, everything = good.alerts

    assert desk.event_types == ("partnership", "licence")
    assert (desk.min_origins, desk.digest, desk.quiet) == (2, "hourly", "22:00-07:00 Europe/Berlin")
    assert (everything.event_types, everything.min_origins, everything.digest) == ((), 1, "off")
    assert everything.quiet is None


def test_examples_are_read_from_beside_the_watch_file(good):
    (example,) = good.examples

    assert (example.title, example.language) == ("Nordkran delivers the first crane", "en")
    assert example.text == "The first of six cranes has arrived in the harbour."


@pytest.mark.parametrize(
    ("key", "line", "said"),
    [
        ("name", 2, "small letters"),
        ("tittle", 3, "did you mean `title`?"),
        ("languages[1]", 4, "unknown language"),
        ("examples[0]", 5, "no file 'missing.md'"),
        ("examples[1]", 5, "no text below the title"),
        ("relevance.all_of[1][0]", 11, "did you mean `company:nordkran`?"),
        ("relevance.all_of[2]", 13, "a list of ids"),
        ("entities[0].wikidata", 18, "Wikidata item"),
        ("entities[0].names.en", 19, "the list is empty"),
        ("entities[1].id", 22, "`kind:name`"),
        ("entities[2].id", 26, "the same id as entities[0]"),
        ("entities[2].kind", 27, "not the kind in the id"),
        ("entities[2].names", 25, "missing"),
        ("entities[3].id", 30, "did you mean `company`?"),
        ("entities[3].names.german", 31, "unknown language"),
        ("topics[0].words", 35, "expected a table, got a list"),
        ("sources[0].kind", 39, "did you mean `feed`?"),
        ("sources[0].url", 40, "http or https"),
        ("sources[0].every", 41, '"15m"'),
        ("sources[0].langauge", 42, "did you mean `language`?"),
        ("sources[1].every", 48, "60 seconds at least"),
        ("sources[1].links", 49, "page"),
        ("sources[2].id", 52, "the same id as sources[1]"),
        ("sources[2].url", 54, "without user and password"),
        ("sources[2].every", 55, "got a number"),
        ("sources[2].links", 56, "does not parse"),
        ("alerts[0].to", 60, "env:NAME"),
        ("alerts[0].event_types[0]", 61, "did you mean `licence`?"),
        ("alerts[0].statuses[0]", 62, "did you mean `agreed`?"),
        ("alerts[0].basis[0]", 63, "did you mean `official`?"),
        ("alerts[0].min_origins", 64, "from 1"),
        ("alerts[0].digest", 65, "hourly"),
        ("alerts[0].quiet", 66, "unknown time zone"),
    ],
)
def test_each_fault_names_its_line_and_what_was_expected(broken, key, line, said):
    assert (broken[key].line, said in broken[key].message) == (line, True), broken[key]


def test_nothing_else_is_faulted_and_all_faults_come_in_the_order_of_the_file():
    faults = faults_of(DATA / "broken.toml")

    assert len(faults) == 33
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)
    assert str(faults[0]).startswith(f"{DATA / 'broken.toml'}:2: name: ")


def test_no_fault_shows_what_may_be_a_secret():
    assert "hunter2" not in "\n".join(map(str, faults_of(DATA / "broken.toml")))


def test_a_file_that_is_no_toml_is_one_fault_with_its_line():
    (fault,) = faults_of(DATA / "not_toml.toml")

    assert (fault.line, "not TOML" in fault.message, "line" in fault.message) == (5, True, False)


def test_a_file_that_is_not_there_or_not_text_is_a_fault(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b'name = "\xff"')

    assert "no file 'none.toml'" in faults_of(tmp_path / "none.toml")[0].message
    assert "not UTF-8" in faults_of(tmp_path / "latin.toml")[0].message
    assert "cannot be read" in faults_of(tmp_path)[0].message


def test_a_file_nested_beyond_reading_is_a_fault(tmp_path):
    (fault,) = faults_of(written(tmp_path, "name = " + "[" * 20_000 + "]" * 20_000))

    assert "nested too deeply" in fault.message


def test_an_empty_file_says_all_that_is_missing(tmp_path):
    assert {fault.key for fault in faults_of(written(tmp_path, ""))} == {"", "name", "languages"}


def test_the_smallest_watch_needs_no_sources_and_no_topics(tmp_path):
    watch = read_watch(written(tmp_path, MINIMAL))

    assert (watch.title, watch.sources, watch.topics, watch.all_of, watch.alerts) == ("small", (), (), (), ())


@pytest.mark.parametrize(
    ("tail", "key"),
    [
        ('[[alerts]]\nname = "a"\nto = "https//x"', "alerts[0].to"),
        ('[[alerts]]\nname = "a"\nto = "env:"', "alerts[0].to"),
        ('[[alerts]]\nname = "a"\nto = "env://NAME"', "alerts[0].to"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nmin_origins = true', "alerts[0].min_origins"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nabout = "healthy"', "alerts[0].about"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nabout = "health"\ndigest = "daily"', "alerts[0].digest"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nquiet = "24:00-07:00 UTC"', "alerts[0].quiet"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nquiet = "22:00-07:00 ../x"', "alerts[0].quiet"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nquiet = "07:00-07:00 UTC"', "alerts[0].quiet"),
        ('[[alerts]]\nname = "a"\nto = "env:A"\nquiet = "22:00-07:00 Europe"', "alerts[0].quiet"),
        ('[[sources]]\nid = "s"\nkind = "feed"\nurl = "https://[::1"', "sources[0].url"),
        ('[[sources]]\nid = "s"\nkind = "feed"\nurl = "https:///path"', "sources[0].url"),
        ('[[sources]]\nid = "s"\nkind = "feed"\nurl = "https://a.example/b c"', "sources[0].url"),
        ('[[sources]]\nid = "s"\nkind = "feed"\nurl = "https://a.example:99999/"', "sources[0].url"),
        ('[[topics]]\nid = "company:acme"\nwords = { en = ["a"] }', "topics[0].id"),
        ('[[topics]]\nid = "topic:a"\nwords = { en = ["  "] }', "topics[0].words.en[0]"),
        ("[[topics]]\nid = 'topic:a'\nwords = {}", "topics[0].words"),
        ('[[entities]]\nid = "topic:a"\nnames = { en = ["a"] }', "entities[1].id"),
        ("[sources]\nid = 1", "sources"),
        ("[relevance]\nany_of = []", "relevance.any_of"),
    ],
)
def test_each_of_these_is_refused_at_its_key(tmp_path, tail, key):
    assert [fault.key for fault in faults_of(written(tmp_path, f"{MINIMAL}\n{tail}\n"))][:1] == [key]


def test_the_same_address_twice_is_a_fault(tmp_path):
    twice = "".join(
        f'[[sources]]\nid = "s{n}"\nkind = "feed"\nurl = "https://a.example/"\n' for n in range(2)
    )

    (fault,) = faults_of(written(tmp_path, MINIMAL + twice))

    assert (fault.key, fault.message) == ("sources[1].url", "the same address as sources[0]")


def test_entities_of_another_file_are_read_in_the_same_shape():
    records = [
        {"id": "media:bote", "kind": "media", "wikidata": None, "names": {"de": ["Bote"], "en": ["Herald"]}}
    ]

    (entity,) = entities_from(records, "watch.json")

    assert (entity.entity_id, entity.name, entity.wikidata) == ("media:bote", "Herald", None)


def test_faults_of_another_file_name_it():
    with pytest.raises(WatchError, match=r"watch\.json: entities\[0\]\.names: this key is missing"):
        entities_from([{"id": "media:bote"}], "watch.json")


def test_the_default_watch_reads_and_is_what_it_promises():
    watch = read_watch(DEFAULT)

    assert set(watch.languages) == {"de", "en", "zh"} == {example.language for example in watch.examples}
    assert len(watch.sources) >= 25
    assert {source.kind for source in watch.sources} == {"feed", "sitemap", "page", "search"}
    assert {source.language for source in watch.sources} >= {"de", "en", "zh"}
    assert len(watch.entities) >= 35
    assert watch.alerts == ()


def test_no_name_of_the_default_watch_stands_for_two_entities():
    owners: dict[str, set[str]] = {}
    for entity in read_watch(DEFAULT).entities:
        for spelling in {one for many in entity.names.values() for one in many}:
            owners.setdefault(spelling, set()).add(entity.entity_id)

    assert [spelling for spelling, ids in owners.items() if len(ids) > 1] == []


def test_each_source_of_the_default_watch_says_why():
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    headers = [place for place, line in enumerate(lines) if line == "[[sources]]"]

    assert all(len(lines[place - 1]) > 20 and lines[place - 1].startswith("# ") for place in headers)


def test_the_examples_of_the_guide_are_one_watch_without_fault(tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    watch = read_watch(written(tmp_path, 'name = "guide"\nlanguages = ["en"]\n' + "\n".join(blocks)))

    assert (len(watch.entities), len(watch.sources), len(watch.alerts)) == (2, 3, 2)
    assert (set(watch.lexicon), len(watch.homonyms)) == ({"de", "en", "zh"}, 1)
