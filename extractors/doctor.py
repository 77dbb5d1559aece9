"""What ails a source or a page, in words for people: a name, what it means, and what can be done about it.

The code raises short causes (`errors`), one for each way in which something can go wrong; people get one of the named
ailments below, with advice of one or two sentences. Every cause that this tree raises has its ailment
(`tests/extractors/test_doctor.py` walks the tree).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A failure for people: `name` is one of `AILMENTS`, `says` what it means, `advice` what the user can do."""

    name: str
    says: str
    advice: str


#: Each ailment: what it says, and what to do where the cause has no better advice (`_OWN`).
AILMENTS = {
    "unreachable": (
        "No connection to the site could be made.",
        "It is asked again by itself. If it stays so, open the address in a browser: the site may have moved.",
    ),
    "slow": (
        "The answer took longer than a request may.",
        "It is asked again by itself. If it stays so, look for a smaller or faster feed of the site.",
    ),
    "too-large": (
        "The answer is larger than news ever is.",
        "Use a narrower feed or section of the site.",
    ),
    "broken": (
        "What came cannot be read.",
        "It is asked again by itself. If it stays so, check the address in a browser and tell the site's owner.",
    ),
    "encoding": (
        "The answer is packed or written in a way that cannot be undone.",
        "It is asked again by itself. If it stays so, tell the site's owner.",
    ),
    "empty": (
        "The answer holds nothing.",
        "If it stays so, look for another feed of the site: `newswatch sources find URL`.",
    ),
    "server-fault": (
        "The server has a fault of its own.",
        "It is asked again by itself, at growing distances; there is nothing to do unless it stays so.",
    ),
    "rate-limited": (
        "The site asked to be left alone for a while.",
        "Its wish is kept by itself. If it comes back, raise `every` of the sources of this host.",
    ),
    "budget": (
        "The site was asked as often as it is in a day; the rest waits.",
        "It goes on by itself within a day. Raise `every` of its sources; if its owner agrees, NEWSWATCH_HOST_BUDGET.",
    ),
    "refused": (
        "The site refuses this program.",
        "Set NEWSWATCH_CONTACT so that the owner knows who asks, raise `every`, or use another feed of the site.",
    ),
    "bot-challenge": (
        "The site lets only browsers in: it answered with a check for robots.",
        "This check is not evaded. Ask the site's owner to let newswatch in, or follow the news by another source.",
    ),
    "consent-wall": (
        "The site wants consent to cookies before it shows anything.",
        "Nobody can consent for you here. Use a feed of the site that carries its texts, or another source.",
    ),
    "login": (
        "The address wants a login.",
        "newswatch logs in nowhere. Use a public feed of the site.",
    ),
    "paywall": (
        "Only the beginning of the article is free.",
        "What the feed itself says of it is kept. Another source with the same news may have the whole text.",
    ),
    "robots": (
        "The site's robots.txt asks programs to stay away from this address.",
        "It is obeyed. Use a feed that the site offers (`newswatch sources find URL`), or ask its owner.",
    ),
    "robots-unavailable": (
        "The site's robots.txt cannot be read, and without it nothing may be asked.",
        "It is tried again by itself. A feed is polled without one: `newswatch sources find URL`.",
    ),
    "not-found": (
        "There is nothing at this address.",
        "Look up the present address of the feed: `newswatch sources find URL` asks the site for it.",
    ),
    "gone": (
        "The site says that this was closed for good.",
        "Remove the source from the watch, or give it the address of its successor.",
    ),
    "moved": (
        "The address leads elsewhere.",
        "Open it in a browser, and put the address that it ends at into the watch.",
    ),
    "html-for-xml": (
        "A web page came where a feed or sitemap should be.",
        "The feed has probably moved: `newswatch sources find URL` asks the site where it is now.",
    ),
    "js-only": (
        "The page is empty until a browser runs its scripts.",
        "Scripts are not run here. Use a feed or sitemap of the site instead.",
    ),
    "frozen": (
        "The server says `not modified` though its feed has changed.",
        "Nothing: its word is not taken for a month, and the content itself is compared.",
    ),
    "wrong-dates": (
        "The dates given cannot be right.",
        "Give the source its `zone` if the dates are written without one; otherwise tell the site's owner.",
    ),
    "blocked-address": (
        "The address may not be asked: it is wrong, or lies in a network that is not public.",
        "Correct the address. For an intranet, name its network in NEWSWATCH_ALLOW_NETWORKS.",
    ),
    "no-article": (
        "There is no article on the page.",
        "Nothing to do for a single page. If it is so for all of a source, look whether it lists articles.",
    ),
    "pages-unread": (
        "Its pages cannot be read, so only what the feed itself says of its articles is kept.",
        "Open one in a browser: a login, consent or paywall may stand before it. Use a feed with whole texts.",
    ),
    "quarantined": (
        "Reading it ended or blocked the program that read it, so it is left out.",
        "The same bytes are not read again for a month. If it is a whole source, please report its address.",
    ),
    "duplicate": (
        "The address now leads to what another source of the watch reads.",
        "Remove one of the two sources.",
    ),
    "silent": (
        "The source answers, but has listed nothing new for long.",
        "Look in a browser whether the site has gone quiet, or keeps its news in another feed now.",
    ),
    "possible-loss": (
        "Between two visits the whole list was replaced: some of it may have been missed.",
        "Lower `every` of the source, or use a feed of the site that lists more.",
    ),
    "unforeseen": (
        "It failed in a way that was not foreseen.",
        "It is asked again by itself. If it stays so, please report the address.",
    ),
}

