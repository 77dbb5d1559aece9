"""Feeds of servers that send only what is new (RFC 3229, `A-IM: feed`): nothing is lost, and nothing taken for more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.orders import SourceOrder, Validator
from extractors.records import Source, content_hash, item_keys


class Wire:
    """A feed that grows; it answers 226 with the new entries to whoever asks for these, if it `knows` how."""

    def __init__(self, site, *, knows=True):
        """Begin with three entries at `/rss` of `site`."""
        self.site, self.knows, self.entries, self.broken = site, knows, 3, False
        site.answers["/rss"] = self.answer

    def items(self, start):
        """Return the feed with the entries after number `start`."""
        items = "".join(
            f"<item><title>Item {n}</title><link>{self.site.url(f'/{n}')}</link></item>"
            for n in range(self.entries, start, -1)
        )
        return f"<rss version='2.0'><channel><title>Wire</title><ttl>90</ttl>{items}</channel></rss>"

    def answer(self, handler):
        """Answer one request."""
        told = handler.headers.get("If-None-Match", "").strip('"')
        known = int(told) if told else 0
        status = 304 if known == self.entries else 200
        if status == 200 and known and self.knows and handler.headers.get("A-IM") == "feed":
            status = 226
        body = "" if status == 304 else self.items(known if status == 226 else 0)
        body = b"<rss" if self.broken and status == 226 else body.encode()
        handler.send_response(status)
        if status == 226:
            handler.send_header("IM", "feed")
        handler.send_header("ETag", f'"{self.entries}"')
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @property
    def asked(self):
        """The headers of the polls."""
        return [headers for path, headers in self.site.asked if path == "/rss"]


@pytest.fixture
def wire(site):
    return Wire(site)


@pytest.fixture
def poll(site, run):
    """Poll the feed as after `before`, with what was listed until then known; return the poll."""
    known = []

    def once(before=None, **told):
        source = Source(source_id="wire", kind="feed", url=site.url("/rss"), every=timedelta(hours=1))
        order = SourceOrder(source=source, validators=before.validators if before else (), **told)
        batch = run(order, known=tuple(known))
        known.extend(key for out in batch.outcomes for key in item_keys(out.item))
        return batch.polls[0]

    return once


def test_what_is_new_is_all_that_is_sent_and_is_listed(wire, poll):
    first = poll()
    wire.entries = 5
    second = poll(first)
    wire.entries = 6
    third = poll(second)
    fourth = poll(third)

    assert [one.http_status for one in (first, second, third, fourth)] == [200, 226, 226, 304]
    assert [(one.items, one.new_items) for one in (first, second, third)] == [(3, 3), (2, 2), (1, 1)]
    assert [one.partial for one in (first, second, third, fourth)] == [False, True, True, False]
    assert [headers.get("A-IM") for headers in wire.asked] == [None, "feed", "feed", "feed"]
    assert [headers.get("If-None-Match") for headers in wire.asked] == [None, '"3"', '"5"', '"6"']
    assert len({one.validators[0].body_hash for one in (first, second, third)}) == 3
    assert fourth.validators == third.validators
    assert second.wait_s == 5400


def test_a_server_that_does_not_know_it_sees_and_sends_what_it_did(site, poll):
    wire = Wire(site, knows=False)
    first = poll()
    wire.entries = 5
    second = poll(first)

    assert (second.http_status, second.items, second.new_items, second.partial) == (200, 5, 2, False)
    assert second.validators[0].body_hash == content_hash(wire.items(0))
    assert set(wire.asked[1]) - set(wire.asked[0]) == {"If-None-Match", "A-IM"}


def test_the_whole_is_asked_for_where_it_was_not_read_or_an_audit_wants_it(wire, poll):
    first = poll()
    wire.entries = 5
    (validator,) = first.validators
    unread = replace(first, validators=(replace(validator, body_hash=None),))

    assert poll(unread).http_status == 200
    assert poll(first, audit=True).http_status == 200
    assert poll(first, trusted=False).http_status == 200
    assert [headers.get("A-IM") for headers in wire.asked[1:]] == [None, None, None]


def test_what_is_new_and_cannot_be_read_is_asked_for_as_a_whole(wire, poll):
    first = poll()
    wire.entries, wire.broken = 5, True
    second = poll(first)
    third = poll(second)

    assert (second.outcome, second.http_status) == ("failed", 226)
    assert second.validators == (Validator(url=wire.site.url("/rss"), etag='"3"'),)
    assert (third.http_status, third.new_items) == (200, 2)


def test_pages_and_sitemaps_are_asked_for_whole(site, run):
    site.give(
        "/news",
        b"<html><body><a href='/2024/03/28/one-long-headline-of-news'>A headline of news</a></body></html>",
        ETag='"1"',
    )
    source = Source(source_id="news", kind="page", url=site.url("/news"), every=timedelta(hours=1))
    before = Validator(url=source.url, etag='"0"', body_hash="h")
    run(SourceOrder(source=source, validators=(before,)))

    ((_, headers),) = [one for one in site.asked if one[0] == "/news"]
    assert (headers.get("If-None-Match"), headers.get("A-IM")) == ('"0"', None)


def test_an_order_that_is_gone_on_with_reads_the_same_answer(wire, site, run, tmp_path):
    source = Source(source_id="wire", kind="feed", url=site.url("/rss"), every=timedelta(hours=1))
    first = run(source)
    wire.entries = 5
    told = SourceOrder(source=source, validators=first.polls[0].validators)
    second = run(told, spool=tmp_path / "o1.spool")
    again = run(told, spool=tmp_path / "o1.spool")

    assert len(wire.asked) == 2
    assert (again.polls[0].partial, again.polls[0].validators) == (True, second.polls[0].validators)
    assert [out.item for out in again.outcomes] == [out.item for out in second.outcomes]


def test_what_is_new_since_one_poll_does_for_no_other(wire, site, run, tmp_path):
    source = Source(source_id="wire", kind="feed", url=site.url("/rss"), every=timedelta(hours=1))
    (early,) = run(source).polls
    wire.entries = 5
    (late,) = run(SourceOrder(source=source, validators=early.validators)).polls
    wire.entries = 6
    other = replace(source, source_id="other")
    batch = run(
        SourceOrder(source=source, validators=late.validators),
        SourceOrder(source=other, validators=early.validators),
        spool=tmp_path / "o1.spool",
    )

    assert {poll.source_id: poll.items for poll in batch.polls} == {"wire": 1, "other": 3}
