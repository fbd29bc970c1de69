"""How every module of the kit begins, and how long it may get."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT

MODULES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "labkit").rglob("*.py"))
    if path.name != "__init__.py"
}


def notebooks_named_by(source: str) -> list[str]:
    """`["01-registry"]` for a module whose docstring ends `Notebook: 01-registry.`"""
    docstring = ast.get_docstring(ast.parse(source)) or ""
    told = docstring.partition("Notebook")[2]
    return re.findall(r"(?:\d\d|demo)-[a-z0-9-]*[a-z0-9]", told)


def test_every_module_says_which_notebook_teaches_it_and_that_one_exists() -> None:
    stems = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    wrong = []
    for name, source in MODULES.items():
        named = notebooks_named_by(source)
        if not named:
            wrong.append(f"{name}: no `Notebook: 01-registry.` line in its docstring")
        wrong += [f"{name}: no notebook {stem}" for stem in named if stem not in stems]
    assert not wrong, "\n".join(wrong)


def test_modules_are_short_and_few_are_longer_than_300_lines() -> None:
    lengths = sorted(source.count("\n") for source in MODULES.values())
    long = {
        name: source.count("\n")
        for name, source in MODULES.items()
        if source.count("\n") > 300
    }
    assert lengths[len(lengths) // 2] <= 150, "half the modules have more lines"
    assert len(long) <= len(MODULES) / 20, f"too many long modules: {long}"
    assert lengths[-1] <= 500, f"a module too long to be read in one go: {long}"
