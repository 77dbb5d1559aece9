"""One kind of hostility: what is answered, and with which of our causes it may end."""

from dataclasses import dataclass

from tests.hostile.server import Answer

#: What may stand in `ends` for an answer that can be read after all.
READ = "read"
#: The server broke off or answered nonsense, by whichever part of the client it is found out.
BROKEN = frozenset(("broken-answer",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A hostile source or page, at a host of its own that is called as the kind.

    `ends` are the causes it may end with, `read` among them where a reader may make sense of it. `listing` is the
    kind of source it pretends to be, None for a page behind the link of a good feed. `slow` are those that take the
    whole deadline, to be begun first. `robots` is what the host says of itself, None where it has no robots.txt.
    """

    name: str
    answer: Answer
    ends: frozenset[str]
    listing: str | None = "feed"
    slow: bool = False
    robots: Answer | None = None

    @property
    def host(self) -> str:
        """The host it is found at."""
        return f"{self.name}.example"


def kind(name: str, answer: Answer, *ends: str, **more: object) -> Kind:
    """Return a kind that may end with one of the causes `ends`, with `broken-answer` where none is named."""
    return Kind(name=name, answer=answer, ends=frozenset(ends) or BROKEN, **more)
