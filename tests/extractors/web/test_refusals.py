import pytest

from extractors.web.refusals import redirect_refusal, status_refusal
from extractors.web.sniffing import wrong_type


@pytest.mark.parametrize(
    ("status", "headers", "body", "cause"),
    [
        (403, {"cf-mitigated": "challenge", "server": "cloudflare"}, b"", "bot-challenge"),
        (503, {"server": "cloudflare"}, b"<script src=/cdn-cgi/challenge-platform/h/b>", "bot-challenge"),
        (202, {"x-amzn-waf-action": "challenge"}, b"", "bot-challenge"),
        (405, {"x-amzn-waf-action": "captcha"}, b"", "bot-challenge"),
        (403, {"x-datadome": "protected"}, b"", "bot-challenge"),
        (403, {}, b"<iframe src='https://geo.captcha-delivery.com/'>", "bot-challenge"),
        (403, {"server": "AkamaiGHost"}, b"Access Denied", "bot-challenge"),
        (429, {}, b"<div id='px-captcha'>", "bot-challenge"),
        (403, {"x-iinfo": "1-2-3"}, b"_Incapsula_Resource", "bot-challenge"),
        (503, {"x-iinfo": "1-2-3"}, b"down for maintenance", "http-503"),
        (403, {"server": "nginx"}, b"Forbidden. Please subscribe.", "http-403"),
        (403, {"server": "cloudflare", "cf-ray": "1"}, b"", "http-403"),
        (401, {"www-authenticate": 'Basic realm="intranet db7"'}, b"", "login"),
        (429, {}, b"slow down", "http-429"),
        (404, {"server": "AkamaiGHost"}, b"", "http-404"),
    ],
)
def test_a_refusal_is_named_by_what_it_shows(status, headers, body, cause):
    found, evidence = status_refusal(status, headers, body)

    assert found == cause
    assert evidence.startswith(f"status {status}")
    assert "db7" not in evidence


def test_evidence_is_short_and_printable():
    _, evidence = status_refusal(
        403, {"cf-mitigated": "challenge\x1b[31m" + "x" * 999, "server": "y" * 999}, b""
    )

    assert len(evidence) <= 200
    assert evidence.isprintable()


@pytest.mark.parametrize(
    ("after", "cause"),
    [
        ("https://consent.yahoo.example/v2/collectConsent?s=1", "consent-wall"),
        ("https://www.zeit.example/zustimmung?url=x", "consent-wall"),
        ("https://news.example/privacy-gate/accept", "consent-wall"),
        ("https://news.example/cookiewall.html", "consent-wall"),
        ("https://login.news.example/", "login"),
        ("https://news.example/wp-login.php?next=/a", "login"),
        ("https://news.example/konto/anmelden", "login"),
        ("https://news.example/2024/login-systems-of-cars", None),
        ("https://news.example/consent-decree-signed", None),
        ("https://login.example/story", None),
        ("https://www.news.example/story", None),
    ],
)
def test_a_redirect_away_from_the_news_is_named(after, cause):
    assert redirect_refusal("https://news.example/story", after) == cause


def test_what_is_asked_for_is_no_wall():
    assert redirect_refusal("https://login.a.example/auth/feed", "https://login.a.example/auth/feed/") is None


@pytest.mark.parametrize(
    ("content_type", "start", "wrong"),
    [
        ("text/html", b"%PDF-1.7", True),
        ("application/rss+xml", b"\x89PNG\r\n\x1a\n...", True),
        (None, b"\xff\xd8\xff\xe0", True),
        ("text/html", b"RIFF\0\0\0\0WEBPVP8 ", True),
        ("text/html", b"\0\0\0\x18ftypmp42", True),
        ("video/mp4", b"anything at all", True),
        ("image/svg+xml", b"<svg>", False),
        ("application/pdf", b"\n <!doctype html>", False),
        ("audio/mpeg", b"\xef\xbb\xbf<?xml version='1.0'?>", False),
        ("text/html", b"\xff\xfe<\0h\0", False),
        ("application/x-gzip", b"\x1f\x8b\x08", False),
        ("text/html", b"", False),
        ("application/octet-stream", b"<rss>", False),
    ],
)
def test_the_first_bytes_decide_what_is_text(content_type, start, wrong):
    assert (wrong_type(content_type, start) is not None) == wrong