#: Cause → ailment, where they are not named alike.
_AILMENT_OF = {
    "dns": "unreachable",
    "tls": "unreachable",
    "timeout": "slow",
    "broken-answer": "broken",
    "broken-feed": "broken",
    "broken-sitemap": "broken",
    "broken-page": "broken",
    "broken-opml": "broken",
    "too-many-headers": "broken",
    "too-deep": "broken",
    "wrong-type": "broken",
    "not-html": "broken",
    "no-links": "broken",
    "bad-selector": "broken",
    "bad-encoding": "encoding",
    "empty-body": "empty",
    "resting": "rate-limited",
    "bot-wall": "bot-challenge",
    "soft-404": "not-found",
    "closed": "gone",
    "too-many-redirects": "moved",
    "redirect-loop": "moved",
    "bad-redirect": "moved",
    "insecure-redirect": "moved",
    "refused-address": "blocked-address",
    "bad-url": "blocked-address",
    "bad-port": "blocked-address",
    "no-text": "no-article",
    "crash": "quarantined",
    "memory": "quarantined",
    "killed": "quarantined",
    "failed": "unforeseen",
    "postponed": "slow",
    "cancelled": "slow",
    "no-worker": "unforeseen",
    "read-already": "duplicate",
}

#: Advice for one cause, or for one cause in one kind of source (`cause/kind`): it goes before the ailment's.
_OWN = {
    "no-worker": "The program that reads pages could not be started here: look at memory and log.",
    "dns": "Check the spelling of the host. If all sources fail so, this machine has no network or no name server.",
    "dns/search": "If all sources fail so, this machine has no network; else use another `engine` or url.",
    "tls": "The site's certificate is not valid; its owner must renew it. Nothing is read without one.",
    "bad-url": "Correct the source's url: http or https, a host, no user name, at most 2,048 characters.",
    "bad-port": "Only ports 80 and 443 are asked. For an intranet, name its network in NEWSWATCH_ALLOW_NETWORKS.",
    "refused-address": (
        "Its network is not public. If it is your own intranet, name it in NEWSWATCH_ALLOW_NETWORKS; "
        "if a feed led there, do nothing."
    ),
    "too-many-redirects": "The address leads on and on. Open it in a browser, and use the address it ends at.",
    "redirect-loop": "The address leads in a circle. Open it in a browser, and use the address it ends at.",
    "insecure-redirect": "The site leads from https to http. Use its present https address.",
    "robots/feed": (
        "It is read all the same because the watch names it as a feed; its pages are asked only where robots.txt "
        "allows them. If its owner minds, remove it."
    ),
    "http-404/page": "Give the source the address of a section of the site that exists.",
    "http-404/sitemap": "The site's robots.txt names its sitemaps: `newswatch sources find URL` reads it.",
    "html-for-xml/sitemap": "The site's robots.txt names its sitemaps: `newswatch sources find URL` reads it.",
    "http-404/search": "There is no search at this address; correct the url, or use another `engine`.",
    "html-for-xml/search": "The search engine changed, or sends programs away; use another `engine`.",
    "http-403/search": "The search engine sends programs away; raise `every`, or use another `engine`.",
    "http-429/search": "The search engine was asked too often; raise `every`, or use another `engine`.",
    "bot-challenge/search": "The search engine sends programs away; use another `engine`.",
    "broken-feed": "This is no feed that can be read. Check the address, or tell the site's owner.",
    "broken-sitemap": "This is no sitemap that can be read. The site's robots.txt names the right ones.",
    "wrong-type": "It is a picture, film, sound or PDF, which holds no news that can be read; check the address.",
    "not-html": "It is no web page. For a source, check the address.",
    "no-links": "Give the source a `links` selector that fits the page.",
    "bad-selector": "Correct the CSS selector (`links` or `text`) of the source.",
    "no-text/page": "The selector `text` of the source finds nothing on the page now; look what fits it today.",
    "memory": "Reading it takes too much memory. Use a narrower feed or section of the site.",
    "closed": "The feed says that nothing more will come. Remove the source, or find its successor.",
    "cancelled": "The run was ended while it was under way; it is asked again by itself.",
    "too-deep": "Its markup is nested deeper than any page of news; nothing to do for a single page.",
    "read-already": "Another link led to the same page in this run; nothing to do.",
    "postponed": "There was no time left in this run; it is read in the next one.",
}

