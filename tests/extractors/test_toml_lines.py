import tomllib

from hypothesis import given
from hypothesis import strategies as st

from extractors.toml_lines import key_lines, nearest_line

TEXT = '''# a comment with [brackets] = "and" {more}
name = "x = [1]"
"quoted.key" = 'it''s'
dotted.inner.key = 1979-05-27 07:32:00

text = """
[not.a.table]
key = "no" """
list = [
  "a", # first
  [ "b",
    "c" ],
  { deep = 1,  other = "]" },
]

[table.sub]
flag = true

[[rows]]
id = 1
[rows.inner]
here = 1
[[rows.cells]]
[[rows.cells]]
value = { a = 1, b = [2] }

[[rows]]
id = 2
'''.replace("'it''s'", "'its'")


def test_every_key_table_and_element_has_its_line():
    lines = key_lines(TEXT)

    assert {key: lines[key] for key in ("name", "quoted.key", "dotted.inner.key", "text", "list")} == {
        "name": 2,
        "quoted.key": 3,
        "dotted.inner.key": 4,
        "text": 6,
        "list": 9,
    }
    assert [lines[f"list{place}"] for place in ("[0]", "[1]", "[1][0]", "[1][1]", "[2].deep")] == [
        10,
        11,
        11,
        12,
        13,
    ]
    assert (lines["table.sub"], lines["table.sub.flag"]) == (16, 17)
    assert [lines[f"rows{place}"] for place in ("[0]", "[0].id", "[0].inner.here", "[1]", "[1].id")] == [
        19,
        20,
        22,
        27,
        28,
    ]
    assert (lines["rows[0].cells[0]"], lines["rows[0].cells[1].value.b[0]"]) == (23, 25)
    assert "not.a.table" not in lines


def test_what_has_no_line_takes_that_of_what_is_around_it():
    lines = {"rows[0]": 3, "rows[0].names": 5}

    assert nearest_line(lines, "rows[0].names.en[2]") == 5
    assert nearest_line(lines, "rows[0].url") == 3
    assert nearest_line(lines, "title") is None
    assert nearest_line({}, "") is None


def paths_of(value, path):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_of(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of(inner, f"{path}[{index}]")
    yield path


def test_every_path_that_tomllib_finds_has_a_line():
    lines = key_lines(TEXT)

    assert [
        path for path in paths_of(tomllib.loads(TEXT), "") if path and nearest_line(lines, path) is None
    ] == []


@given(st.text(alphabet="[]{}=,.#\"'\n a1\\", max_size=60))
def test_no_text_makes_it_fail_or_hang(text):
    assert all(1 <= line <= text.count("\n") + 1 for line in key_lines(text).values())
