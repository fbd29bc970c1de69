"""A recorded delay: how much longer than the quickest each probe of a real way took.

What a student's own Wi-Fi did for a minute can be done to a call for an hour: the
recording runs in a loop. Between two samples the delay is taken to go straight from the
one to the other: so it does where packets stand in a queue.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from math import isfinite

from labkit.errors import LocalError
from labkit.link.impairment import Packet

MOST_SAMPLES = 200_000
"""An hour and more, fifty a second."""
LONGEST_DELAY = 60.0


@dataclass(frozen=True)
class DelayTrace:
    """Delays over time. Raises LocalError for a trace that cannot be."""

    times: tuple[float, ...]
    """Seconds, when each probe was sent; rising."""
    delays: tuple[float, ...]
    """Seconds, how long each took; clocks need not agree: only differences count."""
    round_trip: bool = False
    """Whether the delays are there and back; else one way."""
    lost: tuple[float, ...] = ()
    """When the probes were sent that never came back. They are told, not replayed: a
    router that answers one probe in ten has not lost the others."""
    source: str = ""
    """What was recorded, in words."""
    _extra: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = len(self.times)
        if count != len(self.delays) or not 2 <= count <= MOST_SAMPLES:
            raise LocalError(
                f"a delay trace has 2 to {MOST_SAMPLES} samples, each with a time and "
                f"a delay, not {count} times and {len(self.delays)} delays"
            )
        if not all(isfinite(number) for number in (*self.times, *self.delays)):
            raise LocalError("the times and delays of a trace must be finite numbers")
        if any(
            later <= earlier
            for earlier, later in zip(self.times, self.times[1:], strict=False)
        ):
            raise LocalError(
                "the times of a delay trace must rise from sample to sample"
            )
        least = min(self.delays)
        if max(self.delays) - least > LONGEST_DELAY:
            raise LocalError(
                f"the delays of a trace differ by {LONGEST_DELAY:g} s at most"
            )
        ways = 2 if self.round_trip else 1
        extra = tuple((delay - least) / ways for delay in self.delays)
        object.__setattr__(self, "_extra", extra)

    @property
    def duration(self) -> float:
        """Seconds until the loop begins again: the last sample lasts as long as the
        others do in the mean."""
        spread = self.times[-1] - self.times[0]
        return spread + spread / (len(self.times) - 1)

    def extra(self, elapsed: float) -> float:
        """Seconds more than the least, one way, `elapsed` seconds into the loop.

        Of a round trip, each way gets half: both ways together are what was measured.
        """
        at = self.times[0] + elapsed % self.duration
        after = bisect_right(self.times, at)
        if after == 0 or after == len(self.times):
            return self._extra[after - 1]
        began, ends = self.times[after - 1], self.times[after]
        share = (at - began) / (ends - began)
        return self._extra[after - 1] * (1 - share) + self._extra[after] * share


class TraceJitter:
    """Every packet comes later by what the trace says for its time."""

    cause = ""

    def __init__(self, trace: DelayTrace | None = None) -> None:
        self.trace = trace
        self._began: float | None = None

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, later. The loop begins with the first one."""
        if self.trace is None:
            return (packet,)
        if self._began is None:
            self._began = packet.at
        extra = self.trace.extra(packet.at - self._began)
        return (packet._replace(at=packet.at + extra),)
