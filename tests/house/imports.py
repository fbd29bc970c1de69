"""Reads which module imports what, without running any of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Import:
    """One module imported at run time by one line of the kit."""

    file: str
    """Relative to the repository: `labkit/media/wire/rtp.py`."""
    line: int
    importer: str
    """The importing module: `labkit.media.wire.rtp`."""
    imported: str
    """What it imports: `struct`, `labkit.errors`, `labkit.media.messages.RtpPacket`."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: imports {self.imported}"


def module_of(path: Path) -> str:
    """`labkit/media/wire/__init__.py` → `labkit.media.wire`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, path: Path) -> Iterator[Import]:
    """All imports of one file but those that only a type checker sees."""
    importer = module_of(path)
    package = importer if path.name == "__init__.py" else importer.rpartition(".")[0]
    for node in _run_time_nodes(ast.parse(source)):
        for name in _names(node, package):
            yield Import(str(path), node.lineno, importer, name)


def _run_time_nodes(node: ast.AST) -> Iterator[ast.stmt]:
    """Every statement below `node`, the bodies of `if TYPE_CHECKING` left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for otherwise in child.orelse:
                yield otherwise
                yield from _run_time_nodes(otherwise)
            continue
        if isinstance(child, ast.stmt):
            yield child
        yield from _run_time_nodes(child)


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _names(node: ast.stmt, package: str) -> list[str]:
    """What one statement imports; `from a import b` is `a.b`, which may be a module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")
            above = above[: len(above) - node.level + 1]
            base = ".".join([*above, base] if base else above)
        return [f"{base}.{alias.name}" for alias in node.names]
    return []
