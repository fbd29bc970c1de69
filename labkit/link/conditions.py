"""The conditions of a way through the network: every slider in one frozen value.

The sliders of a panel, the options of `labkit link` and a simulation all build this;
a `Path` is built from it and may be given another at any time. Times are in seconds,
shares from 0 to 1, rates in bits a second.

Notebook: 06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite
from typing import Literal, TypeAlias, get_args

from labkit.errors import LocalError
from labkit.link.burst_loss import from_mean
from labkit.link.trace import DelayTrace
from labkit.link.units import write_rate, write_share, write_time

JitterKind: TypeAlias = Literal["uniform", "normal", "pareto", "spikes"]
JITTER_KINDS: tuple[str, ...] = get_args(JitterKind)

LONGEST = 10.0
"""Seconds, of delay, of jitter, of a queue."""
SLOWEST = 1_000.0
FASTEST = 1e11
LONGEST_BURST = 1_000.0
MOST_PER_BLOCK = 1_000
LARGEST_QUEUE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """What one direction does to packets; as it stands, nothing.

    Change one value with `dataclasses.replace`. Raises LocalError for a value that
    cannot be, and says which ones can.
    """

    loss: float = 0.0
    """Share of packets lost by chance."""
    burst: float = 0.0
    """How many of them are lost in a row, in the mean (Gilbert); 0: each for itself."""
    lose: int = 0
    """Exactly so many packets are lost …"""
    every: int = 10
    """… of every so many. Comes on top of `loss`."""
    corrupt: float = 0.0
    """Share of packets in which one bit is flipped."""
    rate: float = 0.0
    """Bits a second that the bottleneck lets through; 0: no bottleneck."""
    queue: float = 0.2
    """Seconds that a packet may wait before the bottleneck; who would wait longer is
    dropped."""
    queue_bytes: int = 0
    """If not 0: octets that may wait there, instead of seconds."""
    delay: float = 0.0
    """Seconds that every packet takes."""
    jitter: float = 0.0
    """Seconds: the size of the jitter, which is added to the delay. Its mean is half
    that; of spikes, it is the height."""
    jitter_kind: JitterKind = "uniform"
    """How the jitter is spread (`labkit.link.jitter`)."""
    in_order: bool = False
    """Whether jitter is kept from reordering: a packet then waits for the one before
    it. By default it is not, as in UDP nobody promises an order."""
    trace: DelayTrace | None = None
    """A recorded delay, in a loop, on top of delay and jitter."""
    reorder: float = 0.0
    """Share of packets held back for 30 ms, so that later ones overtake them."""
    duplicate: float = 0.0
    """Share of packets that arrive twice."""

    def __post_init__(self) -> None:
        for name in ("loss", "corrupt", "reorder", "duplicate"):
            _number(name, getattr(self, name), 0, 1, "a share from 0 to 1")
        for name in ("delay", "jitter", "queue"):
            _number(name, getattr(self, name), 0, LONGEST, "seconds from 0 to 10")
        if self.burst:
            what = f"0, or a mean length from 1 to {LONGEST_BURST:g}"
            _number("burst", self.burst, 1, LONGEST_BURST, what)
            from_mean(self.loss, self.burst)
        if self.rate:
            what = "0, or bits a second from 1000 to 1e11"
            _number("rate", self.rate, SLOWEST, FASTEST, what)
        _whole("every", self.every, 1, MOST_PER_BLOCK)
        _whole("lose", self.lose, 0, self.every)
        _whole("queue_bytes", self.queue_bytes, 0, LARGEST_QUEUE)
        if self.jitter_kind not in JITTER_KINDS:
            known = ", ".join(JITTER_KINDS)
            raise LocalError(f"jitter_kind is one of {known}, not {self.jitter_kind!r}")
        if not isinstance(self.in_order, bool):
            raise LocalError(f"in_order is True or False, not {self.in_order!r}")
        if not (self.trace is None or isinstance(self.trace, DelayTrace)):
            raise LocalError(f"trace is a DelayTrace or None, not {self.trace!r}")

    @property
    def is_perfect(self) -> bool:
        """Whether packets pass unharmed and at once."""
        return self.trace is None and not any(
            getattr(self, name) for name in _DO_SOMETHING
        )

    def describe(self) -> str:
        """In words: `10 % lost, 3 in a row; 50 ms delay; 1 Mbit/s …`."""
        parts = [*self._losses(), *self._delays()]
        for share, what in (
            (self.reorder, "overtaken"),
            (self.duplicate, "duplicated"),
            (self.corrupt, "corrupted"),
        ):
            if share:
                parts.append(f"{write_share(share)} {what}")
        return "; ".join(parts) or "a perfect network"

    def _losses(self) -> list[str]:
        parts = []
        if self.loss:
            rows = f", {self.burst:.4g} in a row on average" if self.burst else ""
            parts.append(f"{write_share(self.loss)} lost{rows}")
        if self.lose:
            parts.append(f"exactly {self.lose} of every {self.every} lost")
        return parts

    def _delays(self) -> list[str]:
        parts = []
        if self.rate:
            queue = write_time(self.queue)
            if self.queue_bytes:
                queue = f"{self.queue_bytes} bytes"
            parts.append(f"{write_rate(self.rate)} with a queue of {queue}")
        if self.delay:
            parts.append(f"{write_time(self.delay)} delay")
        if self.jitter:
            parts.append(f"{self.jitter_kind} jitter of {write_time(self.jitter)}")
        if self.trace is not None:
            parts.append(
                f"a recorded delay of {len(self.trace.times)} samples "
                f"({write_time(self.trace.duration)})"
            )
        if self.in_order and (self.jitter or self.trace is not None):
            parts.append("kept in order")
        return parts


_DO_SOMETHING = (
    "loss",
    "lose",
    "corrupt",
    "rate",
    "delay",
    "jitter",
    "reorder",
    "duplicate",
)
NAMES = tuple(field.name for field in fields(Conditions))
"""Of all the sliders."""


def _number(name: str, value: object, least: float, most: float, what: str) -> None:
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not (isfinite(value) and least <= value <= most)
    ):
        raise LocalError(f"{name} is {what}, not {value!r}")


def _whole(name: str, value: object, least: int, most: int) -> None:
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or not least <= value <= most
    ):
        raise LocalError(
            f"{name} is a whole number from {least} to {most}, not {value!r}"
        )
