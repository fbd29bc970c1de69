"""Modules stand on each other in one order: whoever reads from below meets no circle.

What only a type checker sees counts, too. An import inside a function does not: it is a
choice that is made late, by the platform or by need.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.conftest import ROOT
from tests.house.imports import module_of


def imported_by(source: str) -> Iterator[str]:
    """What a module's own lines import: `labkit.net` and `labkit.net.clock` for
    `from labkit.net import clock`."""
    lines = list(ast.parse(source).body)
    for line in lines:
        if isinstance(line, ast.If | ast.Try):
            lines += line.body
        elif isinstance(line, ast.ImportFrom) and line.module:
            yield from (f"{line.module}.{alias.name}" for alias in line.names)
            yield line.module
        elif isinstance(line, ast.Import):
            yield from (alias.name for alias in line.names)


def circle(sources: dict[str, str]) -> str:
    """The first circle among modules, as `a → b → a`; empty when there is none.

    A module inside a package does not stand on the package, which only gathers.
    """
    graph = {
        name: {
            other
            for other in imported_by(source)
            if other in sources and not f"{name}.".startswith(f"{other}.")
        }
        for name, source in sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " → ".join(reversed(error.args[1]))
    return ""


def test_no_two_modules_stand_on_each_other() -> None:
    files = sorted((ROOT / "labkit").rglob("*.py"))
    assert files
    sources = {
        module_of(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
        for file in files
    }
    assert circle(sources) == ""


@pytest.mark.parametrize(
    "line",
    [
        "from labkit.a import A",
        "import labkit.a",
        "from labkit import a",
        "if TYPE_CHECKING:\n    from labkit.a import A",
    ],
)
def test_a_circle_is_found(line: str) -> None:
    sources = {"labkit.a": "from labkit import b", "labkit.b": line}
    assert circle(sources) in (
        "labkit.a → labkit.b → labkit.a",
        "labkit.b → labkit.a → labkit.b",
    )


def test_a_late_import_is_none() -> None:
    late = "def over():\n    from labkit.a import A"
    assert circle({"labkit.a": "import labkit.b", "labkit.b": late}) == ""
