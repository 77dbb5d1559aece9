"""The command line as a whole: options, exit statuses, messages, and what it costs to start."""

import json
import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli import COMMANDS, main
from flows.cli.summary import finish, summary_lines
from flows.cycle import CycleResult
from warehouse.database import open_warehouse

WATCH = """
name = "cars"
title = "Cars"
languages = ["en"]

[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }

[[topics]]
id = "topic:car"
words = { en = ["car"] }
"""
HEAVY = ("prefect", "trafilatura", "apprise", "jinja2", "feedparser", "httpx", "rich")


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "watch.toml").write_text(WATCH)
    return folder


def call(*arguments, **environment):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)


def process(*arguments, **more):
    program = [sys.executable, "-c", "from flows.cli import main; main()", *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=False, **more)


def modules_after(*arguments):
    """Return the modules that a process has imported once it has run the command."""
    program = (
        "import sys, json\n"
        "from flows.cli import main\n"
        f"main({list(map(str, arguments))!r}, standalone_mode=False)\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_knows_the_common_options(command):
    result = call(command, "--help")

    assert result.exit_code == 0
    assert "--home DIR" in result.stdout
    assert "--watch FILE" in result.stdout


def test_the_help_lists_every_command_with_a_whole_sentence():
    lines = call("--help", COLUMNS="80").stdout.splitlines()

    told = {line.split()[0]: line for line in lines[lines.index("Commands:") + 1 :] if line.strip()}
    assert list(told) == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in told.values())


def test_help_imports_nothing_heavy():
    assert modules_after("--help") & set(HEAVY) == set()


def test_the_version_is_told():
    assert call("--version").stdout.startswith("newswatch, version ")


def test_home_is_accepted_before_and_after_the_command_and_after_wins(home, tmp_path):
    for arguments in (("--home", home, "stories"), ("stories", "--home", home)):
        assert str(home / "newswatch.duckdb") in call(*arguments).stderr
    both = call("--home", tmp_path / "other", "stories", "--home", home)
    assert str(home / "newswatch.duckdb") in both.stderr


def test_home_is_accepted_on_every_level_of_alerts(home):
    for arguments in (("alerts", "--home", home, "list"), ("alerts", "list", "--home", home)):
        assert str(home / "newswatch.duckdb") in call(*arguments).stderr


def test_home_comes_from_the_environment_too(home):
    assert str(home / "newswatch.duckdb") in call("stories", NEWSWATCH_HOME=str(home)).stderr


def test_without_a_snapshot_reading_ends_with_1_and_says_what_makes_one(home):
    result = process("stories", "--home", home)

    assert (result.returncode, result.stdout) == (1, "")
    assert "newswatch run" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_damaged_snapshot_ends_with_1_and_one_message(home):
    (home / "newswatch.duckdb").write_bytes(b"no database" * 1000)

    result = process("status", "--home", home)

    assert result.returncode == 1
    assert result.stderr.startswith("newswatch: ")
    assert "Traceback" not in result.stderr


def test_a_snapshot_without_our_tables_ends_with_1_and_one_message(home):
    with duckdb.connect(str(home / "newswatch.duckdb")) as con:
        con.execute("CREATE TABLE other (i INTEGER)")

    result = process("stories", "--home", home)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("newswatch: the snapshot is not of this version")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [("run",), ("serve",), ("report",), ("check",), ("alerts", "test")])
def test_without_a_watch_a_command_ends_with_2_and_names_init(tmp_path, command):
    result = call("--home", tmp_path, *command)

    assert result.exit_code == 2
    assert "newswatch init" in result.stderr


def test_wrong_settings_end_with_2_and_all_faults(home):
    result = call("stories", "--home", home, NEWSWATCH_WORKERS="none", NEWSWATCH_LOG="loud")

    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "NEWSWATCH_WORKERS",
        "NEWSWATCH_LOG",
    ]


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("run", "--nonsense"), ("query",), ("trends", "--weeks", "0")]
)
def test_wrong_usage_ends_with_2(arguments):
    assert call(*arguments).exit_code == 2


