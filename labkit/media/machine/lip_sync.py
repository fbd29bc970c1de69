"""Lip sync: sound and picture of one moment should be heard and seen together.

They travel apart, and each waits in a buffer of its own. Sender reports tell when each
was captured, on one clock (`media_clock`); so we know how old the sound is that is
played now, and how old the picture. The difference is the skew:

    skew = age of the picture - age of the sound      above 0: the sound is early

People notice sound 45 ms early, but only 125 ms late: in nature it never comes first
(ITU-R BT.1359). From there on the earlier of the two is held back, slowly, so that
nobody sees or hears it happen, until they are together. That costs latency, hence it is
a switch. What is held back for nothing is let go first.

RFC 3550, section 6.4.1. Notebook: 05-latency.
"""

from __future__ import annotations

EARLY = 0.045
"""Seconds of early sound that are noticed …"""
LATE = 0.125
"""… and of late sound."""
TOGETHER = 0.010
"""Seconds of skew at which we stop: below the length of a frame."""
PACE = 0.020
"""Seconds by which a hold changes in a second."""
MOST_HELD = 0.500
"""Seconds that either is held at most."""
SMOOTHING = 1 / 16
"""What each new age counts in the mean."""
GONE = 2.0
"""Seconds after which what does not come any more is not waited for."""
ABSURD = 10.0
"""Seconds of age that no call has: a clock was set."""


class _Ages:
    """The mean age of one kind when it is played or shown."""

    def __init__(self) -> None:
        self.mean: float | None = None
        self.at = 0.0

    def take(self, captured: float, out: float) -> bool:
        """A frame's times; whether they can be true."""
        age = out - captured
        if not abs(age) < ABSURD:
            return False
        if self.mean is None or not 0 <= out - self.at < GONE:
            self.mean = age
        self.mean += (age - self.mean) * SMOOTHING
        self.at = out
        return True


class LipSync:
    """Told of each frame that is played or shown; says by how much to hold which.

    All times are in seconds on the receiver's clock, and contain the holds in force.
    """

    def __init__(self) -> None:
        self.on = True
        """Whether anything is to be held; else what is held is let go, slowly."""
        self.hold_audio = 0.0
        """Seconds by which sound is to be played later than without lip sync."""
        self.hold_video = 0.0
        """Seconds by which pictures are to be shown later."""
        self._audio = _Ages()
        self._video = _Ages()
        self._moving = False
        self._moved: float | None = None

    @property
    def skew(self) -> float | None:
        """Seconds that sound is early, negative: late; None until both are known."""
        audio, video = self._audio, self._video
        if audio.mean is None or video.mean is None or abs(audio.at - video.at) > GONE:
            return None
        return video.mean - audio.mean

    @property
    def noticed(self) -> bool:
        """Whether people notice it."""
        skew = self.skew
        return skew is not None and not -LATE < skew < EARLY

    def audio(self, captured: float, played: float) -> None:
        """Sound captured at `captured` is heard at `played`."""
        if self._audio.take(captured, played):
            self._move(played)

    def video(self, captured: float, shown: float) -> None:
        """A picture captured at `captured` is seen at `shown`."""
        if self._video.take(captured, shown):
            self._move(shown)

    def _move(self, now: float) -> None:
        """Bring the holds nearer to where they should be, by what time allows."""
        elapsed = 0.0 if self._moved is None else now - self._moved
        self._moved = now
        step = PACE * min(max(elapsed, 0.0), 1.0)
        skew = self.skew
        if skew is None or not self.on:  # no wish, or nothing to wait for
            self._moving = False
            self.hold_audio = max(0.0, self.hold_audio - step)
            self.hold_video = max(0.0, self.hold_video - step)
            return
        self._moving = self.noticed or (self._moving and abs(skew) > TOGETHER)
        if not self._moving:
            return
        if skew > 0:
            self.hold_video, self.hold_audio = _shift(
                self.hold_video, self.hold_audio, step
            )
        else:
            self.hold_audio, self.hold_video = _shift(
                self.hold_audio, self.hold_video, step
            )


def _shift(late: float, early: float, step: float) -> tuple[float, float]:
    """Let the late one go first; when it is free, hold the early one."""
    let_go = min(late, step)
    return late - let_go, min(early + step - let_go, MOST_HELD)
