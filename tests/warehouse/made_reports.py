"""Reports made of claims for the tests of judgement, arrivals for their property tests, and what a warehouse keeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from extractors.records import Citation, Claim, Figure, Mention, Signals
from warehouse.judged import Report
from warehouse.known import LEDGER
from warehouse.memory import Memory

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ACME, BOLT, CRANE = "company:acme", "company:bolt", "company:crane"
#: A score of a claim that one may well believe alone, and one of a claim that nobody does.
LIKELY, DOUBTFUL = 0.7, 0.05


def money(value, unit="USD"):
    return ("money", str(value), unit)


def date(value):
    return ("date", value, "date")


def vehicles(value):
    return ("vehicles", str(value), "vehicles")


def said(event_type="partnership", status="talks", basis="unconfirmed", who=(ACME, BOLT), figures=(), **more):
    """Return a claim and its figures; `is_news` and `score` may be given. Without a score it is certain."""
    return (event_type, status, basis, tuple(who), tuple(figures), more)


def signals(name, claims, cites=(), front=()):
    made, figures = [], []
    for index, (event_type, status, basis, who, found, more) in enumerate(claims):
        made.append(
            Claim(
                event_type=event_type,
                status=status,
                basis=basis,
                participants=who,
                sentence=f"{name} says {index}.",
                part="title",
                start=0,
                stop=1,
                is_news=more.get("is_news", True),
                score=more.get("score", float(5 - index)),
            )
        )
        figures += [
            figure(kind, value, unit, claim=index, part="lead" if made[-1].is_news else "body")
            for kind, value, unit in found
        ]
    names = dict.fromkeys([*front, *(one for claim in made for one in claim.participants)])
    mentions = [Mention(entity_id=one, surface=one, part="title", start=0, stop=1) for one in names]
    return Signals(
        words=100,
        claims=tuple(made),
        figures=tuple(figures),
        citations=tuple(Citation(origin=one, sentence="So it says.") for one in cites),
        mentions=tuple(mentions),
    )


def figure(kind, value, unit, *, claim=None, part="lead"):
    number = None if kind == "date" else float(value)
    return Figure(
        kind=kind,
        value=value,
        number=number,
        unit=unit,
        surface=value,
        part=part,
        start=0,
        stop=1,
        claim=claim,
    )


def report(name, *claims, hours=0.0, publisher=None, cites=(), front=(ACME, BOLT), **more):
    at = NOON + timedelta(hours=hours)
    values = {
        "article_id": name,
        "revision": 1,
        "publisher": publisher or f"{name} news",
        "language": "en",
        "title": f"Headline {name}",
        "lead": None,
        "reported_at": at,
        "detected_at": at,
        "signals": signals(name, claims, cites, front),
    }
    return Report(**(values | more))


PLACES = st.sampled_from([ACME, BOLT, CRANE])
CLAIMS = st.builds(
    said,
    st.sampled_from(["partnership", "stake", "orders"]),
    st.sampled_from(["talks", "planned", "completed", "denied"]),
    st.sampled_from(["official", "unconfirmed"]),
    st.lists(PLACES, min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from([money(5), money(9), date("2024"), vehicles(40)]), max_size=2),
    score=st.sampled_from([2.0, 1.0, LIKELY, 0.3, DOUBTFUL]),
    is_news=st.sampled_from([True, True, True, False]),
)
ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(0, 24 * 200) | st.integers(0, 60),
        st.lists(CLAIMS, max_size=3),
        st.lists(PLACES, min_size=1, max_size=2, unique=True),
        st.one_of(st.none(), st.integers(0, 9)),
        st.sampled_from([(), ("media:reuters",), (ACME,)]),
    ),
    min_size=1,
    max_size=14,
)


def arriving(made):
    """Return the reports of `made`: known articles come as later revisions, copies copy what came before them."""
    seen, latest = {}, {}
    for number, drawn, claims, front, copied, cites in made:
        name = f"a{number}"
        revision = seen.get(name, 0) + 1
        copy_of = f"a{copied}" if revision == 1 and copied != number and f"a{copied}" in seen else None
        seen[name] = revision
        hours = latest[name] = max(drawn, latest.get(name, 0))
        yield report(
            name,
            *claims,
            hours=hours,
            front=front,
            cites=cites,
            copy_of=copy_of,
            revision=revision,
            publisher=name[:2],
        )


def in_any_order(judged):
    """Return the judgement with its changed developments by id: their order promises nothing."""
    return replace(judged, changed=tuple(sorted(judged.changed, key=lambda one: one.development_id)))


class Records:
    """What a warehouse would keep of what a memory was given and has returned; of a report as much as `kept` says."""

    def __init__(self, kept=lambda one: one):
        """Keep nothing yet."""
        self.reports, self.stories, self.developments, self.links = {}, {}, {}, {}
        self._kept = kept

    def keep(self, given_report, judged):
        """Save what was given and what came out."""
        kept = replace(given_report, story_id=judged.story.story_id)
        self.reports.pop(given_report.article_id, None)
        self.reports[given_report.article_id] = self._kept(kept)
        self.stories |= {one.story_id: one for one in (judged.story, *judged.stories)}
        for step in judged.lineage:
            if step.change == "merged":
                self.stories.pop(step.story_id, None)
        for key, story_id in judged.moved:
            self.reports[key] = replace(self.reports[key], story_id=story_id)
        self.developments |= {one.development_id: one for one in (*judged.new, *judged.changed)}
        self.links |= {(one.development_id, one.article_id): one for one in judged.links}

    def adopted(self, one, drawn):
        """Return what turns out to be a copy of the new article `one`, and note that it is."""
        found = [self.reports.get(f"a{number}") for number in drawn]
        copies = [
            other.article_id
            for other in found
            if other is not None
            and one.article_id not in self.reports
            and one.copy_of is other.copy_of is None
            and other.reported_at > one.reported_at
        ]
        for key, other in self.reports.items():
            if key in copies or other.copy_of in copies:
                self.reports[key] = replace(other, copy_of=one.article_id)
        return tuple(copies)

    def earlier(self, one):
        """Return the signals of the version before, None for a new article."""
        known = self.reports.get(one.article_id)
        return known.signals if known else None

    def with_story(self, arrived):
        """Return a revision with the story that the article has joined."""
        known = self.reports.get(arrived.article_id)
        return replace(arrived, story_id=known.story_id, copy_of=known.copy_of) if known else arrived

    def memory(self, moment):
        """Return a memory of what a loader gives it before it judges a report of `moment`: reports in their order."""
        developments = [one for one in self.developments.values() if one.reported_at >= moment - LEDGER]
        return Memory(
            self.reports.values(),
            reversed(self.stories.values()),
            developments[::-1],
            reversed(self.links.values()),
        )
