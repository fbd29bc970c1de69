"""PCMU and PCMA: telephone sound, 8 bits a sample, 8000 samples a second (ITU-T G.711).

Each of 256 codes stands for one loudness, finely spaced near silence and coarsely near
the maximum. Decoding is a look into that table; encoding picks the nearest entry.

A look into a table of 256 numbers shows what happens, and takes a third of the time of
PyAV's `pcm_mulaw`.

Notebook: 03-media.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from labkit.errors import RemoteError
from labkit.frames import EncodedFrame, Sound
from labkit.media.codecs.framer import Framer

Law: TypeAlias = Literal["PCMU", "PCMA"]

RATE = 8_000
MOST_SAMPLES = RATE * 200 // 1000
"""What a receiver has to take (RFC 3551, section 4.2); phones send 20 or 30 ms."""


def _mu_law(code: int) -> int:
    """G.711 table 2: all bits inverted; sign, 3 bits of exponent, 4 of mantissa."""
    code ^= 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    magnitude = ((2 * mantissa + 33) << exponent) - 33
    return -4 * magnitude if code & 0x80 else 4 * magnitude


def _a_law(code: int) -> int:
    """G.711 table 1: every second bit inverted; a set sign bit means positive."""
    code ^= 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    step = 2 * mantissa + 1
    magnitude = (step + 32) << (exponent - 1) if exponent else step
    return 8 * magnitude if code & 0x80 else -8 * magnitude


def _encoding(decoding: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """For each 16-bit sample, read as unsigned, the code that comes nearest to it."""
    levels, codes = np.unique(decoding[::-1], return_index=True)
    between = (levels[1:].astype(np.int32) + levels[:-1] + 1) // 2
    samples = np.arange(1 << 16, dtype=np.uint16).view(np.int16)
    nearest = np.searchsorted(between, samples, side="right")
    return (255 - codes[nearest]).astype(np.uint8)


_DECODING = {
    "PCMU": np.array([_mu_law(code) for code in range(256)], np.int16),
    "PCMA": np.array([_a_law(code) for code in range(256)], np.int16),
}
_ENCODING = {name: _encoding(table) for name, table in _DECODING.items()}


class G711Encoder:
    """Sound at 8000 samples a second → frames of 160 bytes."""

    def __init__(self, law: Law) -> None:
        self._table = _ENCODING[law]
        self._framer = Framer(RATE)

    def encode(self, sound: Sound) -> list[EncodedFrame]:
        """The frames that `sound` completes; LocalError when it is at another rate."""
        return [
            EncodedFrame(
                self._table[frame.samples.view(np.uint16)].tobytes(), frame.captured
            )
            for frame in self._framer.cut(sound)
        ]


class G711Decoder:
    """Bytes → samples, one each."""

    def __init__(self, law: Law) -> None:
        self._table = _DECODING[law]

    def decode(self, data: bytes) -> npt.NDArray[np.int16]:
        """int16 samples, shape (n,); RemoteError for none or more than 200 ms."""
        if not 0 < len(data) <= MOST_SAMPLES:
            raise RemoteError(
                f"a G.711 packet has 1 to {MOST_SAMPLES} bytes, got {len(data)}"
            )
        return self._table[np.frombuffer(data, np.uint8)]
