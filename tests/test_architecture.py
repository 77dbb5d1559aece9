"""The shape of the code: budgets that keep it readable, and documents that keep up with it."""

import ast
import re
import subprocess
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("extractors", "warehouse", "flows")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
#: Lines a file and a function may have, docstrings counted: what one reads in one sitting.
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc", "common", "base"}


def functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_reads_in_one_sitting(path):
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert long == []


def test_no_name_says_nothing():
    assert [path for path in FILES if path.stem in EMPTY_NAMES] == []


def test_every_query_has_a_caller():
    code = "".join(path.read_text(encoding="utf-8") for path in FILES)
    queries = {path.stem for path in (ROOT / "warehouse" / "queries").glob("*.sql")}
    families = {f"delete_{table}" for table in re.findall(r'"(\w+)"', code)}

    assert {name for name in queries if f'"{name}"' not in code} - families == set()


def test_every_command_stands_in_the_readme():
    from flows.cli import main  # noqa: PLC0415 - the other tests need no command line

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}

    assert "run" in commands
    assert [name for name in commands if f"`{name}" not in readme] == []
    assert [name for name, command in commands.items() if not command.help] == []


def test_every_setting_stands_in_the_readme():
    from flows.settings import NAMES  # noqa: PLC0415 - the other tests need no settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in NAMES if name not in readme] == []


def test_the_lock_names_no_host_and_pins_all_with_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]

    assert "://" not in lock
    assert all("==" in line for line in pins)
    assert lock.count("--hash=sha256:") >= len(pins)


def test_no_machine_and_no_secret_is_named_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    tracked = [ROOT / name for name in listed.splitlines()]
    named = [
        "/" + "root/",
        "/" + "work/",
        "/" + r"home/\w",
        "AKIA" + "[0-9A-Z]{16}",
        "BEGIN [A-Z ]*" + "PRIVATE KEY",
    ]
    pattern = re.compile("|".join(named))
    texts = [path for path in tracked if path.suffix in {".py", ".md", ".toml", ".sql", ".lock", ".yaml", ""}]

    assert [str(p) for p in texts if p.is_file() and pattern.search(p.read_text("utf-8", "replace"))] == []
