"""Sets that somebody has made up: nothing but articles comes out of them, and what cannot be used is said."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from kept_home import KeptHome

from extractors.errors import ConfigurationError
from flows.importing_sets import import_sets
from warehouse.database import literal, little_memory, open_scratch
from warehouse.exported import opened_set, read_manifest
from warehouse.exporting import export

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FORMS = ("parquet", "csv", "jsonl")
MOMENTS = ("infinity", "-infinity", "20000-01-01 00:00:00+00", "0044-03-15 (BC) 00:00:00+00")


@pytest.fixture
def written(kept, tmp_path):
    """A maker of sets of the kept home."""

    def write(form):
        folder = tmp_path / "sets" / form
        export(kept.settings.snapshot, folder, form=form, now=NOW, program="1.0")
        return folder

    return write


@pytest.fixture
def empty(tmp_path):
    return KeptHome(tmp_path / "empty")


def change(folder, name, **said):
    """Let the manifest say something else of a table, and have the hash of its file as it is."""
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    (table,) = [one for one in told["tables"] if one["name"] == name]
    table |= said
    table["sha256"] = hashlib.sha256((folder / table["file"]).read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told), encoding="utf-8")
    return table


def rewrite(folder, name, select):
    """Write a Parquet file of the set anew, as `select` has it."""
    file, new = folder / f"{name}.parquet", folder / "new"
    with open_scratch() as con:
        rows = select.format(literal(str(file)))
        con.execute(f"COPY ({rows}) TO {literal(str(new))} (FORMAT parquet, ROW_GROUP_SIZE 4096)")
    new.replace(file)
    change(folder, name)


@pytest.mark.parametrize("form", FORMS)
def test_the_name_of_a_column_is_no_statement(written, empty, tmp_path, form):
    folder, aim = written(form), tmp_path / "owned.csv"
    name = f"z\": 'VARCHAR'}}); COPY (SELECT 'owned') TO '{aim}'; SELECT ({{\"a"
    columns = change(folder, "articles")["columns"]
    change(folder, "articles", columns=[*columns, [name, "VARCHAR"]])

    if form == "csv":  # where each line has one column less than is said
        with pytest.raises(ConfigurationError, match="cannot be read"):
            import_sets(empty.settings, empty.watch, [folder], empty.at(2000))
    else:
        assert import_sets(empty.settings, empty.watch, [folder], empty.at(2000)).articles == 2

    assert not aim.exists()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("schema", ["0001_first.sql"], "another newswatch"),
        ("schema", {}, "another newswatch"),
        ("format", "xml", "format: "),
        ("tables", "all", "tables: "),
        ("tables", [{"name": "articles"}], r"tables\.0\.kind: "),
        ("made_at", "yesterday", "made_at: "),
    ],
)
def test_a_manifest_that_is_none_says_what_is_wrong_with_it(written, empty, key, value, said):
    folder = written("parquet")
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {key: value}), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=said):
        import_sets(empty.settings, empty.watch, [folder], empty.at(2000))


def test_a_manifest_in_another_encoding_is_no_manifest(written, empty):
    folder = written("parquet")
    (folder / "manifest.json").write_text((folder / "manifest.json").read_text(), encoding="utf-16")

    with pytest.raises(ConfigurationError, match=r"manifest\.json: cannot be read"):
        import_sets(empty.settings, empty.watch, [folder], empty.at(2000))


#: Names of articles: the column and the number of the moment in it that is none.
BAD = {
    column: {f"{column}-{number}": moment for number, moment in enumerate(MOMENTS)}
    for column in ("seen_at", "published_at", "embargoed")
}


def or_bad(column):
    """Return SQL for the column as it is, but in the articles that are to have a bad time in it."""
    bad = " ".join(f"WHEN '{name}' THEN TIMESTAMPTZ '{moment}'" for name, moment in BAD[column].items())
    return f"CASE name {bad} ELSE {column} END AS {column}"


def times(*columns):
    """Return a select that makes, of one article, one for each bad time and a good one."""
    names = [*(name for bad in BAD.values() for name in bad), "good"]
    return (
        f"SELECT * EXCLUDE (name) REPLACE (name AS article_id, {', '.join(map(or_bad, columns))}) "
        f"FROM read_parquet({{0}}), (SELECT unnest({names}) AS name) "
        "WHERE article_id = (SELECT min(article_id) FROM read_parquet({0}))"
    )


def test_a_time_that_is_none_of_ours_is_told_and_the_others_are_loaded(written, empty):
    folder = written("parquet")
    rewrite(folder, "revisions", times("seen_at"))
    rewrite(folder, "articles", times("published_at", "embargoed"))
    with_addresses = "SELECT * REPLACE ('https://wire.example/' || article_id AS url) FROM read_parquet({0})"
    rewrite(folder, "articles", with_addresses)

    result = import_sets(empty.settings, empty.watch, [folder], empty.at(2000))

    assert empty.ask("SELECT url FROM articles") == [("https://wire.example/good",)]
    assert result.articles == 1
    told = sorted(said.partition(": articles ")[2] for _, said, _ in result.failures)
    bad = sorted((name, column) for column, names in BAD.items() for name in names)
    assert len(told) == len(bad)
    for said, (name, column) in zip(told, bad, strict=True):
        assert said.startswith(f"{name}: {column}: a time"), said


def test_columns_of_another_type_are_read_as_ours_or_refused_before_anything_is_loaded(written, empty):
    folder = written("parquet")
    rewrite(folder, "articles", "SELECT * REPLACE ('two' AS revision) FROM read_parquet({0})")

    with pytest.raises(ConfigurationError, match=r"cannot be read .*two"):
        import_sets(empty.settings, empty.watch, [folder], empty.at(2000))
    assert empty.ask("SELECT count(*) FROM state.batches") == [(0,)]


def test_a_set_without_most_columns_brings_what_it_has(written, empty):
    folder = written("parquet")
    kept = "article_id, url, source_id, publisher"
    rewrite(folder, "articles", f"SELECT {kept} FROM read_parquet({{0}})")
    change(folder, "articles", columns=[[name, "VARCHAR"] for name in kept.split(", ")])

    result = import_sets(empty.settings, empty.watch, [folder], empty.at(2000))

    assert (result.articles, result.failures) == (2, ())
    assert empty.ask("SELECT DISTINCT published_at, lead FROM articles") == [(None, None)]


def test_fields_are_no_longer_than_those_of_pages(written, empty):
    folder = written("parquet")
    long, one = "repeat('x', 1_100_000)", "article_id IN (SELECT min(article_id) FROM read_parquet({0}))"
    rewrite(
        folder,
        "articles",
        f"SELECT * REPLACE ({long} AS publisher, {long} AS section, {long} AS source_id, {long} AS ednote, "
        f"[{long}] AS authors) FROM read_parquet({{0}}) WHERE {one} "
        f"UNION ALL BY NAME FROM read_parquet({{0}}) WHERE NOT {one}",
    )
    rewrite(
        folder,
        "revisions",
        f"SELECT * REPLACE (CASE WHEN {one} THEN text || {long} ELSE text END AS text) FROM read_parquet({{0}})",
    )

    import_sets(empty.settings, empty.watch, [folder], empty.at(2000))

    longest = empty.ask(
        "SELECT max(len(publisher)), max(len(section)), max(len(source_id)), max(len(authors[1])), max(len(ednote)), "
        "max(len(text)) FROM articles"
    )
    assert longest == [(1_000, 1_000, 1_000, 1_000, 1_000_000, 1_000_000)]


def test_a_second_set_that_cannot_be_read_is_known_before_the_first_is_loaded(written, empty):
    good, bad = written("csv"), written("parquet")
    rewrite(bad, "revisions", "SELECT * REPLACE ('never' AS seen_at) FROM read_parquet({0})")

    with pytest.raises(ConfigurationError, match="parquet: cannot be read"):
        import_sets(empty.settings, empty.watch, [good, bad], empty.at(2000))

    assert empty.ask("SELECT count(*) FROM state.batches") == [(0,)]


def test_a_line_that_is_longer_than_any_row_is_refused(written, empty):
    folder = written("jsonl")
    with (folder / "revisions.jsonl").open("ab") as file:
        for _ in range(70):
            file.write(b" " * 1_000_000)
    change(folder, "revisions")

    with pytest.raises(ConfigurationError, match="has more than 64 MB"):
        import_sets(empty.settings, empty.watch, [folder], empty.at(2000))


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_set_that_is_larger_than_the_memory_is_read_on_a_machine_with_many_processors(written, form):
    """60 MB of text where DuckDB may keep 120, in an order that is not that of the rows, with eight threads."""
    folder, many = written("parquet"), 20_000
    text = "(SELECT string_agg(md5(concat(n, ' ', i)), ' ') FROM range(92) AS t(i))"
    rewrite(
        folder,
        "revisions",
        f"SELECT 'a' || n AS article_id, 1 AS revision, TIMESTAMPTZ '2024-01-01 00:00:00Z' "
        f"+ to_seconds((n * 7919) % {many}) AS seen_at, 'T' || n AS title, {text} AS text FROM range({many}) AS r(n)",
    )
    rewrite(
        folder,
        "articles",
        "SELECT 'a' || n AS article_id, 'https://wire.example/' || n AS url, 'wire' AS source_id, 'W' AS publisher "
        f"FROM range({many}) AS r(n)",
    )
    short = {
        "articles": ("article_id", "url", "source_id", "publisher"),
        "revisions": ("article_id", "revision", "seen_at", "title", "text"),
    }
    for name, columns in short.items():
        change(folder, name, columns=[[column, "VARCHAR"] for column in columns])
    if form == "jsonl":
        as_json_lines(folder, short)
    seen = []

    with open_scratch() as con, little_memory(con, "120MB"):
        con.execute("SET threads = 8")
        try:
            with opened_set(folder, read_manifest(folder)) as found:
                for row in found:
                    seen.append(row["seen_at"])
                    assert row["url"].endswith(f"/{row['title'][1:]}")
        finally:
            con.execute("RESET threads")

    assert len(seen) == many
    assert seen == sorted(seen)


def as_json_lines(folder, names):
    """Write these files of the set as JSON Lines, and all others as if they were empty."""
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text()) | {"format": "jsonl"}
    told["tables"] = [
        table | {"file": f"{table['name']}.jsonl"} for table in told["tables"] if table["name"] in names
    ]
    manifest.write_text(json.dumps(told), encoding="utf-8")
    for name in names:
        with open_scratch() as con:
            origin, aim = (literal(str(folder / f"{name}.{form}")) for form in ("parquet", "jsonl"))
            con.execute(f"COPY (FROM read_parquet({origin})) TO {aim} (FORMAT json)")
        change(folder, name)
