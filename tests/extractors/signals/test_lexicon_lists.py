"""The files of phrase lists, and that what is found is what a plain search of every phrase finds."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.lexicon import (
    LANGUAGES,
    Hit,
    Lexicon,
    PhraseList,
    lexicon,
    lexicon_for,
    phrase_lists,
    phrases_in,
)
from extractors.signals.scripts import fold_lower
from extractors.signals.wordlists import word_list
from extractors.watch_checks import phrase, pieces_of
from tests.corpus.reading import read_sentences

FILES = [f"{name}.{language}" for name in ("events", "cues") for language in LANGUAGES]
GAP = {"de": 60, "en": 45, "zh": 16}
SENTENCES = 170

Found = tuple[int, int, tuple[str, ...], str, str, float, str | None]


def lists_of(name: str) -> Iterator[tuple[str, str]]:
    for section, lists in word_list(name).items():
        for key, text in lists.items():
            yield f"{section}.{key}", text


@cache
def literals(written: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pieces = tuple(pieces_of(written))
    return pieces, tuple(piece.strip("*^") for piece in pieces)


def places(piece: str, text: str, language: str) -> list[tuple[int, int]]:
    literal = piece.strip("*^")
    free_left = language == "zh" or piece.startswith("*") or not literal[0].isalnum()
    free_right = language == "zh" or piece.endswith("*") or not literal[-1].isalnum()
    found = []
    for start in range(len(text) - len(literal) + 1):
        stop = start + len(literal)
        if (
            text.startswith(literal, start)
            and (free_left or not text[start - 1 : start].isalnum())
            and (free_right or not text[stop : stop + 1].isalnum())
            and not (piece.startswith("^") and start)
        ):
            found.append((start, stop))
    return found


def plain_search(language: str, lists: Sequence[PhraseList], sentence: str) -> list[Found]:
    text = fold_lower(sentence)
    found: list[Found] = []
    for words in lists:
        for written in words.phrases:
            pieces, bare = literals(written)
            if bare[0] not in text or any(one not in text for one in bare):
                continue
            orders = [pieces]
            if language == "de" and len(pieces) == 2 and len(pieces[1]) >= 5:
                orders.append(pieces[::-1])
            for order in orders:
                for last, stop in places(order[-1], text, language):
                    start: int | None = last
                    for piece in order[-2::-1]:
                        near = [
                            begin
                            for begin, end in places(piece, text, language)
                            if start is not None and 0 <= start - end <= GAP[language]
                        ]
                        start = near[-1] if near else None
                    if start is not None:
                        found.append(
                            (start, stop, pieces, words.field, words.label, words.weight, words.hint)
                        )
    return sorted(found, key=repr)


def as_found(hits: Sequence[Hit]) -> list[Found]:
    rows = [(hit.start, hit.stop, hit.entry) for hit in hits]
    return sorted(
        ((a, b, e.pieces, e.field, e.label, e.weight, e.hint) for a, b, e in rows),
        key=repr,
    )


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a b .. c*; *d", ("a b .. c*", "*d")),
        ("a; b\n  c; d\ne\n", ("a", "b", "c", "d", "e")),
        ("# of a; of b\na\n  # more\nb\n", ("a", "b")),
    ],
)
def test_phrases_stand_apart_by_semicolons_and_lines_and_remarks_are_none(text, phrases):
    assert phrases_in(text) == phrases


@pytest.mark.parametrize("name", FILES)
def test_every_list_is_one_text_without_empty_or_broken_phrases(name):
    for place, text in lists_of(name):
        lines = [line for line in text.rstrip("\n").split("\n") if not line.lstrip().startswith("#")]
        written = [one.strip() for line in lines for one in line.split(";")]
        assert "" not in written, place
        assert [phrase(one) for one in written] == list(phrases_in(text)), place


@pytest.mark.parametrize("name", FILES)
def test_no_list_says_a_phrase_twice(name):
    for place, text in lists_of(name):
        pieces = [tuple(pieces_of(one)) for one in phrases_in(text)]
        assert {one for one in pieces if pieces.count(one) > 1} == set(), place


@pytest.mark.parametrize("name", FILES)
def test_every_phrase_is_written_as_sentences_are_folded(name):
    for place, text in lists_of(name):
        assert {one for one in phrases_in(text) if fold_lower(one) != one} == set(), place


@pytest.mark.parametrize("name", FILES)
def test_the_files_have_lines_that_can_be_read(name):
    text = (resources.files("extractors.signals") / "lexicons" / f"{name}.toml").read_text(encoding="utf-8")
    assert [line for line in text.split("\n") if len(line) > 120] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_sentences_have_the_hits_of_a_plain_search(language):
    texts = [one.text for one in read_sentences() if one.language == language]
    lists = tuple(phrase_lists(language))
    some = texts[:: max(1, len(texts) // SENTENCES)][:SENTENCES]
    assert len(some) == SENTENCES
    for text in some:
        assert as_found(lexicon(language).hits(text)) == plain_search(language, lists, text)


@st.composite
def written_phrases(draw: st.DrawFn) -> str:
    pieces = draw(
        st.lists(
            st.builds(
                "{}{}{}".format,
                st.sampled_from(["", "", "*", "^"]),
                st.sampled_from(["a", "b", "ab", "ba", "a b", "aabab", "合", "合资", "-"]),
                st.sampled_from(["", "", "*"]),
            ),
            min_size=1,
            max_size=3,
        )
    )
    return " .. ".join(pieces)


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    phrases=st.lists(written_phrases(), max_size=8, unique=True),
    sentence=st.text(alphabet="ab合资- .Ｂ", max_size=90),
)
def test_any_phrases_are_found_in_any_text_as_a_plain_search_finds_them(language, phrases, sentence):
    lists = (
        PhraseList(phrases=tuple(phrases[::2]), field="event", label="stake", weight=2.0, hint="talks"),
        PhraseList(phrases=tuple(phrases[1::2]), field="status", label="talks", weight=1.0),
    )
    assert as_found(Lexicon(language, lists).hits(sentence)) == plain_search(language, lists, sentence)


def test_hits_come_in_the_order_of_their_ends_and_then_of_the_lists():
    letters = "dbhcgafe"
    phrases = (*(f"{letter} .. z" for letter in letters), "a", "z")
    words = Lexicon("en", (PhraseList(phrases=phrases, field="event", label="stake", weight=1.0),))
    told = [hit.entry.pieces for hit in words.hits("a b c d e f g h z, a")]
    assert told == [("a",), ("z",), *((letter, "z") for letter in letters), ("a",)]


def test_the_phrases_of_a_watch_count_in_any_case():
    gone = phrases_in(word_list("events.en")["stake"]["strong"])[0]
    extra = {"stake": {"words": ("ＷＩＢＢＬＥ-Stake",)}, "without": {"stake": (gone.upper(),)}}
    pieces, bare = literals(gone)
    sentence = f"a wibble-stake {' '.join(bare)}"
    before, after = (
        {hit.entry.pieces for hit in words.hits(sentence) if hit.entry.label == "stake"}
        for words in (lexicon("en"), lexicon_for("en", extra))
    )
    assert (before - after, after - before) == ({pieces}, {("wibble-stake",)})
