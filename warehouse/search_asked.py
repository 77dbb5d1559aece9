"""What is asked of the engine: the parts of a query as it counts and finds them, and what narrows a search.

A part is asked for in two ways. `scored` weighs it by BM25 in each field. `held` only tells whether it is there, which
takes a fifth of the time (measured), and so serves to count articles and the parts that they hold.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, product

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Asked

from warehouse.search_query import WEIGHTS, Narrowing, Part, Slot
from warehouse.search_terms import is_paired

#: What a longer word counts that begins so, beside the word itself; all that are not among the `_LONGER` most frequent
#: ones of a field count the second, however rare they are.
_GROWN, _GROWN_RARE = 0.5, 0.05
_LONGER = 64
#: So many longer words are looked for by name. Only where there are more it is all that begins so, for which the engine
#: goes through the frequent ones once more: that took four fifths of the time of a search.
_KNOWN_LONGER = 4_096
#: Forms of a phrase that are looked for at the most.
_MOST_FORMS = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("article_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("number", fast=True)
    builder.add_integer_field("reported_at", fast=True)  # microseconds since 1970
    for name in ("language", "publisher", "features"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="terms", index_option="position")
    for name in ("texts", "compared"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


class Asking:
    """Asks one state of the index, whose terms it knows."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        """Ask `searcher`."""
        self._searcher = searcher
        self._known: dict[tuple[str, Slot], tuple[list[str], list[str] | None]] = {}

    def scored(self, part: Part) -> Asked:
        """Ask for a part: in each field it counts as its best form does."""
        return _any(
            Asked.boost_query(self._in_field(field, part), weight) for field, weight in WEIGHTS.items()
        )

    def held(self, part: Part) -> Asked:
        """Ask for a part, however well it fits."""
        return _any(self.forms(part))

    def forms(self, part: Part) -> list[Asked]:
        """Return all that a part is there by: to count what holds any of several, they are asked for side by side."""
        if len(part.slots) > 1:
            return [self._in_field(field, part) for field in WEIGHTS]
        return [one for field in WEIGHTS for one in self._forms_of_word(field, part.slots[0])]

    def _forms_of_word(self, field: str, slot: Slot) -> list[Asked]:
        frequent, _ = self._longer(field, slot)
        terms = (*slot.spellings, *frequent)
        return [*(Asked.term_query(schema(), field, term) for term in terms), *self._rarer(field, slot)]

    def _in_field(self, field: str, part: Part) -> Asked:
        """Ask for a part in one field; a phrase counts as one word."""
        if len(part.slots) == 1:
            return self._word(field, part.slots[0])
        forms = (self._forms(field, part.slots, place) for place in range(len(part.slots)))
        offsets = [slot.offset for slot in part.slots]
        phrases = [
            Asked.phrase_query(schema(), field, list(zip(offsets, form, strict=True)))
            for form in islice(product(*forms), _MOST_FORMS)
        ]
        return Asked.boost_query(_best_of(phrases), 1 / len(offsets))

    def _forms(self, field: str, slots: Sequence[Slot], place: int) -> list[str]:
        """Return what may stand at one place of a phrase: a single Chinese character is the first of a pair, too."""
        slot = slots[place]
        forms = list(slot.spellings)
        if slot.grows and place == len(slots) - 1:
            forms += self._longer(field, slot)[0]
        elif slot.grows and is_paired((following := slots[place + 1].spellings[0])[0]):
            forms += [spelling + following[0] for spelling in slot.spellings]
        return forms

    def _word(self, field: str, slot: Slot) -> Asked:
        frequent, _ = self._longer(field, slot)
        forms = [Asked.term_query(schema(), field, term) for term in slot.spellings]
        forms += [Asked.boost_query(Asked.term_query(schema(), field, term), _GROWN) for term in frequent]
        forms += [Asked.boost_query(one, _GROWN_RARE) for one in self._rarer(field, slot)]
        return _best_of(forms)

    def _rarer(self, field: str, slot: Slot) -> list[Asked]:
        """Ask for the longer words that are not among the most frequent ones."""
        _, rare = self._longer(field, slot)
        if rare is None:
            return [
                Asked.fuzzy_term_query(schema(), field, term, distance=0, prefix=True)
                for term in slot.spellings
            ]
        return [Asked.term_set_query(schema(), field, rare)] if rare else []

    def _longer(self, field: str, slot: Slot) -> tuple[list[str], list[str] | None]:
        """Return the most frequent terms of a field that begin as a slot does, if it grows, and the rarer ones.

        The second is None where there are too many.
        """
        if (field, slot) not in self._known:
            begun = [
                [term for term, _ in self._searcher.terms_with_prefix(field, spelling, limit=_KNOWN_LONGER)]
                for spelling in (slot.spellings if slot.grows else ())
            ]
            others = dict.fromkeys(term for terms in begun for term in terms[:_LONGER])
            frequent = [term for term in others if term not in slot.spellings]
            all_known = all(len(terms) < _KNOWN_LONGER for terms in begun)
            taken = {*frequent, *slot.spellings}
            rare = [term for terms in begun for term in terms[_LONGER:] if term not in taken]
            self._known[field, slot] = frequent, rare if all_known else None
        return self._known[field, slot]


def saying(words: Sequence[str]) -> Asked:
    """Ask for these terms one after the other in title or text, the last one also with an s behind it."""
    forms = [(*words[:-1], last) for last in (words[-1], f"{words[-1]}s")]
    return _any(
        Asked.phrase_query(schema(), field, list(form))
        if len(form) > 1
        else Asked.term_query(schema(), field, form[0])
        for field in ("title", "text")
        for form in forms
    )


def having(feature: str) -> Asked:
    """Ask for articles with one of the features that `search_kept` gives them."""
    return Asked.term_query(schema(), "features", feature)


def narrowed(narrowing: Narrowing, only: Sequence[str] | None) -> Iterator[Asked]:
    """Yield what an article must be to be found: `only` are the ids to choose from (None: all)."""
    for name in ("language", "publisher"):
        if (value := getattr(narrowing, name)) is not None:
            known = str(value).casefold().encode("utf-8", "replace").decode()
            yield Asked.term_query(schema(), name, known)
    if narrowing.since is not None or narrowing.before is not None:
        since, before = (
            None if at is None else microseconds(at) for at in (narrowing.since, narrowing.before)
        )
        yield between("reported_at", since, before)
    if only is not None:
        yield any_of(only)


def between(field: str, since: int | None, before: int | None) -> Asked:
    """Ask for numbers from `since` on and below `before`, None: without an end."""
    open_end = before is None
    return Asked.range_query(schema(), field, FieldType.Integer, since, before, include_upper=open_end)


def any_of(ids: Sequence[str]) -> Asked:
    """Ask for the articles with these ids."""
    return Asked.term_set_query(schema(), "article_id", list(ids)) if ids else Asked.empty_query()


def counting(asked: Asked, weight: float) -> Asked:
    """Ask for the same, of which each one counts `weight`."""
    return Asked.const_score_query(asked, weight)


def microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to `moment`."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(passed: int) -> datetime:
    """Return the time so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=passed)


def _any(asked: Iterable[Asked]) -> Asked:
    return Asked.boolean_query([(Occur.Should, one) for one in asked])


def _best_of(asked: Sequence[Asked]) -> Asked:
    return asked[0] if len(asked) == 1 else Asked.disjunction_max_query(asked)
