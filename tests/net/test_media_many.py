"""Many phones in one kernel: nobody's call fails because the others keep it busy.

A machine that is too slow for all of them shows fewer pictures. How many is no business
of these tests, which pass on any machine.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from net.media_pair import BLUE, RED, Side, two_sides, wait_for

from labkit.devices.memory import MemorySpeaker
from labkit.devices.paced import PacedCamera
from labkit.devices.tone import Tone
from labkit.net import clock, loop

A_CLASS = 120.0
"""Seconds until twenty phones must have begun, on however slow a machine."""


class Wall(PacedCamera):
    """A camera before a wall."""

    def draw(self, now: float) -> np.ndarray:
        return np.full((self.height, self.width, 3), BLUE, np.uint8)


@contextmanager
def devices(side: Side) -> Iterator[MemorySpeaker]:
    """A camera, a microphone and a loudspeaker for a side of a call."""
    camera, microphone, speaker = Wall("wall", 640, 480, 30), Tone(), MemorySpeaker()
    camera.start(side.session.send_picture)
    microphone.start(side.session.send_sound, 48_000, 960)
    speaker.start(side.session.next_sound, 48_000, 960)
    try:
        yield speaker
    finally:
        for device in (camera, microphone, speaker):
            device.stop()


def test_a_call_begins_although_the_loop_is_busy():
    """Sound and pictures do not wait for the thread that keeps registry and calls."""
    go_on = threading.Event()
    with two_sides() as (alice, bob):
        loop.shared().post(go_on.wait, 30.0)
        try:
            alice.start(bob, "JPEG", "opus")
            bob.start(alice, "JPEG", "opus")
            alice.film(RED)
            wait_for(lambda: bool(bob.shown), "a picture")
        finally:
            go_on.set()


def test_a_picture_that_gives_way_is_not_sent_but_counted_and_seen_by_ourselves():
    with two_sides() as (alice, bob):
        alice.start(bob, "JPEG")
        bob.start(alice, "JPEG")
        now = clock.now()
        alice.session._video._give_way.sent(now, now + 60, worked=0.003)
        alice.film(RED)
        assert len(alice.own) == 1
        refused = alice.session.statistics().video.labkit.refused
        assert refused == {"not sent: this computer is too busy": 1}
        assert alice.session.statistics().video.outbound.framesEncoded == 0


def test_twenty_phones_in_one_kernel_all_see_and_hear_each_other():
    with ExitStack() as stack:
        calls = [stack.enter_context(two_sides()) for _ in range(10)]
        heard: dict[Side, MemorySpeaker] = {}
        for alice, bob in calls:
            for side, other in ((alice, bob), (bob, alice)):
                side.start(other, "JPEG", "opus")
                heard[side] = stack.enter_context(devices(side))
        for side, speaker in heard.items():
            wait_for(lambda s=side: len(s.shown) > 2, "pictures", A_CLASS)
            wait_for(lambda s=speaker: bool(s.heard.any()), "sound", A_CLASS)
