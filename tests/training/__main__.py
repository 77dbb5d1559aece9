"""Train the claim model on the written corpus: `make train`; `--judge` leaves affairs out and prints figures."""

import sys
from pathlib import Path

import extractors.signals
from tests.corpus.reading import read_affairs, read_sentences
from tests.training.examples import ArticleExample, article_examples, sentence_examples
from tests.training.fitting import train
from tests.training.judging import judge, leave_affairs_out

WEIGHTS = Path(extractors.signals.__file__).parent / "weights" / "claims.npz"


def main() -> int:
    """Write the weights, or judge."""
    articles, sentences = article_examples(read_affairs()), sentence_examples(read_sentences())
    print(f"{len(articles)} articles, {len(sentences)} sentences")
    if "--judge" in sys.argv:
        _judge(articles, leave_affairs_out(articles, sentences))
        return 0
    weights = train(articles, sentences)
    data = weights.to_bytes()
    WEIGHTS.write_bytes(data)
    least = f"{weights.least:.2f}, further {weights.least_further:.2f}"
    print(f"{WEIGHTS.name}: {len(data):,} bytes, {len(weights.terms)} features, least {least}")
    return 0


def _judge(articles: list[ArticleExample], said: dict[str, frozenset[tuple[str, str, str]]]) -> None:
    for language in (None, "de", "en", "zh"):
        chosen = [one for one in articles if language in (None, one.language)]
        for every in (False, True):
            made = judge(chosen, said, every=every)
            print(
                f"{language or 'all':4} {made.articles:5} articles, {'every claim' if every else 'headline':11}: "
                f"type {made.type_f1:.3f} (precision {made.type_p:.3f}, recall {made.type_r:.3f}), "
                f"with status {made.status_f1:.3f}, basis of those found {made.basis:.3f}"
            )


if __name__ == "__main__":
    sys.exit(main())
