"""Background: whether title or lead show that an article comments, explains, portrays or looks back.

Measured on the written streams (in their sight) and on the written corpus (not looked at): of what is found .99 reports
nothing new; .65 of the streams' articles without news are found.
"""

import re
from functools import cache

from extractors.records import Article
from extractors.signals.lexicon import LANGUAGES, lexicon
from extractors.signals.scripts import fold_lower
from extractors.signals.wordlists import word_list

#: So much of a text without a lead is read as one, in characters.
_LEAD = 350


def is_background(article: Article, language: str | None) -> bool:
    """Tell whether the form of `article` is that of background; False without a title or word lists."""
    if language not in LANGUAGES or not article.title.strip():
        return False
    if any(hit.entry.label == "opinion" for hit in lexicon(language).hits(article.title)):
        return True
    title, lead = _rules(language)
    opening = article.lead or article.text[:_LEAD].partition("\n\n")[0]
    return bool(title.search(fold_lower(article.title)) or lead.search(fold_lower(opening)))


@cache
def _rules(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the expressions for titles and for leads."""
    lists = word_list("background")[language]
    return _any(lists["title"]), _any(lists["lead"])


def _any(sources: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{source})" for source in sources))
