"""The wheel works outside the repository: queries, lexicons, the default watch and the newsroom are inside it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_every_file_of_data_in_the_packages_is_in_the_wheel(unpacked):
    wanted = {
        path.relative_to(ROOT)
        for package in ("extractors", "warehouse", "flows")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {path for path in wanted if not (unpacked / path).exists()} == set()
    assert (unpacked / "flows" / "watches" / "xiaomi-baic.toml").exists()


def test_the_program_of_the_wheel_makes_and_checks_a_home_and_imports(unpacked, tmp_path):
    told = {**os.environ, "PYTHONPATH": str(unpacked)}

    def newswatch(*arguments):
        command = [sys.executable, "-P", "-m", "flows.cli", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=told, check=True, capture_output=True, text=True)

    article = (
        '{"url": "https://a.example/1", "title": "Xiaomi wins licence for electric cars", '
        '"text": "Xiaomi has won a licence to build electric cars, a notice shows.", '
        '"published": "2024-03-28T12:00:00Z"}'
    )
    (tmp_path / "articles.jsonl").write_text(article, encoding="utf-8")
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import flows; print(flows.__file__)"],
        cwd=tmp_path,
        env=told,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    newswatch("init")
    newswatch("check")
    newswatch("import", "articles.jsonl")

    assert where.startswith(str(unpacked))
    assert "wins licence" in newswatch("developments").stdout or "licence" in newswatch("stories").stdout
