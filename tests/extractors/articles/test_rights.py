import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.articles import rights
from extractors.articles.rights import (
    AI_CRAWLERS,
    notices_of_ai_txt,
    notices_of_headers,
    notices_of_metas,
    notices_of_robots,
    notices_of_tdmrep,
)
from extractors.records import RightsNotice

PAGE = "https://paper.example/news/deal-1"
TERMS = "https://paper.example/terms"


def robots(text, url=PAGE):
    return bool(notices_of_robots(text, url, "newswatch"))


def ai_txt(text, url=PAGE):
    return bool(notices_of_ai_txt(text, url, "newswatch"))


@pytest.mark.parametrize(
    ("name", "value", "reserved"),
    [
        ("x-robots-tag", "noai", True),
        ("x-robots-tag", "max-snippet:50, NoImageAI", True),
        ("x-robots-tag", "otherbot: noindex, gptbot: noai", True),
        ("x-robots-tag", "unavailable_after: 25 Jun 2026 15:00:00 GMT, noindex", False),
        ("x-robots-tag", "noai-not", False),
        ("content-usage", "train-ai=n", True),
        ("content-usage", "search=n, train-ai=y", False),
        ("content-signal", "search=yes,ai-train=no", True),
        ("content-signal", "ai-input=no", True),
        ("content-signal", "search=no", False),
    ],
)
def test_what_a_header_says_of_use_by_ai(name, value, reserved):
    assert notices_of_headers([(name, value)]) == ((RightsNotice(place="header"),) if reserved else ())


def test_the_words_of_the_protocol_in_headers_and_metas():
    told = {"tdm-reservation": "1", "tdm-policy": TERMS}
    found = {"reserved": True, "tdmrep": True, "policy": TERMS}

    assert notices_of_headers(told.items()) == (RightsNotice(place="header", **found),)
    assert notices_of_metas(told) == (RightsNotice(place="meta", **found),)
    assert notices_of_headers([("tdm-reservation", "0")]) == (
        RightsNotice(place="header", reserved=False, tdmrep=True),
    )
    assert notices_of_headers([("tdm-reservation", "yes"), ("tdm-policy", TERMS)]) == ()
    assert notices_of_headers([("tdm-reservation", "1"), ("tdm-policy", "javascript:x")])[0].policy is None


@pytest.mark.parametrize("name", ["robots", "gptbot", "google-extended"])
def test_metas_of_all_robots_and_of_one_crawler(name):
    assert notices_of_metas({name: "noai"}) == (RightsNotice(place="meta"),)
    assert notices_of_metas({name: "noindex"}) == ()


@pytest.mark.parametrize(
    ("text", "reserved"),
    [
        ("User-agent: GPTBot\nDisallow: /", True),
        ("User-agent: googlebot\nUser-agent: CCBot\nDisallow: /news/", True),
        ("User-agent: GPTBot\nDisallow: /video/", False),
        ("User-agent: GPTBot\nDisallow: /\nAllow: /news/", False),
        ("User-agent: googlebot\nDisallow: /", False),
        ("# GPTBot is welcome\nUser-agent: *\nDisallow: /admin", False),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", True),
        ("Content-signal: ai-train=no", True),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=yes", False),
        ("User-agent: newswatch\nDisallow: /x\nUser-agent: b\nContent-Signal: ai-train=no", False),
        ("User-agent: GPTBot\nDisallowAITraining: /\n\nUser-agent: *\nAllow: /", True),
        ("User-agent: *\nContent-Usage: ai=n\nContent-Usage: /news/ ai=y", False),
        ("User-agent: *\nContent-Usage: ai=y\nContent-Usage: /news/ train-ai=n", True),
        ("User-agent: newswatch\nAllow: /\nContent-Usage: ai=y\n\nUser-agent: *\nContent-Usage: ai=n", False),
        ("User-agent: *\nDisallowAITraining: /", True),
        ("User-agent: *\nDisallowAITraining: /video\nAllowAITraining: /", False),
        ("Sitemap: https://paper.example/s.xml", False),
        ("", False),
    ],
)
def test_what_robots_txt_says_of_use_by_ai(text, reserved):
    assert robots(text) is reserved


def test_a_page_that_only_ai_crawlers_may_not_read_of_a_site_closed_but_for_some():
    assert robots("User-agent: newswatch\nAllow: /\n\nUser-agent: GPTBot\nUser-agent: *\nDisallow: /")


