"""An article cut into the sentences that claims are looked for in, each with its place and the words found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from extractors.records import Article, Part
from extractors.signals.lexicon import Field, Hit, Lexicon
from extractors.signals.sentences import sentences

Region = Literal["title", "lead", "first", "rest"]

#: What a word weighs by where it stands: news comes first. Measured: without decay types lose .1 precision.
REGION_WEIGHT: dict[Region, float] = {"title": 3.0, "lead": 2.0, "first": 1.0, "rest": 0.25}

#: A first paragraph up to this many characters is read as the lead where the page names none.
_LEAD_CHARS = 350
#: A cue is near the event words up to so many characters: about as many words in each language.
_NEAR = {"de": 60, "en": 50, "zh": 16}
#: Sentences after this many are not read for claims: news does not begin there.
_MOST_SENTENCES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One sentence. `start` and `stop` count characters of the title where `part` is `title`, else of the text."""

    words: str
    part: Part
    region: Region
    start: int
    stop: int
    hits: tuple[Hit, ...]

    def of(self, field: Field, label: str | None = None) -> Iterator[Hit]:
        """Yield the hits of one field, of one label where `label` is given."""
        for hit in self.hits:
            if hit.entry.field == field and (label is None or hit.entry.label == label):
                yield hit

    def status_cues(self, event_type: str, language: str) -> Iterator[tuple[Hit, bool]]:
        """Yield the words of status, and whether each stands near a word of `event_type`."""
        events = [(hit.start, hit.stop) for hit in self.of("event", event_type)]
        near = _NEAR[language]
        for hit in self.of("status"):
            yield hit, any(start - near <= hit.stop and hit.start <= stop + near for start, stop in events)

    def says(self, field: Field, label: str) -> bool:
        """Say whether any word of `label` was found."""
        return any(True for _ in self.of(field, label))


def weight_of_regions(passages: Iterable[Passage]) -> float:
    """Return what the regions that `passages` stand in weigh together: 6 for title, lead and first paragraph."""
    return sum(REGION_WEIGHT[region] for region in {passage.region for passage in passages})


def cut(article: Article, words: Lexicon) -> tuple[Passage, ...]:
    """Return the article's sentences, title first, with the words of the lexicon found in each.

    Where `article.lead` is None, the first paragraph is the lead if it is short, else its first sentence.
    """
    passages = [_title(article, words)] if article.title.strip() else []
    lead, first = _borders(article)
    for start, stop in sentences(article.text)[:_MOST_SENTENCES]:
        sentence = article.text[start:stop]
        region: Region = "lead" if start < lead else "first" if start < first else "rest"
        part: Part = "lead" if region == "lead" and article.lead else "body"
        found = tuple(words.hits(sentence))
        passages.append(Passage(words=sentence, part=part, region=region, start=start, stop=stop, hits=found))
    return tuple(passages)


def _title(article: Article, words: Lexicon) -> Passage:
    stripped = article.title.strip()
    start = article.title.index(stripped)
    return Passage(
        words=stripped,
        part="title",
        region="title",
        start=start,
        stop=start + len(stripped),
        hits=tuple(words.hits(stripped)),
    )


def _borders(article: Article) -> tuple[int, int]:
    """Return where the lead ends and where the first paragraph after it ends, as offsets of the text."""
    text = article.text
    lead = _end_of_lead(article)
    begin = lead
    while begin < len(text) and text[begin].isspace():
        begin += 1
    end = text.find("\n\n", begin)
    return lead, len(text) if end < 0 else end


def _end_of_lead(article: Article) -> int:
    text = article.text
    if article.lead and article.lead.strip():
        at = text.find(article.lead.strip(), 0, len(article.lead) + 2 * _LEAD_CHARS)
        if at >= 0:
            return at + len(article.lead.strip())
    start = len(text) - len(text.lstrip())
    paragraph = text.find("\n\n", start)
    end = len(text) if paragraph < 0 else paragraph
    if end - start <= _LEAD_CHARS:
        return end
    spans = sentences(text[:end])
    return spans[0][1] if spans else end
