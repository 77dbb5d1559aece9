"""What operators copy: it names what there is, and is what it says it is."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").iterdir())
#: The only complaint about a unit that is none here: the program is not installed where the unit looks for it.
_NOT_INSTALLED = re.compile(r"Command /opt/newswatch/bin/newswatch is not executable")


def pins(path):
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    assert text.count("--hash=sha256:") >= len(found), "each pin has a hash"
    return dict(found)


def test_the_example_of_settings_has_every_setting():
    from flows.settings import NAMES  # noqa: PLC0415 - the other tests need no settings

    told = re.findall(
        r"^# (NEWSWATCH_\w+)=", (DEPLOY / "env.example").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert [name for name in NAMES if name not in told] == []
    assert [name for name in told if name not in NAMES and name != "NEWSWATCH_ALERT_URL"] == []


def test_the_example_of_settings_changes_nothing_as_it_is(tmp_path):
    from flows.settings import read_settings  # noqa: PLC0415 - as above

    shutil.copy(DEPLOY / "env.example", tmp_path / "newswatch.env")

    assert read_settings({"NEWSWATCH_HOME": str(tmp_path)}).warnings == ()
    lines = (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_what_runs_is_pinned_as_what_is_tested():
    runs, tested = pins(DEPLOY / "requirements.lock"), pins(ROOT / "requirements.lock")

    assert {name: version for name, version in runs.items() if tested.get(name) != version} == {}
    assert not {"pytest", "mypy", "ruff", "scikit-learn"} & runs.keys()
    assert {"prefect", "duckdb", "s3fs"} <= runs.keys()


def test_everything_that_runs_is_pinned():
    import tomllib  # noqa: PLC0415 - this test alone reads the project file

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["s3"]]

    assert {Requirement(line).name for line in wanted} - pins(DEPLOY / "requirements.lock").keys() == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_units(unit):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, UNITS if unit.suffix == ".timer" else [unit])],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert [line for line in done.stderr.splitlines() if line and not _NOT_INSTALLED.search(line)] == []


def test_the_service_may_do_little():
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze")
    unit = DEPLOY / "systemd" / "newswatch.service"
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SYSTEMD_PAGER": ""},
    )

    assert done.returncode == 0, done.stdout[-300:] + done.stderr[-300:]


@pytest.mark.parametrize("name", ["compose.yaml", "compose.many.yaml"])
def test_services_may_do_little_and_end_gently(name):
    services = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))["services"]
    ours = [service for service in services.values() if service["image"] == "newswatch"]

    assert ours
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["stop_grace_period"] == "30s"


def test_the_pools_of_the_deployments_are_those_that_workers_serve():
    deployments = yaml.safe_load((DEPLOY / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    services = yaml.safe_load((DEPLOY / "compose.many.yaml").read_text(encoding="utf-8"))["services"]
    served = {word for one in services.values() for word in one.get("entrypoint", ()) if "newswatch-" in word}

    assert {one["work_pool"]["name"] for one in deployments} == served


def test_the_image_is_built_of_what_there_is():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]

    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
    kept = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line[:1] == "!"
    }
    assert {name.partition("/")[0] for names in copied for name in names} == kept


def test_every_command_of_the_runbook_is_one():
    from flows.cli import main  # noqa: PLC0415 - the other tests need no command line

    told = re.findall(r"(?:`|^|/bin/)newswatch ((?:--home \S+ )?[a-z][^`\n#|]*)", RUNBOOK, re.MULTILINE)
    words = [shlex.split(line) for line in told]
    named = [line[2:] if line[0] == "--home" else line for line in words]

    assert named
    for first, *others in named:
        command = main.get_command(click.Context(main), first)
        assert command is not None, first
        options = {option for parameter in command.params for option in parameter.opts}
        inner = getattr(command, "commands", {})
        assert not inner or others[0] in inner, first
        assert [word for word in others if word.startswith("--") and word not in options] == [] or inner


def test_every_health_alert_is_in_the_runbook():
    health = (ROOT / "docs" / "health.md").read_text(encoding="utf-8")
    table = health[health.index("## What is told") :]
    names = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])
    }

    assert {"no-cycle", "disk-full", "rebuilt"} <= names
    assert {name for name in names if f"`{name}`" not in RUNBOOK} - {"healthz", "metrics"} == set()
