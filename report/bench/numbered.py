"""Marks for bad networks: every picture and every 20 ms of sound can be told apart.

Pictures bear their number in six bands across the picture, so that one where packets
were missing still tells what of it is new. Sound is a melody in which each 20 ms is one
of fifteen tones, no tone within four notes of itself, with a rest now and then, as a
voice has (some playout rules change their delay only then). What was played is written
down as notes again and laid beside the score: which frames never came, and how late the
others were, whatever a program did in between (left out, stretched, repeated).
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from random import Random

import numpy as np
from marks import FPS, HEIGHT, WIDTH, Ear, Eye, Film

BANDS = tuple(range(32, HEIGHT, 80))
"""The first rows of the bands, at the edges of JPEG's 16×16 blocks."""
BAND_ROWS = 16
SQUARES = 32
"""16 bits of number, then 16 of its CRC-32: white is 1."""
LEAST_CONTRAST = 60

TONES = 600 + 200 * np.arange(15)
"""Hertz: whole periods in 20 ms, and within the band of the telephone."""
LOUDNESS = 8000
NOTES_A_PHRASE, REST = 60, 10
"""Of so many notes the last so many are silent."""
SCORE_LENGTH = 6000
WINDOW, HOP = 0.008, 0.002
"""Seconds of sound in which a tone is looked for, and from one look to the next."""
LEAST_LOOKS = 4
"""A note is one that was found so often in a row, 8 ms or more."""
LATEST = 12.0
"""Seconds of latency beyond which nothing is looked for."""


