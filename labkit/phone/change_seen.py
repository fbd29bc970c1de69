"""How long the other side waits for a change of camera or quality, and whether it sees
a break (C8, C9).

    def is_small(shown):
        return shown.width == 320

    print(change_seen(bob, lambda: alice.use(camera="screen"), is_new=is_small))

Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from labkit.errors import NoAnswer
from labkit.net import clock

if TYPE_CHECKING:
    from labkit.net.shown import Shown
    from labkit.phone import Phone

BEFORE, AFTER = 5, 15
"""Pictures that are waited for before the change, and after the first new one."""


@dataclass(frozen=True, slots=True)
class ChangeSeen:
    """One change, as the other side saw it."""

    seconds: float
    """From the change to the first picture of the new kind."""
    longest_gap: float
    """Seconds between two pictures, at the worst, from the change on."""

    def __str__(self) -> str:
        return (
            f"new after {1000 * self.seconds:.0f} ms, "
            f"longest gap {1000 * self.longest_gap:.0f} ms"
        )


def change_seen(
    seen_by: Phone,
    change: Callable[[], object],
    is_new: Callable[[Shown], bool],
    timeout: float = 10.0,
) -> ChangeSeen:
    """Call `change()` and watch the peer's pictures at `seen_by`, until `is_new` says
    that one is of the new kind, and a little longer.

    Raises NoAnswer when that has not come to pass after `timeout` seconds.
    """
    came: list[float] = []
    first_new: list[float] = []
    warm, done = threading.Event(), threading.Event()

    def look(shown: Shown) -> None:
        now = clock.now()
        came.append(now)
        if not first_new and is_new(shown):
            first_new.append(now)
        if len(came) >= BEFORE:
            warm.set()
        if first_new and sum(at > first_new[0] for at in came) >= AFTER:
            done.set()

    stop = seen_by.peer.watch(look)
    try:
        if not warm.wait(timeout):
            raise NoAnswer(f"{seen_by.name} sees no pictures; nothing can be compared")
        begun = clock.now()
        change()
        if not done.wait(timeout):
            raise NoAnswer(f"{seen_by.name} saw nothing new within {timeout:g} s")
    finally:
        stop()
    gaps = [later - sooner for sooner, later in pairwise(came) if later > begun]
    return ChangeSeen(first_new[0] - begun, max(gaps))