def test_a_mistyped_command_gets_a_suggestion():
    assert "Did you mean 'stories'?" in call("stroies").stderr


@pytest.mark.parametrize(
    ("value", "said"), [("2022-08-26T08:00:00", "no zone"), ("yesterday", "no ISO time")]
)
@pytest.mark.parametrize("command", ["run", "report"])
def test_a_time_that_is_none_or_has_no_zone_ends_with_2(home, command, value, said):
    result = call("--home", home, command, "--now", value)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_in_the_place_of_the_home_ends_with_a_message(tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")

    result = process("publish", "--home", tmp_path / "home")

    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_no_message_shows_a_secret(home):
    (home / "watch.toml").write_text(
        WATCH + '[[alerts]]\nname = "desk"\nto = "slack://hunter2/a/b"\nmin_origins = 0\n'
    )

    result = call("--home", home, "check")

    assert result.exit_code == 2
    assert "hunter2" not in result.output


def test_no_error_shows_a_value_that_the_environment_keeps_for_an_alert(home):
    with open_warehouse(home / "newswatch.duckdb"):
        pass
    secret = "the-table-of-hunter2"

    result = call("--home", home, "query", f'FROM "{secret}"', NEWSWATCH_ALERT_URL=secret)

    assert result.exit_code == 2
    assert "***" in result.stderr
    assert secret not in result.stderr


def test_a_reader_that_has_had_enough_gets_no_traceback(home):
    with open_warehouse(home / "newswatch.duckdb"):
        pass
    program = [sys.executable, "-c", "from flows.cli import main; main()", "--home", str(home)]
    sql = "SELECT repeat('x', 100) FROM range(200000)"
    with subprocess.Popen(
        [*program, "query", sql, "--format", "csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        child.stdout.close()
        complaint = child.stderr.read().decode()

    assert "Traceback" not in complaint


RESULT = CycleResult(outcome="partly", polls=3, failed_polls=1, new_items=5, articles=4, copies=1, relevant=3)


def test_the_summary_is_one_screen_with_the_counts_that_matter():
    lines = summary_lines(replace(RESULT, developments=2, alerts=2, sent=1, unsent=1, seconds=1.26))

    assert lines[0] == "Partly done in 1.3 s."
    assert "Articles: 4 new (copies 1, relevant 3), 0 revised" in lines
    assert "Alerts: 2 decided, 1 sent, 1 not delivered" in lines


def test_a_cycle_with_nothing_due_says_so():
    assert summary_lines(CycleResult(seconds=0.2)) == ("Nothing was due (0.2 s).",)


def test_an_import_that_brings_nothing_does_not_speak_of_what_was_due():
    assert finished(CycleResult(seconds=0.2), imported=True).stdout == "Nothing new (0.2 s).\n"


def finished(result, *, as_json=False, imported=False):
    import click  # noqa: PLC0415 - the context is the test's own

    @click.command()
    def ending():
        finish(result, as_json=as_json, imported=imported)

    return CliRunner().invoke(ending)


def test_single_failing_sources_are_told_on_standard_error_and_the_status_is_0():
    told = finished(
        replace(RESULT, failures=(("wire", "timeout\nhere", "try later"), ("other", "dns", None)))
    )

    assert told.exit_code == 0
    assert told.stderr.splitlines() == ["newswatch: wire: timeout here. try later", "newswatch: other: dns"]
    assert "wire" not in told.stdout


def test_when_every_source_failed_the_status_is_1():
    assert finished(replace(RESULT, outcome="failed")).exit_code == 1


def test_with_json_the_result_is_one_object_and_nothing_else():
    told = finished(replace(RESULT, failures=(("wire", "timeout", None),)), as_json=True)

    assert json.loads(told.stdout)["failures"] == [["wire", "timeout", None]]


def test_many_failures_are_counted_not_listed():
    failures = tuple((f"s{number}", "timeout", None) for number in range(50))

    assert "30 more failures" in finished(replace(RESULT, failures=failures)).stderr
    assert "newswatch status" not in finished(replace(RESULT, failures=failures), imported=True).stderr
