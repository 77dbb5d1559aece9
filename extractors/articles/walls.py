"""Pages that stand where an article should: consent walls, bot checks, error pages that say 200, empty shells."""

import re

#: What such a page says in its title, per cause; an article about such things has a text to show for it.
_TITLES = {
    "bot-wall": re.compile(
        r"just a moment|attention required|are you (?:a )?(?:robot|human)|verify (?:that )?you are human"
        r"|pardon our interruption|access denied|security check|captcha|ddos protection"
        r"|sicherheitsüberprüfung|zugriff verweigert|sind sie ein mensch|访问验证|安全验证|人机验证|滑动验证",
        re.IGNORECASE,
    ),
    "consent-wall": re.compile(
        r"before you continue|cookie[- ]?(?:consent|einstellungen|settings|zustimmung)|datenschutz-?einstellungen"
        r"|privacy (?:settings|choices|gate|wall)|consent (?:wall|gate|required)|einwilligung|zustimmung erforderlich",
        re.IGNORECASE,
    ),
    "soft-404": re.compile(
        r"^\W*404\b|\b404\W*$|page (?:could )?not (?:be )?found|not found|no longer available|seite nicht gefunden"
        r"|seite existiert nicht|nicht mehr verfügbar|页面不存在|页面未找到|找不到页面|内容已删除|文章不存在",
        re.IGNORECASE,
    ),
}
_HAN = re.compile(r"[\u3400-\u9fff]")
#: Letters of a text that is an article's even if its title reads like an error page's; less is doubtful.
_LONG, _LONG_HAN = 900, 300
#: Letters of the shortest news in brief: one sentence.
_LEAST, _LEAST_HAN = 60, 20


def wall_of(title: str | None, text: str) -> str | None:
    """Return why the page is no article (`bot-wall`, `consent-wall`, `soft-404`, `no-article`); None if it is one.

    `title` is the page's own; `text` what extraction took for the article, empty where it found none.
    """
    han = len(_HAN.findall(text)) * 4 > len(text)
    if len(text) < (_LONG_HAN if han else _LONG):
        for cause, pattern in _TITLES.items():
            if title and pattern.search(title):
                return cause
    return "no-article" if not is_text(text) else None


def is_text(text: str) -> bool:
    """Tell whether `text` holds a sentence at least, so that it can stand for an article."""
    han = len(_HAN.findall(text))
    return han >= _LEAST_HAN or len(text.strip()) >= _LEAST
