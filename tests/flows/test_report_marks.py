"""Marks on a text: whatever lies over whatever, the text is always there exactly."""

from hypothesis import given
from hypothesis import strategies as st

from flows.report.marks import Mark, bracketed, paragraphs, pieces, unmarked

LABELS = st.text(max_size=8) | st.sampled_from(["a|b]", "[x", "\\", "company:xiaomi"])
TEXTS = st.text(alphabet=st.sampled_from("ab[]|\\\n小 ")) | st.text()


@st.composite
def marks(draw):
    start = draw(st.integers(-2, 30))
    return Mark(
        kind=draw(st.sampled_from(["claim", "citation", "mention", "figure"])),
        start=start,
        stop=draw(st.integers(start - 1, 35)),
        label=draw(LABELS),
        number=draw(st.none() | st.integers(1, 9)),
    )


@given(text=TEXTS, found=st.lists(marks(), max_size=6))
def test_marks_written_and_taken_off_again_give_the_text(text, found):
    assert unmarked(bracketed(text, found)) == text


@given(text=TEXTS, found=st.lists(marks(), max_size=6))
def test_the_pieces_are_the_text_and_each_knows_all_marks_it_lies_in(text, found):
    cut = pieces(text, found)
    at = 0

    assert "".join(piece.text for piece in cut) == text
    for piece in cut:
        assert piece.text
        for character in range(at, at + len(piece.text)):
            over = sum(one.start <= character < one.stop for one in found)
            assert len(piece.marks) == over
        at += len(piece.text)


@given(text=TEXTS, found=st.lists(marks(), max_size=6))
def test_every_mark_is_in_its_paragraphs_with_the_words_it_had(text, found):
    marked = [
        paragraph[max(0, one.start) : one.stop]
        for paragraph, inside in paragraphs(text, found)
        for one in inside
        if one.start >= 0 and one.stop <= len(paragraph)
    ]

    assert all(any(words == text[max(0, one.start) : one.stop] for one in found) for words in marked)
    kept = "".join("".join(paragraph.split()) for paragraph, _ in paragraphs(text, found))
    assert kept == "".join(text.split())


def test_a_mark_in_a_mark_and_one_across_its_end_can_be_read():
    found = [
        Mark(kind="claim", start=0, stop=17, label="claim 1", number=1),
        Mark(kind="mention", start=0, stop=6, label="company:xiaomi"),
        Mark(kind="figure", start=15, stop=20, label="10 CNY"),
    ]

    assert bracketed("Xiaomi invests 10 yuan", found) == (
        "[[Xiaomi|company:xiaomi] invests [10|claim 1] yu|10 CNY]an"
    )
    assert [piece.text for piece in pieces("Xiaomi invests 10 yuan", found)] == [
        "Xiaomi",
        " invests ",
        "10",
        " yu",
        "an",
    ]


def test_brackets_of_the_text_are_told_from_those_of_the_marks():
    assert bracketed("a [b] | c\\", []) == "a \\[b\\] \\| c\\\\"
