"""Send less when much is lost, more when little is: the 2 % / 10 % rule.

    more than 10 % lost     the rate × (1 - loss / 2), at most once in a second and RTT
    2 to 10 %               stay
    less than 2 %           the rate × 1.05 for each second since the last report

It is the loss-based half of Google Congestion Control (draft-ietf-rmcat-gcc-02, section
6). The other half, which watches delay grow before a queue overflows, is missing here
but for one thing: while the round trip shows that a queue is filling, the rate does not
rise. So a full queue is found by losing packets,
and loss that no queue causes, as on a bad Wi-Fi, is taken for one: there the rule gives
quality away for nothing. That is worth seeing, and why it is a switch.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, TypeAlias

from labkit.errors import LocalError

MUCH, LITTLE = 0.10, 0.02
GROWTH = 1.05
"""Each second, while little is lost."""
LONGEST_STEP = 2.0
"""Seconds of growth at most that one report is good for."""
PATIENCE = 1.0
"""Seconds, and a round trip, until a decrease shows in the reports."""
QUEUE = 0.100
"""Seconds that the round trip is above its shortest when a queue is filling."""
ROUND_TRIPS = 30
"""Of how many reports the shortest is taken."""
LEAST = 0.05

Action: TypeAlias = Literal["decrease", "hold", "increase"]


@dataclass(frozen=True, slots=True)
class Rung:
    """What to send at a rate; `share` of the top rung's bits."""

    share: float
    jpeg_quality: int
    frames_per_second: int
    video_bit_rate: int
    """Bits a second, for VP8 and H264."""
    sound_bit_rate: int
    """Bits a second, for Opus."""


LADDER = (
    Rung(1.00, 50, 30, 1_000_000, 32_000),
    Rung(0.80, 35, 30, 800_000, 32_000),
    Rung(0.64, 25, 30, 640_000, 32_000),
    Rung(0.43, 25, 20, 430_000, 24_000),
    Rung(0.32, 25, 15, 320_000, 24_000),
    Rung(0.22, 15, 15, 220_000, 20_000),
    Rung(0.15, 15, 10, 150_000, 16_000),
    Rung(0.07, 15, 5, 100_000, 16_000),
    Rung(0.05, 10, 5, 80_000, 12_000),
)
"""First quality, since blocks disturb less than jerks; then frames; sound last, since a
call lives by it. The shares are JPEG's bytes at that quality and pace: a picture at
quality 35, 25, 15, 10 has 0.81, 0.64, 0.44, 0.32 of those at 50."""


@dataclass(frozen=True, slots=True)
class RateDecision:
    """What one report led to."""

    share: float
    """Of the full rate, 0.05 to 1."""
    rung: Rung
    """The highest one within `share`."""
    action: Action
    why: str
    """In words."""


class RateRule:
    """Follows the peer's reports on what we send."""

    def __init__(self, least: float = LEAST, most: float = 1.0) -> None:
        if not 0 < least <= most <= 1:
            raise LocalError(
                f"a rate goes from above 0 to at most 1, not from {least} to {most}"
            )
        self.least, self.most = least, most
        self.rate = RateDecision(most, rung(most), "hold", "no report came yet")
        """The last decision."""
        self._reported: float | None = None
        self._decreased: float | None = None
        self._round_trips: deque[float] = deque(maxlen=ROUND_TRIPS)

    def report(
        self, fraction_lost: float, round_trip: float | None, now: float
    ) -> RateDecision:
        """The peer reports that `fraction_lost` (0 to 1) of what we sent was lost.

        `round_trip` in seconds, None while it is not known. Raises LocalError for a
        fraction that cannot be.
        """
        if not 0 <= fraction_lost <= 1:
            raise LocalError(f"a fraction is from 0 to 1, not {fraction_lost!r}")
        if round_trip is not None:
            self._round_trips.append(round_trip)
        share, action, why = self._decide(fraction_lost, round_trip or 0.0, now)
        self._reported = now
        self.rate = RateDecision(share, rung(share), action, why)
        return self.rate

    def _decide(
        self, lost: float, round_trip: float, now: float
    ) -> tuple[float, Action, str]:
        if lost > MUCH:
            return self._fall(lost, round_trip, now)
        if lost >= LITTLE:
            why = f"{lost:.0%} lost is between {LITTLE:.0%} and {MUCH:.0%}"
            return self.rate.share, "hold", why
        return self._rise(lost, round_trip, now)

    def _fall(
        self, lost: float, round_trip: float, now: float
    ) -> tuple[float, Action, str]:
        share = self.rate.share
        if share == self.least:
            return share, "hold", f"{lost:.0%} lost, but this is the least"
        wait = PATIENCE + round_trip
        if self._decreased is not None and now - self._decreased < wait:
            return share, "hold", "the last decrease cannot show in the reports yet"
        self._decreased = now
        lower = max(share * (1 - lost / 2), self.least)
        return lower, "decrease", f"{lost:.0%} lost is more than {MUCH:.0%}"

    def _rise(
        self, lost: float, round_trip: float, now: float
    ) -> tuple[float, Action, str]:
        share = self.rate.share
        queue = round_trip - min(self._round_trips, default=round_trip)
        if queue > QUEUE:
            why = f"the round trip is {queue * 1000:.0f} ms longer: a queue is filling"
            return share, "hold", why
        if share == self.most:
            return share, "hold", f"{lost:.0%} lost, and this is the full rate"
        elapsed = 1.0 if self._reported is None else now - self._reported
        step: float = GROWTH ** min(max(elapsed, 0.0), LONGEST_STEP)
        why = f"{lost:.0%} lost is less than {LITTLE:.0%}"
        return min(share * step, self.most), "increase", why


def rung(share: float) -> Rung:
    """The highest rung of the ladder that `share` of the full rate is enough for."""
    return next((rung for rung in LADDER if rung.share <= share), LADDER[-1])
