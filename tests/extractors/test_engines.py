from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.engines import ENGINES, filled, query_for, search_address

XIAOMI = {"en": ("Xiaomi", "Xiaomi Auto"), "zh": ("小米", "小米汽车")}
BAIC = {"en": ("BAIC", "Beijing Automotive"), "de": ("BAIC",), "zh": ("北汽",)}
CAR = {"en": ("electric car", "EV"), "zh": ("电动汽车",)}
GROUPS = ((XIAOMI, BAIC), (CAR,))
LANGUAGES = ("de", "en", "zh")
WORDS = st.text(st.sampled_from('ab é小米"&()'), min_size=1, max_size=30)
NAMES = st.dictionaries(
    st.sampled_from(LANGUAGES), st.lists(WORDS, min_size=1, max_size=9).map(tuple), min_size=1
)


def test_groups_are_all_asked_for_by_names_of_the_language():
    assert query_for(GROUPS, "en") == '("Xiaomi" OR "BAIC" OR "Beijing Automotive") ("electric car" OR "EV")'
    assert query_for(GROUPS, "zh") == '("小米" OR "北汽") "电动汽车"'


def test_a_group_without_names_in_the_language_is_asked_for_in_all():
    assert query_for(((CAR,),), "de") == '("electric car" OR "电动汽车" OR "EV")'
    assert query_for(((XIAOMI,),), None) == '("Xiaomi" OR "小米")'


def test_gdelt_is_asked_in_english_for_articles_in_the_language():
    query = query_for(GROUPS, "zh", "gdelt")
    told = parse_qs(urlsplit(search_address("gdelt", query, "zh")).query)

    assert told["query"] == ['("Xiaomi" OR "BAIC" OR "Beijing Automotive") "electric car" sourcelang:chinese']
    assert (told["mode"], told["timespan"]) == (["artlist"], ["1d"])


@pytest.mark.parametrize(
    ("language", "edition"), [("de", "DE:de"), ("zh", "CN:zh-Hans"), (None, "US:en"), ("eo", "US:en")]
)
def test_google_is_asked_for_the_edition_of_the_language(language, edition):
    told = parse_qs(urlsplit(search_address("google-news", '"A & B"', language)).query)

    assert (told["ceid"], told["q"]) == ([edition], ['"A & B" when:7d'])


def test_a_template_is_filled_with_what_an_address_can_hold():
    assert (
        filled("https://s.example/?q={query}&f=rss", 'a "b" & ü')
        == "https://s.example/?q=a%20%22b%22%20%26%20%C3%BC&f=rss"
    )


def test_names_are_left_out_until_the_engine_takes_it_the_last_ones_first():
    many = {"en": tuple(f"product {number}" for number in range(200))}
    google, gdelt = (query_for(((many,), (CAR,)), "en", engine) for engine in ("google-news", "gdelt"))

    assert len(google.split()) <= 32
    assert len(gdelt) <= 250
    assert '"product 0" OR "product 1"' in google
    assert "electric car" in google


def test_without_names_there_is_no_query():
    assert query_for((), "en") == query_for(((),), None) == ""


@settings(max_examples=80, deadline=None)
@given(
    groups=st.lists(st.lists(NAMES, max_size=4), max_size=4),
    language=st.sampled_from((*LANGUAGES, None)),
    engine=st.sampled_from(ENGINES),
)
def test_a_query_has_even_quotes_and_its_address_a_bound(groups, language, engine):
    query = query_for(groups, language, engine)
    address = search_address(engine, query, language)

    assert query.count('"') % 2 == 0
    assert query.count("(") == query.count(")")
    assert address.isascii()
    assert len(address) <= 2048
