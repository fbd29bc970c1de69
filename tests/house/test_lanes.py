"""Which tests run side by side: nothing that lives in real time is forgotten."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.house.imports import imports_of
from tests.lanes import LANES, PATIENT, lane_of

CLOCKS_AND_THREADS = ("asyncio", "socket", "threading", "time")
HARMLESS = {
    "dialects/machine/test_registry.py": "one short talk with a registry",
    "dialects/wire/test_framing.py": "ten seconds for what takes a few milliseconds",
    "media/payloads/test_with_ffmpeg.py": "a deadline of its own, and a long one",
    "test_screen.py": "one thread that waits for another",
}
"""Tests that are handed out as if they lived on virtual time, and why they may be."""


@pytest.mark.parametrize(
    ("test", "lane"),
    [
        ("tests/net/test_sip.py::test_it", "phones"),
        ("tests/devices/browser/test_page.py::test_it[a/b]", "pages and devices"),
        ("tests/test_cli.py::test_it", "phones"),
        ("tests/browser/test_call.py::test_it", "pages and devices"),
        ("tests/notebooks/test_kernel.py::test_it", "phones"),
        ("tests/notebooks/test_notebooks.py::test_it[phone]", None),
        ("tests/media/wire/test_rtp.py::test_it", None),
        ("tests/test_screen.py::test_net", None),
    ],
)
def test_a_test_s_folder_or_file_says_its_lane(test: str, lane: str | None) -> None:
    assert lane_of(test) == lane


def test_every_file_and_folder_of_a_lane_is_there() -> None:
    for name in (*PATIENT, *(name for lane in LANES.values() for name in lane)):
        path = ROOT / "tests" / name
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_who_uses_threads_sockets_or_the_clock_is_in_a_lane() -> None:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        inside = path.relative_to(ROOT)
        used = {i.imported for i in imports_of(path.read_text("utf-8"), inside)}
        if used & {*CLOCKS_AND_THREADS} and lane_of(inside.as_posix()) is None:
            found.add(inside.relative_to("tests").as_posix())
    assert found == set(HARMLESS)
