"""Orders and batches go through the landing zone unchanged, whole or not at all."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.errors import WarehouseError
from extractors.orders import (
    Archive,
    ArchiveVisit,
    Batch,
    HostRest,
    Instead,
    ItemOutcome,
    Kill,
    Order,
    PageVisit,
    Poll,
    Recheck,
    Request,
    RobotsFile,
    SourceOrder,
    Validator,
)
from extractors.records import Citation, Claim, Figure, Mention, Release, Signals, StoredPage
from warehouse.landing import (
    archive_batch,
    read_batch,
    read_order,
    set_aside,
    waiting_batches,
    write_batch,
    write_order,
)

SIGNALS = Signals(
    words=12,
    mentions=(Mention(entity_id="company:xiaomi", surface="小米", part="title", start=0, stop=2),),
    claims=(
        Claim(
            event_type="plant",
            status="planned",
            basis="official",
            participants=("company:xiaomi", "place:yizhuang"),
            sentence="Xiaomi plans a plant.",
            part="lead",
            start=0,
            stop=21,
            is_news=True,
            score=2.5,
        ),
    ),
    figures=(
        Figure(
            kind="date",
            value="2024-H1",
            number=None,
            unit="date",
            surface="first half of 2024",
            part="body",
            start=3,
            stop=21,
            claim=0,
        ),
    ),
    citations=(Citation(origin="media:bloomberg", sentence="Bloomberg said so."),),
    shingles=(0, 5, 2**62),
)
#: An ETag is bytes: letters outside ASCII travel as Latin-1.
VALIDATOR = Validator(
    url="http://x.example/", etag='W/"æ—¥"', last_modified="then", body_hash="h", more=("a", "b")
)


@pytest.fixture
def a_batch(noon, an_article, an_item):
    article = an_article(1, signals=SIGNALS)
    page = StoredPage(final_url="http://x.example/", fetched_at=noon, content_type=None, body=b"\x1f\x00\xff")
    return Batch(
        batch_id="b1",
        order_id="o1",
        collected_at=noon,
        polls=(
            Poll(
                source_id="wire",
                started_at=noon,
                outcome="new",
                items=2,
                keys=("u1", "g1"),
                wait_s=1.5,
                skip_hours=(0, 23),
                validators=(VALIDATOR, replace(VALIDATOR, url="http://x.example/news", more=())),
                instead=Instead(kind="sitemap", url="http://x.example/news.xml"),
                robots=False,
            ),
        ),
        outcomes=(
            ItemOutcome(item=an_item(1, published_at=noon, authors=("A", "B")), state="article", url="u"),
            ItemOutcome(item=an_item(2), state="failed", error="http-500"),
            ItemOutcome(
                item=an_item(3, release=Release(pubstatus="canceled", embargoed=noon, ednote="Wrong")),
                state="rejected",
            ),
        ),
        articles=(article, replace(article, page=page)),
        requests=(
            Request(
                url="http://x.example/", host="x.example", purpose="poll", started_at=noon, conditional=True
            ),
            Request(
                url="http://x.example/1",
                host="x.example",
                purpose="page",
                started_at=noon,
                unconditional="first",
            ),
        ),
        pages=(
            PageVisit(item=an_item(1), visited_at=noon, outcome="read", validator=VALIDATOR, article_url="u"),
        ),
        rests=(HostRest(host="x.example", until=noon + timedelta(hours=4), cause="http-429"),),
        robots=(RobotsFile(origin="http://x.example", checked_at=noon, text=""),),
        kills=(Kill(key="q1", url="http://x.example/2", killed_at=noon, cause="timeout"),),
        archives=(ArchiveVisit(source_id="wire", url="http://x.example/old", visited_at=noon, keys=("u1",)),),
    )


def test_a_batch_comes_back_as_it_was(tmp_path, a_batch):
    path = write_batch(tmp_path, a_batch)

    assert read_batch(path) == a_batch


def test_an_empty_batch_still_says_which_order_was_carried_out(tmp_path, a_batch):
    empty = Batch(batch_id="b1", order_id="o1", collected_at=a_batch.collected_at)

    assert read_batch(write_batch(tmp_path, empty)) == empty


def test_an_order_comes_back_as_it_was(tmp_path, noon, a_source, an_item):
    order = Order(
        order_id="o1",
        created_at=noon,
        sources=(
            SourceOrder(source=a_source(), validators=(VALIDATOR,), pending=(an_item(1, attempts=2),)),
            SourceOrder(
                source=a_source("past"), archive=Archive(url="http://x.example/2", read=("u",)), polled=False
            ),
            SourceOrder(source=a_source("lost"), asked_at=noon, trusted=False, audit=True, lost=True),
            SourceOrder(source=a_source("page", kind="page", links="h2 > a", every=timedelta(days=1))),
        ),
        known=("u1", "g1"),
        rests=(HostRest(host="x.example", until=noon, cause="http-503"),),
        robots=(RobotsFile(origin="http://x.example", checked_at=noon, failing_since=noon),),
        rechecks=(
            Recheck(source=a_source(), item=an_item(2, redirector=True), validator=VALIDATOR, checks=2),
        ),
        quarantined=("q1",),
    )

    assert read_order(write_order(tmp_path, order)) == order


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(title=st.text(min_size=1), text=st.text(min_size=1))
def test_any_text_survives_the_landing_zone(tmp_path, noon, an_article, title, text):
    batch = Batch(
        batch_id="b", order_id="o", collected_at=noon, articles=(an_article(1, title=title, text=text),)
    )

    assert read_batch(write_batch(tmp_path, batch)) == batch


def test_only_finished_batches_wait_in_the_order_of_writing(tmp_path, a_batch):
    first = write_batch(tmp_path, replace(a_batch, batch_id="z"))
    second = write_batch(tmp_path, replace(a_batch, batch_id="a"))
    (tmp_path / "batches" / "half.writing").write_bytes(b"PAR1")

    assert waiting_batches(tmp_path) == [first, second]


def test_a_damaged_batch_is_named_and_set_aside(tmp_path):
    path = tmp_path / "batches" / "b.parquet"
    path.parent.mkdir()
    path.write_bytes(b"PAR1 and then nothing")

    with pytest.raises(WarehouseError, match=r"b\.parquet: cannot be read as Parquet"):
        read_batch(path)

    assert set_aside(path).exists()
    assert waiting_batches(tmp_path) == []


def test_an_archived_batch_waits_no_longer(tmp_path, a_batch):
    kept = archive_batch(write_batch(tmp_path, a_batch), tmp_path / "archive")

    assert waiting_batches(tmp_path) == []
    assert read_batch(kept) == a_batch


@pytest.fixture
def other_disk(tmp_path):
    """A folder on another disk than `tmp_path`: one of the two is in memory, as a landing zone may be."""
    here = tmp_path.stat().st_dev
    others = [place for place in (Path("/dev/shm"), Path(gettempdir())) if place.is_dir()]
    other = next((place for place in others if place.stat().st_dev != here), None)
    if other is None:
        pytest.skip("no second disk")
    with TemporaryDirectory(dir=other) as folder:
        yield Path(folder)


def test_a_batch_is_archived_on_another_disk_with_its_time(tmp_path, other_disk, a_batch):
    path = write_batch(other_disk, a_batch)
    written = path.stat().st_mtime_ns

    kept = archive_batch(path, tmp_path / "archive")

    assert waiting_batches(other_disk) == []
    assert read_batch(kept) == a_batch
    assert kept.stat().st_mtime_ns == written
    assert [one.name for one in kept.parent.iterdir()] == [kept.name]


def test_a_batch_that_is_set_aside_is_kept_from_then_on(tmp_path, a_batch):
    path = write_batch(tmp_path, a_batch)
    os.utime(path, (0, 0))

    assert set_aside(path).stat().st_mtime > 0


def test_a_folder_whose_name_looks_like_a_pattern_is_read(tmp_path, noon):
    batch = Batch(batch_id="b", order_id="o", collected_at=noon)

    assert read_batch(write_batch(tmp_path / "news [1] *", batch)) == batch


def test_a_file_that_cannot_be_reached_is_not_taken_for_a_damaged_one(tmp_path):
    with pytest.raises(duckdb.IOException):
        read_batch(tmp_path / "gone.parquet")


def test_what_was_answered_to_an_order_is_set_aside_with_it(tmp_path):
    path, spool = tmp_path / "o1.parquet", tmp_path / "o1.spool"
    for file in (path, spool):
        file.write_bytes(b"x")

    aside = set_aside(path)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["o1.broken", "o1.broken-spool"]
    assert aside.exists()
