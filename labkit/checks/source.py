"""The kit's own source, shown in a notebook: the code that runs is the code one reads.

    show_source(LineReader.feed)

Notebook: 01-registry.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any, TypeAlias

from labkit.errors import LocalError

HasSource: TypeAlias = ModuleType | type | Callable[..., Any] | property


@dataclass(frozen=True, slots=True)
class SourceText:
    """Some lines of the kit; a notebook colours them in its own theme."""

    where: str
    """File and lines: `labkit/registry/wire/lines.py, lines 37–52`."""
    text: str

    def __repr__(self) -> str:
        return f"# {self.where}\n{self.text}"

    def _repr_markdown_(self) -> str:
        return f"`{self.where}`\n\n```python\n{self.text}\n```"


def show_source(what: HasSource) -> SourceText:
    """The source of a function, method, property, class or module, without the lines
    before it.

    Raises LocalError for what has no source of its own: a number, a built-in function.
    """
    owner: Any = what.fget if isinstance(what, property) else what
    try:
        if not (isinstance(owner, ModuleType) or callable(owner)):
            raise TypeError
        owner = inspect.unwrap(owner)
        lines, first = inspect.getsourcelines(owner)
        file = inspect.getsourcefile(owner)
    except (TypeError, OSError):
        raise LocalError(
            f"{what!r} has no source to show; give a function, a class or a module"
        ) from None
    first = max(1, first)
    return SourceText(
        f"{_short(file or '')}, lines {first}–{first + len(lines) - 1}",
        dedent("".join(lines)).rstrip(),
    )


def _short(file: str) -> str:
    """The path from the package on; a cell of a notebook has none."""
    parts = Path(file).parts
    if "labkit" in parts:
        last = len(parts) - 1 - parts[::-1].index("labkit")
        return Path(*parts[last:]).as_posix()
    return "this notebook" if "ipykernel" in file or "<" in file else Path(file).name
