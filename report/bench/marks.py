"""What a bench shows and plays, and how it is recognised at the other end.

Every picture bears a time in squares (`labkit.devices.timestamp`) that tells which one
it is; every quarter of a second one stretch of sound is a tone among silence. That is
enough where little is lost and nothing comes late; `numbered.py` has marks for bad
networks, behind the same names.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from labkit.devices import timestamp
from labkit.devices.test_card import TestCard

WIDTH, HEIGHT, FPS, RATE, BLOCK = 640, 480, 30, 48_000, 960
STRETCH = BLOCK / RATE
BLOCKS_A_TONE = 12
"""One stretch of 20 ms in so many is a tone."""
LOUD = 1500
"""Root mean square from which a stretch of sound counts as the tone."""


class Eye:
    """Notes when each picture was captured, and when each of the peer's was ready."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, float]] = []
        self.glimpses: list[tuple[np.ndarray, float]] = []
        """Of each picture the middle lines of the two rows that bear its time, and
        when it was ready."""

    def captured(self, mark: int, at: float) -> None:
        """Our camera hands over a picture that bears `mark`, at time `at`."""
        self.sent.append((mark, at))

    def look(self, pixels: np.ndarray, at: float) -> None:
        """A picture of the peer's was ready at monotonic time `at`.

        Reading the time would cost the program under test a sixth of a millisecond a
        picture: that is done when all is over.
        """
        middle = timestamp.row_height(len(pixels)) // 2
        self.glimpses.append((pixels[[middle, len(pixels) - 1 - middle]], at))

    @property
    def seen(self) -> list[tuple[int, float]]:
        """Each picture by the time it bears, in milliseconds, and when it was ready."""
        found = []
        for lines, at in self.glimpses:
            pixels = np.repeat(lines, timestamp.ROWS_IN_HEIGHT, axis=0)
            seconds = timestamp.read(pixels)
            if seconds is not None:
                found.append((round(seconds * 1000), at))
        return found


class Ear:
    """Notes when each tone was captured, and when each of the peer's was played."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.blocks: list[tuple[np.ndarray, int, float]] = []
        """What was played, at which rate, and when."""

    @staticmethod
    def tone(number: int, count: int, rate: int) -> np.ndarray:
        """Stretch number `number`: a tone now and then, else a whisper."""
        return _stretch(number % BLOCKS_A_TONE == 0, count, rate)

    def said(self, number: int, at: float) -> None:
        """Our microphone took stretch `number`, its first sample at time `at`."""
        if number % BLOCKS_A_TONE == 0:
            self.sent.append(at)

    def listen(self, samples: np.ndarray, rate: int, at: float) -> None:
        """These samples were handed to the loudspeaker at monotonic time `at`."""
        self.blocks.append((samples, rate, at))

    @property
    def heard(self) -> list[float]:
        """When each tone began to be played.

        A long block is played one stretch of 20 ms after the other, each later than the
        one before.
        """
        found, was_loud = [], False
        for samples, rate, at in self.blocks:
            step = round(rate * STRETCH)
            for number, first in enumerate(range(0, len(samples), step)):
                wide = samples[first : first + step].astype(np.float32)
                loud = float(np.dot(wide, wide)) / len(wide) > LOUD**2
                if loud and not was_loud:
                    found.append(at + number * STRETCH)
                was_loud = loud
        return found


class Film:
    """Some test cards, drawn beforehand, each bearing its own time in squares.

    A real camera would not draw either. It is shown again and again: a picture that
    comes later than its length cannot be told from the next time.
    """

    def __init__(
        self,
        width: int = WIDTH,
        height: int = HEIGHT,
        fps: int = FPS,
        seconds: int = 1,
    ) -> None:
        self._times = [number / fps for number in range(seconds * fps)]
        self._pictures = _cards(width, height, fps, seconds)
        self._number = 0

    def next(self) -> tuple[np.ndarray, int]:
        """The next picture, and the milliseconds it bears."""
        self._number = (self._number + 1) % len(self._times)
        return self._pictures[self._number], round(self._times[self._number] * 1000)


@lru_cache(maxsize=1)
def _cards(width: int, height: int, fps: int, seconds: int) -> list[np.ndarray]:
    """All pictures of a film, shared by the phones of a process."""
    card = TestCard(width, height, fps, "alice")
    return [card.draw(number / fps) for number in range(seconds * fps)]


@lru_cache(maxsize=4)
def _stretch(loud: bool, count: int, rate: int) -> np.ndarray:
    turns = np.arange(count) * (1000 * 2 * np.pi / rate)
    return ((12_000 if loud else 20) * np.sin(turns)).astype(np.int16)
