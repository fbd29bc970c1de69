"""Every state of the call screen, as a real panel of a phone that is only played.

    from tests.panels.scenes import show
    show("incoming")

Each scene is what a student may come to see; the browser test keeps a picture of each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2

from labkit.devices import TestCard
from labkit.panels import PhonePanel
from labkit.panels.view_model import ListedUser
from labkit.signalling.machine.states import CallState
from tests.panels.call_fakes import FakeCallPhone, FakeMedia, lines

USERS = tuple(
    ListedUser(name, f"192.168.1.{number}:5060")
    for number, name in enumerate(("alice", "bob", "carol", "dave", "erin"), 20)
)
TALK = lines(
    (False, "Can you see my slides?"),
    (True, "Yes, but the sound is a little behind."),
    (False, "Wait, I try a shorter playout delay."),
    (False, "https://example.org/a/rather/long/address?that=breaks&somewhere=else"),
    (True, "Much better now."),
)
Scene = Callable[[FakeCallPhone, PhonePanel], None]


def _listed(phone: FakeCallPhone, panel: PhonePanel) -> None:
    phone.now(registered=True, notice="registered as alice at 192.168.1.20:5060")
    panel._commands.note(users=USERS)


def _call(state: CallState = CallState.ACCEPTED, **changes: Any) -> Scene:
    def play(phone: FakeCallPhone, panel: PhonePanel) -> None:
        _listed(phone, panel)
        if state.is_up:
            phone.media = FakeMedia()
            _pictures(phone)
        phone.in_call(state, **changes)

    return play


def _closed(phone: FakeCallPhone, panel: PhonePanel) -> None:
    _listed(phone, panel)
    phone.now(closed=True)


def _failed(phone: FakeCallPhone, panel: PhonePanel) -> None:
    _listed(phone, panel)
    phone.in_call(CallState.FAILED, why="no answer from 192.168.1.21 (408)")
    panel._commands.note(error="bob cannot be reached: is the phone still running?")


SCENES: dict[str, Scene] = {
    "idle": lambda phone, panel: None,
    "registered": _listed,
    "calling": _call(CallState.CALLING),
    "incoming": _call(CallState.INCOMING),
    "in-call": _call(),
    "paused": _call(video_paused=True, peer_video_paused=True),
    "muted": _call(muted=True),
    "held": _call(CallState.HELD, held_by_me=True),
    "chat": _call(chat=TALK),
    "recording-asked": _call(recording="asked"),
    "recording-asking": _call(recording="asking"),
    "recording-on": _call(recording="on", records=True),
    "recording-peer": _call(recording="peer", recorded=True),
    "ended": _call(CallState.ENDED),
    "failed": _failed,
    "closed": _closed,
}

_cards: list[TestCard] = []


def _pictures(phone: FakeCallPhone) -> None:
    for lens, name in ((phone.peer, "bob"), (phone.own, "alice")):
        card = TestCard(640, 480, 10, label=name)
        card.start(
            lambda picture, lens=lens: lens.show(
                cv2.imencode(".jpg", picture.pixels)[1].tobytes()
            )
        )
        _cards.append(card)


def show(name: str, **options: Any) -> PhonePanel:
    """The panel of this scene; what an earlier one moved stands still."""
    while _cards:
        _cards.pop().stop()
    phone = FakeCallPhone("alice")
    options = {"recordings": "recordings", **options}
    panel = PhonePanel(phone, **options)  # type: ignore[arg-type]
    SCENES[name](phone, panel)
    return panel
