from datetime import timedelta
from urllib.parse import unquote

import pytest

from extractors.errors import WatchError
from extractors.watch import read_watch

HEAD = """
name = "small"
languages = ["en", "zh"]
[relevance]
all_of = [["company:acme", "company:baic"], ["topic:lift"]]
[[entities]]
id = "company:acme"
names = { en = ["Acme"], zh = ["阿克米"] }
[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }
[[entities]]
id = "media:bote"
names = { de = ["Der Bote"] }
[[topics]]
id = "topic:lift"
words = { en = ["lift"], zh = ["电梯"] }
"""
FIRST = '[[sources]]\nid = "one"\n'


def written(folder, tail, head=HEAD):
    path = folder / "watch.toml"
    path.write_text(head + tail, encoding="utf-8")
    return path


def source(folder, keys, head=HEAD):
    (found,) = read_watch(written(folder, FIRST + keys, head)).sources
    return found


def faults(folder, keys):
    with pytest.raises(WatchError) as caught:
        read_watch(written(folder, FIRST + keys))
    return {
        fault.key.removeprefix("sources[0]."): (fault.line, fault.message) for fault in caught.value.faults
    }


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("", 'q=("Acme" OR "阿克米" OR "BAIC") ("lift" OR "电梯")&'),
        ('language = "en"', 'q=("Acme" OR "BAIC") "lift"&'),
        ('language = "zh"', 'q="阿克米" "电梯"&'),
    ],
)
def test_a_search_is_filled_from_the_names_of_the_watch(tmp_path, language, query):
    found = source(tmp_path, f'kind = "search"\nengine = "bing-news"\n{language}\n')

    assert found.url.startswith("https://www.bing.com/news/search?")
    assert query in unquote(found.url)


def test_without_relevance_all_entities_but_the_media_are_searched_for(tmp_path):
    head = HEAD.replace('[relevance]\nall_of = [["company:acme", "company:baic"], ["topic:lift"]]\n', "")
    found = source(tmp_path, 'kind = "search"\nengine = "bing-news"\nlanguage = "en"\n', head)

    assert 'q=("Acme" OR "BAIC")&' in unquote(found.url)


def test_words_of_ones_own_and_a_place_for_them_in_an_address(tmp_path):
    own = source(tmp_path, 'kind = "search"\nengine = "gdelt"\nquery = "acme lift"\n')
    place = source(tmp_path, 'kind = "search"\nurl = "https://s.example/?q={query}&f=rss"\nlanguage = "en"\n')

    assert "query=acme%20lift&" in own.url
    assert unquote(place.url) == 'https://s.example/?q=("Acme" OR "BAIC") "lift"&f=rss'


def test_a_page_can_be_watched_for_its_own_text_in_its_own_zone(tmp_path):
    found = source(
        tmp_path, 'kind = "page"\nurl = "https://a.example/"\ntext = "main"\nzone = "Asia/Shanghai"\n'
    )

    assert (found.text, found.zone, found.links, found.every) == (
        "main",
        "Asia/Shanghai",
        None,
        timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("keys", "key", "line", "said"),
    [
        ('kind = "search"\nengine = "bing"', "engine", 21, "did you mean `bing-news`?"),
        ('kind = "feed"\nengine = "gdelt"', "engine", 21, 'kind = "search"'),
        (
            'kind = "search"\nengine = "gdelt"\nurl = "https://a.example/"',
            "engine",
            21,
            "either `engine` or `url`",
        ),
        ('kind = "search"\nurl = "https://a.example/"\nquery = "x"', "query", 22, "{query}"),
        ('kind = "search"', "url", 18, "missing"),
        ('kind = "feed"\nurl = "https://a.example/?q={query}"', "url", 21, 'kind = "search"'),
        ('kind = "feed"\nurl = "https://a.example/"\ntext = "main"', "text", 22, 'kind = "page"'),
        ('kind = "page"\nurl = "https://a.example/"\ntext = "a[["', "text", 22, "does not parse"),
        ('kind = "page"\nurl = "https://a.example/"\ntext = "main"\nlinks = "a"', "links", 23, "either"),
        (
            'kind = "feed"\nurl = "https://a.example/"\nzone = "Europe/Berln"',
            "zone",
            22,
            "did you mean `Europe/Berlin`?",
        ),
        ('kind = "feed"\nurl = "https://a.example/"\nzone = "../etc"', "zone", 22, "unknown time zone"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, keys, key, line, said):
    found = faults(tmp_path, keys)

    assert list(found) == [key]
    assert found[key][0] == line
    assert said in found[key][1]


def test_a_watch_without_names_needs_words_for_its_search(tmp_path):
    head = (
        'name = "small"\nlanguages = ["en"]\n[[entities]]\nid = "media:bote"\nnames = { de = ["Der Bote"] }\n'
    )
    path = written(tmp_path, f'{FIRST}kind = "search"\nengine = "gdelt"\n', head)

    with pytest.raises(WatchError, match="no names to search for"):
        read_watch(path)
