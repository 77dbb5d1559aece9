"""Rows of a story in which all occurs that a timeline can show."""

from datetime import UTC, datetime, timedelta

from warehouse.database import insert

T = datetime(2024, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
STORY = "s2aaaaaaaaaaaaaaaaaaa"


def article(name, hours, title, publisher, **more):
    at = T + hours * HOUR
    row = {
        "article_id": name,
        "url": f"https://news.example/{name}",
        "source_id": "wire",
        "publisher": publisher,
        "language": "en",
        "title": title,
        "lead": None,
        "text": title,
        "authors": [],
        "published_at": at,
        "published_from": "feed",
        "reported_at": at,
        "first_seen_at": at,
        "revision": 1,
        "words": 5,
        "relevant": True,
        "likeness": 0.5,
        "copy_of": None,
        "story_id": STORY,
        "text_from": "page",
    }
    return row | more


def development(name, hours, what, sentence, first, **more):
    row = {
        "development_id": name,
        "story_id": STORY,
        "event_type": "partnership",
        "status": "talks",
        "basis": "unconfirmed",
        "participants": ["company:xiaomi", "company:baic"],
        "what": what,
        "sentence": sentence,
        "first_article_id": first,
        "reported_at": T + hours * HOUR,
        "detected_at": T + hours * HOUR,
        "articles": 1,
        "copies": 0,
        "origins": 1,
        "state": "standing",
        "confirmed_at": None,
        "official_at": None,
        "supersedes": None,
        "contradicts": None,
        "withdrawn_at": None,
        "withdrawn_by": None,
    }
    return row | more


def story(name, title, **more):
    row = {
        "story_id": name,
        "title": title,
        "first_at": T,
        "last_at": T + 60 * HOUR,
        "articles": 9,
        "copies": 1,
        "publishers": 6,
        "languages": ["de", "en", "zh"],
    }
    return row | more


def link(development_id, article_id, role="first", basis="unconfirmed"):
    return {"development_id": development_id, "article_id": article_id, "role": role, "basis": basis}


def claim(name, article_id, sentence, *, event_type="partnership", status="talks", position=0):
    return {
        "claim_id": name,
        "article_id": article_id,
        "event_type": event_type,
        "status": status,
        "basis": "unconfirmed",
        "participants": [],
        "sentence": sentence,
        "part": "body",
        "start": 0,
        "stop": 5,
        "is_news": True,
        "score": 0.9,
        "position": position,
    }


def lineage(story_id, successor_id, change="merged", days=5):
    return {
        "story_id": story_id,
        "successor_id": successor_id,
        "change": change,
        "changed_at": T + timedelta(days=days),
    }


ARTICLES = (
    article("a1", 0, "Xiaomi in talks with BAIC", "Harbour Wire"),
    article("a2", 1, "Xiaomi in talks with BAIC", "Copy Post", copy_of="a1"),
    article("a3", 2, "Xiaomi spricht mit BAIC über ein Werk", "Morgenblatt", language="de"),
    article("a4", 24, "小米与北汽洽谈合作造车，工信部公告确认双方正在商谈", "经济观察", language="zh"),
    article("a5", 30, "Xiaomi signs with BAIC", "Tech Daily"),
    article("a6", 31, "BAIC denies deal with Xiaomi", "Harbour Wire"),
    article("a7", 40, "Xiaomi takes 10 percent of BAIC", "Tech Daily"),
    article("a8", 50, "Correction: no stake in BAIC", "Tech Daily"),
    article("a9", 55, "Five questions about electric cars", "Copy Post"),
)
DEVELOPMENTS = (
    development(
        "d1aaaaaaaaaaaaaaaaaaa",
        0,
        "Xiaomi, BAIC: partnership, talks (unconfirmed): 10 billion CNY",
        "Xiaomi is in talks with BAIC about 10 billion yuan.",
        "a1",
        articles=4,
        copies=1,
        origins=3,
        confirmed_at=T + 2 * HOUR,
        official_at=T + 24 * HOUR,
    ),
    development(
        "d2aaaaaaaaaaaaaaaaaaa",
        30,
        "Xiaomi, BAIC: partnership, agreed (unconfirmed)",
        "Xiaomi signed with BAIC, a person said.",
        "a5",
        status="agreed",
        supersedes="d1aaaaaaaaaaaaaaaaaaa",
    ),
    development(
        "d3aaaaaaaaaaaaaaaaaaa",
        31,
        "BAIC, Xiaomi: partnership, denied",
        "“There is no deal,” BAIC said.",
        "a6",
        status="denied",
        basis="official",
        official_at=T + 31 * HOUR,
        contradicts="d2aaaaaaaaaaaaaaaaaaa",
    ),
    development(
        "d4aaaaaaaaaaaaaaaaaaa",
        40,
        "Xiaomi, BAIC: stake, agreed (unconfirmed): 10 %",
        "Xiaomi will take 10 percent of BAIC.",
        "a7",
        event_type="stake",
        status="agreed",
        state="withdrawn",
        withdrawn_at=T + 50 * HOUR,
        withdrawn_by="a8",
    ),
    development("d5aaaaaaaaaaaaaaaaaaa", 52, "Xiaomi: plant, planned", "A plant is planned.", "gone"),
)
LINKS = (
    link("d1aaaaaaaaaaaaaaaaaaa", "a1"),
    link("d1aaaaaaaaaaaaaaaaaaa", "a2", "repeats", None),
    link("d1aaaaaaaaaaaaaaaaaaa", "a3", "confirms"),
    link("d1aaaaaaaaaaaaaaaaaaa", "a4", "confirms", "official"),
    link("d2aaaaaaaaaaaaaaaaaaa", "a5"),
    link("d3aaaaaaaaaaaaaaaaaaa", "a6", "first", "official"),
    link("d4aaaaaaaaaaaaaaaaaaa", "a7"),
    link("d4aaaaaaaaaaaaaaaaaaa", "a8", "repeats"),
)
LINEAGE = (
    lineage("s0old", "s1mid", days=1),
    lineage("s1mid", STORY, days=2),
    lineage(STORY, "s5part", "split", days=3),
    lineage("c1ring", "c2ring"),
    lineage("c2ring", "c1ring"),
    lineage("e1lost", "e2nowhere"),
)


def fill_timeline(con):
    """Put the story into an open warehouse."""
    insert(
        con,
        "stories",
        [story(STORY, "小米与北汽：造车合作的传闻与公告"), story("s5part", "A plant of its own")],
    )
    insert(con, "articles", ARTICLES)
    insert(con, "developments", DEVELOPMENTS)
    insert(con, "development_articles", LINKS)
    insert(con, "story_lineage", LINEAGE)
    insert(
        con,
        "claims",
        [
            claim("c1", "a1", "Xiaomi is in talks with BAIC about 10 billion yuan."),
            claim(
                "c2",
                "a8",
                "The stake was reported in error.",
                event_type="stake",
                status="denied",
                position=1,
            ),
            claim(
                "c3", "a8", "It had been said that a stake was agreed.", event_type="stake", status="agreed"
            ),
        ],
    )
    figure = {"claim_id": "c1", "kind": "money", "value": "10000000000", "number": 1e10, "unit": "CNY"}
    place = {"article_id": "a1", "surface": "10 billion yuan", "part": "body", "start": 30, "stop": 45}
    insert(con, "figures", [figure | place])
