import codecs

import pytest

from extractors.decoding import decode

GERMAN = "Käufer prüfen für München die größten Straßenfahrzeuge"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (GERMAN.encode(), "text/html; charset=iso-8859-1"),
        (codecs.BOM_UTF8 + GERMAN.encode(), "text/html; charset=iso-8859-1"),
        (GERMAN.encode("cp1252"), "text/html; charset=iso-8859-1"),
        (GERMAN.encode("utf-16"), "text/html; charset=utf-8"),
    ],
)
def test_the_bytes_are_believed_before_a_wrong_header(body, header):
    assert decode(body, header) == GERMAN


@pytest.mark.parametrize("text", ["All in ASCII, for pages in the plainest English there is.", GERMAN])
def test_a_document_that_calls_itself_utf_16_byte_by_byte_is_not(text):
    document = f'<?xml version="1.0" encoding="utf-16"?><a>{text}</a>'

    assert decode(document.encode(), None) == document


def test_gb2312_is_read_with_the_letters_it_lacks():
    document = '<meta charset="gb2312"><p>朱镕基与小米、北汽达成协议</p>'

    assert decode(document.encode("gb18030"), None) == document
    assert decode(document.encode("gb18030"), "text/html; charset=utf-8") == document


def test_text_without_any_declaration_is_recognised():
    text = "小米与北汽已经达成协议，双方将在北京共同生产电动汽车，两家公司周四表示。" * 3

    assert decode(text.encode("gb18030"), None) == text
