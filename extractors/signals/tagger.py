"""All signals of an article in one call: what collection, import and reprocessing have in common."""

from extractors.records import Article, Signals
from extractors.signals.background import is_background
from extractors.signals.citations import CitationFinder
from extractors.signals.claim_model import ClaimReader
from extractors.signals.claims import ClaimFinder
from extractors.signals.corrections import find_correction
from extractors.signals.figures import find_figures
from extractors.signals.fingerprint import count_words, shingles
from extractors.signals.mentions import MentionFinder
from extractors.signals.scripts import script_language
from extractors.watch import Watch


class Tagger:
    """Tags the articles of one watch; made once per process, holds no state between articles."""

    def __init__(self, watch: Watch, reader: ClaimReader | None = None) -> None:
        """Compile the names and rules of `watch`; `reader` is for claims, None takes the model of the package."""
        self._mentions = MentionFinder(watch)
        self._citations = CitationFinder(watch)
        self.claims = ClaimFinder(watch, reader)

    def tag(self, article: Article) -> Signals:
        """Return the signals of `article`; equal articles give equal signals."""
        title, text = article.title, article.text
        language = article.language or script_language(f"{title}\n{text}")
        mentions = self._mentions.find(title, text, article.lead)
        figures = find_figures(title, text, language, article.published_at, article.lead)
        citations = self._citations.find(title, text, language, mentions, publisher=article.publisher)
        claims, figures = self.claims.find(article, mentions, figures, citations)
        return Signals(
            words=count_words(text),
            mentions=mentions,
            claims=claims,
            figures=figures,
            citations=citations,
            shingles=shingles(text, language),
            correction=find_correction(article, language),
            background=is_background(article, language),
        )
