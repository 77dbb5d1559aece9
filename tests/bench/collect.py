"""How fast collecting is, against what the machine can do at best: `python -m tests.bench.collect [--memory]`.

| measure | reference | to hold |
| --- | --- | --- |
| 2,000 pages of 20 hosts, order to batch, two workers | reading the same bytes in the same workers | 0.8 of its speed |
| 10,000 sources without news: plan, poll (304), load | none | 400 polls a second, 400 MB |
| `--memory`: 20,000 pages in one pool, order to batch | the first quarter of them | the last within 10 % of it |

Pages are those of the public sets beside the project where there are any, else made ones; the server has a process of
its own on this machine, and its share of the processor counts. Pages are compared in turns of 500, and the median of
the ratios counts, so that a busy machine does harm to both sides; processor time beside it says what each takes.
"""

import asyncio
import contextlib
import gzip
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from extractors.articles.workers import ExtractionPool
from extractors.clock import standing_clock
from extractors.collect import collect, extraction_pool
from extractors.orders import Batch, Manners, Order, Poll, SourceOrder, Validator
from extractors.reading import Job, PageJob, Result
from extractors.records import Item, Source, stable_id
from extractors.watch import Watch, read_watch
from flows.cycle import collect_order, load_waiting, plan_order
from flows.settings import Settings, read_settings
from flows.starter import default_watch_file
from tests.bench.serving import document, serving
from tests.hostile.memory import Peak, tree_bytes
from warehouse import landing

DATA = Path(__file__).parents[3] / "shared/data"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
HOSTS, WORKERS, TURNS, IN_TURN = 20, 2, 4, 500
SOURCES = 10_000
ROUNDS = 40
LEAST_RATIO, LEAST_POLLS, MOST_MB, MOST_GROWTH = 0.8, 400.0, 400.0, 1.1
_PARAGRAPH = "Xiaomi and BAIC have agreed to build electric car number {} in Beijing, both said on Thursday. "


def page_bodies() -> tuple[list[bytes], str]:
    """Return packed pages and where they are from."""
    packed = sorted((DATA / "pages_fundus").rglob("*.html.gz")) + sorted(
        (DATA / "pages_aeb").rglob("*.html.gz")
    )
    if packed:
        return [gzip.compress(gzip.decompress(path.read_bytes()), 6) for path in packed], "public sets"
    made = (_made_page(number) for number in range(200))
    return [gzip.compress(page.encode(), 6) for page in made], "made pages"


def _made_page(number: int) -> str:
    title = f"Electric car number {number} of the year"
    text = "".join(f"<p>{_PARAGRAPH.format(number * 100 + one) * 3}</p>" for one in range(12))
    beside = "".join(f"<li><a href='/{one}'>Another headline {one}</a></li>" for one in range(300))
    return f"<html><head><title>{title}</title></head><body><ul>{beside}</ul><article><h1>{title}</h1>{text}</article>"


