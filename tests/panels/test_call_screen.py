"""The call screen's panel and a phone that only notes what it is asked (D2)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labkit import LocalError
from labkit.errors import DeviceError
from labkit.panels import PhonePanel
from labkit.panels.phone_panel import LONGEST_LINE
from labkit.phone import PICTURE_QUALITIES
from labkit.signalling.machine.states import CallState
from tests.panels.call_fakes import FakeCallPhone

WITHIN = 10.0


class Screen:
    """A panel of a played phone, and a page that speaks to it."""

    def __init__(self, folder: Path) -> None:
        (folder / "film.mp4").write_bytes(b"-")
        self.phone = FakeCallPhone("screen-alice")
        self.kept = folder / "kept"
        self._changed = threading.Condition()
        self.panel = PhonePanel(
            self.phone,  # type: ignore[arg-type]
            files=folder,
            recordings=self.kept,
        )
        self.panel.observe(self._wake, ["scene", "rest"])
        self.phone.when_asked = self._wake

    def _wake(self, *_: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def say(self, **content: Any) -> None:
        self.panel._on_page(None, {"page": "p", **content}, [])

    def wait(self, condition: Any) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, WITHIN), self.phone.asked

    def sees_asked(self, *wanted: tuple[str, Any]) -> None:
        self.panel._channel.wake()
        self.wait(lambda: all(one in self.phone.asked for one in wanted))

    def set(self, key: str, value: object, wish: int = 1) -> None:
        self.say(kind="set", key=key, value=value, wish=wish)
        self.wait(lambda: self.panel.rest["studio"]["heard"].get("p") == wish)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    screen = Screen(tmp_path)
    yield screen
    screen.panel.close()


@pytest.mark.parametrize(
    ("button", "asked"),
    [
        ("Mute", "mute"),
        ("Pause video", "pause_video"),
        ("Hold", "hold"),
        ("Hang up", "hang_up"),
    ],
)
def test_a_button_asks_the_phone(screen: Screen, button: str, asked: str) -> None:
    screen.phone.in_call()
    screen.panel.click(button)
    assert screen.phone.asked == [(asked, None)]


def test_a_toggle_is_what_the_state_says_not_how_often_it_was_pressed(
    screen: Screen,
) -> None:
    screen.phone.in_call(muted=True)
    with pytest.raises(LocalError, match="Mute makes no sense now"):
        screen.panel.click("Mute")
    screen.panel.click("Unmute")
    assert screen.phone.asked == [("unmute", None)]


def test_a_recording_goes_into_the_folder_that_the_user_named(screen: Screen) -> None:
    screen.phone.in_call()
    assert not screen.kept.exists()
    screen.panel.click("Record")
    assert screen.phone.asked == [("record", screen.kept)]
    assert screen.kept.is_dir()


def test_a_line_of_chat_is_sent_as_it_is_and_an_empty_or_huge_one_is_not(
    screen: Screen,
) -> None:
    screen.phone.in_call()
    for text in ("", "  \n", "x" * (LONGEST_LINE + 1), None, 5, ["x"]):
        screen.say(kind="say", text=text)
    screen.say(kind="say", text="<i>hi</i>")
    screen.sees_asked(("say", "<i>hi</i>"))
    assert [name for name, _ in screen.phone.asked] == ["say"]


def test_a_source_of_the_list_is_used_and_its_path_never_leaves_the_kernel(
    screen: Screen, tmp_path: Path
) -> None:
    screen.set("camera", "file:film.mp4")
    assert screen.phone.asked == [("use", {"camera": f"file:{tmp_path / 'film.mp4'}"})]
    assert str(tmp_path) not in str((screen.panel.scene, screen.panel.rest))


def test_a_source_that_is_not_on_the_list_is_refused_in_words(screen: Screen) -> None:
    screen.set("camera", "file:../film.mp4")
    assert screen.phone.asked == []
    assert "not on the list" in screen.panel.rest["studio"]["errors"]["camera"]


def test_a_device_that_fails_is_told_beside_its_menu(screen: Screen) -> None:
    def use(**_: object) -> None:
        raise DeviceError("the microphone is busy: close the other program")

    screen.phone.use = use  # type: ignore[method-assign]
    screen.set("microphone", "mic")
    assert "is busy" in screen.panel.rest["studio"]["errors"]["microphone"]


def test_quality_is_set_during_a_call(screen: Screen) -> None:
    screen.phone.in_call()
    screen.set("preset", "low")
    assert screen.phone.picture_quality == PICTURE_QUALITIES["low"]
    screen.set("fps", 5, wish=2)
    assert screen.phone.picture_quality.fps == 5
    screen.set("size", "enormous", wish=3)
    assert screen.panel.rest["studio"]["errors"]["size"]
    assert screen.panel.rest["studio"]["values"]["size"] == "320x240"


def test_new_files_are_on_the_menu_when_it_is_opened(
    screen: Screen, tmp_path: Path
) -> None:
    (tmp_path / "new.mp4").write_bytes(b"-")
    screen.say(kind="set", key="look", value=True)

    def there() -> bool:
        cameras = screen.panel.rest["studio"]["menus"]["camera"]
        return ["file:new.mp4", "new.mp4"] in cameras

    screen.wait(there)


def test_typing_searches_the_list_and_choosing_from_it_leaves_it_as_it_is(
    screen: Screen,
) -> None:
    for kind, text in (("typed", "bo"), ("chosen", "bob")):
        screen.say(kind=kind, text=text)
    desk = screen.panel._commands.desk
    assert (desk.typed, desk.search) == ("bob", "bo")
    screen.say(kind="typed", text="")
    assert screen.panel._commands.desk.search == ""


def test_a_call_from_the_list_goes_to_that_row(screen: Screen) -> None:
    screen.phone.now(registered=True)
    screen.say(kind="command", command="call", text="bob")
    screen.sees_asked(("call", "bob"))


@pytest.mark.parametrize("command", ["say", "use", "close", "snapshot", "_do", ""])
def test_what_is_no_button_is_no_command(screen: Screen, command: str) -> None:
    screen.phone.in_call()
    screen.say(kind="command", command=command, text="x")
    screen.panel.click("Mute")
    assert screen.phone.asked == [("mute", None)]


def test_a_page_that_lags_behind_presses_what_makes_no_sense_any_more(
    screen: Screen,
) -> None:
    screen.phone.in_call(CallState.ENDED)
    screen.say(kind="command", command="allow_recording", text="")
    screen.wait(lambda: "makes no sense now" in screen.panel.scene["error"])
    assert screen.phone.asked == []


def test_a_folder_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no folder"):
        PhonePanel(FakeCallPhone(), files=tmp_path / "nowhere")  # type: ignore[arg-type]
