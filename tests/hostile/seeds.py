"""Documents that mutation starts from: small ones of every kind that newswatch reads, in three languages."""

import json
from dataclasses import dataclass
from pathlib import Path

FAULTS = Path(__file__).parents[1] / "faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A document; `kind` is that of the source it is read as, `article` for the page of an article."""

    name: str
    kind: str
    body: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    language: str
    site: str
    title: str
    sentences: tuple[str, ...]
    author: str
    date: str
    charset: str


_WORDS = (
    _Words(
        language="de",
        site="Der Bote",
        title="Xiaomi und BAIC bauen gemeinsam E-Autos",
        sentences=(
            "Der Elektronikkonzern Xiaomi will mit BAIC ein Elektroauto bauen, teilten beide am Donnerstag mit.",
            "Für 10 Milliarden Yuan entsteht ein Werk für 150.000 Fahrzeuge im Jahr, sagte ein Sprecher.",
            "„Wir prüfen das“, hieß es am 28.03.2024 aus der Behörde; die Anteile sollen um 5,5 % steigen.",
        ),
        author="Jürgen Größer",
        date="28.03.2024, 19:00 Uhr",
        charset="iso-8859-1",
    ),
    _Words(
        language="en",
        site="The Wire",
        title="Xiaomi and BAIC agree on electric car",
        sentences=(
            "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both companies said.",
            "They will invest 10 billion yuan in a plant for 150,000 cars a year from the second half of 2024.",
            "“We don’t comment,” a spokesman told Reuters on Thursday, March 28, 2024; shares rose 5.5%.",
        ),
        author="Ada O’Neill",
        date="March 28, 2024 7:00 PM EDT",
        charset="windows-1252",
    ),
    _Words(
        language="zh",
        site="北京日报",
        title="小米与北汽合作造车",
        sentences=(
            "小米集团与北汽集团周四表示，双方已同意在北京共同生产电动汽车，计划年产能十五万辆。",
            "项目总投资一百亿元人民币，预计二〇二四年下半年投产，目前仍需主管部门批准。",
            "“我们不予置评。”一位发言人二〇二四年三月二十八日对路透社说，北汽股价上涨5.5%。",
        ),
        author="王小明",
        date="2024年3月28日 19:00",
        charset="gb2312",
    ),
)


def _rss(words: _Words) -> str:
    text = "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in words.sentences)
    item = (
        "<item><title><![CDATA[{title} <b>{n}</b>]]></title><link>http://news.example/{lang}/{n}.html?utm_source=rss</link>"
        "<guid isPermaLink='false'>{lang}-{n}</guid><pubDate>Thu, 28 Mar 2024 1{n}:00:00 +0800</pubDate>"
        "<dc:creator>{author}</dc:creator><description>{text}</description></item>"
    )
    items = "".join(
        item.format(title=words.title, n=n, lang=words.language, author=words.author, text=text)
        for n in range(4)
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>\n<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
        f"<title>{words.site}</title><link>http://news.example/</link><language>{words.language}</language><ttl>60</ttl>"
        "<sy:updatePeriod>hourly</sy:updatePeriod><skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
        f"{items}</channel></rss>"
    )


def _json_feed(words: _Words) -> str:
    item = {
        "id": 17,
        "url": "http://news.example/17.html",
        "title": words.title,
        "content_html": f"<p>{words.sentences[0]}</p>",
        "date_published": "2024-03-28T19:00:00+08:00",
        "authors": [{"name": words.author}],
    }
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": words.site, "items": [item, item]}
    )


def _sitemap(words: _Words) -> str:
    entry = (
        "<url><loc>http://news.example/{n}.html</loc><lastmod>2024-03-28T1{n}:00:00Z</lastmod><news:news><news:publication>"
        "<news:name>{site}</news:name><news:language>{lang}</news:language></news:publication>"
        "<news:publication_date>2024-03-28T1{n}:00:00Z</news:publication_date><news:title>{title}</news:title></news:news></url>"
    )
    entries = "".join(
        entry.format(n=n, site=words.site, lang=words.language, title=words.title) for n in range(4)
    )
    names = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    return f"<?xml version='1.0' encoding='UTF-8'?><urlset {names}>{entries}</urlset>"


