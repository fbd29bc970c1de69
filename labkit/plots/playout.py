"""When each packet was sent, arrived and was played: the staircases of the textbook.

Packets leave at an even pace, arrive at an uneven one, and are played at an even one
again; the thin line between arrival and playout is what each waits in the buffer. One
that arrives right of the playout line is late (Kurose, Ross, "Computer Networking",
section 9.3, the figure of packet loss for different fixed playout delays).

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from matplotlib.figure import Figure

from labkit.errors import LocalError
from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import EDGE, key, room_left, say_empty
from labkit.plots.live import Live
from labkit.plots.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    figure,
    place,
    plain_axes,
)
from labkit.plots.values import (
    Numbers,
    Value,
    array,
    cell,
    check,
    known,
    listed,
    milliseconds,
)

Fate: TypeAlias = Literal["played", "repaired", "late", "missing"]
FATES: tuple[Fate, ...] = get_args(Fate)
WIDTH, HEIGHT = 640, 360
WINDOW = 1.0
"""Seconds that the live figure reaches back: some fifty packets of sound."""


@dataclass(frozen=True, slots=True)
class PacketTimes:
    """One packet of sound. Times in seconds, the sender's put on the receiver's clock.

    Raises LocalError for a fate that does not exist or does not fit the times.
    """

    number: int
    """Counted from the first of the call, without wrapping."""
    sent: float
    arrived: Value
    """None when it never came; of a repaired one, when it or its copy came."""
    played: Value
    """When its sound was played, or was due; None when that is not known."""
    fate: Fate = "played"

    def __post_init__(self) -> None:
        if self.fate not in FATES:
            raise LocalError(f"a packet is {listed(FATES)}, not {self.fate!r}")
        for name in ("sent", "arrived", "played"):
            check(name, getattr(self, name), least=-1e12)
        if self.fate == "missing" and known(self.arrived):
            raise LocalError(f"packet {self.number} is missing, so it did not arrive")

    @property
    def waited(self) -> Value:
        """Seconds in the buffer; None unless it was played."""
        if self.fate in ("late", "missing") or self.arrived is None:
            return None
        return None if self.played is None else self.played - self.arrived


@dataclass(frozen=True, slots=True)
class PlayoutTimes:
    """Some packets after each other."""

    packets: Sequence[PacketTimes] = ()
    """By rising number."""

    @property
    def newest(self) -> float:
        """The last time of all; 0.0 if there is none."""
        times = [
            time
            for packet in self.packets[-50:]
            for time in (packet.sent, packet.arrived, packet.played)
            if time is not None and not math.isnan(time)
        ]
        return max(times, default=0.0)


class _Columns(NamedTuple):
    number: Numbers
    sent: Numbers
    arrived: Numbers
    played: Numbers
    fate: np.ndarray


class PlayoutAxes:
    """The staircases and the marks; still and live."""

    def __init__(
        self, on: Figure, window: float | None = None, largest: int = 999
    ) -> None:
        """`window`: seconds back from now (live); None: from the first packet on.
        `largest`: the highest packet number that gets room beside the axis."""
        self.window = window
        self.written, top = key(on, _key([99] * 4), EDGE)
        self.axes = on.add_axes(
            place(on, room_left(on, [f"{largest:,}"]), 18, top + 12, 48)
        )
        along = "ms since the first was sent" if window is None else "ms ago"
        plain_axes(self.axes, "packet" if window is None else "packets ago", along)
        self.axes.locator_params(nbins=6)
        self.axes.locator_params(axis="y", integer=True)
        self.axes.yaxis.set_major_formatter(lambda at, _: f"{abs(at):,.0f}")
        if window is not None:
            self.axes.set_xlim(-1000 * window, 20 * window)
            self.axes.set_ylim(-52 * window, 2)
            self.axes.xaxis.set_major_formatter(lambda at, _: f"{abs(at):,.0f}")

        def line(style: str, colour: str, **how: Any) -> Any:
            return self.axes.plot([], [], style, color=colour, **how)[0]

        hollow = {"markerfacecolor": "none", "markeredgewidth": 1.6, "markersize": 8}
        self.waits = line("-", BLUE, linewidth=0.9, alpha=0.6)
        self.sent = line("-", INK, linewidth=1.4, drawstyle="steps-post")
        self.due = line("-", ORANGE, linewidth=1.6, drawstyle="steps-post")
        self.marks = {
            "played": line("o", BLUE, markersize=4),
            "repaired": line("^", GREEN, **hollow),
            "late": line("x", PURPLE, markeredgewidth=2, markersize=7),
            "missing": line("o", PURPLE, **hollow),
        }
        self.moving = [self.waits, self.sent, self.due, *self.marks.values()]

    def show(self, data: PlayoutTimes, now: float) -> bool:
        """Draw the packets; True when an axis has a new scale (never, live)."""
        start = -math.inf if self.window is None else now - self.window - 1
        packets = [packet for packet in data.packets if packet.sent >= start]
        if self.window is None:
            at = _columns(packets, packets[0].sent if packets else 0.0, 0)
        else:
            at = _columns(packets, now, packets[-1].number if packets else 0)
        self.sent.set_data(at.sent, at.number)
        self.due.set_data(at.played, at.number)
        # What never came stands where it was due; if that is not known, where it left.
        due = np.where(np.isnan(at.played), at.sent, at.played)
        for fate, marks in self.marks.items():
            of = at.fate == fate
            x = due if fate == "missing" else at.arrived
            marks.set_data(x[of], at.number[of])
        waits = (at.fate == "played") | (at.fate == "repaired")
        self.waits.set_data(*_segments(at, waits))
        numbers = [int((at.fate == fate).sum()) for fate in FATES]
        for text, (words, _) in zip(self.written, _key(numbers), strict=True):
            text.set_text(words)
        if self.window is None:
            self._limits(at)
        return False

    def _limits(self, at: _Columns) -> None:
        times = np.concatenate([at.sent, at.arrived, at.played])
        end = float(np.nanmax(times, initial=0.0)) or 1.0
        low = float(np.nanmin(times, initial=0.0))
        self.axes.set_xlim(low - 0.02 * (end - low), 1.03 * end)
        numbers = at.number if at.number.size else np.zeros(1)
        self.axes.set_ylim(float(numbers.min()) - 1.5, float(numbers.max()) + 1.5)

    def describe(self, data: PlayoutTimes) -> str:
        """The same in words."""
        return _text(data)


class LivePlayout(Live[PlayoutTimes]):
    """The packets of the last moment, live."""

    def __init__(
        self, window: float = WINDOW, width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        """`width` and `height` in pixels."""
        drawn, _ = figure(width, height)
        super().__init__(drawn, PlayoutAxes(drawn, window))


def playout_against_arrival(data: PlayoutTimes, width: int = WIDTH) -> Drawing:
    """The still figure, of all packets; some 20 to 100 are readable."""
    drawn, _ = figure(width, HEIGHT)
    largest = max((packet.number for packet in data.packets), default=0)
    scene = PlayoutAxes(drawn, largest=largest)
    scene.show(data, data.newest)
    if not data.packets:
        say_empty(scene.axes)
    return Drawing(drawn, _text(data), _table(data))


def _key(numbers: Sequence[int]) -> list[tuple[str, str]]:
    played, repaired, late, missing = numbers
    return [
        ("— sent", INK),
        ("— to be played", ORANGE),
        (f"● in time {played}", BLUE),
        (f"△ repaired {repaired}", GREEN),
        (f"× late {late}", PURPLE),
        (f"○ missing {missing}", PURPLE),
    ]


def _columns(packets: Sequence[PacketTimes], base: float, first: int) -> _Columns:
    return _Columns(
        np.array([packet.number - first for packet in packets], dtype=float),
        1000 * (array(packet.sent for packet in packets) - base),
        1000 * (array(packet.arrived for packet in packets) - base),
        1000 * (array(packet.played for packet in packets) - base),
        np.array([packet.fate for packet in packets], dtype=object),
    )


def _segments(at: _Columns, of: np.ndarray) -> tuple[Numbers, Numbers]:
    """From arrival to playout, one line each, with gaps between."""
    gap = np.full(int(of.sum()), math.nan)
    x = np.stack([at.arrived[of], at.played[of], gap], axis=1)
    y = np.stack([at.number[of], at.number[of], gap], axis=1)
    return x.ravel(), y.ravel()


def _text(data: PlayoutTimes) -> str:
    if not data.packets:
        return "No packet has been sent yet."
    numbers = {
        fate: sum(packet.fate == fate for packet in data.packets) for fate in FATES
    }
    each = listed([f"{number:,} {fate}" for fate, number in numbers.items() if number])
    waits = array(packet.waited for packet in data.packets if known(packet.waited))
    waited = (
        f" Those that were played waited {milliseconds(float(np.median(waits)))} in "
        f"the median, {milliseconds(float(waits.min()))} at least and "
        f"{milliseconds(float(waits.max()))} at most."
        if waits.size
        else ""
    )
    number = len(data.packets)
    packets = "1 packet" if number == 1 else f"{number:,} packets"
    return f"Of {packets}: {each}.{waited}"


def _table(data: PlayoutTimes) -> Table:
    start = data.packets[0].sent if data.packets else 0.0
    rows = tuple(
        (
            packet.number,
            *(
                None if at is None else cell(at - start, 1000)
                for at in (packet.sent, packet.arrived, packet.played)
            ),
            cell(packet.waited, 1000),
            packet.fate,
        )
        for packet in data.packets
    )
    names = ("Packet", "Sent, ms", "Arrived, ms", "Played, ms", "Waited, ms", "Fate")
    return Table("Packets, from when the first was sent", names, rows)
