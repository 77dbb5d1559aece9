"""The questions of docs/questions.md and their answers; `make questions` writes the answers anew."""

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rich.console import Console

from flows.demo import run_demo
from flows.settings import read_settings
from warehouse.database import Connection, open_snapshot

PAGE = Path(__file__).parents[1] / "docs" / "questions.md"
#: Shown where a question has no row as its answer.
NONE_FOUND = "No rows."
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
#: A section that is a question: its number and words, what is said of it, its SQL, and its answer if it has one.
_QUESTION = re.compile(
    r"## (?P<number>\d+)\. (?P<words>[^\n]+)\n\n(?P<prose>.*?)```sql\n(?P<sql>.*?)```\n(?P<answer>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its SQL; `answer` is what the page says, in Markdown, empty where it says nothing yet."""

    number: int
    words: str
    prose: str
    sql: str
    answer: str


def read_questions(page: str) -> tuple[Question, ...]:
    """Return the questions of the page in their order."""
    found = (_QUESTION.fullmatch(section) for section in _SECTION.split(page))
    return tuple(
        Question(
            number=int(one["number"]),
            words=one["words"],
            prose=one["prose"].strip(),
            sql=one["sql"],
            answer=one["answer"].strip(),
        )
        for one in found
        if one
    )


def answered(con: Connection, page: str) -> str:
    """Return the page with every answer as the open file gives it."""
    return "".join(_answered(con, section) for section in _SECTION.split(page)).rstrip("\n") + "\n"


def _answered(con: Connection, section: str) -> str:
    found = _QUESTION.fullmatch(section)
    if found is None:
        return section
    return f"{section[: found.start('answer')]}\n{answer_of(con, found['sql'])}\n\n"


def answer_of(con: Connection, sql: str) -> str:
    """Return the rows of a query as a table in Markdown."""
    result = con.execute(sql)
    names = [column[0] for column in result.description or []]
    rows = result.fetchall()
    return "\n".join(_table(names, rows)) if rows else NONE_FOUND


def _table(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"| {' | '.join('---' for _ in names)} |"
    for row in rows:
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value).replace("|", "\\|")


def newsroom(home: Path) -> Path:
    """Run the whole demo in `home` and return its snapshot."""
    settings = read_settings({"NEWSWATCH_WORKERS": "2"}, home=home)
    return run_demo(settings, Console(stderr=True)).snapshot


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, open_snapshot(newsroom(Path(folder) / "demo")) as con:
        PAGE.write_text(answered(con, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE, file=sys.stderr)
