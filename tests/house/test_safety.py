"""Nothing that comes from the network is ever unpickled, evaluated or given to a shell.

The test reads the kit's source; the parsers' own tests feed them bad bytes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
CALLS = {
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "yaml.load",
    "yaml.unsafe_load",
}


def dotted(node: ast.expr) -> str:
    """`os.system` for the expression os.system; empty for what has no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def is_true(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Constant) and not node.value)


def dangers(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from ((node.lineno, name) for name in names if name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name) for name in names if name in CALLS)
            if node.module in MODULES:
                yield node.lineno, node.module
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in BUILTINS | CALLS:
                yield node.lineno, f"{name}()"
            for option in node.keywords:
                # numpy.load(allow_pickle=True), subprocess.run(shell=True)
                if option.arg in ("shell", "allow_pickle") and is_true(option.value):
                    yield node.lineno, f"{name}({option.arg}=…)"


def test_the_kit_never_unpickles_evaluates_or_opens_a_shell() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in sorted((ROOT / "labkit").rglob("*.py"))
        for line, what in dangers(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "eval(text)",
        "exec(text)",
        "os.system('ls')",
        "from os import system",
        "subprocess.run(command, shell=True)",
        "np.load(file, allow_pickle=True)",
    ],
)
def test_each_danger_is_seen(line: str) -> None:
    assert list(dangers(line))


@pytest.mark.parametrize(
    "line",
    [
        "re.compile('a')",
        "subprocess.run(command, shell=False)",
        "json.loads(text)",
        "model.eval()",
    ],
)
def test_what_only_looks_alike_passes(line: str) -> None:
    assert not list(dangers(line))
