"""Whether the newsroom's pages are what they claim: hard enough to be real, and readable by a good extractor."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
import trafilatura
from markupsafe import escape

from flows.newsroom.documents import document
from flows.newsroom.gold import all_articles
from flows.newsroom.pages import words
from flows.newsroom.sites import SITES

END = datetime(2024, 8, 1, tzinfo=UTC)
DESIGNS = sorted({site.design for site in SITES})
NEWEST = {article.url: article for article in all_articles()}


def counted(text):
    return Counter(re.findall(r"[一-鿿]|\w+", text))


def pages_of(design):
    for site in SITES:
        if site.design == design:
            for article in NEWEST.values():
                if article.host == site.host:
                    yield site, article, document(site.host, article.path, END).body.decode(site.charset)


@pytest.mark.parametrize("design", DESIGNS)
def test_an_extractor_finds_the_gold_text_and_nothing_else(design):
    recalls, precisions = [], []
    for _, article, page in pages_of(design):
        found = trafilatura.bare_extraction(
            page, url=article.url, fast=True, include_comments=False, with_metadata=True
        )
        wanted, got = counted(f"{article.lead} {article.body}"), counted(found.text)
        shared = sum((wanted & got).values())
        recalls.append(shared / sum(wanted.values()))
        precisions.append(shared / sum(got.values()))
        assert found.title == article.title

    assert sum(recalls) / len(recalls) >= 0.98
    assert sum(precisions) / len(precisions) >= 0.98


@pytest.mark.parametrize("design", DESIGNS)
def test_every_page_carries_what_a_reader_has_to_look_past(design):
    for site, article, page in pages_of(design):
        told = words(site.language)
        around = (told["cookie"], told["newsletter"], told["comments"])
        assert all(phrase in page for phrase in around), article.url
        teasers = {other.title for other in NEWEST.values() if other.host == site.host} | set(told["fillers"])
        assert sum(str(escape(title)) in page for title in teasers - {article.title}) >= 3, article.url
        assert any(said in page.replace("&#39;", "'") for _, said in told["comments_said"])
        assert any(advert in page for advert in told["ads"])


def test_the_sites_differ_in_what_they_tell_machines():
    seen = {
        (site.design, '"@graph"' in page, "application/ld+json" in page, "og:title" in page)
        for design in DESIGNS
        for site, _, page in pages_of(design)
    }
    assert {(graph, ld) for _, graph, ld, _ in seen} == {(True, True), (False, True), (False, False)}
    assert {og for *_, og in seen} == {True, False}
