"""Every requirement has its row in the report, and what the row says is so.

The rows are `report/requirements.toml`: the words, where it is implemented, which tests
show it, the notebook in which one sees it.
"""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache

import pytest

from tests.conftest import ROOT
from tests.house.test_documents import REQUIREMENTS

ROWS = tomllib.loads((ROOT / "report/requirements.toml").read_text(encoding="utf-8"))
IDS = [f"{a}{n}" for a, most in REQUIREMENTS.items() for n in range(1, most + 1)]

OF_THE_WHOLE = {"A17", "A18", "A19", "A20", "C11", *(f"D{n}" for n in range(1, 8))}
"""What no single module does, so that none need cite it."""


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def cited(text: str) -> set[str]:
    """The requirements that a text names; `A4-A6`, `A4–A6` and `A4–6` are three."""
    found = set()
    ranges = r"\b([A-Da-d])(\d+)(?:[-–][A-Da-d]?(\d+))?(?!\w|\.\d)"
    for letter, first, last in re.findall(ranges, text.replace("_", " ")):
        numbers = range(int(first), int(last or first) + 1)
        found |= {f"{letter.upper()}{number}" for number in numbers}
    return found


def functions_of(path: str) -> set[str]:
    tree = ast.parse(text_of(path))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_ranges_are_read_whole() -> None:
    assert cited("A4-A6, B1–2, c3 and test_x_A8") == {
        "A4", "A5", "A6", "B1", "B2", "C3", "A8",
    }  # fmt: skip


def test_every_requirement_has_a_row_and_no_row_is_of_none() -> None:
    assert list(ROWS) == IDS


@pytest.mark.parametrize("name", IDS)
def test_what_a_row_names_exists(name: str) -> None:
    row = ROWS[name]
    assert row["text"]
    assert row["where"]
    assert row["tests"]
    for path in row["where"]:
        assert (ROOT / path).exists(), path
    for test in row["tests"]:
        path, _, function = test.partition("::")
        assert function in functions_of(path), test
    if notebook := row.get("notebook"):
        assert (ROOT / "notebooks" / f"{notebook}.ipynb").exists(), notebook


@pytest.mark.parametrize("name", [name for name in IDS if name not in OF_THE_WHOLE])
def test_modules_and_tests_cite_what_their_row_says_of_them(name: str) -> None:
    row = ROWS[name]
    silent = [path for path in row["where"] if name not in cited(text_of(path))]
    assert not silent, f"{name} is not cited in {silent}"
    tests = [test.partition("::")[0] for test in row["tests"]]
    silent = [path for path in tests if name not in cited(text_of(path))]
    assert not silent, f"{name} is not cited in {silent}"


def test_the_top_level_is_as_asked_D6() -> None:
    for name in ("README.md", "environment.yml"):
        assert (ROOT / name).is_file()
    for name in ("notebooks", "labkit", "tests", "report"):
        assert (ROOT / name).is_dir()