def draw(pixels: np.ndarray, number: int) -> None:
    """Write `number` into the bands of a picture, in place."""
    check = zlib.crc32(number.to_bytes(2, "big")) & 0xFFFF
    word = number << 16 | check
    bits = np.array([word >> SQUARES - 1 - place & 1 for place in range(SQUARES)])
    line = np.repeat(bits * 255, WIDTH // SQUARES).astype(np.uint8)[:, None]
    for row in BANDS:
        pixels[row : row + BAND_ROWS] = line


def middles(pixels: np.ndarray) -> np.ndarray:
    """The middle line of each band, shape (bands, WIDTH): all that is kept."""
    return pixels[[row + BAND_ROWS // 2 for row in BANDS], :, 1]


def read(line: np.ndarray) -> int | None:
    """The number in one band; None if it cannot be read."""
    squares = line.reshape(SQUARES, -1)
    levels = squares[:, 6:-6].mean(axis=1)
    if np.ptp(levels) < LEAST_CONTRAST:
        return None
    word = 0
    for white in levels > (levels.min() + levels.max()) / 2:
        word = word << 1 | int(white)
    number, check = word >> 16, word & 0xFFFF
    right = zlib.crc32(number.to_bytes(2, "big")) & 0xFFFF == check
    return number if right else None


class NumberedFilm(Film):
    """The same film, endless, each picture with its number in bands."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = 0

    def next(self) -> tuple[np.ndarray, int]:
        """The next picture, and its number."""
        self._shown = (self._shown + 1) % 0x10000
        pixels = self._pictures[self._shown % FPS].copy()
        draw(pixels, self._shown)
        return pixels, self._shown


class NumberedEye(Eye):
    """Reads the newest number in the picture."""

    def look(self, pixels: np.ndarray, at: float) -> None:
        """A picture of the peer's was ready at monotonic time `at`."""
        self.glimpses.append((middles(pixels), at))

    @property
    def seen(self) -> list[tuple[int | None, float, int]]:
        """Each picture: its newest number, when it was ready, how many bands are new.

        The number is None where no band could be read.
        """
        found = []
        for lines, at in self.glimpses:
            numbers = [number for line in lines if (number := read(line)) is not None]
            newest = max(numbers, default=None)
            found.append((newest, at, numbers.count(newest)))
        return found


@lru_cache(maxsize=1)
def score() -> tuple[int | None, ...]:
    """The melody: for each stretch its tone's place in TONES, None for a rest."""
    random = Random(1)
    notes: list[int | None] = []
    for number in range(SCORE_LENGTH):
        if number % NOTES_A_PHRASE >= NOTES_A_PHRASE - REST:
            notes.append(None)
        else:
            near = notes[-4:]
            notes.append(random.choice([n for n in range(len(TONES)) if n not in near]))
    return tuple(notes)


@lru_cache(maxsize=64)
def _note(note: int | None, count: int, rate: int) -> np.ndarray:
    if note is None:
        return np.zeros(count, np.int16)
    turns = np.arange(count) * (TONES[note] * 2 * np.pi / rate)
    return (LOUDNESS * np.sin(turns)).astype(np.int16)


class NumberedEar(Ear):
    """Plays the melody, and writes down the notes of the peer's."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[int, float]] = []
        """Each stretch that is no rest, and when its first sample was captured."""

    @staticmethod
    def tone(number: int, count: int, rate: int) -> np.ndarray:
        """Stretch number `number` of the melody."""
        return _note(score()[number % SCORE_LENGTH], count, rate)

    def said(self, number: int, at: float) -> None:
        """Our microphone took stretch `number`, its first sample at time `at`."""
        if score()[number % SCORE_LENGTH] is not None:
            self.sent.append((number, at))

    @property
    def heard(self) -> list[tuple[int, float]]:
        """Each note that was played, and when it began."""
        if not self.blocks:
            return []
        rate = self.blocks[0][1]
        samples = np.concatenate([block for block, _, _ in self.blocks])
        lengths = np.array([len(block) for block, _, _ in self.blocks])
        starts = np.cumsum(lengths) - lengths
        times = np.array([at for _, _, at in self.blocks])
        found = []
        for note, middle in notes(samples.astype(np.float32), rate):
            block = int(np.searchsorted(starts, middle, "right")) - 1
            found.append((note, float(times[block] + (middle - starts[block]) / rate)))
        return found


def notes(samples: np.ndarray, rate: int) -> list[tuple[int, int]]:
    """The notes in some sound, each with the sample at which it begins."""
    window, hop = round(WINDOW * rate), round(HOP * rate)
    if len(samples) < window:
        return []
    looks = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]
    turns = np.arange(window)[:, None] * (TONES * 2 * np.pi / rate)
    taper = np.hanning(window)[:, None]
    strengths = np.hypot(
        looks @ (np.cos(turns) * taper), looks @ (np.sin(turns) * taper)
    )
    best = strengths.argmax(axis=1)
    best[strengths.max(axis=1) < LOUDNESS * window / 40] = -1  # a rest
    edges = np.flatnonzero(np.diff(best)) + 1
    begins, ends = np.r_[0, edges], np.r_[edges, len(best)]
    return [
        (int(best[begin]), max(0, int(begin * hop + window // 2 - hop // 2)))
        for begin, end in zip(begins, ends, strict=True)
        if best[begin] >= 0 and end - begin >= LEAST_LOOKS
    ]


def beside(
    sent: list[tuple[int, float]], heard: list[tuple[int, float]]
) -> dict[int, float]:
    """When each stretch that was sent was played: the longest common row of notes.

    `sent` has (number, captured), `heard` (note, played), both in order of time.
    """
    if not sent or not heard:
        return {}
    tones = np.array([score()[number % SCORE_LENGTH] for number, _ in sent])
    taken = np.array([at for _, at in sent])
    rows = np.zeros((len(heard) + 1, len(sent) + 1), np.int16)
    fits = np.zeros((len(heard), len(sent)), bool)
    for row, (note, at) in enumerate(heard):
        fits[row] = (tones == note) & (taken < at) & (at < taken + LATEST)
        reached = np.maximum(rows[row, 1:], rows[row, :-1] + fits[row])
        rows[row + 1, 1:] = np.maximum.accumulate(reached)
    played: dict[int, float] = {}
    row, column = len(heard), len(sent)
    while row and column:
        here = rows[row, column]
        if here == rows[row - 1, column]:
            row -= 1
        elif here == rows[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            played[sent[column][0]] = heard[row][1]
    return played
