"""A warehouse in which a report has all that it can show: a timeline, names, sources, and days that were missed."""

from datetime import timedelta

from timeline_rows import T, fill_timeline

from warehouse.database import insert
from warehouse.summaries import refill

DAY = timedelta(days=1)
NAMES = {
    "company:xiaomi": "Xiaomi",
    "company:baic": "BAIC",
    "product:su7": "SU7",
    "company:third": "Great Wall",
}

#: What feeds, pages and watches may hold, and what readers must see of it: nothing but text.
HOSTILE = (
    "<script>window.pwned = 1; alert(1)</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "\"><svg onload=alert(1)><a href='javascript:alert(1)'>x</a>",
    "'-alert(1)-' \" onfocus=alert(1) autofocus tabindex=1 x=\"",
    "</title></style></textarea><script>window.pwned = 1</script>",
    "--><!-- ]]> <![CDATA[ <b>bold</b>",
    "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7*7 %> #{7*7}",
    "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &#60;b&#62;",
    "abc \u202egnp.exe\u202c \u2066hidden\u2069 \u200bend",
    "\x1b[31mred\x1b[0m \x07bell \x00nul \ufffe",
    '=HYPERLINK("http://evil.example","x") +cmd|calc @SUM(1) %s %(number)s {0}',
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) **bold** `code`",
    "مرحبا بالعالم Xiaomi שלום 小米 " + "W" * 120,
)


def source(name, **more):
    row = {
        "source_id": name,
        "kind": "feed",
        "url": f"https://{name}.example/feed",
        "state": "ok",
        "failures": 0,
        "next_poll_at": T + 5 * DAY,
        "interval_s": 900,
        "last_ok_at": T + 4 * DAY,
        "advice": None,
        "error": None,
    }
    return row | more


def poll(name, days, outcome="new"):
    return {
        "source_id": name,
        "started_at": T + days * DAY,
        "outcome": outcome,
        "http_status": 200,
        "items": 1,
        "new_items": 1,
        "bytes": 100,
        "seconds": 0.1,
        "cause": None,
        "error": None,
    }


def mention(article, entity):
    return {
        "article_id": article,
        "entity_id": entity,
        "surface": "x",
        "part": "title",
        "start": 0,
        "stop": 1,
    }


def fill_report(con, *statements, **parameters):
    """Fill an empty warehouse, run the statements, with those of the parameters that they name, and sum it all up."""
    fill_timeline(con)
    insert(
        con,
        "entities",
        [
            {"entity_id": key, "kind": key.partition(":")[0], "name": name, "wikidata": None}
            for key, name in NAMES.items()
        ],
    )
    named = [(f"a{n}", key) for n in range(1, 10) for at, key in enumerate(NAMES) if n % (at + 1) == 0]
    insert(con, "mentions", [mention(*one) for one in named])
    broken = source(
        "broken", state="failing", failures=3, last_ok_at=None, advice="Look at it.", error="http-500"
    )
    insert(con, "sources", [source("wire"), source("desk", advice="It has moved."), broken])
    insert(
        con,
        "polls",
        [*(poll("wire", day) for day in (0, 1, 3, 4)), *(poll("broken", day, "failed") for day in range(5))],
    )
    for statement in statements:
        con.execute(statement, {key: one for key, one in parameters.items() if f"${key}" in statement})
    refill(con)


#: Hostile text in everything that comes from outside; the number of the row chooses which.
EVERYWHERE = (
    "UPDATE articles SET title = $texts[1 + (hash(article_id) % len($texts))::BIGINT] || ' ' || title",
    "UPDATE articles SET publisher = $texts[1 + (hash(url) % len($texts))::BIGINT]",
    "UPDATE articles SET url = 'javascript:alert(' || article_id || ')' WHERE article_id <> 'a4'",
    "UPDATE articles SET text = array_to_string($texts, chr(10) || chr(10))",
    "UPDATE articles SET url = 'https://news.example/?q=\"><script>alert(1)</script>' WHERE article_id = 'a4'",
    "UPDATE claims SET sentence = $texts[1 + (hash(claim_id) % len($texts))::BIGINT]",
    "UPDATE developments SET sentence = $texts[1 + (hash(what) % len($texts))::BIGINT]",
    "UPDATE developments SET what = array_to_string($texts, ' ')",
    "UPDATE stories SET title = array_to_string($texts, ' ')",
    "UPDATE entities SET name = $texts[1 + (hash(entity_id) % len($texts))::BIGINT]",
    "UPDATE sources SET advice = $texts[1], error = $texts[2] WHERE source_id = 'broken'",
    "UPDATE story_lineage SET story_id = $texts[3] WHERE change = 'merged' AND story_id = 's1mid'",
)