#: Ailments of an address, not of its whole site: another listing there may be well.
_OF_ADDRESS = frozenset(
    {"not-found", "gone", "html-for-xml", "empty", "broken", "encoding", "too-large", "js-only", "no-article"}
)

#: HTTP status → ailment; statuses that are not here: 5xx are the server's fault, others a refusal.
_STATUSES = {401: "login", 402: "paywall", 404: "not-found", 410: "gone", 429: "rate-limited"}
_HTTP = re.compile(r"http-(\d{3})")
_SERVER_FAULTS = range(500, 600)


def diagnose(
    cause: str | None, *, status: int | None = None, evidence: str | None = None, kind: str | None = None
) -> Diagnosis:
    """Return the ailment of a failure.

    `cause` is the short constant of the error, None where none was kept: then `status` (the HTTP status) decides.
    `evidence` is what was seen, added to what the diagnosis says; `kind` that of the source, for advice
    that fits it. A cause that is not known is `unforeseen`.
    """
    if cause is None and status is not None:
        cause = f"http-{status}"
    name = ailment_of(cause or "") or "unforeseen"
    says, advice = AILMENTS[name]
    return Diagnosis(
        name=name,
        says=f"{says.removesuffix('.')} ({evidence})." if evidence else says,
        advice=_OWN.get(f"{cause}/{kind}") or _OWN.get(cause or "") or advice,
    )


def advice_for(cause: str, kind: str | None = None) -> str | None:
    """Return what the user can do about `cause` in a source of `kind`, None where the cause is not known."""
    return diagnose(cause, kind=kind).advice if ailment_of(cause) else None


def ails_address_only(cause: str) -> bool:
    """Tell whether the rest of the site may be well where `cause` is what one of its addresses failed of."""
    return ailment_of(cause) in _OF_ADDRESS


def ailment_of(cause: str) -> str | None:
    """Return the ailment that `cause` belongs to, None where it is not known."""
    if cause in AILMENTS:
        return cause
    if found := _HTTP.fullmatch(cause):
        status = int(found[1])
        return _STATUSES.get(status) or ("server-fault" if status in _SERVER_FAULTS else "refused")
    return _AILMENT_OF.get(cause)
