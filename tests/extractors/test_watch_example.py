import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.watch_example import read_example


def test_front_matter_gives_title_and_language():
    example = read_example("---\ntitle: 'Kräne: die ersten'\nlanguage: de\n---\n\nSie sind da.\n")

    assert (example.title, example.language, example.text) == ("Kräne: die ersten", "de", "Sie sind da.")


def test_a_heading_is_the_title_where_there_is_no_front_matter():
    example = read_example("# Cranes\n\nThey came.\n\n# Not a title\n")

    assert (example.title, example.language, example.text) == ("Cranes", None, "They came.\n\n# Not a title")


def test_the_first_line_is_the_title_of_plain_text():
    assert read_example("Cranes\r\nThey came.").title == "Cranes"


def test_a_quotation_in_a_title_keeps_its_marks():
    assert read_example('---\ntitle: "No", says the "harbour"\n---\ntext').title == '"No", says the "harbour"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("Only a title", "no text below"),
        ("---\nlanguage: xx\n---\n# a\nb", "unknown language"),
    ],
)
def test_what_is_no_article_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        read_example(text)


@given(st.text(), st.text(alphabet="-#:\n ab\"'", max_size=40))
def test_any_text_is_an_example_or_refused(start, end):
    try:
        example = read_example(start + end)
    except ValueError:
        return
    assert example.title
    assert example.text
