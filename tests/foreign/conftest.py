"""A foreign phone on an address of its own, ended whatever happened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.foreign import Baresip
from labkit.foreign.program import PACKAGES, is_here
from tests.conftest import missing


def need(program: str) -> None:
    """Skip the test, or fail it where nothing may be missing, without this program."""
    if not is_here(program):
        missing(f"no {program}: apt install {PACKAGES.get(program, program)}")


@pytest.fixture
def bob() -> Iterator[Baresip]:
    need("baresip")
    with Baresip("127.0.0.5") as bob:
        yield bob
