"""Log lines: one form, to standard error, and no secret in them."""

import json
import logging

import pytest
import structlog

from flows.log import configure_logging, without_secrets

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _as_before():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_is_a_json_object_with_event_level_time_and_fields(capsys):
    configure_logging("info", json_lines=True)
    structlog.get_logger().info("source_polled", source_id="wire", items=3, title="小米")

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["source_id"], line["items"]) == (
        "source_polled",
        "info",
        "wire",
        3,
    )
    assert line["title"] == "小米"
    assert line["timestamp"].endswith("Z")


def test_lines_below_the_level_are_left_out(capsys):
    configure_logging("warning", json_lines=True)
    log = structlog.get_logger()
    log.info("small")
    log.warning("large")

    assert [line["event"] for line in lines(capsys)] == ["large"]


def test_warnings_of_other_libraries_come_in_the_same_form(capsys):
    configure_logging("info", json_lines=True)
    logging.getLogger("some.library").warning("asked json://user:%s@host", SECRET)
    logging.getLogger("some.library").info("chatter")

    (line,) = lines(capsys)
    assert line["level"] == "warning"
    assert line["event"] == "asked json://***"


def test_configuring_twice_does_not_say_everything_twice(capsys):
    configure_logging("info", json_lines=True)
    configure_logging("info", json_lines=True)
    logging.getLogger("some.library").warning("once")

    assert len(lines(capsys)) == 1


def test_secrets_are_masked_in_every_field_and_in_tracebacks(capsys):
    configure_logging("info", {SECRET}, json_lines=True)
    log = structlog.get_logger()
    log.error("failed", nested={"urls": [f"tgram://{SECRET}/1"]}, plain=SECRET, exc_info=ValueError(SECRET))

    text = capsys.readouterr().err
    assert "failed" in text
    assert "ValueError" in text
    assert SECRET not in text


def test_a_person_sees_text_and_no_json(capsys):
    configure_logging("info", json_lines=False)
    structlog.get_logger().info("source_polled", source_id="wire")

    shown = capsys.readouterr().err
    assert "source_polled" in shown
    assert not shown.startswith("{")


def test_a_title_cannot_steer_the_terminal_that_a_line_is_shown_on(capsys):
    configure_logging("info", json_lines=False)
    structlog.get_logger().info("article_loaded", title="calm\x9b2J\u202eevil\x07")

    shown = capsys.readouterr().err
    assert "u009b2J" in shown
    assert not any(character in shown for character in "\x9b\u202e\x07")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://user:pw@news.example/a?b=1", "https://***@news.example/a?b=1"),
        ("to slack://TokenA/TokenB/TokenC failed", "to slack://*** failed"),
        ("mailto://me:pw@mail.example", "mailto://***"),
        ("https://news.example/a?id=7&token=abc&x=1#t", "https://news.example/a?id=7&token=***&x=1#t"),
        ("https://hooks.slack.example/services/T1/B2/xyz", "https://hooks.slack.example/***"),
        ("https://chat.example/api/webhooks/12/abc", "https://chat.example/***"),
        ("https://news.example/xiaomi-baic?page=2", "https://news.example/xiaomi-baic?page=2"),
        (
            "https://news.example/services/hooks-and-ladders",
            "https://news.example/services/hooks-and-ladders",
        ),
        ("no address here: 12://", "no address here: 12://"),
    ],
)
def test_what_may_be_secret_in_an_address_is_masked_and_nothing_else(text, clean):
    assert without_secrets(text) == clean


def test_a_given_secret_is_masked_as_it_stands_but_not_a_trifle():
    assert without_secrets(f"say {SECRET} aloud", {SECRET, "a"}) == "say *** aloud"
