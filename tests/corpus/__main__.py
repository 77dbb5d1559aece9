"""Check the written corpus and count it: `python -m tests.corpus [FOLDER|FILE…]`."""

import sys
from collections import Counter
from pathlib import Path

from tests.corpus.checks import faults_of_affair, faults_of_sentences
from tests.corpus.reading import CORPUS, read_affairs, read_sentences


def main() -> int:
    """Print each fault, then the counts; exit status 1 where there is a fault."""
    chosen = [Path(one) for one in sys.argv[1:]] or [
        *sorted((CORPUS / "affairs").iterdir()),
        *sorted((CORPUS / "sentences").glob("*.tsv")),
    ]
    faults = [
        fault
        for path in chosen
        for fault in (faults_of_affair(path) if path.is_dir() else faults_of_sentences(path))
    ]
    print(*faults, sep="\n")
    if len(sys.argv) == 1 and not faults:
        _count()
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _count() -> None:
    affairs, sentences = read_affairs(), read_sentences()
    articles = [article for affair in affairs for article in affair.articles]
    print(
        f"{len(affairs)} affairs, {len({one.industry for one in affairs})} industries, {len(articles)} articles"
    )
    print("articles", dict(Counter(one.article.language for one in articles)))
    print("claims an article", dict(sorted(Counter(len(one.claims) for one in articles).items())))
    print("sentences", len(sentences), dict(Counter(one.language for one in sentences)))
    print("modes", dict(Counter(one.mode for one in sentences)))
    told = [(c.event_type, c.status) for a in articles for c in a.claims]
    told += [(kind, status) for one in sentences for kind, status, _ in one.claims]
    print("types", dict(Counter(kind for kind, _ in told).most_common()))
    print("statuses", dict(Counter(status for _, status in told).most_common()))


if __name__ == "__main__":
    sys.exit(main())
