"""What a refusal really is: a bot challenge, a consent wall, a login, or just its status; with the evidence."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

#: Statuses under which those who keep bots away answer; of these the start of the body is looked at too.
SUSPECT = frozenset({403, 405, 429, 503})
#: Those that a guard in front of a site gives of its own accord; the others come from the site through it too.
_GUARDED = frozenset({403, 405})
_UNAUTHORIZED = 401
_LONGEST_EVIDENCE = 200
#: Headers that only a challenge carries, and those that name who stands in front of a site.
_CHALLENGE_HEADERS = (
    ("cf-mitigated", re.compile(r"challenge", re.IGNORECASE)),
    ("x-amzn-waf-action", re.compile(r"challenge|captcha", re.IGNORECASE)),
)
_GUARD_HEADERS = (
    ("x-datadome", re.compile(r"")),
    ("x-dd-b", re.compile(r"")),
    ("x-px-captcha", re.compile(r"")),
    ("x-kpsdk-ct", re.compile(r"")),
    ("x-iinfo", re.compile(r"")),
    ("x-cdn", re.compile(r"imperva|incapsula", re.IGNORECASE)),
    ("server", re.compile(r"akamaighost|datadome", re.IGNORECASE)),
)
_CHALLENGE_BODY = re.compile(
    rb"_cf_chl_opt|cf-chl-|/cdn-cgi/challenge-platform|captcha-delivery\.com|px-captcha|_pxAppId"
    rb"|_Incapsula_Resource|sec-if-cpt-container|errors\.edgesuite\.net|awsWafCookieDomainList|gokuProps"
    rb"|anubis_challenge|g-recaptcha|h-captcha|cf-turnstile",
    re.IGNORECASE,
)
_CONSENT = (
    r"consents?|guce|cmp|myprivacy|privacy-?(?:gate|wall)|cookie-?(?:wall|consent)|collectconsent|zustimmung"
)
_CONSENT_HOST = re.compile(_CONSENT)
_CONSENT_STEP = re.compile(rf"{_CONSENT}|consent-management|einwilligung|accept-cookies|gdpr|dsgvo")
_LOGIN_HOST = re.compile("login|signin|sso|auth|accounts|passport")
_LOGIN_STEP = re.compile("log-?in|sign-?in|sso|auth|anmelden|anmeldung|einloggen|wp-login|passport")


def status_refusal(status: int, headers: Mapping[str, str], start: bytes) -> tuple[str, str]:
    """Return cause and evidence of an answer that is none; `start` is the beginning of its body.

    The cause is `bot-challenge`, `login` or `http-` with the status. A 403 is never called a paywall: it may be a
    limit of speed, a lock on programs, a lock on countries.
    """
    told = [f"status {status}"]
    if challenge := challenge_header(headers):
        return "bot-challenge", _evidence([*told, challenge, _server(headers)])
    if status in SUSPECT:
        marker = _CHALLENGE_BODY.search(start)
        guard = _first(headers, _GUARD_HEADERS) if status in _GUARDED else ""
        if marker is not None or guard:
            body = f"body: {marker[0].decode('ascii')}" if marker else ""
            return "bot-challenge", _evidence([*told, guard, body, _server(headers)])
    if status == _UNAUTHORIZED:
        # The scheme alone: what follows can name the inside of a network.
        scheme = headers.get("www-authenticate", "").partition(" ")[0]
        return "login", _evidence([*told, f"www-authenticate: {scheme}" if scheme else ""])
    return f"http-{status}", _evidence([*told, _server(headers)])


def challenge_header(headers: Mapping[str, str]) -> str:
    """Return the header that says that this is a challenge, whatever the status; empty where none does."""
    return _first(headers, _CHALLENGE_HEADERS)


def redirect_refusal(before: str, after: str) -> str | None:
    """Tell what a redirect that leads away from the news leads to: `consent-wall`, `login`, or None."""
    was, now = _steps(before), _steps(after)
    hosts, steps = now[0] - was[0], now[1] - was[1]
    if any(map(_CONSENT_HOST.fullmatch, hosts)) or any(map(_CONSENT_STEP.fullmatch, steps)):
        return "consent-wall"
    if any(map(_LOGIN_HOST.fullmatch, hosts)) or any(map(_LOGIN_STEP.fullmatch, steps)):
        return "login"
    return None


def _steps(url: str) -> tuple[set[str], set[str]]:
    """Return the names in front of the site's own in its host, and the steps of the path without an ending."""
    parts = urlsplit(url.lower())
    hosts = (parts.hostname or "").split(".")[:-2]
    steps = (step.partition(".")[0] for step in parts.path.split("/"))
    return set(hosts), {step for step in steps if step}


def _first(headers: Mapping[str, str], wanted: tuple[tuple[str, re.Pattern[str]], ...]) -> str:
    for name, pattern in wanted:
        value = headers.get(name)
        if value is not None and pattern.search(value):
            return f"{name}: {value[:40]}"
    return ""


def _server(headers: Mapping[str, str]) -> str:
    server = headers.get("server", "")
    return f"server: {server[:40]}" if server else ""


def _evidence(parts: list[str]) -> str:
    text = "; ".join(dict.fromkeys(part for part in parts if part))
    return "".join(sign if sign.isprintable() else "?" for sign in text)[:_LONGEST_EVIDENCE]
