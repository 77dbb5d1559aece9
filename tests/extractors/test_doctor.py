"""The doctor: every cause that the tree raises has a name for people and advice that leads somewhere."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.doctor import AILMENTS, advice_for, ailment_of, ails_address_only, diagnose

ROOT = Path(__file__).parents[2]
CAUSE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
#: Names that hold causes wherever they are given a value, and what a table of causes is called.
CARRIERS = re.compile(r"(_?cause|_?CAUSES|_?WALLS)$")


def strings(node):
    """Return the string constants that `node` can come to: not those that it only compares with."""
    if node is None:
        return set()
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    if isinstance(node, ast.BoolOp):
        return set().union(*map(strings, node.values))
    if isinstance(node, ast.Dict):
        keys = [key for key in node.keys if key is not None]
        return set().union(*map(strings, keys), *map(strings, node.values))
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set().union(*map(strings, node.elts))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "frozenset":
        return set().union(*map(strings, node.args))
    return set()


def causes_raised(tree):
    """Return the causes that a module names: in its errors, in `cause=…`, in tables and functions of causes."""
    found = set().union(*map(causes_of, ast.walk(tree)))
    return {cause for cause in found if CAUSE.fullmatch(cause)}


def causes_of(node):
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = [strings(arg) for arg in node.args[:2]] if called.lower().endswith("error") else []
        named = [strings(keyword.value) for keyword in node.keywords if keyword.arg == "cause"]
        return set().union(*place, *named)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        carries = any(CARRIERS.search(getattr(target, "id", "")) for target in targets)
        return strings(node.value) if carries else set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and re.search(r"cause|wall", node.name):
        returns = (inner for inner in ast.walk(node) if isinstance(inner, ast.Return))
        return set().union(*(strings(inner.value) for inner in returns))
    return set()


def every_cause():
    """Return (cause, file) for each cause in the packages that read from the network or from bytes."""
    for path in sorted((ROOT / "extractors").rglob("*.py")):
        place = path.relative_to(ROOT)
        if "signals" in place.parts or place.name in {"doctor.py", "watch.py", "watch_checks.py"}:
            continue
        for cause in sorted(causes_raised(ast.parse(path.read_text(encoding="utf-8")))):
            yield cause, str(place)


def test_the_walk_finds_causes_in_all_their_forms():
    code = """
def f(url):
    cause = "tls" if url else "unreachable"
    raise TransientFetchError(url, "dns", "no such host")
CAUSES = {"bot-wall": 1}
def wall_of(x):
    return "soft-404" if x == "never-this" else None
Refused(cause="no-text", detail="some words")
"""

    assert causes_raised(ast.parse(code)) == {"tls", "unreachable", "dns", "bot-wall", "soft-404", "no-text"}


def test_every_cause_of_the_tree_has_a_diagnosis():
    causes = list(every_cause())

    assert len({cause for cause, _ in causes}) > 25
    assert [(cause, place) for cause, place in causes if ailment_of(cause) is None] == []


@pytest.mark.parametrize("name", AILMENTS)
def test_what_is_said_is_one_or_two_whole_sentences(name):
    says, advice = AILMENTS[name]

    for text in (says, advice):
        assert text[0].isupper() or text.startswith("newswatch")
        assert text.endswith((".", "`."))
        assert len(text) <= 160


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        ("http-401", "login"),
        ("http-403", "refused"),
        ("http-404", "not-found"),
        ("http-410", "gone"),
        ("http-429", "rate-limited"),
        ("http-451", "refused"),
        ("http-503", "server-fault"),
        ("dns", "unreachable"),
        ("bot-wall", "bot-challenge"),
        ("bot-challenge", "bot-challenge"),
        ("crash", "quarantined"),
    ],
)
def test_a_cause_of_the_code_gets_its_name_for_people(cause, name):
    assert diagnose(cause).name == name


def test_a_refusal_is_never_called_a_paywall():
    assert diagnose("http-403").name != "paywall"


def test_a_site_is_looked_at_only_where_the_failure_is_of_one_address():
    assert ails_address_only("http-404")
    assert not any(map(ails_address_only, ("dns", "timeout", "http-403", "http-429", "http-503", "login")))


def test_advice_fits_the_kind_of_source():
    assert "robots.txt" in diagnose("html-for-xml", kind="sitemap").advice
    assert "sources find" in diagnose("html-for-xml", kind="feed").advice
    assert "engine" in diagnose("http-429", kind="search").advice


def test_evidence_is_told_with_what_it_shows():
    told = diagnose("bot-challenge", evidence="status 403; cf-mitigated: challenge").says

    assert told.endswith("(status 403; cf-mitigated: challenge).")


def test_a_failure_without_a_cause_goes_by_its_status():
    assert diagnose(None, status=404).name == "not-found"
    assert diagnose(None).name == "unforeseen"


@given(st.text(max_size=40), st.none() | st.integers(), st.none() | st.text(max_size=20))
def test_whatever_the_cause_there_is_a_diagnosis(cause, status, kind):
    told = diagnose(cause, status=status, kind=kind)

    assert told.name in AILMENTS
    assert told.advice
    assert (advice_for(cause) is None) == (ailment_of(cause) is None)


def test_every_ailment_and_cause_stands_in_the_documentation():
    text = (ROOT / "docs" / "collecting.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    told = {name: f"{says} | {advice} |" for name, (says, advice) in AILMENTS.items()}

    assert [name for name, words in told.items() if not rows.get(name, "").endswith(words)] == []
    causes = {cause for cause, _ in every_cause()} - set(AILMENTS)
    assert [cause for cause in causes if f"`{cause}`" not in rows[ailment_of(cause)]] == []
