"""`newswatch export`, and `newswatch import` of what it wrote: nothing of the articles is lost on the way."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from kept_home import KeptHome, collected_piece

from extractors.errors import ConfigurationError
from extractors.orders import Batch
from extractors.signals.tagger import Tagger
from flows.cli import main
from flows.importing_sets import import_sets
from warehouse import landing
from warehouse.database import open_scratch, open_snapshot
from warehouse.exporting import export

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FORMS = ("parquet", "csv", "jsonl")
#: What an import must find again, of the articles and of what is made of them.
AGAIN = (
    "articles",
    "revisions",
    "mentions",
    "claims",
    "figures",
    "citations",
    "stories",
    "developments",
    "story_lineage",
    "trend_daily",
    "first_reports",
)
TRICKY = "=cmd|\"x\", 'it' + 小米\r\n\u2028 - @end\ttab"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home with articles, copies, a revision, and text that files may spoil."""
    home = KeptHome(tmp_path_factory.mktemp("lived") / "home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.alerts.deliver.send_by_apprise", lambda *_: None)
        for hours, piece in enumerate((0, 1, 2, 3), start=1):
            home.collected(hours, piece)
            home.run(hours)
        now = home.at(6)()
        first = collected_piece(home.watch, 0, now)
        one, other = first.article, collected_piece(home.watch, 1, now).article
        changed = replace(
            one, text=f"{one.text}\n\nThe companies expect 20,000 cars a year, they said on Friday."
        )
        copy = replace(
            other,
            url="https://copy.example/1",
            publisher="'=Copy",
            authors=("李雷", "-A, B"),
            title="=cmd|' /C calc'!A0 小米",
            text=f"{other.text}\n\n{TRICKY}",
        )
        tagger = Tagger(home.watch)
        articles = tuple(
            replace(first, article=article, signals=tagger.tag(article)) for article in (changed, copy)
        )
        landing.write_batch(
            home.settings.landing, Batch(batch_id="b6", order_id="o6", collected_at=now, articles=articles)
        )
        home.run(6)
    return home


@pytest.fixture
def written(lived, tmp_path):
    """A maker of exports of the lived home."""

    def write(form="parquet", **wanted):
        folder = tmp_path / "sets" / form
        made = export(lived.settings.snapshot, folder, form=form, now=NOW, program="1.0", **wanted)
        return folder, made

    return write


def rows_of(snapshot, tables=AGAIN):
    with open_snapshot(snapshot) as con:
        return {table: sorted(map(str, con.execute(f"FROM {table}").fetchall())) for table in tables}


@pytest.mark.parametrize("form", FORMS)
def test_an_exported_set_imported_into_an_empty_home_gives_the_same(lived, written, tmp_path, form):
    folder, _ = written(form)
    empty = KeptHome(tmp_path / "empty")

    result = import_sets(empty.settings, empty.watch, [folder], empty.at(2000))
    again = import_sets(empty.settings, empty.watch, [folder], empty.at(2000))

    assert result.failures == ()
    assert (result.articles, result.revisions) == (5, 1)
    assert rows_of(empty.settings.snapshot) == rows_of(lived.settings.snapshot)
    assert again.articles == again.revisions == 0
    assert empty.ask("SELECT count(*) FROM alerts WHERE kind = 'development'") == [(0,)]


