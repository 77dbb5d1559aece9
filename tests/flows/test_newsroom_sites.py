"""Sites, steps, gold sets and the receiver of the newsroom."""

from datetime import UTC, datetime, timedelta

import apprise
import httpx
import pytest

from extractors.watch import Entity
from flows.newsroom.editions import edition, published_count
from flows.newsroom.gold import GOLD_SETS, all_articles, read_gold
from flows.newsroom.receiver import Receiver
from flows.newsroom.server import Newsroom
from flows.newsroom.sites import SITES, newsroom_watch, sources
from flows.newsroom.steps import STEP, steps


def test_every_host_of_the_gold_sets_is_a_site_with_a_source():
    assert {site.host for site in SITES} == {article.host for article in all_articles()}
    assert len({source.source_id for source in sources()}) == len(SITES) == 37
    assert len({site.design for site in SITES}) >= 5
    assert {site.language for site in SITES} == {"de", "en", "zh"}


def test_sources_are_of_every_kind_the_sites_offer():
    kinds = {source.kind for source in sources()}
    pages = [source for source in sources() if source.kind == "page"]

    assert kinds == {"feed", "page", "sitemap"}
    assert {source.links is None for source in pages} == {True, False}


def test_the_newsroom_can_be_connected_to_under_each_name():
    with Newsroom() as newsroom:
        assert newsroom.connect_to == tuple((site.host, f"127.0.0.1:{newsroom.port}") for site in SITES)


def test_the_watch_keeps_its_own_entities_and_gains_those_that_are_missing(a_watch):
    own = Entity(entity_id="company:baic", kind="company", name="Mine", names={"en": ("Mine",)})
    watch = newsroom_watch(a_watch(entities=(own,)), alert_url="json://127.0.0.1:9/")

    assert watch.by_id["company:baic"].name == "Mine"
    for name in GOLD_SETS:
        assert {entity["id"] for entity in read_gold(name).watch["entities"]} <= set(watch.by_id)
    assert watch.sources == sources()
    assert [rule.to for rule in watch.alerts] == ["json://127.0.0.1:9/"]


def test_gold_sets_hold_every_article_and_development():
    counts = {name: (len(read_gold(name).articles), len(read_gold(name).developments)) for name in GOLD_SETS}

    assert {name: articles for name, (articles, _) in counts.items()} == {"xiaomi-baic": 129, "su7-week": 66}
    labelled = {development["id"] for development in read_gold("su7-week").developments}
    assert {d for article in read_gold("su7-week").articles for d in article.developments} <= labelled


def test_an_unknown_gold_set_is_an_error():
    with pytest.raises(FileNotFoundError):
        read_gold("none")


def test_every_article_appears_within_one_step_of_a_cycle():
    moments = steps()
    for article in all_articles():
        following = min(moment for moment in moments if moment >= article.published)
        assert following - article.published < STEP


def test_steps_run_from_before_the_first_article_to_after_the_last_and_leave_no_month_out():
    moments = steps()
    months = {(moment.year, moment.month) for moment in moments}

    assert list(moments) == sorted(set(moments))
    assert moments[0] < all_articles()[0].published
    assert moments[-1] > all_articles()[-1].published
    assert moments[0] < datetime(2021, 3, 21, tzinfo=UTC)
    assert len(months) == 10 + 12 + 12 + 7
    assert 100 < len(moments) < 150


def test_an_edited_article_takes_the_place_of_its_first_version():
    revision = next(article for article in all_articles() if article.revises)
    earlier = edition(
        revision.host, published_count(revision.host, revision.published - timedelta(seconds=1))
    )
    later = edition(revision.host, published_count(revision.host, revision.published))
    (first,) = (piece for piece in earlier if piece.article.path == revision.path)
    (second,) = (piece for piece in later if piece.article.path == revision.path)

    assert (first.version, second.version) == (1, 2)
    assert second.article is revision
    assert second.published == first.published < second.updated
    assert later[0] is second


def test_the_receiver_keeps_what_apprise_sends():
    with Receiver() as receiver:
        channel = apprise.Apprise()
        channel.add(receiver.url)
        sent = channel.notify(title="Xiaomi", body="小米 baut")

    assert sent
    assert [(message["title"], message["message"]) for message in receiver.messages] == [
        ("Xiaomi", "小米 baut")
    ]


def test_the_receiver_refuses_what_is_no_message():
    with Receiver() as receiver:
        answer = httpx.post(f"http://127.0.0.1:{receiver.port}/", content=b"no json", trust_env=False)

    assert answer.status_code == 400
    assert receiver.messages == []
