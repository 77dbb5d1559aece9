"""What more machines bring: `python -m tests.bench.distribution`.

A round of 480 pages of 24 hosts is carried out by 1, 2 and 3 collectors, each with one reading process, over an S3
server (moto's) on this machine, and loaded by one writer. Told are pages a second on the clock, processor time a page
of all processes of the collectors, and what one writer and the place can do at most. On a machine with fewer processors
than processes the clock tells little: then the processor time is what counts.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from extractors.clock import standing_clock
from extractors.orders import Manners, Order, SourceOrder
from extractors.records import Source, stable_id
from extractors.watch import read_watch
from flows.distribution import load_finished
from flows.settings import Settings, read_settings
from flows.starter import default_watch_file
from tests.bench.collect import page_bodies
from tests.bench.serving import document, serving
from tests.shared_places import new_bucket, s3_server
from warehouse.leases import standings, take
from warehouse.rounds import close_order, finished, write_round
from warehouse.splitting import split
from warehouse.zone import Zone, open_zone

NOW = datetime(2027, 1, 1, tzinfo=UTC)
HOSTS, EACH, MOST = 24, 20, 3
COLLECTOR = Path(__file__).parents[1] / "flows" / "a_collector.py"


def _host(number: int) -> str:
    return f"site-{number}.example"


def _answers() -> dict[bytes, bytes]:
    bodies, _ = page_bodies()
    html = "text/html; charset=utf-8"
    answers = {
        f"/{number}.html".encode(): document(bodies[number % len(bodies)], html, Content_Encoding="gzip")
        for number in range(HOSTS * EACH)
    }
    for host in range(HOSTS):
        items = "".join(
            f"<item><title>Page {number}</title><link>http://{_host(host)}/{number}.html</link></item>"
            for number in range(host * EACH, (host + 1) * EACH)
        )
        feed = f"<rss version='2.0'><channel><title>{_host(host)}</title>{items}</channel></rss>"
        answers[f"/{host}.xml".encode()] = document(feed.encode(), "application/rss+xml")
    return answers


def _write_round(zone: Zone, name: object, hosts: Sequence[int], port: int) -> int:
    """Write a round for these hosts and return how many orders it has."""
    sources = tuple(
        SourceOrder(
            source=Source(
                source_id=f"s{host}",
                kind="feed",
                url=f"http://{_host(host)}/{host}.xml",
                every=timedelta(hours=1),
            )
        )
        for host in hosts
    )
    manners = Manners(
        user_agent="newswatch/bench",
        spacing=timedelta(0),
        allow_networks=("127.0.0.0/8",),
        connect_to=tuple((_host(host), f"127.0.0.1:{port}") for host in range(HOSTS)),
    )
    pieces = split(Order(order_id=stable_id("o", name), created_at=NOW, sources=sources), least=1)
    write_round(zone, pieces, read_watch(default_watch_file()), manners, version("newswatch"))
    return len(pieces)


def _processor_s(pids: Sequence[int]) -> float:
    """Return the processor seconds of these processes and all that they have started."""
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        stats[int(path.parent.name)] = (int(told[1]), sum(map(int, told[11:15])))
    ours = set(pids)
    while more := {pid for pid, (parent, _) in stats.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks for pid, (_, ticks) in stats.items() if pid in ours) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _collectors(
    count: int, environment: dict[str, str], folder: Path
) -> Iterator["list[subprocess.Popen[str]]"]:
    command = [sys.executable, str(COLLECTOR), "120", "20", "90"]
    told = {**os.environ, **environment, "NEWSWATCH_WORKERS": "1", "NEWSWATCH_LOG": "error"}
    running = [
        subprocess.Popen(
            command,
            env=told
            | {"NEWSWATCH_HOME": str(folder / f"c{number}"), "PYTHONPATH": str(COLLECTOR.parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one.wait()


def _go(running: "Sequence[subprocess.Popen[str]]") -> None:
    """Let all take orders until none is free."""
    for one in running:
        one.stdin.write(f"{NOW.isoformat()}\n")
        one.stdin.flush()
    for one in running:
        one.stdout.readline()


def _measured(count: int, port: int, environment: dict[str, str], folder: Path, table: Table) -> Settings:
    """Measure a round with `count` collectors; return the settings of its writer, its batches still in the place."""
    place = new_bucket()
    zone = open_zone(place)
    with _collectors(count, environment | {"NEWSWATCH_LANDING": place}, folder / str(count)) as running:
        _write_round(zone, "first", range(count), port)  # starts the workers that read
        _go(running)
        for order_id in finished(listing := zone.look()):
            close_order(zone, listing, order_id)
        pids = [one.pid for one in running]
        orders = _write_round(zone, count, range(HOSTS), port)
        before, began = _processor_s(pids), time.perf_counter()
        _go(running)
        seconds, used = time.perf_counter() - began, _processor_s(pids) - before
    pages = HOSTS * EACH
    load = f"{used / seconds:.1f} processors busy, {orders} orders"
    table.add_row(
        f"{count} collectors", f"{pages / seconds:.1f} pages/s", f"{1000 * used / pages:.0f} ms a page", load
    )
    return replace(read_settings({}, home=folder / f"writer-{count}"), landing_url=place)


def _loading(settings: Settings, table: Table) -> None:
    watch = replace(read_watch(default_watch_file()), alerts=())
    before, began = time.process_time(), time.perf_counter()
    loaded = load_finished(settings, watch, standing_clock(NOW))
    used, seconds = time.process_time() - before, time.perf_counter() - began
    articles = sum(result.articles for result in loaded.results)
    table.add_row(
        "one writer",
        f"{articles / seconds:.0f} articles/s",
        f"{1000 * used / articles:.1f} ms each",
        "join, load",
    )


def _place(table: Table, port: int) -> None:
    """Measure what the place makes of an order: taking it, one renewal, its batch, its end."""
    zone = open_zone(new_bucket())
    _write_round(zone, "many", range(HOSTS), port)
    began, count = time.perf_counter(), 0
    for standing in standings(zone.look()):
        lease = take(zone, standing)
        if lease is None:
            raise SystemExit("an order is in other hands")
        lease.renew()
        zone.write(f"batches/{standing.order_id}.parquet", b"x" * 1_000_000)
        close_order(zone, zone.look(), standing.order_id)
        count += 1
    seconds = time.perf_counter() - began
    table.add_row(
        "the place", f"{count / seconds:.1f} orders/s", f"{1000 * seconds / count:.0f} ms each", "one by one"
    )


def main() -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    table = Table("measure", "on the clock", "processor time", "note", title="beyond one machine, measured")
    with tempfile.TemporaryDirectory() as name, s3_server() as environment, serving(_answers()) as port:
        os.environ.update(environment)
        for count in range(1, MOST + 1):
            settings = _measured(count, port, environment, Path(name), table)
        _loading(settings, table)
        _place(table, port)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
