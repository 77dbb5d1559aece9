"""Check the written streams and count them: `python -m tests.streams [NAME…]`."""

import sys
from collections import Counter

from tests.streams.checks import faults_of, notes_on
from tests.streams.reading import Stream, read_stream, stream_names


def main() -> int:
    """Print each fault and the counts; exit status 1 where there is a fault."""
    faults = 0
    for name in sys.argv[1:] or stream_names():
        stream = read_stream(name)
        found = faults_of(stream)
        faults += len(found)
        print(
            *(f"{name}: {fault}" for fault in found),
            *(f"{name}: note: {n}" for n in notes_on(stream)),
            sep="\n",
        )
        print(f"{name}: {_counts(stream)}")
    print(f"{faults} faults")
    return 1 if faults else 0


def _counts(stream: Stream) -> str:
    articles = stream.gold.articles
    told = {
        "articles": len(articles),
        **Counter(one.language for one in articles),
        "irrelevant": sum(not one.relevant for one in articles),
        "copies": sum(bool(one.duplicate_of) for one in articles),
        "revisions": sum(bool(one.revises) for one in articles),
        "stories": len({one.story for one in articles if one.story}),
        "developments": len(stream.gold.developments),
        "told": sum(len(one.developments) for one in articles),
        "relevant without": sum(one.relevant and not one.developments for one in articles),
    }
    return ", ".join(f"{name} {count}" for name, count in told.items())


if __name__ == "__main__":
    sys.exit(main())