def test_every_table_and_view_is_in_the_set_and_the_manifest_says_what_each_holds(lived, written):
    folder, _ = written()
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    with open_snapshot(lived.settings.snapshot) as con:
        surface = con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
        ).fetchall()
        counts = {name: con.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in surface}
    assert {table["name"]: table["rows"] for table in told["tables"]} == counts
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["manifest.json", *(f"{name}.parquet" for name in counts)]
    )
    for table in told["tables"]:
        data = (folder / table["file"]).read_bytes()
        assert (table["bytes"], table["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert (told["program"], told["made_at"], told["since"]) == ("1.0", "2024-06-01T00:00:00Z", None)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_files_hold_is_what_the_snapshot_holds(lived, written, form):
    folder, _ = written(form, tables=("articles", "stories"))
    with open_snapshot(lived.settings.snapshot) as con:
        wanted = con.execute(
            "SELECT title, publisher, authors, reported_at FROM articles ORDER BY url"
        ).fetchall()
        count = con.execute("SELECT count(*) FROM stories").fetchone()

    if form == "parquet":
        with open_scratch() as con:
            file = folder / "articles.parquet"
            found = con.execute(
                f"SELECT title, publisher, authors, reported_at FROM '{file}' ORDER BY url"
            ).fetchall()
    elif form == "jsonl":
        lines = [
            json.loads(line)
            for line in (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        ]
        lines.sort(key=lambda row: row["url"])
        found = [
            (row["title"], row["publisher"], row["authors"], datetime.fromisoformat(row["reported_at"]))
            for row in lines
        ]
    else:
        text = (folder / "articles.csv").read_bytes().decode()
        assert ",'=cmd|' /C calc'!A0 小米," in text
        assert ",''=Copy," in text
        return
    assert found == wanted
    assert count is not None


def test_since_leaves_out_what_was_there_before(lived, written):
    folder, made = written(since=lived.at(5)())

    rows = {table.name: table.rows for table in made.tables}
    assert rows["articles"] == 2, "the revised one and the new one"
    assert rows["revisions"] == 3, "with all their versions"
    assert rows["entities"] == 2, "what has no time is written whole"
    assert json.loads((folder / "manifest.json").read_text())["since"] == "2024-03-01T13:00:00Z"


def test_what_is_brought_again_changes_nothing(lived, written, tmp_path):
    folder, _ = written("jsonl")
    later, _ = written("csv", since=lived.at(5)())
    empty = KeptHome(tmp_path / "empty")

    result = import_sets(empty.settings, empty.watch, [folder, later, folder], empty.at(2000))

    assert (result.articles, result.revisions) == (5, 1)
    assert rows_of(empty.settings.snapshot) == rows_of(lived.settings.snapshot)


def test_an_earlier_export_is_replaced_and_anything_else_is_left_alone(written, tmp_path):
    folder, _ = written()
    (folder / "old.parquet").write_bytes(b"old")
    written(tables=("entities",))

    assert sorted(path.name for path in folder.iterdir()) == ["entities.parquet", "manifest.json"]
    assert [path.name for path in folder.parent.iterdir()] == ["parquet"]
    (folder / "manifest.json").unlink()
    with pytest.raises(ConfigurationError, match="something else"):
        written()
    assert (folder / "entities.parquet").exists()


def test_a_table_that_is_not_there_is_said_and_nothing_is_written(written, tmp_path):
    with pytest.raises(ConfigurationError, match=r"'artcles'.*articles"):
        written(tables=("artcles",))

    assert not (tmp_path / "sets").exists() or not list((tmp_path / "sets").iterdir())


def change(folder, **said):
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | said), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "no exported set"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text("[" * 100_000), "cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "not of an exported set"),
        (lambda folder: change(folder, schema="9999_future.sql", program="9.0"), "9.0.*newer one"),
        (lambda folder: change(folder, version=2), "another newswatch"),
        (lambda folder: change(folder, tables=[]), "lacks articles"),
        (lambda folder: (folder / "runs.csv").unlink(), "runs.csv: is missing"),
        (
            lambda folder: (folder / "articles.csv").open("ab").write(b"x"),
            "articles.csv: is not what was exported",
        ),
    ],
)
def test_a_set_that_is_not_whole_is_refused_before_anything_is_loaded(written, tmp_path, spoil, said):
    folder, _ = written("csv")
    spoil(folder)
    empty = KeptHome(tmp_path / "empty")

    with pytest.raises(ConfigurationError, match=said):
        import_sets(empty.settings, empty.watch, [folder], empty.at(2000))

    assert not empty.settings.warehouse.exists()


def test_a_file_outside_the_set_is_never_read(written, tmp_path):
    folder, _ = written("csv")
    told = json.loads((folder / "manifest.json").read_text())
    told["tables"][0]["file"] = "../../secret.csv"
    change(folder, tables=told["tables"])
    empty = KeptHome(tmp_path / "empty")

    with pytest.raises(ConfigurationError, match="no file of the set"):
        import_sets(empty.settings, empty.watch, [folder], empty.at(2000))


def test_rows_that_cannot_be_are_told_and_the_others_loaded(written, tmp_path):
    folder, _ = written("jsonl")
    file = folder / "articles.jsonl"
    file.write_text(
        file.read_text(encoding="utf-8").replace("https://wire.example/2", "javascript:alert(2)"),
        encoding="utf-8",
    )
    told = json.loads((folder / "manifest.json").read_text())
    for table in told["tables"]:
        if table["name"] == "articles":
            table["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    change(folder, tables=told["tables"])
    empty = KeptHome(tmp_path / "empty")

    result = import_sets(empty.settings, empty.watch, [folder], empty.at(2000))

    assert result.articles == 4
    assert ["http(s) address" in told for _, told, _ in result.failures] == [True]


def test_the_commands_write_and_read_a_set(lived, tmp_path):
    def call(*arguments, status=0):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == status, result.output
        return result

    out = str(tmp_path / "out")
    (tmp_path / "watch.toml").write_text(lived.settings.watch_file.read_text())
    told = call(
        "--home",
        str(lived.settings.home),
        "export",
        out,
        "--format",
        "jsonl",
        "--tables",
        "articles,revisions",
    )
    assert "2 tables and views" in told.stdout
    brought = call("--home", str(tmp_path), "import", out, "--json")

    assert json.loads(brought.stdout)["articles"] == 5
    assert (
        "not both" in call("--home", str(tmp_path), "import", out, f"{out}/articles.jsonl", status=2).stderr
    )
    assert (
        "a folder"
        in call("--home", str(lived.settings.home), "export", f"{out}/articles.jsonl", status=2).stderr
    )