@pytest.mark.parametrize(
    ("text", "reserved"),
    [
        ("# Spawning AI\nUser-Agent: *\nDisallow: /", True),
        ("User-Agent: *\nDisallow: *.html\nAllow: *.jpg", True),
        ("User-Agent: *\nDisallow: *.jpg\nDisallow: *.mp4", False),
        ("User-Agent: *\nDisallow: /private/\nAllow: /", False),
        ("User-Agent: GPTBot\nDisallow: /\n\nUser-Agent: *\nAllow: /", True),
        ("User-Agent: *\nAllow: /\nDisallow:", False),
        ("# A site for robots\n\n> Welcome: all of you", False),
    ],
)
def test_what_ai_txt_says(text, reserved):
    assert ai_txt(text) is reserved


@pytest.mark.parametrize(
    ("rules", "reserved"),
    [
        ([{"location": "/", "tdm-reservation": 1}], True),
        ([{"location": "/news/", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}], False),
        ([{"location": "/video/", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": "1"}], True),
        ([{"location": "/*/deal-*$", "tdm-reservation": 1}], True),
        ([{"location": "/news$", "tdm-reservation": 1}], None),
        ([{"location": "/News/", "tdm-reservation": 1}], None),
        ({"location": "/", "tdm-reservation": 1}, True),
        ([{"tdm-reservation": 1}, 7, {"location": 3}, {"location": "/", "tdm-reservation": []}], None),
        ([{"location": "/\nDisallow: /", "tdm-reservation": 1}], None),
        ([], None),
    ],
)
def test_the_first_rule_of_a_tdmrep_json_whose_pattern_matches_counts(rules, reserved):
    found = notices_of_tdmrep(json.dumps(rules), PAGE)
    told = () if reserved is None else (RightsNotice(place="tdmrep", reserved=reserved, tdmrep=True),)

    assert found == told


@pytest.mark.parametrize("text", ["", "{", "null", '"x"', "[" * 100_000, "<html>"])
def test_what_is_no_tdmrep_json_says_nothing(text):
    assert notices_of_tdmrep(text, PAGE) == ()


def test_of_the_protocol_the_place_nearest_to_the_article_counts(an_article):
    def reserved(*rights):
        return [one.place for one in an_article(rights=rights).article.reservations]

    at_site = RightsNotice(place="tdmrep", tdmrep=True)
    header = RightsNotice(place="header", tdmrep=True, reserved=False)
    meta = RightsNotice(place="meta", tdmrep=True)
    noai = RightsNotice(place="header")

    assert reserved(at_site) == ["tdmrep"]
    assert reserved(header, at_site) == []
    assert reserved(at_site, header, meta) == ["meta"]
    assert reserved(header, noai, at_site) == ["header"]
    assert reserved() == []


written = st.lists(
    st.one_of(
        st.sampled_from(
            ["User-agent: *", "User-agent: GPTBot", "Disallow: /", "Content-Usage: /a ai=n", "Allow: /n"]
        ),
        st.text(max_size=30),
    ),
    max_size=12,
).map("\n".join)


@given(written, st.sampled_from([PAGE, "https://paper.example", "http://x.example/%zz?q=ä"]))
def test_whatever_a_site_writes_is_read_without_a_word(text, url):
    told = (*notices_of_robots(text, url, "newswatch"), *notices_of_ai_txt(text, url, "newswatch"))
    told += (
        *notices_of_tdmrep(text, url),
        *notices_of_headers([("x-robots-tag", text), ("content-usage", text)]),
    )

    assert all(one.reserved for one in told)


@given(st.sampled_from(AI_CRAWLERS), st.sampled_from(["/", "/news/", "/*deal"]))
def test_each_crawler_of_the_list_is_known_by_its_own_name(name, path):
    assert robots(f"User-agent: {name.upper()}\nDisallow: {path}")


def test_of_a_file_without_end_the_start_is_read():
    rules = "\n".join(f"Disallow: /*a*{number}*b" for number in range(rights._MOST_LINES))

    assert not robots(f"User-agent: GPTBot\n{rules}\nDisallow: /")
    assert robots(f"User-agent: GPTBot\nDisallow: /\n{rules}")


@pytest.mark.parametrize("half", ["\ud800", "\x00", "\x1b"])
def test_of_a_tdmrep_json_what_nothing_can_store_is_left_out(half):
    rules = [
        {"location": f"/{half}", "tdm-reservation": 0},
        {"location": "/", "tdm-reservation": 1, "tdm-policy": f"{TERMS}{half}"},
    ]

    assert notices_of_tdmrep(json.dumps(rules), PAGE) == (RightsNotice(place="tdmrep", tdmrep=True),)
