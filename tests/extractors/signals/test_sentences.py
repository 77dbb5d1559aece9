from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.sentences import sentences


def cut(text):
    return [text[start:stop] for start, stop in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. It sells!", ["It works.", "It sells!"]),
        ("Es kostet 10 Mio. Dollar. Das ist viel.", ["Es kostet 10 Mio. Dollar.", "Das ist viel."]),
        ("Es kostet 2 Mia. Franken. Das ist viel.", ["Es kostet 2 Mia. Franken.", "Das ist viel."]),
        ("Das Werk Nr. 2 steht still. Wer kauft es?", ["Das Werk Nr. 2 steht still.", "Wer kauft es?"]),
        (
            "Die Frist endet am 4. Mai in Peking. Danach nicht.",
            ["Die Frist endet am 4. Mai in Peking.", "Danach nicht."],
        ),
        ("Er nannte z. B. Autos. Sie auch.", ["Er nannte z. B. Autos.", "Sie auch."]),
        ("Prices rose 3.5 per cent. Mr. Smith said so.", ["Prices rose 3.5 per cent.", "Mr. Smith said so."]),
        ('"We will see." He left.', ['"We will see."', "He left."]),
        ("»Mal sehen.« Dann ging er.", ["»Mal sehen.«", "Dann ging er."]),
        ("他走了。她来了！真的？", ["他走了。", "她来了！", "真的？"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("“能买吗？”，他问。", ["“能买吗？”，他问。"]),
        ("First line\n\nSecond line", ["First line", "Second line"]),
        ("The answer was no. Then silence.", ["The answer was no.", "Then silence."]),
        ("The No. 2 plant is idle.", ["The No. 2 plant is idle."]),
        ("", []),
        ("  \n\n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert cut(text) == expected


@given(st.text(alphabet=st.sampled_from(list('aB1 .!?。！？…"”»\n\t小Ａ𝔸'))) | st.text())
def test_spans_are_in_order_apart_stripped_and_never_empty(text):
    spans = sentences(text)
    assert all(start < stop for start, stop in spans)
    assert all(text[start:stop] == text[start:stop].strip() for start, stop in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@given(st.text())
def test_nothing_but_blanks_lies_between_sentences(text):
    rest, at = "", 0
    for start, stop in sentences(text):
        rest += text[at:start]
        at = stop
    assert not (rest + text[at:]).strip()
