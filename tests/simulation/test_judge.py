"""The judge by itself: each rule is broken by a rude reader, and a polite one breaks none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulation.answering import Answering
from tests.simulation.drawing import BEHAVIOURS, draw_web
from tests.simulation.judge import Judge
from tests.simulation.served import Asked
from tests.simulation.truth import wanted
from tests.simulation.web import Trouble

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = 30


class Reader:
    """Asks what it is told to, when it is told to; with the validators it was given unless told otherwise."""

    def __init__(self, behaviour, **site):
        """Read the source of `behaviour`; `site` are changes to its site."""
        web = draw_web(7, len(BEHAVIOURS), START, DAYS)
        self.outlet = next(outlet for outlet in web.outlets if outlet.behaviour == behaviour)
        if site:
            web.sites[self.outlet.host] = replace(web.sites[self.outlet.host], **site)
        self.web, self.log = web, []
        self.answering = Answering(web)
        self.validators = {}

    def ask(self, hours, path=None, *, conditional=True, open_at_host=1, odd=(), seconds=None):
        """Ask for `path` (None: the listing) so many hours after the start; return the answer."""
        path = path or self.outlet.path
        etag, since = self.validators.get(path, (None, None)) if conditional else (None, None)
        told = {"if-none-match": etag, "if-modified-since": since}
        at = START + hours * HOUR
        answer = self.answering.answer(
            self.outlet.host, path, {name: value for name, value in told.items() if value}, at
        )
        if answer.status == 200:
            self.validators[path] = (answer.etag, answer.modified)
        elif answer.etag:
            self.validators[path] = (answer.etag, self.validators[path][1])
        self.log.append(
            Asked(
                at=at,
                seconds=len(self.log) if seconds is None else seconds,
                host=self.outlet.host,
                path=path,
                etag=etag,
                since=since,
                user_agent="newswatch/1",
                odd=odd,
                open_at_host=open_at_host,
                answer=answer,
            )
        )
        return answer

    @property
    def broken(self):
        """The rules that the judge finds broken."""
        return [violation.rule for violation in Judge(self.web).read(self.log)]

    @property
    def page(self):
        """The path of one of its articles."""
        return next(piece.path for piece in self.outlet.pieces if not piece.late_until)


def test_a_polite_reader_breaks_nothing():
    reader = Reader("suffix")
    for day in range(4):
        reader.ask(24 * day, "/robots.txt")
        for hour in range(0, 24, 6):
            reader.ask(24 * day + hour)
    for hour in (1, 7, 22):
        reader.ask(72 + hour, reader.page)

    assert {asked.answer.status for asked in reader.log} >= {200, 304}
    assert reader.broken == []


def test_an_early_poll():
    reader = Reader("changing")
    reader.ask(0)
    reader.ask(0.9)

    assert reader.broken == ["early poll"]


@pytest.mark.parametrize(
    ("behaviour", "hours"),
    [("ttl", 3.9), ("max-age", 3.8), ("endless-max-age", 23), ("expires", 4.9), ("sy", 7.9)],
)
def test_a_poll_before_the_feed_wants_it_also_after_a_304(behaviour, hours):
    reader = Reader(behaviour)
    reader.ask(0)
    assert reader.ask(24).status in (200, 304)
    reader.ask(24 + hours)

    assert reader.broken == ["early poll"]


@pytest.mark.parametrize(("behaviour", "hours"), [("skip-hours", 17), ("skip-days", 24 * 5)])
def test_a_poll_in_a_skipped_hour_or_day(behaviour, hours):
    reader = Reader(behaviour)
    reader.ask(0)
    reader.ask(hours)

    assert reader.broken == ["skipped hour or day"]


def test_twice_in_one_cycle():
    reader = Reader("no-robots")
    reader.ask(0, "/robots.txt")
    reader.ask(0, reader.page)
    reader.ask(0, reader.page)

    assert reader.broken == ["twice in one cycle"]


@pytest.mark.parametrize(
    ("kind", "inside", "after"),
    [("429", 3.9, 4), ("429-seconds", 3.4, 3.5), ("503-seconds", 3.4, 3.5), ("429-date", 47, 48)],
)
def test_any_request_inside_a_rest_of_the_host(kind, inside, after):
    trouble = Trouble(start=START, stop=START + 48 * HOUR, kind=kind)
    reader = Reader("etag", troubles=(trouble,))
    reader.ask(0)
    reader.ask(inside, "/robots.txt")
    assert reader.broken == ["inside Retry-After"]

    patient = Reader("etag", troubles=(trouble,))
    patient.ask(0)
    patient.ask(after, "/robots.txt")
    assert patient.broken == []


def test_validators_left_out_or_changed():
    reader = Reader("weak")
    reader.ask(0)
    reader.ask(6, conditional=False)
    etag, since = reader.validators[reader.outlet.path]
    reader.validators[reader.outlet.path] = (etag.removeprefix("W/"), since)
    reader.ask(12)

    assert reader.broken == ["unconditional repeat", "other validators"]


def test_one_audit_a_day_may_be_without_validators():
    reader = Reader("frozen")
    for hours in (0, 12):
        reader.ask(hours)
    reader.ask(25, conditional=False)
    assert reader.broken == []
    reader.ask(48, conditional=False)
    assert reader.broken == ["unconditional repeat"]


def test_a_liar_that_was_caught_may_be_asked_without_validators():
    reader = Reader("liar")
    reader.ask(0)
    lied = next(hour for hour in range(240, 700, 6) if reader.ask(hour).lie)
    reader.ask(lied + 24, conditional=False)
    reader.ask(lied + 30, conditional=False)

    assert reader.broken == []


def test_two_connections_and_headers_of_a_browser():
    reader = Reader("changing")
    reader.ask(0, open_at_host=2)
    reader.ask(6, odd=("cookie",))

    assert reader.broken == ["more than one connection", "odd headers"]


def test_more_in_a_day_than_a_site_should_get():
    reader = Reader("changing")
    for hours in (0, 6, 12, 23, 24, 47):
        reader.ask(hours)

    assert [str(one.asked.at) for one in Judge(reader.web, budget=3).read(reader.log)] == [
        str(START + hours * HOUR) for hours in (23, 24)
    ]


def test_robots_txt_not_asked_asked_too_often_and_disobeyed():
    reader = Reader("changing", disallowed=((START, "/news/"),))
    reader.ask(0, reader.page)
    reader.ask(1, "/robots.txt")
    reader.ask(1, reader.page)
    reader.ask(24, "/robots.txt")

    assert reader.broken == [
        "robots.txt not asked",
        "robots.txt disobeyed",
        "robots.txt too often",
    ]


def test_files_about_rights_asked_too_often_and_of_a_site_that_nothing_was_read_of():
    reader = Reader("no-robots")
    for hour in (0, 24 * 29, 24 * 30):
        reader.ask(hour, "/robots.txt")
        reader.ask(hour, "/ai.txt")
        reader.ask(hour, reader.page)

    assert reader.broken == ["rights of a site unread", "rights too often", "rights too often"]


def test_a_file_about_rights_that_robots_txt_disallows():
    reader = Reader("changing", disallowed=((START, "/ai"),))
    for path in ("/robots.txt", reader.page, "/.well-known/tdmrep.json", "/ai.txt"):
        reader.ask(0, path)

    assert reader.broken == ["robots.txt disobeyed"]


def test_a_page_while_robots_txt_was_never_readable():
    trouble = Trouble(start=START, stop=START + 5 * HOUR, kind="503")
    reader = Reader("changing", robots_troubles=(trouble,))
    reader.ask(0, "/robots.txt")
    reader.ask(0, reader.page)

    assert reader.broken == ["robots.txt unavailable"]


def test_requests_closer_together_than_the_site_asks():
    def rules(between_s):
        reader = Reader("slow")
        reader.ask(0, "/robots.txt", seconds=0.0)
        for number, piece in enumerate(reader.outlet.pieces[:5]):
            reader.ask(0, piece.path, seconds=1 + number * between_s)
        return set(reader.broken)

    assert rules(0.02) == {"Crawl-delay"}
    assert rules(0.1) == set()


def test_a_source_that_is_gone_is_not_asked_again():
    reader = Reader("gone")
    reader.ask(0)
    assert reader.ask(24 * 12).status == 410
    reader.ask(24 * 20)

    assert reader.broken == ["asked after 410"]


def test_a_move_is_taken_at_its_word_only_after_it_held():
    def polls(hours):
        reader = Reader("moved-308")
        begin = (reader.outlet.moves[0].start - START) / HOUR
        for hour in hours:
            reader.ask(begin + hour)
            reader.ask(begin + hour, "/moved/0.xml")
        reader.ask(begin + 60, "/moved/0.xml")
        return reader.broken

    assert polls((0, 24)) == ["listing begun in the middle"]
    assert polls((0, 24, 48)) == []


def test_the_same_seed_draws_the_same_web_with_every_behaviour():
    web = draw_web(3, 60, START, 5)

    assert web.outlets == draw_web(3, 60, START, 5).outlets
    assert {outlet.behaviour for outlet in web.outlets} == set(BEHAVIOURS)


def test_most_of_what_is_published_must_be_found_and_nothing_that_could_not_be():
    web = draw_web(3, 60, START, 5)
    found = wanted(web, HOUR)
    published = [piece for outlet in web.outlets for piece in outlet.pieces if piece.published < web.stop]

    assert len(found) > 0.5 * len(published)
    assert all(one.until < web.stop and one.until > one.piece.published for one in found)
    gone = [
        one for one in found if one.outlet.behaviour == "gone" and one.piece.published > one.outlet.gone_at
    ]
    assert gone == []
