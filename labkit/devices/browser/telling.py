"""What the kernel has to tell the page, and when: wishes, sound, acknowledgements.

    {"kind": "wish", "to": "k3x", "ping": 8, "key": 0, "taken": {"camera": 112, …},
     "wishes": {"camera": {"width": 640, …}, "screen": None, …}}

A wish is told when it changes and every second, as a ping: whatever was lost or loaded
anew on the way comes right by itself. How far we have come with what the page sent is
part of every message, and one of its own only when there is no other.

Time is an input here; nothing waits. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from labkit.devices.browser.messages import DEVICES
from labkit.devices.browser.outbox import Outbox
from labkit.devices.browser.page_clock import PageClock

Told: TypeAlias = tuple[dict[str, Any], list[bytes]]
"""A message to the page, and its buffers."""

CAPTURED = ("camera", "screen", "microphone")
"""What comes from the page, numbered, and is acknowledged."""
EVERY = 1.0
"""Seconds between two pings."""
OFTEN, GREETINGS = 0.1, 5
"""A page that is new is asked the time this often, so many times."""
ACKNOWLEDGE_EVERY = 0.04


class Telling:
    """Makes the messages for one phone's page."""

    def __init__(self, page_clock: PageClock) -> None:
        self.wishes: dict[str, Mapping[str, Any]] = {}
        self.outbox = Outbox(8000)
        self.ping = 0
        """The number of the last ping."""
        self.key = 0
        """Rises when the next picture must be one that can be decoded alone."""
        self._clock = page_clock
        self._taken = dict.fromkeys(CAPTURED, 0)
        self._told = dict(self._taken)
        self._greetings = 0
        self._ping_due = self._ack_due = 0.0

    def at_once(self) -> None:
        """Something changed: tell it now."""
        self._ping_due = 0.0

    def greet(self) -> None:
        """A new page is there: ask it the time some times in a row."""
        self._greetings = GREETINGS
        self.at_once()

    def another_page(self) -> None:
        """Its pictures and sound are counted from one."""
        self._taken = dict.fromkeys(CAPTURED, 0)
        self.key += 1
        self.greet()

    def took(self, device: str, number: int) -> None:
        """What came from `device` is dealt with up to `number`."""
        self._taken[device] = max(self._taken[device], number)

    @property
    def due(self) -> float:
        """When there is something to tell again, sound apart."""
        is_told = self._taken == self._told
        return self._ping_due if is_told else min(self._ping_due, self._ack_due)

    def messages(self, to: str, now: float, deaf: bool) -> list[Told]:
        """What is to be sent now to the page `to`.

        `deaf`: the kernel cannot hear the page at present.
        """
        made: list[Told] = []
        sound = self.outbox.take(now, deaf) if "speaker" in self.wishes else None
        if sound is not None:
            number, block = sound
            head = {"kind": "sound", "number": number, "rate": self.outbox.rate}
            made.append((head, [block.astype("<i2").tobytes()]))
        if now >= self._ping_due:
            made.append((self._wish(now), []))
        elif sound is None and self._taken != self._told and now >= self._ack_due:
            made.append(({"kind": "ack"}, []))
        if made:
            self._ack_due = now + ACKNOWLEDGE_EVERY
            self._told = dict(self._taken)
        return [({**head, "to": to, "taken": self._told}, data) for head, data in made]

    def _wish(self, now: float) -> dict[str, Any]:
        self._greetings = max(0, self._greetings - 1)
        self._ping_due = now + (OFTEN if self._greetings else EVERY)
        self.ping += 1
        self._clock.asked(self.ping, now)
        return {
            "kind": "wish",
            "ping": self.ping,
            "key": self.key,
            "wishes": {device: self.wishes.get(device) for device in DEVICES},
        }
