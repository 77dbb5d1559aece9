from datetime import UTC, datetime

from signals_watch import watch

from extractors.records import Article
from extractors.signals.likeness import Likeness
from extractors.signals.relevance import is_relevant
from extractors.signals.tagger import Tagger
from extractors.watch import Example

ALL_OF = (("company:xiaomi", "company:xiaomi-auto"), ("topic:electric-car",))
EXAMPLE = Example(
    title="Xiaomi in talks with BAIC",
    text="Xiaomi is talking to BAIC about building an electric car together.\n\nBAIC has the licence.",
    language="en",
)
TAGGER = Tagger(watch())


def article(title, text, language="en"):
    return Article(
        url="https://news.example/1",
        source_id="s",
        publisher="p",
        title=title,
        text=text,
        lead=text.partition("\n\n")[0],
        language=language,
        seen_at=datetime(2024, 3, 24, tzinfo=UTC),
    )


def relevant(title, text, all_of=ALL_OF):
    one = article(title, text)
    return is_relevant(watch(all_of=all_of), one, TAGGER.tag(one))


def test_an_article_with_an_id_of_each_list_is_relevant():
    assert relevant("Xiaomi plans an electric car", "It will come.")


def test_an_article_without_an_id_of_one_list_is_not():
    assert not relevant("Xiaomi shows a phone", "It costs little.")
    assert not relevant("Nio shows an electric car", "It costs much.")


def test_a_name_in_passing_does_not_make_an_article_relevant():
    assert not relevant(
        "Nio shows an electric car", "It costs much.\n\nXiaomi and its rival, Xiaomi Auto, sell one too."
    )


def test_a_name_in_several_sentences_of_the_body_does():
    assert relevant("A new electric car", "It costs much.\n\nXiaomi built it. The team of Xiaomi is proud.")


def test_without_lists_any_entity_of_the_watch_will_do():
    assert relevant("Nio grows", "Much.", all_of=())
    assert not relevant("Weather", "It rains.", all_of=())


def test_a_watch_without_examples_likens_nothing():
    one = article(EXAMPLE.title, EXAMPLE.text)
    assert Likeness(watch()).score(one, TAGGER.tag(one)) == 0.0


def test_the_same_affair_is_more_like_the_example_than_another_in_any_language():
    likeness = Likeness(watch(examples=(EXAMPLE,)))
    itself = article(EXAMPLE.title, EXAMPLE.text)
    chinese = article("小米与北汽洽谈合作造车", "小米正与北汽商谈合作生产电动汽车。\n\n北汽有资质。", "zh")
    other = article("Nio raises prices", "Nio raises the price of its saloon.\n\nBYD follows.")
    scores = [likeness.score(one, TAGGER.tag(one)) for one in (itself, chinese, other)]
    assert scores[0] > 0.99
    assert scores[0] >= scores[1] > 0.7
    assert scores[1] > scores[2]
    assert all(0.0 <= score <= 1.0 for score in scores)


def test_an_article_without_any_name_is_like_nothing():
    one = article("Weather", "It rains.")
    assert Likeness(watch(examples=(EXAMPLE,))).score(one, TAGGER.tag(one)) == 0.0
