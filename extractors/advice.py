"""What the user can do about a failure: one sentence a cause. Causes are those of `errors`."""

_ADVICE = {
    "dns": "Check the spelling of the host in the source's url; the name is not known.",
    "unreachable": "The server does not answer; if it stays so, look in a browser whether the site has moved.",
    "tls": "The site's certificate is not valid; the site's owner must renew it.",
    "timeout": "The server is too slow, or its answer too long to read; it is asked again at the next due time.",
    "too-large": "The answer is larger than news ever is; for a source, use a narrower feed or section of the site.",
    "bad-url": "Correct the source's url: http or https, a host, no user name.",
    "bad-port": "Only ports 80 and 443 are asked; allow the network in NEWSWATCH_ALLOW_NETWORKS for an intranet.",
    "refused-address": "The host lies in a network that is not public; NEWSWATCH_ALLOW_NETWORKS can allow it.",
    "bad-encoding": "The server sends a compression that nobody asked for; tell the site's owner.",
    "broken-answer": "The server broke off or answered nonsense; it is asked again at the next due time.",
    "too-many-redirects": "The address leads in a circle; open it in a browser and use the address it ends at.",
    "bad-redirect": "The server redirects to something that is no address; use the address a browser ends at.",
    "insecure-redirect": "The site redirects from https to http; use its present https address.",
    "robots": "The site asks programs to stay away from this address; use a feed that it offers instead.",
    "robots-unavailable": "The site's robots.txt cannot be read for now; it is asked again at the next due time.",
    "http-401": "The address needs a login; use a public feed of the site.",
    "http-403": "The site refuses programs; poll less often, set NEWSWATCH_CONTACT, or use another feed.",
    "http-404": "There is nothing at this address; look up the site's present feed address.",
    "http-410": "The feed was closed for good; remove the source or find its successor.",
    "http-429": "The site was asked too often; raise `every` of the source.",
    "resting": "Another address of this host was asked too often; raise `every` of the sources of this host.",
    "html-for-xml": "A web page came instead of a feed; open the address in a browser, the feed has probably moved.",
    "empty-body": "The server sent an empty answer; if it stays so, look for another feed of the site.",
    "broken-feed": "This is no feed that can be read; check the address, or tell the site's owner.",
    "broken-sitemap": "This is no sitemap that can be read; check the address in the site's robots.txt.",
    "broken-page": "This page cannot be read; check the address.",
    "no-links": "No link to an article was found; give the source a `links` selector that fits the page.",
    "bad-selector": "Correct the CSS selector in `links` of the source.",
    "crash": "Reading it ended the worker process; if it stays so, please report the address.",
    "memory": "Reading it takes too much memory; use a narrower feed or section of the site.",
    "failed": "Reading it failed in a way that was not foreseen; please report the address.",
}
_SERVER_ERROR = "The server has a fault of its own; it is asked again at the next due time."
_OTHER_STATUS = "The server refuses the request; open the address in a browser to see why."


def advice_for(cause: str) -> str | None:
    """Return what the user can do about `cause`, None where nothing is known."""
    if cause in _ADVICE:
        return _ADVICE[cause]
    if cause.startswith("http-5"):
        return _SERVER_ERROR
    return _OTHER_STATUS if cause.startswith("http-") else None
