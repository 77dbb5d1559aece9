"""Whatever leads to an article, and however often: in one cycle the server is asked for it once."""

from collections import Counter
from datetime import timedelta

import pytest

from extractors.clock import standing_clock
from extractors.collect import collect, extraction_pool
from extractors.orders import Order, SourceOrder
from extractors.records import Source
from tests.hostile.server import Server, document, redirect

WORDS = "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both companies said. "


def page(title, canonical=""):
    head = f"<link rel='canonical' href='{canonical}'>" if canonical else ""
    return document(
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1><p>{WORDS * 4}</p>"
    )


def feed(*links, text=""):
    items = "".join(
        f"<item><title>The deal</title><link>{link}</link><description>{text and text + link}</description></item>"
        for link in links
    )
    return document(
        f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>", "application/rss+xml"
    )


def by_path(answers):
    async def answer(exchange):
        await answers[exchange.path](exchange)

    return answer


@pytest.fixture
def run(manners, noon, a_watch):
    def once(server, *urls, spool=None):
        watch = a_watch()
        sources = (
            Source(source_id=f"s{number}", kind="feed", url=url, every=timedelta(hours=1))
            for number, url in enumerate(urls)
        )
        order = Order(
            order_id="o1", created_at=noon, sources=tuple(SourceOrder(source=source) for source in sources)
        )
        with extraction_pool(watch, manners) as pool:
            return collect(order, watch, manners, standing_clock(noon), pool, spool=spool)

    return once


def test_one_article_behind_many_links_is_fetched_once(run):
    answers = {"/news/1?utm_source=a": page("The deal")}
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        for name in ("a", "b", "c"):
            trackers = [
                f"{site}/news/1?utm_source={name}",
                f"{site}/news/1?fbclid={name}#top",
                f"{site}/news/1",
            ]
            answers[f"/{name}.xml"] = feed(*trackers)
        batch = run(server, *(f"{site}/{name}.xml" for name in ("a", "b", "c")))

    asked = Counter(path for _, path in server.asked)
    assert [path for path in asked if path.startswith("/news/1")] == ["/news/1?utm_source=a"]
    assert set(asked.values()) == {1}
    assert len(batch.articles) == 1
    assert {outcome.url for outcome in batch.outcomes} == {f"{site}/news/1"}


def test_links_that_redirect_to_one_article_make_one_article_and_no_second_request(run):
    answers = {
        "/go/1": redirect("/news/1"),
        "/go/2": redirect("/news/1", "301 Moved Permanently"),
        "/news/1": page("The deal"),
        "/print/1": page("The deal", canonical="/news/1"),
    }
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        answers["/a.xml"] = feed(f"{site}/go/1", f"{site}/go/2", f"{site}/news/1")
        answers["/b.xml"] = feed(f"{site}/news/1", f"{site}/go/1", f"{site}/print/1")
        batch = run(server, f"{site}/a.xml", f"{site}/b.xml")

    asked = Counter(path for _, path in server.asked)
    assert {path: count for path, count in asked.items() if count > 1} == {}
    assert [found.article.url for found in batch.articles] == [f"{site}/news/1"]


def test_the_ledger_tells_what_the_server_saw(run):
    answers = {"/go/1": redirect("/news/1"), "/news/1": page("The deal"), "/robots.txt": document("")}
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        answers["/a.xml"] = feed(f"{site}/go/1", f"{site}/missing")
        answers["/missing"] = document("no", status="404 Not Found")
        batch = run(server, f"{site}/a.xml")

    told = Counter(request.url.removeprefix(site) for request in batch.requests)
    assert told == Counter(path for _, path in server.asked)


def test_links_to_one_page_are_not_followed_again_after_a_kill(run, tmp_path):
    answers = {"/go/1": redirect("/news/1"), "/go/2": redirect("/news/1"), "/news/1": page("The deal")}
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        answers["/a.xml"] = feed(f"{site}/go/1", f"{site}/go/2", f"{site}/news/1")
        first = run(server, f"{site}/a.xml", spool=tmp_path / "o1.spool")
        again = run(server, f"{site}/a.xml", spool=tmp_path / "o1.spool")

    assert max(Counter(path for _, path in server.asked).values()) == 1
    assert [out.url for out in again.outcomes] == [f"{site}/news/1"] * 3
    assert [out.state for out in first.outcomes] == ["article"] * 3
    assert len(first.pages) == 1


