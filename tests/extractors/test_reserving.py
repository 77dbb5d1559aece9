import asyncio
from datetime import timedelta

import pytest

from extractors.collect import extraction_pool
from extractors.orders import Recheck, RightsFile, SourceOrder, Validator
from extractors.reading import PageJob, Reader, RightsJob
from extractors.records import Item, RightsNotice, Source

TEXT = "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both companies said on Thursday."
PAGE = "<html lang='en'><head><title>The deal</title>{head}</head><body><article><p>{text}</p></article></body></html>"
FILES = ["/.well-known/tdmrep.json", "/ai.txt"]


def page(head="", text=TEXT * 3):
    return PAGE.format(head=head, text=text)


@pytest.fixture
def source(site):
    items = "".join(f"<item><title>News {n}</title><link>{site.url(f'/{n}')}</link></item>" for n in (1, 2))
    site.give("/rss", f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>")
    return Source(source_id="rss", kind="feed", url=site.url("/rss"), every=timedelta(hours=1))


def places(batch):
    """Return by path by what the rights are reserved."""
    return {
        one.article.url.rpartition("/")[2]: [told.place for told in one.article.reservations]
        for one in batch.articles
    }


def test_all_that_a_site_says_is_noted_after_its_pages_were_fetched(site, source, run):
    site.give("/robots.txt", "User-agent: GPTBot\nDisallow: /1\n")
    site.give("/1", page("<meta name='robots' content='noai'>"), X_Robots_Tag="noindex, otherbot: noai")
    site.give("/2", page(text=TEXT[5:] * 3))
    site.give(
        FILES[0], '[{"location": "/1", "tdm-reservation": 1, "tdm-policy": "https://wire.example/terms"}]'
    )
    site.give(FILES[1], "User-Agent: *\nDisallow: /1\n")
    batch = run(source)

    assert places(batch) == {"1": ["meta", "header", "robots", "tdmrep", "ai-txt"], "2": []}
    assert site.paths()[-2:] == FILES
    assert [(one.purpose, one.unconditional) for one in batch.requests[-2:]] == [("rights", "first")] * 2
    assert [(one.kind, one.origin) for one in batch.rights] == [
        ("tdmrep", site.url("")),
        ("ai-txt", site.url("")),
    ]


def test_known_files_are_held_against_pages_and_not_asked_for(site, source, run, noon):
    site.give("/1", page())
    told = RightsFile(origin=site.url(""), kind="ai-txt", checked_at=noon, text="User-Agent: *\nDisallow: /")
    none = RightsFile(origin=site.url(""), kind="tdmrep", checked_at=noon, text="")
    batch = run(source, rights=(told, none))

    assert places(batch) == {"1": ["ai-txt"]}
    assert (set(FILES) & set(site.paths()), batch.rights) == (set(), ())


def test_where_no_page_was_read_nothing_is_asked(site, source, run):
    site.give("/1", status=403)
    run(source)

    assert set(FILES) & set(site.paths()) == set()


def test_files_that_fail_fail_no_page_and_no_source(site, source, run):
    site.give("/1", page())
    site.give(FILES[0], status=503, Retry_After="3600")
    batch = run(source)

    assert places(batch) == {"1": []}
    assert [poll.outcome for poll in batch.polls] == ["new"]
    # The site asked to be left alone: its other file is left for another time.
    assert [(one.kind, one.text) for one in batch.rights] == [("tdmrep", None)]


def test_a_killed_collection_asks_for_them_once(site, source, run, tmp_path):
    site.give("/1", page())
    site.give(FILES[1], "User-Agent: *\nDisallow: /\n")
    first = run(source, spool=tmp_path / "o1.spool")
    asked = site.paths()
    again = run(source, spool=tmp_path / "o1.spool")

    assert site.paths() == asked
    assert (again.articles[0].article.rights, again.rights) == (
        first.articles[0].article.rights,
        first.rights,
    )


def test_a_header_in_several_lines_is_read_whole(site, source, run):
    def answer(handler):
        body = page().encode()
        handler.send_response(200)
        for name, value in (("X-Robots-Tag", "googlebot: noindex"), ("X-Robots-Tag", "otherbot: noai")):
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.answers["/1"] = answer

    assert places(run(source)) == {"1": ["header"]}


def test_a_page_read_again_from_the_archive_keeps_what_was_said_outside_of_it(
    pools, manners, a_watch, a_source, an_item, noon
):
    said = tuple(RightsNotice(place=place) for place in ("meta", "header", "ai-txt"))
    job = PageJob(
        source=a_source(),
        item=an_item(),
        url="http://wire.example/1",
        body=page("<meta name='tdm-reservation' content='1'>").encode(),
        content_type="text/html",
        now=noon,
        rights=said,
    )

    pool = pools.setdefault("pool", extraction_pool(a_watch(), manners))
    found = asyncio.run(pool.run(job, job.url))

    assert found.article.rights == (RightsNotice(place="meta", tdmrep=True), *said[1:])


def test_the_headers_of_a_page_seen_again_count(site, source, run, an_item):
    site.give("/1", page(), TDM_Reservation="1")
    item = Item(source_id="rss", url=site.url("/1"))
    told = Recheck(source=source, item=item, validator=Validator(url=site.url("/1"), body_hash="old"))
    batch = run(SourceOrder(source=source), rechecks=(told,), known=())

    assert [one.article.rights for one in batch.articles] == [(RightsNotice(place="header", tdmrep=True),)]


def test_half_a_character_in_a_file_costs_neither_article_nor_run(site, source, run):
    site.give("/1", page())
    halves = '{"location": "/\\ud800", "tdm-reservation": 0}'
    site.give(FILES[0], f'[{halves}, {{"location": "/", "tdm-reservation": 1}}]')

    assert places(run(source)) == {"1": ["tdmrep"]}


def test_pages_for_which_there_is_no_time_are_not_held_against_the_files(a_watch, monkeypatch):
    job = RightsJob(
        urls=("http://x.example/1", "http://x.example/2"),
        token="newswatch",
        ai_txt="Content-Signal: ai-train=no",
    )
    read = Reader(a_watch())

    assert [len(one) for one in read(job).notices] == [1, 1]
    monkeypatch.setattr("extractors.reading._RIGHTS_S", -1)
    assert [len(one) for one in read(job).notices] == [0, 0]
