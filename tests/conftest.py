"""What all tests share: moments, and records that are complete but for what a test is about."""

import gc
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import settings

from extractors.records import Article, CollectedArticle, Item, Signals, Source
from extractors.watch import Entity, Topic, Watch
from tests.shared_places import new_bucket, s3_server
from warehouse import database

# No test asserts a time: on a busy machine an example takes as long as it takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: Where Linux keeps files in memory, and the bytes that are to be free there: the tests need one GB at a time.
MEMORY, ROOM = "/dev/shm", 6 << 30

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)


def pytest_xdist_auto_num_workers(config):
    """Run one file more at a time than there are processors: many tests wait for servers, clocks and browsers."""
    return (os.cpu_count() or 1) + 1


def leaves_out_the_soak(config):
    """Tell whether this is a run of every day."""
    return "not soak" in config.option.markexpr


def pytest_configure(config):
    """Let the files of the tests lie in memory where there is much: they flush thousands of them, and all go again.

    Those of the soak are too large for that; a place that was chosen otherwise stays.
    """
    chosen = config.option.basetemp or {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys()
    if leaves_out_the_soak(config) and not chosen:
        with suppress(OSError):
            if shutil.disk_usage(MEMORY).free >= ROOM:
                os.environ["PYTEST_DEBUG_TEMPROOT"] = MEMORY


def pytest_collection_modifyitems(config, items):
    """Spread what waits most, and refuse to skip a test where the environment promises that all parts are there."""
    items[:] = spread(items)
    if not os.environ.get("TESTS_COMPLETE"):
        return
    skipped = {
        mark.kwargs["reason"]
        for item in items
        for mark in item.iter_markers("skipif")
        if mark.args and mark.args[0] is True and "not installed" in mark.kwargs.get("reason", "")
    }
    if skipped:
        raise pytest.UsageError(f"all parts should be here, but: {', '.join(sorted(skipped))}")


def pytest_collection_finish():
    """Let the garbage collector pass over the modules and tests, which stay."""
    gc.collect()
    gc.freeze()


def spread(items):
    """Return the tests file by file, with those of real Prefect servers evenly among the others, one file at first.

    These mostly wait: side by side they would leave the processors idle, and at the end the others would wait for them.
    """
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = {
        path for path, tests in files.items() if any(one.get_closest_marker("prefect") for one in tests)
    }
    others = [path for path in files if path not in waiting]
    for place, path in enumerate(sorted(waiting)):
        others.insert(place * len(files) // len(waiting), path)
    return [item for path in others for item in files[path]]


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    """Keep the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith(("NEWSWATCH_", "PREFECT_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def databases_of_one_thread(pytestconfig):
    """Let DuckDB ask its small tables with one thread: to wake others for them takes an eighth of the processor time.

    The programs that tests start, and all of the soak, have as many as they have on this machine.
    """
    connect = duckdb.connect

    def connect_alone(*place, config=None, **how):
        return connect(*place, config={"threads": 1, **(config or {})}, **how)

    with pytest.MonkeyPatch.context() as patched:
        if leaves_out_the_soak(pytestconfig):
            patched.setattr(duckdb, "connect", connect_alone)
        yield


@pytest.fixture(scope="session", autouse=True)
def new_warehouses_are_copies(tmp_path_factory, databases_of_one_thread):
    """Let a new warehouse be a copy of an empty one: to make one takes 0.4 s of processor time, a thousand times."""
    empty = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    with database.open_warehouse(empty):
        pass
    attach = database._attach

    def attach_copy(con, path, name, *how):
        if not how and not path.exists():
            with suppress(OSError):  # what is wrong with the place is told when it is opened
                shutil.copyfile(empty, path)
        attach(con, path, name, *how)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "_attach", attach_copy)
        yield


@pytest.fixture
def noon():
    """A moment: 28 March 2024, 12:00 UTC."""
    return NOON


@pytest.fixture
def a_source():
    """A maker of feed sources."""

    def make(source_id="wire", url="http://wire.example/rss.xml", **changes):
        told = {"kind": "feed", "every": timedelta(minutes=15)} | changes
        return Source(source_id=source_id, url=url, **told)

    return make


@pytest.fixture
def an_item():
    """A maker of listed items."""

    def make(number=1, source_id="wire", **changes):
        told = {
            "url": f"http://wire.example/{number}",
            "guid": f"g{number}",
            "title": f"Item {number}",
        } | changes
        return Item(source_id=source_id, **told)

    return make


@pytest.fixture
def an_article():
    """A maker of articles with the given signals (none by default)."""

    def make(number=1, signals=None, **changes):
        told = {
            "url": f"https://wire.example/{number}",
            "source_id": "wire",
            "publisher": "The Wire",
            "title": f"Xiaomi does thing {number}",
            "text": f"Xiaomi did thing number {number} on Thursday, the company said.",
            "seen_at": NOON,
            "language": "en",
            "published_at": NOON - timedelta(hours=1),
            "published_from": "feed",
        } | changes
        return CollectedArticle(article=Article(**told), signals=signals or Signals(words=10))

    return make


@pytest.fixture
def a_watch(a_source):
    """A maker of small watches: one company, one topic, one source."""

    def make(**changes):
        told = {
            "name": "cars",
            "title": "Cars",
            "languages": ("en",),
            "entities": (
                Entity(entity_id="company:xiaomi", kind="company", name="Xiaomi", names={"en": ("Xiaomi",)}),
                Entity(entity_id="company:baic", kind="company", name="BAIC", names={"en": ("BAIC",)}),
            ),
            "topics": (Topic(topic_id="topic:electric-car", words={"en": ("electric car",)}),),
            "sources": (a_source(),),
        } | changes
        return Watch(**told)

    return make


@pytest.fixture(scope="session")
def s3_environment():
    """An S3 server on loopback: the environment in which it is found."""
    with s3_server() as environment:
        yield environment


@pytest.fixture
def s3_place(s3_environment, monkeypatch):
    """The URL of an empty place on the S3 server; this process finds it too."""
    for name, value in s3_environment.items():
        monkeypatch.setenv(name, value)
    return new_bucket()
