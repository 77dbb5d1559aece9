"""The languages of the report: nothing is left untranslated, nothing is filled in wrongly."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import flows.report
from extractors.records import EventType, Status
from extractors.watch import read_watch
from flows.report.words import LANGUAGES, language_of, words_of
from flows.settings import REPORT_LANGUAGES

FOLDER = Path(flows.report.__file__).parent
PLACES = re.compile(r"%\(\w+\)s")
TEMPLATES = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}


def messages():
    found = extract_from_dir(
        FOLDER,
        method_map=[("templates/**.html", "jinja2"), ("**.py", "python")],
        options_map={"templates/**.html": TEMPLATES},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)},
    )
    return {message for _, _, message, *_ in found}


@pytest.fixture(scope="module")
def german():
    with (FOLDER / "catalogues" / "de.po").open("rb") as file:
        return read_po(file, locale="de")


def test_every_text_of_templates_and_charts_is_in_the_catalogue_and_no_other(german):
    known = {message.id for message in german if message.id and not message.context}

    assert len(messages()) > 100
    assert messages() - known == set()
    assert known - messages() == set()


def test_every_translation_is_there_and_has_the_places_of_its_original(german):
    for message in german:
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(told), message.id
        for one in told:
            assert set(PLACES.findall(one)) == set(PLACES.findall(originals[-1])), message.id


@pytest.mark.parametrize("event", get_args(EventType))
@pytest.mark.parametrize("status", get_args(Status))
def test_the_line_of_a_development_is_told_in_german(event, status):
    words = words_of("de")
    told = words.told(f"Xiaomi, BAIC and 2 more: {event}, {status} (unconfirmed): 10 %")

    assert (
        told
        == f"Xiaomi, BAIC und 2 weitere: {words.event(event)}, {words.status(status)} (unbestätigt): 10 %"
    )


@pytest.mark.parametrize(
    "line", ["", "No line of ours", "stake", "Xiaomi: stake, soon", "a: stake, talks and more"]
)
def test_any_other_line_is_left_as_it_is(line):
    assert words_of("de").told(line) == line


def test_dates_and_numbers_are_written_as_the_language_does():
    moment = datetime(2024, 7, 25, 10, 30, tzinfo=UTC)

    assert words_of("de").time(moment) == "25. Juli 2024, 10:30 UTC"
    assert words_of("en").time(moment) == "25 Jul 2024, 10:30 UTC"
    assert (words_of("de").number(12345.67), words_of("en").number(12345.67)) == ("12.345,7", "12,345.7")
    assert (words_of("de").score(0.815), words_of("en").score(1)) == ("0,82", "1.00")
    assert words_of("de").month("2024-03") == "März 2024"
    assert words_of("en").weekday(date(2024, 3, 28)) == "Thursday, 28\u00a0March\u00a02024"


@pytest.mark.parametrize(
    ("spoken", "asked", "told"),
    [
        (["de", "en"], None, "de"),
        (["zh", "de", "en"], None, "de"),
        (["zh"], None, "en"),
        (["zh"], "de", "de"),
        (["de", "en"], "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_that_of_the_watch(tmp_path, spoken, asked, told):
    path = tmp_path / "watch.toml"
    path.write_text(
        f'name = "c"\ntitle = "C"\nlanguages = {json.dumps(spoken)}\n'
        '[[entities]]\nid = "company:x"\nnames = { en = ["X"] }\n'
    )

    assert language_of(read_watch(path), asked) == told


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(ValueError, match="de and en, not 'fr'"):
        language_of(None, "fr")
    assert language_of(None) in LANGUAGES


def test_the_setting_takes_the_languages_that_there_are():
    assert REPORT_LANGUAGES == LANGUAGES
