"""What was collected is read again: from its page, else from what the feed said, else from its text; never lost."""

import asyncio
import gzip
from dataclasses import replace

import pytest

from extractors.errors import ExtractionError
from extractors.reading import Reader, Refused, TextJob
from extractors.records import Item, StoredPage
from extractors.rereading import Kept, reread

PARAGRAPHS = (
    "Xiaomi is in talks with BAIC about making electric cars together, people familiar with the matter said.",
    "The two Beijing companies have discussed a joint brand and the use of an idle plant in the city, they said.",
    "A decision is expected before the end of the year, according to the people, who asked not to be named.",
)
PAGE = "<html lang=en><head><title>Xiaomi in talks</title></head><body><article><h1>Xiaomi in talks</h1>{}</article>"
URL = "https://wire.example/1"


class HerePool:
    """Does in this process what workers do elsewhere; `refused` jobs are not done."""

    def __init__(self, watch, refused=()):
        """Read with `watch`."""
        self._read, self._refused, self.asked = Reader(watch), refused, []

    async def run(self, job, name="job"):
        """Do `job`, as a pool does."""
        self.asked.append(type(job).__name__)
        if isinstance(job, self._refused):
            raise ExtractionError(name, "timeout", "")
        return self._read(job)


def a_page(body=None):
    html = PAGE.format("".join(f"<p>{one}</p>" for one in PARAGRAPHS)).encode()
    return StoredPage(
        final_url=URL + "?from=feed",
        fetched_at=None,
        content_type="text/html",
        body=body or gzip.compress(html),
    )


@pytest.fixture
def kept(an_article, a_source):
    """A version of which the rules of then kept one paragraph."""
    one = an_article(1, text=PARAGRAPHS[0], title="Xiaomi in talks")
    item = Item(source_id="wire", url=URL, title="Xiaomi in talks")
    return Kept(article=one.article, signals=one.signals, page=a_page(), item=item, source=a_source())


def again(kept, watch, **told):
    pool = HerePool(watch, **told)
    (read,) = asyncio.run(reread([kept], pool, 1))
    return read, pool


def test_a_page_is_read_with_the_rules_of_now_and_stays_the_article_it_is(kept, a_watch):
    read, _ = again(kept, a_watch())

    article = read.collected.article
    assert read.way == "page"
    assert read.cause is None
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert (article.url, article.seen_at, article.source_id) == (URL, kept.article.seen_at, "wire")
    assert {one.entity_id for one in read.collected.signals.mentions} >= {"company:xiaomi", "company:baic"}


@pytest.mark.parametrize(
    "page",
    [
        a_page(b"no gzip"),
        a_page(gzip.compress(b"x" * 100)[:20]),
        a_page(gzip.compress(b"<html><body>Please enable JavaScript and cookies to continue</body>")),
        a_page(gzip.compress(b" " * 10_000_001)),
    ],
    ids=["damaged", "cut", "wall", "bomb"],
)
def test_the_text_stays_where_the_page_cannot_be_read_today(kept, a_watch, page):
    read, _ = again(replace(kept, page=page), a_watch())

    assert read.way == "text"
    assert read.collected.article == kept.article
    assert read.collected.signals.mentions


def test_what_the_feed_said_is_read_from_what_the_feed_said(kept, a_watch):
    item = replace(kept.item, summary=" ".join(PARAGRAPHS))
    fed = replace(kept, page=None, item=item, article=replace(kept.article, text_from="feed"))

    read, _ = again(fed, a_watch())

    assert read.way == "feed"
    assert PARAGRAPHS[2] in read.collected.article.text
    assert read.collected.article.url == URL


def test_without_what_the_source_listed_the_text_is_read(kept, a_watch):
    read, pool = again(replace(kept, item=None), a_watch())

    assert read.way == "text"
    assert read.cause is None
    assert pool.asked == ["TextJob"]


def test_a_page_that_ends_its_worker_does_not_end_the_reading(kept, a_watch):
    read, pool = again(kept, a_watch(), refused=(object,))

    assert read.way == "unread"
    assert read.cause == "timeout"
    assert (read.collected.article, read.collected.signals) == (kept.article, kept.signals)
    assert pool.asked == ["PageJob", "TextJob"]


def test_the_language_of_an_imported_article_stands_and_others_tell_it_themselves(an_article, a_watch):
    watch = a_watch(languages=("en", "de"))
    text = "Der Konzern baut künftig Elektroautos in Peking, und das Werk soll im nächsten Jahr fertig sein."
    imported = an_article(1, text=text, language="en", published_from="import").article
    collected = an_article(1, text=text, language="en").article

    assert Reader(watch)(TextJob(article=imported)).article.language == "en"
    assert Reader(watch)(TextJob(article=collected)).article.language == "de"
    assert not isinstance(Reader(watch)(TextJob(article=imported)), Refused)
