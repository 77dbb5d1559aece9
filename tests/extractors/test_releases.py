"""What newsrooms say of a version, in the words of each format, and what hostile ones write there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import Release, merged_release
from extractors.releases import release_of

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"pubstatus": "usable"}, "usable"),
        ({"pubStatus": "Canceled"}, "canceled"),
        ({"nar_pubstatus": {"qcode": "stat:canceled"}}, "canceled"),
        ({"pubstatus": {"uri": "http://cv.iptc.org/newscodes/pubstatusg2/withheld"}}, "withheld"),
        ({"apnm_publishingstatus": "Withheld"}, "withheld"),
        ({"apnm_publishingstatus": "Embargoed"}, "withheld"),
        ({"creativeWorkStatus": "Retracted"}, "canceled"),
        ({"creativeWorkStatus": {"@type": "DefinedTerm", "name": "Published"}}, "usable"),
        ({"creativeWorkStatus": "https://schema.example/Withdrawn"}, "canceled"),
    ],
)
def test_a_status_is_told_in_one_word_whoever_says_it(said, status):
    assert release_of(said, "en", NOON) == Release(pubstatus=status)


@pytest.mark.parametrize("value", ["draft", "", "stat:", "  ", None, True, [], {}, {"qcode": None}, "可用"])
def test_what_is_no_status_says_nothing(value):
    assert release_of({"pubstatus": value}, "en", NOON) is None


def test_all_five_of_ninjs_are_read():
    said = {
        "version": 3,
        "versioncreated": "2024-03-28T11:00:00+01:00",
        "embargoed": "2024-04-30T06:00:00Z",
        "ednote": "Corrects the <b>price</b> in paragraph 2.",
        "pubstatus": "usable",
        "urgency": 4,
    }

    assert release_of(said, "en", NOON) == Release(
        pubstatus="usable",
        version="3",
        versioncreated=datetime(2024, 3, 28, 10, tzinfo=UTC),
        embargoed=datetime(2024, 4, 30, 6, tzinfo=UTC),
        ednote="Corrects the price in paragraph 2.",
    )


def test_a_correction_of_a_page_is_a_note():
    said = {
        "correction": [{"@type": "CorrectionComment", "text": "An earlier version had 10 %."}],
        "version": 2.0,
    }

    assert release_of(said, "en", NOON) == Release(version="2", ednote="An earlier version had 10 %.")


def test_the_first_that_says_something_is_taken_word_for_word():
    first, second = Release(version="2", ednote="a"), Release(version="1", pubstatus="canceled")

    assert merged_release(first, second) == Release(version="2", ednote="a", pubstatus="canceled")
    assert merged_release(first, None) == merged_release(None, first) == first
    assert merged_release(None, None) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["qcode", "name", "x"]), inner)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(["pubstatus", "version", "versionCreated", "embargoed", "nar_ednote", "correction"])


@settings(deadline=None)  # the first date that is looked at loads what reads dates
@given(st.dictionaries(NAMES, JSON))
def test_whatever_is_written_there_comes_out_bounded_or_not_at_all(said):
    found = release_of(said, None, NOON)

    assert found is None or (
        found.pubstatus in (None, "usable", "withheld", "canceled")
        and len(found.version or "") <= 50
        and len(found.ednote or "") <= 1000
        and all(at is None or at.tzinfo is not None for at in (found.versioncreated, found.embargoed))
    )


@pytest.mark.parametrize(
    "written",
    ["2099-12-31T00:00:00Z", "9999-12-31T23:59:59-05:00", "until further notice", True],
)
@pytest.mark.parametrize("status", ["usable", None])
def test_an_embargo_whose_end_cannot_be_told_holds_the_article_back(written, status):
    assert release_of({"embargoed": written, "pubstatus": status}, "en", NOON) == Release(
        pubstatus="withheld"
    )


def test_what_is_canceled_is_so_whatever_its_embargo():
    said = {"embargoed": "until further notice", "pubstatus": ["stat:canceled"]}

    assert release_of(said, "en", NOON) == Release(pubstatus="canceled")


@pytest.mark.parametrize("written", ["no", "None", "", False, None, 0, "1970-01-01", "0001-01-01T00:00:00"])
def test_what_is_no_embargo_holds_nothing_back(written):
    assert release_of({"embargoed": written}, "en", NOON) is None


@pytest.mark.parametrize(
    "written",
    [
        "March 29, 2024, 6:00 PM",
        "2024-03-29T18:00:00Z",
        1711735200,
        "1711735200",
        1711735200000,
        1711735200.0,
    ],
)
def test_the_end_of_an_embargo_is_read_however_it_is_written(written):
    at = datetime(2024, 3, 29, 18, tzinfo=UTC)

    assert release_of({"embargoed": written}, "en", NOON) == Release(embargoed=at)


@pytest.mark.parametrize("said", [["x", "stat:canceled"], ["usable", "withheld", "stat:canceled"]])
def test_of_several_statuses_the_strictest_counts(said):
    assert release_of({"pubstatus": said}, "en", NOON) == Release(pubstatus="canceled")
