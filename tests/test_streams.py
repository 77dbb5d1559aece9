"""The written streams hold to their checks, and each is varied enough to learn from."""

from collections import Counter
from functools import cache

import pytest

from tests.streams.checks import faults_of, notes_on
from tests.streams.reading import read_stream, stream_names

LANGUAGES = {"de", "en", "zh"}


@cache
def stream(name):
    return read_stream(name)


def test_there_are_streams_of_many_affairs():
    assert len(stream_names()) >= 10
    assert sum(len(stream(name).gold.articles) for name in stream_names()) >= 480


@pytest.mark.parametrize("name", stream_names())
def test_a_stream_has_no_faults(name):
    assert faults_of(stream(name)) == []


@pytest.mark.parametrize("name", stream_names())
def test_the_watch_of_a_stream_takes_what_is_labelled_relevant(name):
    assert notes_on(stream(name)) == []


@pytest.mark.parametrize("name", stream_names())
def test_a_stream_brings_all_that_judgement_must_tell_apart(name):
    articles = stream(name).gold.articles
    languages = Counter(one.language for one in articles)
    told = Counter(key for one in articles for key in one.developments)

    assert set(languages) == LANGUAGES
    assert min(languages.values()) >= 10
    assert len(stream(name).gold.developments) >= 15
    assert len({one.story for one in articles if one.story}) >= 4
    assert sum(not one.relevant for one in articles) >= 5
    assert sum(one.duplicate_of is not None for one in articles) >= 2
    assert sum(one.revises is not None for one in articles) >= 1
    assert sum(one.relevant and not one.developments for one in articles) >= 2
    assert sum(count > 1 for count in told.values()) >= 8


@pytest.mark.parametrize("name", stream_names())
def test_what_a_stream_takes_back_is_taken_back_by_an_article_of_it(name):
    gold = stream(name).gold
    published = {one.id: one.published for one in gold.articles}
    first = {key: one.published for one in reversed(gold.articles) for key in one.developments}

    for one in gold.developments:
        if one.get("withdrawn_by"):
            assert published[one["withdrawn_by"]] > first[one["id"]]


def test_some_streams_take_something_back():
    told = [one for name in stream_names() for one in stream(name).gold.developments]

    assert sum(bool(one.get("withdrawn_by")) for one in told) >= 5
