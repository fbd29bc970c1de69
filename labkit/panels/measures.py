"""The figures of a call for a panel: levels, latency, jitter, loss, and a small curve.

Requirements D3, A15, A16. Notebook: 04-videocall.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from labkit.panels.details import Statistics, details
from labkit.panels.window import Window
from labkit.panels.words import number

if TYPE_CHECKING:
    from labkit.phone import Phone

RECENT = 1.0
"""Seconds over which a figure is taken."""
LOSS_OVER = 5.0
RATES_OVER = 2.0
SPAN, BIN = 30.0, 0.5
"""Seconds that the small curve reaches back, and of one of its points."""
KINDS: tuple[Literal["video"], Literal["audio"]] = ("video", "audio")
Points = Iterable[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one kind of media; None where nothing has been measured."""

    latency: float | None = None
    """Seconds, median of the last second."""
    error: float | None = None
    """Give or take so many seconds."""
    jitter: float | None = None
    loss: float | None = None
    """Share of the packets, over the last seconds."""

    def as_dict(self) -> dict[str, str]:
        """As people read them: latency and jitter in ms, loss in percent."""
        latency = _in_ms(self.latency)
        if self.latency is not None and self.error is not None:
            latency += f" ± {number(1000 * self.error, 1)}"
        return {
            "latency": latency,
            "jitter": _in_ms(self.jitter),
            "loss": "–" if self.loss is None else number(100 * self.loss, 1),
        }


@dataclass(frozen=True, slots=True)
class Measures:
    """All that a panel shows of a call's media at one moment."""

    levels: tuple[float, float] = (0.0, 0.0)
    """Ours and the peer's, 0 to 1."""
    video: Figures = field(default_factory=Figures)
    audio: Figures = field(default_factory=Figures)
    curves: tuple[tuple[float | None, ...], ...] = ((), ())
    """Latency of video and audio in ms, a point every `BIN` seconds, oldest first."""
    details: tuple[tuple[str, str], ...] = ()
    """What else there is to know, in words: name and value (`details`)."""
    codec: str = ""
    """Of the pictures."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the page."""
        return {
            "levels": [round(100 * min(1.0, level)) for level in self.levels],
            "video": self.video.as_dict(),
            "audio": self.audio.as_dict(),
            "curves": [list(curve) for curve in self.curves],
        }


NOTHING = Measures()


class Measuring:
    """Measures one phone again and again: rates need two snapshots."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._window: Window[Statistics] = Window(RATES_OVER)

    def measured(self, now: float) -> Measures:
        """What the phone's present call has measured until `now`."""
        figures = measured(self._phone, now)
        media = self._phone.media
        if media is None:
            return figures
        earlier, later = self._window.add(media.statistics(), now, id(media))
        codec = "" if later.video is None else later.video.codec
        return replace(figures, details=details(earlier, later), codec=codec)


def measured(phone: Phone, now: float) -> Measures:
    """What the phone's present call has measured until `now`, without rates."""
    media = phone.media
    if media is None:
        return NOTHING
    history, found = media.history, media.statistics()
    latencies = {"video": tuple(history.video), "audio": tuple(history.audio)}
    figures = {}
    for kind in KINDS:
        line = found.video if kind == "video" else found.audio
        loss = [share for _, share in _last(history.loss[kind], now - LOSS_OVER)]
        jitter = history.jitter[kind][-1][1] if history.jitter[kind] else None
        recent = [value for _, value in _last(latencies[kind], now - RECENT)]
        figures[kind] = Figures(
            statistics.median(recent) if recent else None,
            None if line is None else line.labkit.latencyError,
            jitter,
            statistics.fmean(loss) if loss else None,
        )
    curves = tuple(curve(latencies[kind], now) for kind in KINDS)
    return Measures(media.levels, figures["video"], figures["audio"], curves)


def curve(
    points: Sequence[tuple[float, float]], now: float
) -> tuple[float | None, ...]:
    """The median of each `BIN` of the last `SPAN` seconds, in ms; None for a gap."""
    bins = round(SPAN / BIN)
    end = int(now / BIN)  # bins that stay where they are while time goes on
    found: list[list[float]] = [[] for _ in range(bins)]
    for at, value in _last(points, now - SPAN - BIN):
        index = int(at / BIN) - end + bins
        if 0 <= index < bins:
            found[index].append(value)
    return tuple(round(1000 * statistics.median(b), 1) if b else None for b in found)


def _last(points: Points, since: float) -> list[tuple[float, float]]:
    """The points not older than `since`, newest first."""
    newest: list[tuple[float, float]] = []
    for point in reversed(tuple(points)):
        if point[0] < since:
            break
        newest.append(point)
    return newest


def _in_ms(seconds: float | None) -> str:
    return "–" if seconds is None else number(1000 * seconds, 1)
