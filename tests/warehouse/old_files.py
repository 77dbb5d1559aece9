"""Files as earlier versions of the program left them: the migrations of then, and rows in every table."""

from importlib.resources import files

import duckdb

from extractors.records import article_id
from warehouse.database import STORAGE_VERSION

URLS = ("https://wire.example/1", "https://wire.example/2")
_IDS = tuple(f"'{article_id(url)}'" for url in URLS)

#: All migrations that were ever released, in their order: a file may be at any of them.
MIGRATIONS = sorted(
    (one for one in files("warehouse").joinpath("migrations").iterdir() if one.name.endswith(".sql")),
    key=lambda one: one.name,
)

_SIGNALS = (
    "{'words': 9, 'mentions': [], 'claims': [], 'figures': [], 'citations': [], "
    "'correction': NULL, 'background': false}"
)
T = "TIMESTAMPTZ '2024-01-0{} 08:00:00+00'"
#: What columns hold, in the first row and in the second, by table and column, else by column, else by type.
_VALUES = {
    "entities.entity_id": ("'company:xiaomi'", "'company:baic'"),
    "entities.kind": ("'company'", "'company'"),
    "entities.name": ("'Xiaomi'", "'BAIC'"),
    "mentions.part": ("'title'", "'body'"),
    "figures.kind": ("'money'", "'date'"),
    "alerts.kind": ("'development'", "'health'"),
    "alerts.state": ("'sent'", "'failed'"),
    "alerts.development_id": ("'d1'", "NULL"),
    "sources.kind": ("'feed'", "'sitemap'"),
    "sources.state": ("'ok'", "'failing'"),
    "sources.failures": ("0", "2"),
    "sources.url": ("'https://wire.example/rss.xml'", "'https://desk.example/rss.xml'"),
    "developments.state": ("'standing'", "'withdrawn'"),
    "articles.copy_of": ("NULL", _IDS[0]),
    "articles.url": tuple(f"'{url}'" for url in URLS),
    "articles.title": ("'Xiaomi and BAIC talk'", "'Xiaomi und BAIC reden'"),
    "articles.revision": ("1", "1"),
    "revisions.revision": ("1", "1"),
    "stories.articles": ("2", "1"),
    "story_lineage.change": ("'merged'", "'split'"),
    "polls.outcome": ("'new'", "'failed'"),
    "polls.cause": ("NULL", "'dns'"),
    "polls.http_status": ("200", "NULL"),
    "runs.outcome": ("'ok'", "'partly'"),
    "requests.purpose": ("'poll'", "'page'"),
    "housekeeping.integrity": ("'whole'", "'whole'"),
    "rebuilds.made_from": ("'snapshot'", "'nothing'"),
    "state.reports.position": ("0", "1"),
    "state.reports.revision": ("1", "1"),
    "state.reports.signals": (_SIGNALS, _SIGNALS),
    "state.judged.position": ("0", "1"),
    "state.fingerprints.number": ("1", "2"),
    "state.rights.kind": ("'tdmrep'", "'ai-txt'"),
    "state.pending_items.release": ("NULL", "NULL"),
    "article_id": _IDS,
    "first_article_id": _IDS,
    "title_article_id": _IDS,
    "development_id": ("'d1'", "'d2'"),
    "supersedes": ("NULL", "'d1'"),
    "contradicts": ("NULL", "'d1'"),
    "story_id": ("'s1'", "'s2'"),
    "successor_id": ("'s1'", "'s1'"),
    "claim_id": ("'c1'", "'c2'"),
    "source_id": ("'wire'", "'desk'"),
    "entity_id": ("'company:xiaomi'", "'company:baic'"),
    "participants": ("['company:xiaomi', 'company:baic']", "['company:xiaomi']"),
    "languages": ("['de', 'en']", "['en']"),
    "language": ("'en'", "'de'"),
    "published_from": ("'feed'", "'structured'"),
    "text_from": ("'page'", "'feed'"),
    "change": ("'first'", "'first'"),
    "diff": ("NULL", "NULL"),
    "event_type": ("'partnership'", "'plant'"),
    "status": ("'talks'", "'planned'"),
    "basis": ("'official'", "'unconfirmed'"),
    "part": ("'body'", "'body'"),
    "role": ("'first'", "'first'"),
    "polled_kind": ("'feed'", "'sitemap'"),
    "pubstatus": ("NULL", "'usable'"),
    "rights_from": ("[]", "['meta']"),
    "rights_reserved": ("false", "true"),
    "relevant": ("true", "true"),
    "withdrawn_by": ("NULL", _IDS[1]),
    "anchors": ("[32::UINTEGER]", "[64::UINTEGER]"),
    "shingles": ("[32::UINTEGER, 33::UINTEGER]", "[64::UINTEGER]"),
    "findings": ("[]", "[]"),
    "stop": ("4", "5"),
    "start": ("0", "1"),
}
_TYPES = {
    "VARCHAR": "'{} {}'",
    "VARCHAR[]": "['{} {}']",
    "TIMESTAMP WITH TIME ZONE": T.replace("{}", "{1}"),
    "DATE": "DATE '2024-01-0{1}'",
    "BOOLEAN": "{1} = 1",
    "INTEGER[]": "[{1}]",
    "UINTEGER[]": "[{1}::UINTEGER]",
}


def old_file(path, version):
    """Write a file as the program with the first `version` migrations left it; return what it holds.

    That is, by schema and table: the names of its columns, and its rows in order.
    """
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH '{path}' AS old (STORAGE_VERSION '{STORAGE_VERSION}'); USE old")
        con.execute("BEGIN")
        con.execute("CREATE TABLE main.migrations (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)")
        for one in MIGRATIONS[:version]:
            con.execute(one.read_text(encoding="utf-8"))
            con.execute("INSERT INTO main.migrations VALUES (?, now())", [one.name])
        tables = con.execute(
            """
            SELECT schema_name, table_name, list(column_name ORDER BY column_index),
                   list(data_type ORDER BY column_index)
            FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name)
            WHERE database_name = 'old' AND table_name <> 'migrations' GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
        for schema, table, names, kinds in tables:
            columns = list(zip(names, kinds, strict=True))
            first, second = (
                ", ".join(_value(schema, table, *column, number) for column in columns) for number in (1, 2)
            )
            con.execute(f"INSERT INTO {schema}.{table} VALUES ({first}), ({second})")
        held = {
            (schema, table): (names, con.execute(f"FROM {schema}.{table} ORDER BY ALL").fetchall())
            for schema, table, names, _ in tables
        }
        con.execute("COMMIT; USE memory; DETACH old")
    return held


def _value(schema, table, name, kind, number):
    for key in (f"{schema}.{table}.{name}", f"{table}.{name}", name):
        if key in _VALUES:
            return _VALUES[key][number - 1]
    return _TYPES.get(kind, "{1}").format(name, number)