def _index() -> str:
    entry = (
        "<sitemap><loc>http://news.example/map-{}.xml</loc><lastmod>2024-03-28T11:00:00Z</lastmod></sitemap>"
    )
    entries = "".join(map(entry.format, range(4)))
    return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</sitemapindex>"


def _link_page(words: _Words) -> str:
    links = "".join(
        f"<h2><a href='/2024/03/28/the-long-name-of-news-{n}.html'>{words.title} ({n}), {words.date}</a></h2>"
        for n in range(5)
    )
    head = f"<!doctype html><html lang={words.language}><title>{words.site}</title>"
    return f"{head}<main>{links}</main><footer><a href=/>x</a></footer>"


def _article(words: _Words) -> str:
    node = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": ["NewsArticle"],
                "headline": words.title,
                "datePublished": "2024-03-28T19:00:00+08:00",
                "author": [{"@type": "Person", "name": words.author}],
                "publisher": {"name": words.site},
                "isAccessibleForFree": True,
            }
        ],
    }
    told = json.dumps(node, ensure_ascii=words.language != "de")
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in words.sentences * 2)
    return (
        f"<!doctype html><html lang='{words.language}'><head><meta charset='utf-8'>"
        f"<title>{words.title} | {words.site}</title>"
        f"<meta property='og:title' content='{words.title}'><meta name='author' content='{words.author}'>"
        f"<meta property='article:published_time' content='2024-03-28T19:00:00+08:00'>"
        f"<link rel='canonical' href='http://news.example/17.html'><script>var tracker = '<p>no text</p>';</script>"
        f"<script type='application/ld+json'>{told}</script></head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>{words.title}</h1><time datetime='2024-03-28'>{words.date}</time>"
        f"<p class='lead'><b>{words.sentences[0]}</b></p>{paragraphs}<style>p {{ color: red }}</style></article>"
        f"<aside><a href='/other.html'>More</a></aside><footer>Imprint</footer></body></html>"
    )


def _in_charset(text: str, charset: str) -> bytes:
    """Return `text` in its own older character set, and saying so."""
    return text.replace("utf-8", charset, 1).encode(
        "gb18030" if charset == "gb2312" else charset, "xmlcharrefreplace"
    )


def made_seeds() -> list[Seed]:
    """Return the seeds that are made here: all of them can be read."""
    seeds = [Seed(name="index", kind="sitemap", body=_index().encode(), content_type="text/xml")]
    makers = (
        ("rss", "feed", _rss, "application/rss+xml"),
        ("json", "feed", _json_feed, "application/feed+json"),
        ("map", "sitemap", _sitemap, "application/xml"),
        ("links", "page", _link_page, "text/html; charset=utf-8"),
        ("article", "article", _article, "text/html"),
    )
    for words in _WORDS:
        for name, kind, make, content_type in makers:
            text, named = make(words), f"{name}-{words.language}"
            seeds.append(Seed(name=named, kind=kind, body=text.encode(), content_type=content_type))
            if name in ("rss", "article"):
                older = _in_charset(text, words.charset)
                seeds.append(Seed(name=f"{named}-older", kind=kind, body=older, content_type=content_type))
    return seeds


def _stored() -> list[Seed]:
    kinds = {".rss": "feed", ".xml": "feed", ".json": "feed", ".html": "article"}
    return [
        Seed(name=path.name, kind=kinds[path.suffix], body=path.read_bytes(), content_type=None)
        for path in sorted(FAULTS.rglob("*"))
        if path.suffix in kinds
    ]


def all_seeds() -> tuple[Seed, ...]:
    """Return the seeds that are made here, and the files of tests/faults."""
    return (*made_seeds(), *_stored())
