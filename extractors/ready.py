"""Imported by the process that workers are forked from: what the first page would have to pay for is paid once.

Reading one page loads what libraries load when it is needed: the model of languages (74 MB), numpy, stop words. All
of it would else be charged to the limits of each worker's first page, and be held by each worker for itself.
"""

import gc
import os
from datetime import UTC, datetime, timedelta

# Its threads would be lost in a fork, and two workers of one thread each are faster than two of two.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 - for numpy, which reads it when it is loaded

from extractors.reading import PageJob, Reader
from extractors.records import Item, Source
from extractors.watch import Entity, Watch

_URL = "http://news.example/1"
_PAGE = (
    "<html><head><title>The deal of the day</title></head><body><article><h1>The deal of the day</h1>"
    "<time datetime='2024-03-28T10:00:00Z'>Today</time>"
    "<p>Both have agreed to build a car together in the city, they said on Thursday.</p>"
    "<p>They will invest 10 billion yuan in a plant for 150,000 cars a year.</p></article></body></html>"
)


def _read_one() -> None:
    entity = Entity(entity_id="company:deal", kind="company", name="Deal", names={"en": ("Deal",)})
    watch = Watch(name="ready", title="Ready", languages=("de", "en", "zh"), entities=(entity,))
    source = Source(source_id="ready", kind="feed", url=_URL, every=timedelta(hours=1))
    page = _PAGE.encode()
    item = Item(source_id="ready", url=_URL)
    now = datetime(2024, 3, 28, 12, tzinfo=UTC)
    job = PageJob(source=source, item=item, url=_URL, body=page, content_type="text/html", now=now)
    Reader(watch)(job)


_read_one()
# What is here stays: a worker that looked through it for garbage would make its own copy of it.
gc.collect()
gc.freeze()
