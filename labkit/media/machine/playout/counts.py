"""What the playout buffer counts and writes down. Notebook: 07-jitter-buffer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.playout.journal import REMEMBERED, Fate, FrameRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """A frame in the buffer."""

    frame: ReceivedFrame
    media_time: float
    seconds: float
    by: str
    """What repaired it; "" when it came by itself."""


class PlayoutCounts:
    """Cumulative: `received + repaired` is the sum of `played`, `late`, `duplicate`,
    `left_out` and of what still waits.
    """

    def __init__(self) -> None:
        self.received = self.repaired = 0
        self.played = self.late = self.duplicate = self.left_out = 0
        self.repaired_in_time = self.repaired_late = self.repaired_twice = 0
        """Of `repaired`: played, too late, and not needed any more."""
        self.played_seconds = 0.0
        self.concealed_seconds = 0.0
        """Nothing to play, since the sound was missing."""
        self.concealments = 0
        """In so many stretches."""
        self.inserted_seconds = 0.0
        """Put in because the delay had to grow, or a late frame was waited for."""
        self.removed_seconds = 0.0
        """Taken out of sound that was played, because the delay could shrink."""
        self.left_out_seconds = 0.0
        self.waited = 0.0
        """Seconds that each second of sound had waited, summed up: the mean delay is
        `waited / played_seconds`."""
        self.journal: deque[FrameRecord] = deque(maxlen=REMEMBERED)
        self._concealing = False

    def _count_played(self, entry: Entry, at: float, delay: float) -> None:
        self._concealing = False
        self.played += 1
        self.repaired_in_time += bool(entry.by)
        self.played_seconds += entry.seconds
        self.waited += (at - entry.frame.arrived) * entry.seconds
        self._note(entry, at, "played", delay)

    def _count_late(self, entry: Entry, at: float, delay: float) -> None:
        self.late += 1
        self.repaired_late += bool(entry.by)
        self._note(entry, at, "late", delay)

    def _count_duplicate(self, entry: Entry, at: float, delay: float) -> None:
        self.duplicate += 1
        self.repaired_twice += bool(entry.by)
        self._note(entry, at, "duplicate", delay)

    def _count_left_out(self, entry: Entry, at: float, delay: float) -> None:
        self.left_out += 1
        self.left_out_seconds += entry.seconds
        self._note(entry, at, "left out", delay)

    def _count_missing(
        self, media_time: float, seconds: float, at: float, delay: float
    ) -> None:
        self.concealed_seconds += seconds
        self.concealments += not self._concealing
        self._concealing = True
        self.journal.append(
            FrameRecord(None, None, media_time, None, None, at, "missing", delay, "")
        )

    def _note(self, entry: Entry, at: float, fate: Fate, delay: float) -> None:
        frame = entry.frame
        self.journal.append(
            FrameRecord(
                frame.timestamp,
                frame.number,
                entry.media_time,
                frame.captured,
                frame.arrived,
                at,
                fate,
                delay,
                entry.by,
            )
        )
