"""Whose hand is on a call's switches, the user's or the autopilot's: what it says is
done.

A notebook's cell, a panel and, once a second, the loop's thread all come here; one lock
makes sure that what the last of them said is what all lines do. A15, A16.

Notebook: 06-loss.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack

from labkit.media.machine.autopilot import Autopilot
from labkit.media.machine.lip_sync import LipSync
from labkit.media.treatments import Treatments, checked
from labkit.net.media_line import MediaLine


class Steering:
    """Tells the lines of one call how to treat latency and loss, and how much to send.

    Safe to use from any thread. A line's lock is taken under ours, never ours under it.
    """

    def __init__(
        self, lines: Sequence[MediaLine], lips: LipSync, treatments: Treatments
    ) -> None:
        self._lines, self._lips = lines, lips
        self._autopilot = Autopilot(checked(treatments))
        self._lock = threading.Lock()
        self._apply()

    @property
    def treatments(self) -> Treatments:
        """How they are treated now."""
        return self._autopilot.treatments

    @property
    def advice(self) -> str:
        """Why, in words; empty while nobody advises."""
        advice = self._autopilot.advice
        return "" if advice is None else advice.why

    @property
    def rate(self) -> float:
        """Of the full rate, what is sent (rate rule)."""
        return self._autopilot.rule.rate.share

    def want(self, treatments: Treatments, auto: bool) -> None:
        """Treat them so from now on; `auto`: as seems best, once there are figures.

        Raises LocalError for what are no treatments.
        """
        checked(treatments)
        with self._lock:
            self._autopilot.want(treatments, auto)
            self._apply()

    def look(self, now: float) -> None:
        """Let the autopilot look at what was measured, and do as it says."""
        streams = [line.stream for line in self._lines if line.setup is not None]
        with self._lock:
            before = self._autopilot.treatments, self._autopilot.rung
            with ExitStack() as locks:
                for line in self._lines:
                    locks.enter_context(line.lock)
                measured = self._autopilot.measure(streams, now)
            self._autopilot.decide(measured, streams, now)
            if (self._autopilot.treatments, self._autopilot.rung) != before:
                self._apply()

    def _apply(self) -> None:
        treatments, rung = self._autopilot.treatments, self._autopilot.rung
        self._lips.on = treatments.lip_sync
        for line in self._lines:
            line.use(treatments)
            line.stream.heed(rung)