@pytest.mark.parametrize("first", ["/go/1", "/hop/1"])
@pytest.mark.parametrize("end", [page("The deal"), document("no", status="404 Not Found")])
def test_a_hop_that_is_linked_too_is_asked_once_whichever_comes_first(run, tmp_path, first, end):
    answers = {"/go/1": redirect("/hop/1"), "/hop/1": redirect("/news/1"), "/news/1": end}
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        links = [f"{site}{path}" for path in sorted(answers, key=lambda path: path != first)]
        answers["/a.xml"] = feed(*links)
        batch = run(server, f"{site}/a.xml", spool=tmp_path / "o1.spool")
        again = run(server, f"{site}/a.xml", spool=tmp_path / "o1.spool")

    assert max(Counter(path for _, path in server.asked).values()) == 1
    assert len({outcome.state for outcome in batch.outcomes}) == 1
    assert [out.state for out in again.outcomes] == [out.state for out in batch.outcomes]


def test_a_hop_that_was_asked_is_not_asked_by_a_run_that_goes_on(run, tmp_path):
    answers = {"/go/1": redirect("/hop/1"), "/hop/1": redirect("/news/1"), "/news/1": page("The deal")}
    spool = tmp_path / "o1.spool"
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        answers["/a.xml"] = feed(f"{site}/go/1")
        run(server, f"{site}/a.xml", spool=spool)
        answers["/b.xml"] = feed(f"{site}/hop/1", f"{site}/go/1", f"{site}/news/1")
        run(server, f"{site}/a.xml", f"{site}/b.xml", spool=spool)

    asked = Counter(path for _, path in server.asked)
    assert {path: asked[path] for path in ("/go/1", "/hop/1", "/news/1")} == dict.fromkeys(
        ("/go/1", "/hop/1", "/news/1"), 1
    )


def test_a_key_that_a_redirect_hands_out_stands_nowhere(run):
    answers = {
        "/go/1": redirect("/news/1?session=s3cret"),
        "/news/1?session=s3cret": document("no", status="500 No"),
        "/go/2": redirect("/news/1?session=0ther"),
        "/news/1?session=0ther": document("no", status="404 No"),
        "/b.xml?key=own": redirect("/c.xml?session=s3cret"),
        "/c.xml?session=s3cret": document("no", status="500 No"),
    }
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        answers["/a.xml"] = feed(f"{site}/go/1", f"{site}/go/2")
        batch = run(server, f"{site}/a.xml", f"{site}/b.xml?key=own")

    told = repr((batch.requests, batch.polls, batch.outcomes))
    assert "s3cret" not in told
    assert "0ther" not in told
    hops = [request.url for request in batch.requests if "/news/1?query-" in request.url]
    assert len(set(hops)) == 2  # two addresses stay two
    assert f"{site}/b.xml?key=own" in {request.url for request in batch.requests}  # the user's own words


def test_links_that_all_lead_to_a_page_without_an_article_keep_each_its_own_text(run):
    answers = {"/go/1": redirect("/subscribe"), "/go/2": redirect("/subscribe")}
    answers["/subscribe"] = document("<html><head><title>Subscribe</title></head><body></body></html>")
    with Server({"127.0.0.1": by_path(answers)}) as server:
        site = f"http://127.0.0.1:{server.port}"
        answers["/a.xml"] = feed(f"{site}/go/1", f"{site}/go/2", text=WORDS * 3)
        batch = run(server, f"{site}/a.xml")

    assert [path for _, path in server.asked].count("/subscribe") == 1
    assert [found.article.url for found in batch.articles] == [f"{site}/go/1", f"{site}/go/2"]
    assert {found.article.text_from for found in batch.articles} == {"feed"}
