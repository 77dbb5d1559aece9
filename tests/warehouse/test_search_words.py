"""Articles by words, on a real file: what is found, in which order, and with which passage."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from searchable import HOUR, T, publish, row

from extractors.errors import ConfigurationError
from warehouse.database import open_snapshot
from warehouse.search import passage_of, require_publisher, search
from warehouse.search_index import catch_up
from warehouse.search_query import Narrowing, parse_query

ARTICLES = (
    row("a", "A car from Beijing", "A car is built in Beijing. It is electric.", story_id="s1"),
    row("b", "Plant", "The scar of a copy. Electric cars, a car plant.", hours=1, publisher="Wire Två"),
    row("c", "洽谈合作", "小米与北京汽车洽谈在北京造車。", hours=2, language="zh", copy_of="a"),
    row("d", "Händler in Straßburg", "Die E-Autos der Händler.", hours=3, language="de", publisher="Blatt"),
    row("e", "Nothing", "It is about EVs, not about Éric.", hours=4, language=None),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("search") / "newswatch.duckdb", *ARTICLES)


@pytest.fixture(scope="module", params=["indexed", "at once", "texts"])
def way(request, snapshot):
    """Search with an index, with one that is made at once, and by reading all texts."""
    file = snapshot.with_name("search") if request.param == "indexed" else None
    if file is not None:
        catch_up(snapshot, file)
    with open_snapshot(snapshot) as con:

        def found(text, **more):
            with pytest.MonkeyPatch.context() as patch:
                if request.param == "texts":
                    patch.setattr("warehouse.search_index.INDEXED_AT_ONCE", 0)
                return search(con, text, index=file, **more)

        yield request.param, found


def ids(found):
    return {hit.article_id for hit in found.hits}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CAR", {"a", "b"}),
        ("ars", set()),
        ("scar", {"b"}),
        ("洽谈", {"c"}),
        ("北京汽车", {"c"}),
        ("京", {"c"}),
        ("米北", set()),
        ('"car is built"', {"a"}),
        ('"is car built"', set()),
        ('"built in bei"', set()),
        ("E-Auto", {"d"}),
        ("EV", {"e"}),
        ("car -beijing", {"b"}),
        ('electric -"car plant"', {"a"}),
        ("nowhere car", {"a", "b"}),
        ("-car", set()),
    ],
)
def test_what_is_found(way, text, found):
    assert ids(way[1](text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("handler", {"d"}),
        ("Haendler", {"d"}),
        ("strasse", set()),
        ("strassburg", {"d"}),
        ("eric", {"e"}),
        ("造车", {"c"}),
    ],
)
def test_accents_and_traditional_characters_make_no_difference(way, text, found):
    result = ids(way[1](text))

    assert result == found or (way[0] == "texts" and result <= found)  # those are read for words as typed


def test_articles_with_more_of_the_words_come_first(way):
    found = way[1]("beijing copy car built")

    assert [(hit.article_id, hit.words_found) for hit in found.hits] == [("a", 3), ("b", 2)]
    assert found.articles == 2


def test_a_hit_says_what_it_is(way):
    (hit,) = way[1]("洽谈").hits

    assert (hit.title, hit.url, hit.publisher, hit.language) == (
        "洽谈合作",
        "https://news.example/c",
        "Wire",
        "zh",
    )
    assert (hit.copy_of, hit.story_id, hit.reported_at, hit.words_found) == ("a", None, T + 2 * HOUR, 1)
    assert hit.score > 0


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        (Narrowing(language="en"), {"a", "b"}),
        (Narrowing(language="de"), {"d"}),
        (Narrowing(publisher="wire två"), {"b"}),
        (Narrowing(publisher="wire"), {"a", "c", "e"}),
        (Narrowing(since=T + HOUR), {"b", "c", "d", "e"}),
        (Narrowing(before=T + HOUR), {"a"}),
        (Narrowing(since=T + HOUR, before=T + 2 * HOUR), {"b"}),
        (Narrowing(story_id="s1"), {"a"}),
        (Narrowing(story_id="none"), set()),
    ],
)
def test_searches_can_be_narrowed(way, narrowing, found):
    result = way[1]("car 北京 handler händler it", narrowing=narrowing)

    assert ids(result) == found
    assert result.articles == len(found)


def test_so_many_at_the_most_and_how_many_there_are_in_all(way):
    found = way[1]("electric car", most=1)

    assert (len(found.hits), found.articles) == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "( [ \\ . * + ?",
        "'; DROP TABLE articles; --",
        "%",
        "\x00",
        '"',
        "NEAR(a b)",
        "\udc80car",
        "title:car",
        "a* ^b",
        "-",
    ],
)
def test_any_text_is_taken_as_words(way, text):
    assert isinstance(way[1](text).hits, tuple)


@given(text=st.text(max_size=60))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_an_error(way, text):
    assert isinstance(way[1](text).hits, tuple)


def test_a_search_that_is_too_long_says_so(way):
    assert "too long" in way[1](" ".join(f"word{number}" for number in range(40))).note


def test_a_file_that_is_no_index_changes_nothing(snapshot, tmp_path):
    with open_snapshot(snapshot) as con:
        for index in (tmp_path / "missing", tmp_path):
            assert ids(search(con, "car", index=index)) == {"a", "b"}


def test_rare_words_weigh_more_and_short_texts_too(tmp_path):
    filler = " ".join(f"other{number}" for number in range(400))
    common = [row(f"c{number}", "The plant", "A plant with a car.") for number in range(20)]
    snapshot = publish(
        tmp_path / "newswatch.duckdb",
        *common,
        row("long", "Report", f"Gigafactory. {filler}"),
        row("short", "Report", "Gigafactory."),
        row("often", "Report", f"Gigafactory, a Gigafactory and one more Gigafactory. {filler}"),
    )
    with open_snapshot(snapshot) as con:
        assert [hit.article_id for hit in search(con, "gigafactory").hits] == ["short", "often", "long"]
        assert [hit.article_id for hit in search(con, "plant gigafactory", most=1).hits] == ["short"]


def test_the_passage_is_where_most_of_the_words_stand():
    text = f"A car. {'x ' * 200} Here a Händler sells an electric car. {'y ' * 200}"

    passage = passage_of(text, parse_query("electric car haendler").wanted)

    assert "Händler sells an electric car" in passage
    assert len(passage) <= 240
    assert passage_of("Nothing here.", parse_query("car").wanted) == ""
    assert passage_of("Scar and oscar.", parse_query("car").wanted) == ""
    assert passage_of("Evening news.", parse_query("ev").wanted) == ""
    assert "Straße" in passage_of("In der Straße.", parse_query("strasse").wanted)
    assert "China's" in passage_of("It is China's plan.", parse_query("china").wanted)
    assert "BYD" in passage_of("比亚迪BYD车", parse_query("byd").wanted)
    assert "北京造車" in passage_of("小米在北京造車。", parse_query("造车").wanted)


@given(st.text(), st.text(min_size=1, max_size=20))
def test_a_passage_is_a_piece_of_any_text(text, typed):
    from warehouse.search_terms import composed  # noqa: PLC0415 - what a passage is a piece of

    assert passage_of(text, parse_query(typed).wanted) in composed(text)


def test_a_publisher_that_is_not_there_is_named_with_one_like_it(snapshot):
    with open_snapshot(snapshot) as con:
        require_publisher(con, "WIRE")
        with pytest.raises(ConfigurationError, match="did you mean 'Blatt'"):
            require_publisher(con, "Blat")
