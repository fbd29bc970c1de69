"""What the treatments change, in five figures: loss before and after repair, waiting,
bytes, score.

Counters are cumulative, so a figure is the difference of two snapshots some seconds
apart; only the score is one already. What is not measured is "–", never 0.

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.panels.asked import CallMedia
from labkit.panels.window import Window
from labkit.panels.words import number


@dataclass(frozen=True, slots=True)
class Effect:
    """Of the sound that one phone hears; None where nothing has been measured."""

    before: float | None = None
    """Share of the packets lost on the way."""
    after: float | None = None
    """Share of the sound that was not there in time, whatever was tried."""
    wait: float | None = None
    """Seconds that sound waits before it is played."""
    added: float | None = None
    """Bytes sent for repair over those of the frames themselves."""
    score: float | None = None
    """Mean opinion score by the E-model, 1 to 4.5."""

    def as_texts(self) -> list[str]:
        """The five, as people read them."""
        return [
            _text(self.before, 100, 1),
            _text(self.after, 100, 1),
            _text(self.wait, 1000, 0),
            _text(self.added, 100, 0),
            _text(self.score, 1, 1),
        ]


NO_EFFECT = Effect()


class EffectMeter:
    """Follows one phone's calls."""

    def __init__(self) -> None:
        self._media: object = None
        self._window: Window[Any] = Window()

    def measured(
        self, media: CallMedia | None, now: float, setting: object = None
    ) -> Effect:
        """What the treatments of the present call do: over the last seconds, or since
        the last change of `setting`."""
        if media is not self._media:
            self._media = media
            self._window.clear()
        if media is None:
            return NO_EFFECT
        return effect(*self._window.add(media.statistics().audio, now, setting))


def effect(then: Any, now: Any) -> Effect:
    """From two snapshots of a line (`LineStatistics`, or None where there is none)."""
    if then is None or now is None:
        return NO_EFFECT
    more = _More(then, now)
    missing = more("labkit", "packetsMissing")
    came = more("inbound", "packetsReceived") - more("labkit", "packetsDuplicate")
    came -= more("inbound", "retransmittedPacketsReceived")
    concealed = more("inbound", "concealedSamples")
    played = more("inbound", "jitterBufferEmittedCount")
    frames = more("outbound", "bytesSent") - more("outbound", "retransmittedBytesSent")
    return Effect(
        before=_share(missing, missing + came),
        after=_share(concealed, concealed + played),
        wait=_share(more("inbound", "jitterBufferDelay"), played),
        added=_share(more("labkit", "bytesOfRepairSent"), frames),
        score=now.labkit.opinion,
    )


@dataclass(frozen=True, slots=True)
class _More:
    """By how much a counter has grown."""

    then: Any
    now: Any

    def __call__(self, of: str, counter: str) -> float:
        now, then = getattr(self.now, of), getattr(self.then, of)
        return float(getattr(now, counter) - getattr(then, counter))


def _share(part: float, whole: float) -> float | None:
    return max(0.0, part / whole) if whole > 0 else None


def _text(value: float | None, times: int, digits: int) -> str:
    return "–" if value is None else number(times * value, digits)
