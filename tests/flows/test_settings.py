"""Settings: defaults, precedence, and every fault at once without a secret."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import ConfigurationError
from flows.settings import NAMES, locate, read_settings


def faults(environment, home):
    with pytest.raises(ConfigurationError) as caught:
        read_settings(environment, home=home)
    return str(caught.value).splitlines()


def test_without_settings_everything_has_its_default(tmp_path):
    settings = read_settings({}, home=tmp_path)

    assert settings.watch_file == tmp_path / "watch.toml"
    assert settings.landing == tmp_path / "state" / "landing"
    assert settings.warehouse == tmp_path / "state" / "warehouse.duckdb"
    assert settings.archive == tmp_path / "state" / "archive"
    assert settings.snapshot == tmp_path / "newswatch.duckdb"
    assert settings.report == tmp_path / "report"
    assert settings.spacing == timedelta(seconds=5)
    assert settings.workers >= 1
    assert (settings.contact, settings.snapshot_url, settings.log_level) == (None, None, "info")
    assert settings.warnings == ()


def test_the_default_home_is_newswatch_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert read_settings({}).home == tmp_path / "newswatch"


def test_arguments_win_over_the_environment_and_the_environment_over_the_file(tmp_path):
    (tmp_path / "newswatch.env").write_text("NEWSWATCH_WORKERS=3\nNEWSWATCH_HOST_SPACING=2\n")
    environment = {"NEWSWATCH_HOME": "/elsewhere", "NEWSWATCH_WORKERS": "7", "NEWSWATCH_WATCH": "/its.toml"}

    settings = read_settings(environment, home=tmp_path, watch=tmp_path / "mine.toml")

    assert settings.home == tmp_path
    assert settings.watch_file == tmp_path / "mine.toml"
    assert (settings.workers, settings.spacing) == (7, timedelta(seconds=2))


def test_the_file_may_have_comments_quotes_and_export(tmp_path):
    (tmp_path / "newswatch.env").write_text(
        "# a comment\n\n"
        "export NEWSWATCH_CONTACT='desk@news.example'\n"
        'NEWSWATCH_LOG = "debug"\n'
        "NEWSWATCH_WORKERS=2   # half of them\n"
        "NEWSWATCH_ALERT_URL=json://host/#frag\n"
    )

    settings = read_settings({}, home=tmp_path)

    assert (settings.contact, settings.log_level, settings.workers) == ("desk@news.example", "debug", 2)
    assert settings.environment["NEWSWATCH_ALERT_URL"] == "json://host/#frag"


def test_relative_paths_count_from_the_current_folder_but_in_the_file_from_the_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    (home / "newswatch.env").write_text("NEWSWATCH_LANDING=zone\nNEWSWATCH_WATCH=mine.toml\n")

    assert read_settings({}, home=home).landing == home / "zone"
    assert read_settings({}, home=home).watch_file == home / "mine.toml"
    assert read_settings({"NEWSWATCH_LANDING": "zone"}, home=home).landing == tmp_path / "zone"
    assert read_settings({"NEWSWATCH_WATCH": "it.toml"}, home=home).watch_file == tmp_path / "it.toml"


def test_an_empty_value_counts_as_not_given(tmp_path):
    settings = read_settings({"NEWSWATCH_WORKERS": "", "NEWSWATCH_CONTACT": " "}, home=tmp_path)

    assert settings.contact is None


def test_all_faults_are_told_at_once_with_name_and_expectation(tmp_path):
    (tmp_path / "newswatch.env").write_text("this is no setting\nNEWSWATCH_HOME=/elsewhere\n")
    wrong = {
        "NEWSWATCH_CONTACT": "me (at) home",
        "NEWSWATCH_ALLOW_NETWORKS": "10.0.0.5/8",
        "NEWSWATCH_HOST_SPACING": "quick",
        "NEWSWATCH_WORKERS": "0",
        "NEWSWATCH_LANDING": "s4://bucket/landing",
        "NEWSWATCH_SNAPSHOT_URL": "file://folder/copy",
        "NEWSWATCH_LOG": "loud",
        "NEWSWATCH_CONNECT_TO": "news.example",
        "NEWSWATCH_REPORT_LANGUAGE": "zh",
    }

    found = faults(wrong, tmp_path)

    assert len(found) == 11
    for name in wrong:
        assert any(line.startswith(f"{name}: ") and "expected" in line for line in found)
    assert any("newswatch.env:1: " in line for line in found)
    assert any("newswatch.env:2: " in line and "--home" in line for line in found)
    assert any("10.0.0.0/8" in line for line in found)
    assert sum("such as s3://bucket/folder" in line for line in found) == 2


def test_a_place_that_machines_share_is_a_url_and_leaves_the_own_landing_zone_where_it_is(tmp_path):
    told = {"NEWSWATCH_LANDING": "s3://bucket/zone", "NEWSWATCH_SNAPSHOT_URL": "file:///mnt/copies"}

    shared, own = read_settings(told, home=tmp_path), read_settings({}, home=tmp_path)

    assert (shared.landing_url, own.landing_url) == ("s3://bucket/zone", None)
    assert shared.landing == own.landing == tmp_path / "state" / "landing"
    assert shared.snapshot_url == "file:///mnt/copies"


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "3601", "1,5"])
def test_a_spacing_that_is_no_number_of_seconds_is_a_fault(tmp_path, value):
    (line,) = faults({"NEWSWATCH_HOST_SPACING": value}, tmp_path)

    assert line == f"NEWSWATCH_HOST_SPACING: is {value!r}, expected seconds from 0 to 3600"


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in {"NEWSWATCH_HOME", "NEWSWATCH_WATCH"}]
)
def test_no_fault_shows_an_address_that_may_hold_a_password(tmp_path, name):
    secret = "slack://user:hunter2@host/token"

    assert "hunter2" not in "".join(faults({name: secret}, tmp_path))


def test_no_fault_in_the_file_shows_the_line(tmp_path):
    (tmp_path / "newswatch.env").write_text("mailto://user:hunter2@host\n")

    assert "hunter2" not in "".join(faults({}, tmp_path))


def test_a_contact_cannot_smuggle_a_header_line(tmp_path):
    assert faults({"NEWSWATCH_CONTACT": "a@b.example\r\nX-Evil: 1"}, tmp_path)
    assert faults({"NEWSWATCH_CONTACT": "a@b.example) (other"}, tmp_path)


def test_a_name_that_nothing_reads_is_told_with_what_may_be_meant(tmp_path):
    environment = {"NEWSWATCH_WORKER": "2", "NEWSWATCH_ALERT_URL": "json://host", "OTHER": "x"}

    (warning,) = read_settings(environment, home=tmp_path).warnings

    assert warning.startswith("NEWSWATCH_WORKER: ")
    assert warning.endswith("did you mean NEWSWATCH_WORKERS?")


def test_the_user_agent_names_version_and_contact(tmp_path):
    plain = read_settings({}, home=tmp_path).manners()
    full = read_settings({"NEWSWATCH_CONTACT": "https://news.example/bot"}, home=tmp_path).manners()

    assert plain.user_agent.startswith("newswatch/")
    assert full.user_agent == f"{plain.user_agent} (+https://news.example/bot)"


def test_manners_carry_networks_spacing_and_detours(tmp_path):
    environment = {
        "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8, ::1",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_WORKERS": "4",
        "NEWSWATCH_CONNECT_TO": "News.example=127.0.0.1:8080,other.example=[::1]:90",
    }

    manners = read_settings(environment, home=tmp_path).manners()

    assert manners.allow_networks == ("127.0.0.0/8", "::1/128")
    assert (manners.spacing, manners.workers) == (timedelta(0), 4)
    assert manners.connect_to == (("news.example", "127.0.0.1:8080"), ("other.example", "[::1]:90"))


def test_the_record_does_not_show_its_secrets(tmp_path):
    settings = read_settings({"NEWSWATCH_ALERT_URL": "json://hunter2@host"}, home=tmp_path)

    assert "hunter2" not in repr(settings)
    assert settings.environment["NEWSWATCH_ALERT_URL"] == "json://hunter2@host"


def test_places_are_found_even_where_settings_are_wrong(tmp_path):
    home, watch = locate({"NEWSWATCH_HOME": str(tmp_path), "NEWSWATCH_WORKERS": "none"})

    assert (home, watch) == (tmp_path, tmp_path / "watch.toml")


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)))
def test_whatever_stands_in_the_environment_only_a_configuration_error_comes_of_it(environment):
    told = ""
    try:
        read_settings(environment, home=Path("nowhere"))
    except ConfigurationError as error:
        told = str(error)

    assert all(line.startswith("NEWSWATCH_") for line in told.split("\n") if told)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("127.0.0.2:1", ("127.0.0.2", 1)),
        ("[::1]:9464", ("::1", 9464)),
        ("localhost:9464", ("127.0.0.1", 9464)),
        ("open:0.0.0.0:9464", ("0.0.0.0", 9464)),
        ("open:[::]:9464", ("::", 9464)),
    ],
)
def test_monitors_are_answered_on_this_machine_or_where_it_is_said(tmp_path, text, address):
    assert read_settings({"NEWSWATCH_METRICS": text}, home=tmp_path).metrics == address
    assert read_settings({}, home=tmp_path).metrics is None


@pytest.mark.parametrize(
    "text",
    ["0.0.0.0:9464", "[::]:9464", "192.168.1.5:9464", "9464", "127.0.0.1:0", "127.0.0.1:70000", "[1]:9"],
)
def test_an_address_that_others_could_read_is_refused(tmp_path, text):
    with pytest.raises(ConfigurationError, match=r"NEWSWATCH_METRICS: .*127\.0\.0\.1:9464"):
        read_settings({"NEWSWATCH_METRICS": text}, home=tmp_path)
