"""The commands about a home: check, with and without the network, and init."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from flows.cli import main

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
ALERT = '\n[[alerts]]\nname = "desk"\nto = "env:NEWSWATCH_DESK"\n'
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>http://wire.example/</link>
<item><title>BAIC builds a car</title><link>http://wire.example/1</link><guid>1</guid></item></channel></rss>"""


class Site(BaseHTTPRequestHandler):
    """Answers /feed with a feed and everything else with 500."""

    def do_GET(self):
        """Answer."""
        good = self.path == "/feed"
        body = FEED if good else b"broken"
        self.send_response(200 if good else 500)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Keep quiet."""


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path):
    (tmp_path / "watch.toml").write_text(WATCH)
    return tmp_path


def call(*arguments, **environment):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)


def source(name, url):
    return f'\n[[sources]]\nid = "{name}"\nkind = "feed"\nurl = "{url}"\nevery = "15m"\n'


def network(home, **more):
    environment = {"NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8", "NEWSWATCH_HOST_SPACING": "0"}
    return call("--home", home, "check", "--network", *more.pop("options", ()), **environment)


def test_a_home_in_order_is_said_to_be_so_with_what_is_in_it(home):
    result = call("--home", home, "check")

    assert result.exit_code == 0
    assert "1 entities, 1 topics, 0 examples, 0 sources, 0 alerts" in result.stdout
    assert "Settings and watch are in order." in result.stdout
    assert "No alert is set up" in result.stdout


def test_check_tells_whether_the_variable_of_an_alert_is_set_but_not_its_value(home):
    (home / "watch.toml").write_text(WATCH + ALERT)
    unset = call("--home", home, "check")
    (home / "newswatch.env").write_text("NEWSWATCH_DESK=json://hunter2@127.0.0.1/\n")
    from_file = call("--home", home, "check")

    assert "Alert desk: NEWSWATCH_DESK is not set" in unset.stdout
    assert "Alert desk: NEWSWATCH_DESK is set" in from_file.stdout
    assert "hunter2" not in from_file.output
    assert "nothing reads" not in from_file.output


def test_check_tells_of_a_secret_that_is_missing_or_none_but_not_what_it_is(home):
    (home / "watch.toml").write_text(WATCH + ALERT + 'secret = "env:NEWSWATCH_HOOK"\n')
    places = {"NEWSWATCH_DESK": "json://desk.example/"}
    unset = call("--home", home, "check", **places).stdout
    wrong = call("--home", home, "check", NEWSWATCH_HOOK="hunter2", **places).stdout
    right = call("--home", home, "check", NEWSWATCH_HOOK="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", **places)

    assert "Alert desk: the environment variable NEWSWATCH_HOOK of the secret is not set" in unset
    assert "Alert desk: NEWSWATCH_HOOK: the secret is none" in wrong
    assert "hunter2" not in wrong
    assert "Alert desk: NEWSWATCH_DESK is set" in right.stdout
    assert "nothing reads" not in right.stdout


def test_check_tells_names_that_nothing_reads(home):
    assert "did you mean NEWSWATCH_WORKERS?" in call("--home", home, "check", NEWSWATCH_WORKER="2").stdout


def test_faults_of_settings_and_watch_come_all_at_once_with_their_places(home):
    (home / "watch.toml").write_text(
        WATCH.replace('title = "Cars"', "titel = 1").replace("company:baic", "baic")
    )
    (home / "newswatch.env").write_text("NEWSWATCH_WORKERS=none\nnonsense\n")

    result = call("--home", home, "check")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "NEWSWATCH_WORKERS: " in result.stderr
    assert "newswatch.env:2: " in result.stderr
    assert "watch.toml:3: titel" in result.stderr
    assert "baic" in result.stderr


def test_a_wrong_channel_is_told_whole_and_without_what_stands_there(home):
    (home / "watch.toml").write_text(WATCH + ALERT.replace("env:NEWSWATCH_DESK", "no channel hunter22"))

    told = call("--home", home, "check").stderr

    assert "***" not in told
    assert "what stands here is neither" in told
    assert "hunter22" not in told


def test_init_prints_commands_that_a_shell_takes_as_they_stand(tmp_path):
    told = call("init", tmp_path / "my news").stdout

    assert f"newswatch --home '{tmp_path / 'my news'}' run" in told


def test_faults_come_as_json_too(home):
    (home / "watch.toml").write_text("name = ")

    result = call("--home", home, "check", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 2
    assert told["ok"] is False
    assert "watch.toml:1" in told["faults"][0]


def test_a_home_in_order_comes_as_json(home):
    told = json.loads(call("--home", home, "check", "--json").stdout)

    assert (told["ok"], told["entities"], told["polls"]) == (True, 1, [])


def test_check_of_the_network_tells_each_source_and_passes_if_one_works(home, site):
    (home / "watch.toml").write_text(WATCH + source("good", f"{site}/feed") + source("bad", f"{site}/gone"))

    result = network(home)

    assert result.exit_code == 0, result.output
    assert [line.split()[:4] for line in result.stdout.splitlines() if line.startswith("good ")] == [
        ["good", "ok", "200", "1"]
    ]
    assert any(
        line.startswith("bad ") and "failed" in line and "500" in line for line in result.stdout.splitlines()
    )
    assert "What to do: " in result.stdout


def test_check_of_the_network_ends_with_1_if_every_source_fails(home, site):
    (home / "watch.toml").write_text(WATCH + source("bad", f"{site}/gone"))

    result = network(home, options=("--json",))

    assert result.exit_code == 1, result.output
    (poll,) = json.loads(result.stdout)["polls"]
    assert (poll["source_id"], poll["outcome"], poll["http_status"]) == ("bad", "failed", 500)


def test_check_of_the_network_without_sources_ends_with_2(home):
    assert network(home).exit_code == 2


def test_init_makes_a_home_that_is_in_order(tmp_path):
    made = call("init", tmp_path / "new")
    checked = call("--home", tmp_path / "new", "check")

    assert made.exit_code == 0, made.output
    assert f"newswatch --home {tmp_path / 'new'} run" in made.stdout
    assert checked.exit_code == 0, checked.output


def test_init_never_overwrites_a_home(home):
    result = call("init", home)

    assert result.exit_code == 2
    assert (home / "watch.toml").read_text() == WATCH


def test_init_takes_the_home_of_the_options_where_no_folder_is_named(tmp_path):
    assert call("--home", tmp_path / "new", "init").exit_code == 0
    assert (tmp_path / "new" / "watch.toml").exists()
