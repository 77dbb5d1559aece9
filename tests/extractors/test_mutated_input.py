"""Mutated listings and pages in real workers: always a result, in time, and never one that breaks a promise."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import product
from random import Random

import pytest
from lxml import html

from extractors.collect import extraction_pool
from extractors.decoding import decode, without_declaration
from extractors.doctor import advice_for
from extractors.errors import ExtractionError, ParseError
from extractors.orders import Manners
from extractors.reading import ListingJob, PageJob, Refused
from extractors.records import CollectedArticle, Item, Source
from extractors.sources.listing import MOST_ITEMS, Listing
from extractors.sources.opml import read_opml, write_opml
from extractors.watch import Entity, Topic, Watch
from tests.hostile.mutators import mutant
from tests.hostile.seeds import FAULTS, Seed, all_seeds, made_seeds

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
SEEDS = {seed.name: seed for seed in all_seeds()}
#: What others are crossed with, by name: a new seed is to change no mutant of another.
CROSSED = tuple(
    SEEDS[name].body for name in ("rss-de", "rss-zh-older", "json-en", "map-zh", "links-en", "article-de")
)
WORKERS = 2
#: Mutants of each seed, in all tests and in the long ones (20,520 together).
MUTANTS, MANY = 4, 270
ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2040}")
MARKUP = re.compile(
    r"</?(?:script|style|iframe|svg|img|div|span|p|a|b|h1|h2|item|title|link)\b[^<>]*>", re.IGNORECASE
)
SUBSCRIBED = [
    Source(
        source_id=kind,
        kind=kind,
        url=f"http://news.example/{kind}",
        every=timedelta(hours=1),
        publisher="小米",
    )
    for kind in ("feed", "sitemap", "page", "search")
]
OPML = write_opml("Mine", SUBSCRIBED).encode()
WATCH = Watch(
    name="cars",
    title="Cars",
    languages=("de", "en", "zh"),
    entities=tuple(
        Entity(
            entity_id=f"company:{name.lower()}",
            kind="company",
            name=name,
            names={"en": (name,), "zh": (han,)},
        )
        for name, han in (("Xiaomi", "小米"), ("BAIC", "北汽"))
    ),
    topics=(Topic(topic_id="topic:electric-car", words={"en": ("electric car",), "zh": ("电动汽车",)}),),
    all_of=(("company:xiaomi", "company:baic"),),
)


def job_of(name, number):
    """Return the job of mutant `number` of the seed `name`: the same one every time."""
    chance = Random(f"{name} {number}")
    seed = SEEDS[name]
    body = mutant(chance, CROSSED, seed.body)
    return job_with(
        seed, body, chance.choice((seed.content_type, seed.content_type, None, "text/html; charset=gbk"))
    )


def job_with(seed, body, content_type):
    kind = "feed" if seed.kind == "article" else seed.kind
    source = Source(source_id=seed.name, kind=kind, url="http://news.example/x", every=timedelta(hours=1))
    url = "http://news.example/17.html"
    told = {"source": source, "url": url, "body": body, "content_type": content_type, "now": NOW}
    if seed.kind == "article":
        return PageJob(item=Item(source_id=seed.name, url=url, title="Listed"), **told)
    return ListingJob(**told)


def faults_of(job, result):
    """Return what is wrong with `result`, a line each; nothing if all promises are kept."""
    if isinstance(result, Refused):
        known = advice_for(result.cause) is not None and result.cause != "failed"
        return [] if known else [f"cause {result.cause}: {result.detail}"]
    if isinstance(result, Listing):
        return faults_of_listing(result, job)
    if isinstance(result, CollectedArticle):
        return faults_of_article(result, job)
    return [f"a result of type {type(result).__name__}"]


def faults_of_listing(listing, job):
    said = [
        text
        for item in listing.items
        for text in (item.title, item.summary, *item.authors, item.guid)
        if text
    ]
    marked = [text for item in listing.items for text in (item.title, item.summary, *item.authors) if text]
    urls = [item.url for item in listing.items] + list(listing.more)
    moments = [item.published_at for item in listing.items if item.published_at]
    return [
        *unfit(said),
        *marked_up(marked, job, is_html=job.source.kind == "page"),
        *(f"address: {url!r}" for url in urls if not ADDRESS.fullmatch(url)),
        *(f"moment: {moment}" for moment in moments if moment.utcoffset() is None or moment.year < 1995),
        *(["too many items"] if len(listing.items) > MOST_ITEMS else []),
        *(["the same address twice"] if len(set(urls)) < len(urls) else []),
        *(["a wait below nothing"] if (listing.wait_s or 0) < 0 else []),
    ]


def faults_of_article(found, job):
    article, signals = found.article, found.signals
    said = [article.title, article.text, article.lead or "", article.publisher, article.url, *article.authors]
    whole = {"title": article.title}
    return [
        *unfit(said),
        *marked_up(said, job, is_html=True),
        *([] if article.title and article.text.strip() else ["an empty article"]),
        *([] if len(article.title) <= 1000 else ["an endless title"]),
        *([] if (article.lead or "") in article.text else ["a lead that is not in the text"]),
        *(
            f"place: {one}"
            for one in (*signals.mentions, *signals.figures)
            if whole.get(one.part, article.text)[one.start : one.stop] != one.surface
        ),
        *(
            f"sentence: {one}"
            for one in signals.claims
            if one.sentence not in whole.get(one.part, article.text)
        ),
        *(
            ["a moment ahead"]
            if article.published_at and article.published_at > NOW + timedelta(days=2)
            else []
        ),
    ]


def marked_up(texts, job, *, is_html):
    """Return the tags in `texts`; a feed means all of them as markup, a page shows those that it writes as letters."""
    tags = {found[0]: text for text in texts for found in MARKUP.finditer(text)}
    shown = shown_letters(job) if tags and is_html else ""
    # Between two paragraphs of a text something of the page may have been left out.
    return [
        f"markup: {tag!r} in {text[:80]!r}"
        for tag, text in tags.items()
        if not all(bare(part) in shown for part in tag.split("\n\n"))
    ]


def shown_letters(job):
    """Return all letters that a parser sees in a page, those of scripts left out; escaped twice counts as once."""
    text = without_declaration(decode(job.body, job.content_type))
    root = html.document_fromstring(text, parser=html.HTMLParser(huge_tree=True))
    parts = [node.text or "" for node in root.iter() if node.tag not in ("script", "style")]
    parts += [node.tail or "" for node in root.iter()]
    # And as a reader sees them: what stands on both sides of a script stands together.
    for node in list(root.iter("script", "style")):
        if node.getparent() is not None:
            node.drop_tree()
    return bare(unescape("".join([*parts, root.text_content()])))


def bare(text):
    """Return `text` without what extraction may leave out or put another way: spaces, controls, unknown letters."""
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace())


def unfit(texts):
    """Return the texts that cannot be stored: NULs, halves of letters."""
    return [f"unfit: {text[:80]!r}" for text in texts if "\0" in text or not fits(text)]


def fits(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def faults_of_opml(number):
    """Return what is wrong with reading mutant `number` of a list of subscriptions."""
    chance = Random(f"opml {number}")
    try:
        found = read_opml(mutant(chance, CROSSED, OPML))
    except ParseError:
        return []
    urls = [one.url for one in found]
    return [
        *unfit([text for one in found for text in (one.title, one.language) if text]),
        *(f"address: {url!r}" for url in urls if not ADDRESS.fullmatch(url)),
        *(["the same address twice"] if len(set(urls)) < len(urls) else []),
    ]


@pytest.fixture(scope="module")
def pool():
    with extraction_pool(WATCH, Manners(user_agent="newswatch/test", workers=WORKERS)) as workers:
        yield workers


def check(pool, numbers):
    """Return the faults of the mutants `numbers` of all seeds, each told: `job_of` makes the same bytes again."""

    def one(told):
        job = job_of(*told)
        try:
            faults = faults_of(job, pool.run_now(job, f"mutant {told}"))
        except ExtractionError as error:
            faults = [str(error)]
        return [f"mutant {told}: {fault}" for fault in faults]

    with ThreadPoolExecutor(WORKERS) as threads:
        return [fault for faults in threads.map(one, product(SEEDS, numbers)) for fault in faults]


def test_seeds_can_be_read(pool):
    results = []
    for seed in made_seeds():
        job = job_with(seed, seed.body, seed.content_type)
        results.append((seed.name, result := pool.run_now(job), faults_of(job, result)))

    assert [(name, faults) for name, result, faults in results if faults or isinstance(result, Refused)] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hidden_letters_in_tags.rss", "feed"),
        ("brackets_in_addresses.rss", "feed"),
        ("script_in_links.html", "page"),
    ],
)
def test_what_mutants_brought_to_light(pool, name, kind):
    seed = Seed(name=name, kind=kind, body=(FAULTS / name).read_bytes(), content_type=None)
    job = job_with(seed, seed.body, None)

    assert faults_of(job, pool.run_now(job)) == []


@pytest.mark.parametrize("name", ["noise.html", "title_without_end.html"])
def test_what_shows_no_text_is_no_article(pool, name):
    seed = Seed(name=name, kind="article", body=(FAULTS / name).read_bytes(), content_type="text/html")
    job = job_with(seed, seed.body, "text/html")

    assert isinstance(pool.run_now(job), Refused)


def test_mutants_do_no_harm(pool):
    assert check(pool, range(MUTANTS)) == []


def test_mutated_lists_of_subscriptions_do_no_harm():
    assert [fault for number in range(300) for fault in faults_of_opml(number)] == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(10))
def test_many_mutants_do_no_harm(pool, part):
    start = MUTANTS + part * MANY // 10
    assert check(pool, range(start, start + MANY // 10)) == []
