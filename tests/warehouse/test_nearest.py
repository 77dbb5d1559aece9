"""The nearest reports: the index in memory and the query in the warehouse find what the definition says."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import nearest
from warehouse.database import insert, open_warehouse, run
from warehouse.nearest import FADING, HISTORY, RECENT, TokenIndex, fading, reach, telling

FIRST = date(2023, 1, 1)
TOKENS = tuple(range(1, 13))
COMMON = (10, 11)
MOST = 4


class Weights(dict):
    """Weights of tokens, exact in binary so that sums do not depend on their order; two tokens are common."""

    def holders(self, token):
        """Return a number of reports above the limit for the common tokens."""
        return nearest.COMMON + 1 if token in COMMON else 1


WEIGHTS = Weights({token: 0.0 if token == 12 else token / 8 for token in TOKENS})


@pytest.fixture(autouse=True, scope="module")
def few():
    """Look at few reports and tokens, so that small cases reach the limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "NEAREST", MOST)
        patch.setattr(nearest, "TELLING", 6)
        yield


def as_defined(reports, tokens, day):
    """Return what `TokenIndex.nearest` promises, worked out the long way; `reports` in the order they came."""
    told = telling(tokens, WEIGHTS)
    scored, close = [], []
    for place, (key, (at, held)) in enumerate(reports.items()):
        apart = abs(at - day)
        if apart > HISTORY:
            continue
        close.append((apart, -place, key))
        shared = [one for one in told if one in held and apart <= reach(WEIGHTS.holders(one))]
        if shared:
            scored.append((-sum(WEIGHTS[one] for one in shared) * fading(apart), -place, key))
    found = [key for _, _, key in sorted(scored)[:MOST]]
    if len(found) < MOST:
        found += [key for _, _, key in sorted(close)[:MOST] if key not in found]
    return found


def days():
    return st.integers(0, HISTORY.days + 60).map(lambda number: FIRST + timedelta(days=number)) | st.integers(
        0, 20
    ).map(lambda number: FIRST + timedelta(days=number))


def held():
    return st.frozensets(st.sampled_from(TOKENS), max_size=5)


@settings(deadline=None, max_examples=300)
@given(
    came=st.lists(st.tuples(st.integers(0, 25), days(), held(), st.booleans()), max_size=60),
    tokens=held(),
    day=days(),
)
def test_the_index_finds_what_shares_most_and_then_what_is_close(came, tokens, day):
    index, known = TokenIndex(), {}
    for number, at, holding, stays in came:
        index.add(f"a{number}", at, holding)
        known.pop(f"a{number}", None)
        known[f"a{number}"] = (at, holding)
        if not stays:
            index.remove(f"a{number}")
            del known[f"a{number}"]

    assert index.nearest(tokens, day, WEIGHTS) == as_defined(known, tokens, day)


def test_weights_without_counts_reach_all_of_history():
    index = TokenIndex()
    index.add("old", FIRST, frozenset({COMMON[0]}))
    for number in range(MOST):
        index.add(f"new-{number}", FIRST + HISTORY, frozenset())

    assert "old" in index.nearest({COMMON[0]}, FIRST + HISTORY, dict(WEIGHTS))
    assert "old" not in index.nearest({COMMON[0]}, FIRST + HISTORY, WEIGHTS)


@pytest.mark.parametrize(
    ("count", "span"), [(0, 5), (3, 60), (150, 5), (150, 60), (150, 300), (150, 3 * HISTORY.days)]
)
def test_the_query_finds_what_the_index_finds(count, span, tmp_path):
    chance = random.Random(count + span)
    reports = {
        f"a{number}": (
            FIRST + timedelta(days=chance.randrange(span)),
            frozenset(chance.sample(TOKENS, chance.randrange(4))),
        )
        for number in range(count)
    }
    wanted = (frozenset(), frozenset(COMMON), *(frozenset(chance.sample(TOKENS, size)) for size in (1, 2, 5)))
    asked = [(FIRST + timedelta(days=chance.randrange(-5, span + 5)), tokens) for tokens in wanted * 2]
    index = TokenIndex()
    for key, (at, holding) in reports.items():
        index.add(key, at, holding)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        _store(con, reports)
        found = [key for (key,) in run(con, "nearest_reports", **_parameters(asked))]

    assert found == sorted({key for day, tokens in asked for key in index.nearest(tokens, day, WEIGHTS)})


def _store(con, reports):
    moments = [
        datetime(at.year, at.month, at.day, place % 24, tzinfo=UTC)
        for place, (at, _) in enumerate(reports.values())
    ]
    insert(
        con,
        "state.reports",
        [
            {"position": place, "article_id": key, "reported_at": moment, "detected_at": moment}
            for place, (key, moment) in enumerate(zip(reports, moments, strict=True), start=1)
        ],
    )
    insert(
        con,
        "state.tokens",
        [
            {"token": token, "position": place, "day": at}
            for place, (at, holding) in enumerate(reports.values(), start=1)
            for token in holding
        ],
    )


def _parameters(asked):
    told = [(day, telling(tokens, WEIGHTS)) for day, tokens in asked]
    first, last = min(day for day, _ in told), max(day for day, _ in told)
    return {
        "asked": [
            {
                "number": number,
                "day": day,
                "tokens": list(tokens),
                "weights": [WEIGHTS[token] for token in tokens],
                "reaches": [reach(WEIGHTS.holders(token)).days for token in tokens],
            }
            for number, (day, tokens) in enumerate(told)
        ],
        "since": first - HISTORY,
        "until": last + HISTORY,
        "recent_since": first - RECENT,
        "recent_until": last + RECENT,
        "days": HISTORY.days,
        "fading": FADING.days,
        "most": MOST,
    }
