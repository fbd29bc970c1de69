"""The benches are programs, not a package: they are found by their folder, and
forgotten after each test, since their names (`common`, `registry`) are anybody's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType

import pytest

from tests.conftest import ROOT

BENCHES = ROOT / "report" / "bench"


@pytest.fixture
def bench(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], ModuleType]]:
    """`bench("numbered")` is report/bench/numbered.py."""
    monkeypatch.syspath_prepend(str(BENCHES))
    yield import_module
    for path in BENCHES.glob("*.py"):
        module = sys.modules.get(path.stem)
        if module is not None and getattr(module, "__file__", None) == str(path):
            del sys.modules[path.stem]
