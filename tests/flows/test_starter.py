import http.server
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractors.clock import standing_clock
from extractors.errors import ConfigurationError
from extractors.orders import Manners
from extractors.watch import entities_from, read_watch
from flows import settings
from flows.starter import default_watch_file, make_home

CLOCK = standing_clock(datetime(2024, 3, 28, tzinfo=UTC))
MANNERS = Manners(user_agent="newswatch-test", spacing=timedelta(0), allow_networks=("127.0.0.0/8",))
GOLD = Path(settings.__file__).parent / "newsroom" / "gold"
CAR_TITLE = "Xiaomi startet den Verkauf seines ersten Elektroautos"
CAR_TEXT = (
    "Der Elektronikkonzern Xiaomi hat mit dem Verkauf seines ersten Elektroautos begonnen. "
    "Das Elektroauto wird in einem Werk in Peking gebaut, sagte Gründer Lei Jun.\n\n"
    "Die Batterien liefert CATL. Die Nachfrage nach dem Elektroauto sei groß, hieß es bei Xiaomi."
)


def written(folder: Path, text: str) -> str:
    path = folder / "article.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def car_watch_file(tmp_path):
    return make_home(tmp_path / "home", written(tmp_path, f"{CAR_TITLE}\n\n{CAR_TEXT}"), MANNERS, CLOCK)


def test_the_default_watch_is_found_and_reads():
    assert read_watch(default_watch_file()).name == "xiaomi-baic"


def test_the_default_watch_knows_all_entities_and_names_of_the_newsroom():
    known = read_watch(default_watch_file()).by_id
    labelled = [
        entity
        for file in sorted(GOLD.glob("*/watch.json"))
        for entity in entities_from(json.loads(file.read_text(encoding="utf-8"))["entities"], str(file))
    ]

    assert len(labelled) > 60
    assert [
        (entity.entity_id, spelling)
        for entity in labelled
        for language, many in entity.names.items()
        for spelling in many
        if spelling not in known[entity.entity_id].names.get(language, ())
    ] == []


def test_a_new_home_holds_the_default_watch_as_it_is(tmp_path):
    made = make_home(tmp_path / "deep" / "home", None, MANNERS, CLOCK)

    assert made == tmp_path / "deep" / "home" / "watch.toml"
    assert made.read_bytes() == default_watch_file().read_bytes()
    assert len(read_watch(made).examples) == 3


def test_every_setting_of_the_new_file_is_a_comment_and_every_setting_is_in_it(tmp_path):
    home = make_home(tmp_path, None, MANNERS, CLOCK).parent
    text = (home / "newswatch.env").read_text()

    assert [line for line in text.splitlines() if line and not line.startswith("#")] == []
    assert [name for name in settings.NAMES if name != "NEWSWATCH_HOME" and f"\n#{name}=" not in text] == []
    assert (home / "newswatch.env").stat().st_mode & 0o777 == 0o600


def test_a_new_home_has_settings_without_fault_or_warning(tmp_path):
    home = make_home(tmp_path, None, MANNERS, CLOCK).parent
    file = home / "newswatch.env"
    file.write_text(file.read_text().replace("#NEWSWATCH_", "NEWSWATCH_"))

    assert settings.read_settings({}, home=home).warnings == ()


@pytest.mark.parametrize("name", ["watch.toml", "newswatch.env", "examples/detour.md"])
def test_what_is_there_is_never_overwritten(tmp_path, name):
    (tmp_path / "examples").mkdir()
    (tmp_path / name).write_text("mine")

    with pytest.raises(ConfigurationError, match=f"{name} exists already"):
        make_home(tmp_path, None, MANNERS, CLOCK)
    assert contents(tmp_path) == {name: "mine"}


def test_a_file_in_the_place_of_the_home_is_refused(tmp_path):
    (tmp_path / "home").write_text("")

    with pytest.raises(ConfigurationError, match="is no folder"):
        make_home(tmp_path / "home", None, MANNERS, CLOCK)


def test_a_watch_like_an_article_knows_its_names_and_language(car_watch_file):
    watch = read_watch(car_watch_file)

    assert (watch.languages, watch.title) == (("de",), f"Like: {CAR_TITLE}")
    assert {"company:xiaomi", "person:lei-jun", "company:catl"} <= set(watch.by_id)
    assert "company:volkswagen" not in watch.by_id
    assert "media:bloomberg" in watch.by_id