def _answers(bodies: Sequence[bytes], pages: int) -> dict[bytes, bytes]:
    """Return what the server says: each page once, however many addresses it has, and per host and turn a feed."""
    html = "text/html; charset=utf-8"
    answers = {
        f"/{index}.html".encode(): document(body, html, Content_Encoding="gzip")
        for index, body in enumerate(bodies)
    }
    for turn in range(pages // IN_TURN):
        for host in range(HOSTS):
            items = "".join(
                f"<item><title>Page {number}</title><link>{_address(number, len(bodies))}</link></item>"
                for number in _numbers(turn)
                if number % HOSTS == host
            )
            feed = f"<rss version='2.0'><channel><title>{_host(host)}</title>{items}</channel></rss>"
            answers[f"/{turn}/{host}.xml".encode()] = document(feed.encode(), "application/rss+xml")
    return answers


def _host(number: int) -> str:
    return f"site-{number}.example"


def _address(number: int, bodies: int) -> str:
    """Return the address of page `number`, of which there are as many as wanted, each with one of the `bodies`."""
    return f"http://{_host(number % HOSTS)}/{number}/{number % bodies}.html"


def _numbers(turn: int) -> range:
    return range(turn * IN_TURN, (turn + 1) * IN_TURN)


def _order(turn: int) -> Order:
    sources = (
        Source(
            source_id=f"s{host}",
            kind="feed",
            url=f"http://{_host(host)}/{turn}/{host}.xml",
            every=timedelta(hours=1),
        )
        for host in range(HOSTS)
    )
    told = tuple(SourceOrder(source=source) for source in sources)
    return Order(order_id=stable_id("o", turn), created_at=NOW, sources=told)


def _manners(port: int, hosts: Sequence[str]) -> Manners:
    return Manners(
        user_agent="newswatch/bench",
        spacing=timedelta(0),
        workers=WORKERS,
        allow_networks=("127.0.0.0/8",),
        connect_to=tuple((host, f"127.0.0.1:{port}") for host in hosts),
    )


def _reading_s(bodies: Sequence[bytes], turn: int, pool: ExtractionPool[Job, Result]) -> float:
    """Return the seconds to read the pages of `turn` and do nothing else."""
    jobs = []
    for number in _numbers(turn):
        url = _address(number, len(bodies))
        source = Source(source_id="s", kind="feed", url=url, every=timedelta(hours=1))
        body = gzip.decompress(bodies[number % len(bodies)])
        item = Item(source_id="s", url=url, title=f"Page {number}")
        jobs.append(
            PageJob(
                source=source, item=item, url=url, body=body, content_type="text/html; charset=utf-8", now=NOW
            )
        )

    async def all_jobs() -> None:
        await asyncio.gather(*(pool.run(job, job.url) for job in jobs), return_exceptions=True)

    started = time.perf_counter()
    asyncio.run(all_jobs())
    return time.perf_counter() - started


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn: the batch that was collected, the seconds that this and reading alone took (None where it was not done).

    `own_s` and `others_s` are processor seconds of collecting, `alone_s` those of reading, all processes together.
    """

    batch: Batch
    collecting_s: float
    reading_s: float | None
    own_s: float
    others_s: float
    alone_s: float


def _spent_s() -> tuple[float, float]:
    """Return the processor seconds of this process, and of all it has started, those that have ended too."""
    tree = 0
    for pid in tree_bytes(os.getpid()):
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            tree += sum(int(ticks) for ticks in told[11:15])
    own = time.process_time()
    return own, tree / os.sysconf("SC_CLK_TCK") - own


def _turns(pages: int, *, alone: bool = True) -> Iterator[Turn]:
    """Collect and read turn by turn; without `alone` nothing is read but what is collected."""
    bodies, _ = page_bodies()
    watch = read_watch(default_watch_file())
    with serving(_answers(bodies, pages)) as port, extraction_pool(watch, _manners(port, ())) as pool:
        manners = _manners(port, [_host(number) for number in range(HOSTS)])
        _reading_s(bodies, 0, pool)  # starts the workers
        for turn in range(pages // IN_TURN):
            # Every other turn the other way round: on a shared machine the minutes differ more than the two do.
            at_first = _spent_s()
            reading_s = _reading_s(bodies, turn, pool) if alone and turn % 2 else None
            before, started = _spent_s(), time.perf_counter()
            batch = collect(_order(turn), watch, manners, standing_clock(NOW), pool)
            collecting_s, after = time.perf_counter() - started, _spent_s()
            if alone and reading_s is None:
                reading_s = _reading_s(bodies, turn, pool)
            yield Turn(
                batch=batch,
                collecting_s=collecting_s,
                reading_s=reading_s,
                own_s=after[0] - before[0],
                others_s=after[1] - before[1],
                alone_s=sum(before) - sum(at_first) + sum(_spent_s()) - sum(after),
            )


def pages(table: Table) -> bool:
    """Measure pages from order to batch against reading alone; return whether the target is met."""
    turns = list(_turns(TURNS * IN_TURN))
    ratio = statistics.median((one.reading_s or 0) / one.collecting_s for one in turns)
    count = sum(len(one.batch.outcomes) for one in turns)
    speed = count / sum(one.collecting_s for one in turns)
    alone = count / sum(one.reading_s or 0 for one in turns)
    articles = sum(len(one.batch.articles) for one in turns)
    note = f"{articles} articles of {count} pages, {page_bodies()[1]}"
    table.add_row(
        "pages/s, collected", f"{speed:.1f}", f"{alone:.1f} read", f"{ratio:.2f} ≥ {LEAST_RATIO}", note
    )
    own, others, read = (
        sum(getattr(one, name) for one in turns) * 1000 / count for name in ("own_s", "others_s", "alone_s")
    )
    note = f"{own:.1f} of it in the main process; other work on the machine counts least here"
    table.add_row(
        "processor ms a page", f"{own + others:.1f}", f"{read:.1f} read", f"{read / (own + others):.2f}", note
    )
    return ratio >= LEAST_RATIO


def _all_known(folder: Path, port: int) -> tuple[Settings, Watch]:
    """Return a home whose sources were all polled an hour ago, and its watch."""
    hosts = [f"h{number}.example" for number in range(SOURCES)]
    sources = tuple(
        Source(source_id=f"s{number}", kind="feed", url=f"http://{host}/feed.xml", every=timedelta(hours=1))
        for number, host in enumerate(hosts)
    )
    watch = Watch(name="bench", title="Bench", languages=("en",), entities=(), sources=sources)
    told = {
        "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_CONNECT_TO": ",".join(f"{host}=127.0.0.1:{port}" for host in hosts),
    }
    settings = read_settings(told, home=folder / "home", watch=folder / "watch.toml")
    order = plan_order(settings, watch, standing_clock(NOW))
    if order is None:
        raise SystemExit("nothing was planned")
    polls = tuple(_first_poll(one.source) for one in order.sources)
    batch = Batch(
        batch_id=stable_id("b", order.order_id), order_id=order.order_id, collected_at=NOW, polls=polls
    )
    landing.write_batch(settings.landing, batch)
    load_waiting(settings, watch, standing_clock(NOW))
    return settings, watch


def _first_poll(source: Source) -> Poll:
    known = Validator(url=source.url, etag='"1"', body_hash="0")
    return Poll(
        source_id=source.source_id,
        started_at=NOW,
        outcome="new",
        http_status=200,
        items=20,
        keys=tuple(stable_id("u", source.url, number) for number in range(20)),
        validators=(known,),
    )


def poll_all() -> None:
    """Poll 10,000 sources that have nothing new; print seconds of the steps and what came, as JSON."""
    feed = document(b"<rss version='2.0'/>", "application/rss+xml")
    with tempfile.TemporaryDirectory() as name, serving({b"/feed.xml": feed}) as port:
        settings, watch = _all_known(Path(name), port)
        clock = standing_clock(NOW + timedelta(hours=3))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        moments = [time.perf_counter()]
        order = plan_order(settings, watch, clock)
        moments.append(time.perf_counter())
        batch = collect_order(settings, watch, order, clock) if order else None
        moments.append(time.perf_counter())
        load_waiting(settings, watch, clock)
        moments.append(time.perf_counter())
        same = sum(poll.http_status == 304 for poll in batch.polls) if batch else 0
        seconds = [later - sooner for sooner, later in itertools.pairwise(moments)]
        sys.stdout.write(json.dumps({"seconds": seconds, "same": same}) + "\n")


def polls(table: Table) -> bool:
    """Measure 10,000 polls without news in a process of its own; return whether both targets are met."""
    command = [sys.executable, "-m", "tests.bench.collect", "--poll-all"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while process.stdout.readline().strip() != "ready":
        if process.poll() is not None:
            raise SystemExit("polling failed")
    with Peak(process.pid, every_s=0.02) as peak:
        process.stdin.write("go\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readlines()[-1])
    process.wait()
    plan_s, collect_s, load_s = told["seconds"]
    speed, most = told["same"] / sum(told["seconds"]), peak.parts[0] / 1e6
    note = f"{told['same']} × 304; plan {plan_s:.1f} s, collect {collect_s:.1f} s, load {load_s:.1f} s"
    table.add_row("polls/s without news", f"{speed:.0f}", "", f"≥ {LEAST_POLLS:.0f}", note)
    table.add_row(
        "their peak memory, MB", f"{most:.0f}", "", f"< {MOST_MB:.0f}", "planning, polling, loading"
    )
    return speed >= LEAST_POLLS and most < MOST_MB


def memory(table: Table) -> bool:
    """Collect 20,000 pages in one pool; return whether neither this process nor its workers have grown.

    The public pages come a hundred times each, at other addresses.
    """
    held: list[tuple[int, int, int]] = []
    for turn in _turns(ROUNDS * IN_TURN, alone=False):
        own, *others = tree_bytes(os.getpid()).values()
        held.append((own, sum(others), own + sum(others)))
        sys.stderr.write(
            f"{len(held)}: {len(turn.batch.outcomes)} pages, {own / 1e6:.0f} + {sum(others) / 1e6:.0f} MB\n"
        )
    quarter = len(held) // 4
    flat = True
    for index, name in enumerate(("main process", "workers and server", "all together")):
        first, last = (
            statistics.fmean(one[index] for one in part) for part in (held[:quarter], held[-quarter:])
        )
        told = f"{last / first:.2f} ≤ {MOST_GROWTH}"
        table.add_row(
            f"memory, {name}, MB", f"{last / 1e6:.0f}", f"{first / 1e6:.0f} at first", told, "20,000 pages"
        )
        flat = flat and last <= first * MOST_GROWTH
    return flat


def main() -> None:
    """Print the table; exit with 1 where a target is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if "--poll-all" in sys.argv:
        poll_all()
        return
    table = Table("measure", "value", "reference", "ratio or target", "note", title="collecting, measured")
    met = [memory(table)] if "--memory" in sys.argv else [pages(table), polls(table)]
    Console(width=130).print(table)
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
