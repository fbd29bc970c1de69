"""The strip of the browser's devices, from Python: one line for a phone, let go at the
end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from labkit import Phone
from labkit.panels import BrowserDevices, PhonePanel
from labkit.panels.page_devices import devices_view, line_of

HERE = {
    "kind": "here",
    "page": "p1",
    "ping": 0,
    "at": 0.0,
    "states": {"camera": "off", "microphone": "off", "speaker": "off"},
}


@pytest.fixture
def alice() -> Iterator[Phone]:
    with Phone("alice", camera="browser", speaker="browser") as phone:
        yield phone


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if "labkit-page" in one.name]


def test_the_strip_shows_what_is_the_browsers(alice: Phone) -> None:
    panel = BrowserDevices(alice)
    assert panel.scene["name"] == "alice"
    assert panel.scene["devices"] == {
        "camera": "browser",
        "microphone": "",
        "speaker": "browser",
    }
    panel.close()


def test_a_phone_with_other_devices_has_no_strip() -> None:
    with Phone("bob") as bob:
        assert devices_view(bob) is None
        panel = BrowserDevices(bob)
        assert panel.scene["devices"] is None
        panel.close()


def test_a_screen_that_a_call_is_to_share_is_shown_beside_the_camera(
    alice: Phone,
) -> None:
    alice.use(camera="screen")
    seen = devices_view(alice)
    assert seen is not None
    assert seen["screen"] == "screen"


def test_panels_of_one_phone_share_a_line_and_the_last_one_closes_it(
    alice: Phone,
) -> None:
    strip, panel = BrowserDevices(alice), PhonePanel(alice)
    assert strip.line == panel.line
    line = line_of(alice)
    line.leave()
    line._on_page(line, HERE, [])
    assert threads() == ["labkit-page-alice"]
    strip.close()
    assert threads() == ["labkit-page-alice"]
    panel.close()
    assert threads() == []
    assert line_of(alice) is not line
    line_of(alice).leave()
    line_of(alice).leave()


def test_no_thread_runs_before_a_page_is_there(alice: Phone) -> None:
    panel = BrowserDevices(alice)
    assert threads() == []
    panel.close()


def test_a_strip_that_is_made_again_takes_the_formers_place(alice: Phone) -> None:
    former = BrowserDevices(alice)
    latter = BrowserDevices(alice)
    assert former.scene["closed"]
    assert former.line == latter.line
    assert "closed" not in latter.scene
    latter.close()