def test_a_watch_like_an_article_is_about_what_the_article_is_about(car_watch_file):
    names, topics = read_watch(car_watch_file).all_of

    assert names == ("company:xiaomi",)
    assert "topic:electric-car" in topics


def test_the_article_itself_becomes_the_example(car_watch_file):
    (example,) = read_watch(car_watch_file).examples

    assert (example.title, example.text, example.language) == (CAR_TITLE, CAR_TEXT, "de")


def test_the_sources_of_the_language_are_kept_with_their_reasons(car_watch_file):
    default, made = read_watch(default_watch_file()), read_watch(car_watch_file)
    text = car_watch_file.read_text()

    assert made.sources == tuple(source for source in default.sources if source.language in ("de", None))
    assert "# Business daily with own correspondents in China.\n[[sources]]" in text


def test_searches_for_other_names_are_left_out(tmp_path):
    like = written(
        tmp_path, "BYD opens a plant\n\nBYD opened its car plant in the south of Hungary on Monday."
    )
    watch = read_watch(make_home(tmp_path / "home", like, MANNERS, CLOCK))

    assert {source.kind for source in watch.sources} == {"feed", "page", "sitemap"}


def test_names_that_nobody_knows_are_taken_from_the_article(tmp_path):
    like = written(
        tmp_path,
        "Nordkran Werke wins the crane order\n\n"
        "The harbour has chosen Nordkran Werke. Nordkran Werke will deliver six cranes with the help of the"
        " engineers of Hafen Technik and of Lindholm Lines, the port authority of Great Bay said, and of ABC.",
    )
    made = make_home(tmp_path / "home", like, MANNERS, CLOCK)
    watch = read_watch(made)

    assert watch.by_id["company:nordkran-werke"].names == {"en": ("Nordkran Werke",)}
    assert watch.all_of[0][0] == "company:nordkran-werke"
    assert "cranes" in watch.topics[0].words["en"]
    assert '# names = { en = ["' in made.read_text()


def test_a_chinese_article_gives_chinese_words(tmp_path):
    like = written(tmp_path, "港口购买新起重机\n\n港口宣布购买六台起重机。起重机由本地工厂制造，明年交付。")
    watch = read_watch(make_home(tmp_path / "home", like, MANNERS, CLOCK))

    assert watch.languages == ("zh",)
    assert any("起重机" in word for word in watch.topics[0].words["zh"])


@pytest.mark.parametrize(
    "text",
    [
        'Quotes "and" \\ backslashes\n\nA text with "quotes" and \\n and \x07 a bell about machinery.',
        "---\nlanguage: fr\ntitle: Des grues pour le port\n---\nLe port achète des grues.",
        "# 日本\n\n短い。",
        "1\n\n2",
    ],
)
def test_whatever_the_article_holds_the_watch_reads(tmp_path, text):
    assert read_watch(make_home(tmp_path / "home", written(tmp_path, text), MANNERS, CLOCK)).examples


@pytest.mark.parametrize(("text", "said"), [("", "empty"), ("A title alone", "no text below")])
def test_what_is_no_article_makes_no_home(tmp_path, text, said):
    with pytest.raises(ConfigurationError, match=said):
        make_home(tmp_path / "home", written(tmp_path, text), MANNERS, CLOCK)
    assert not (tmp_path / "home").exists()


def test_an_article_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"a\n\xff")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        make_home(tmp_path / "home", str(tmp_path / "none.txt"), MANNERS, CLOCK)
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        make_home(tmp_path / "home", str(tmp_path / "latin.txt"), MANNERS, CLOCK)


@pytest.fixture
def article_url():
    paragraphs = "".join(f"<p>{part}</p>" for part in (CAR_TEXT * 3).split("\n\n"))
    page = f"<html lang=de><head><title>{CAR_TITLE}</title></head><body><article><h1>{CAR_TITLE}</h1>{paragraphs}"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = page.encode() if self.path == "/a.html" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/a.html"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_article_on_the_web_makes_a_watch_too(tmp_path, article_url):
    watch = read_watch(make_home(tmp_path / "home", article_url, MANNERS, CLOCK))

    assert (watch.languages, watch.examples[0].title) == (("de",), CAR_TITLE)
    assert "company:xiaomi" in watch.all_of[0]


def test_a_home_with_news_but_no_watch_is_not_taken_over(tmp_path):
    (tmp_path / "newswatch.duckdb").write_bytes(b"")

    with pytest.raises(ConfigurationError, match="holds news without a watch"):
        make_home(tmp_path, None, MANNERS, CLOCK)
