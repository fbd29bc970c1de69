"""Opus by PyAV (libopus): sound of any kind in few bytes (RFC 6716).

`application=lowdelay` leaves out the speech model and with it 4 ms: the decoder's sound
is 2.5 ms behind the encoder's.

Notebook: 03-media.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame, Sound
from labkit.media.codecs.framer import Framer

RATE = 48_000
LOWEST_BIT_RATE, HIGHEST_BIT_RATE = 6_000, 256_000
EFFORT = "5"
"""Of 10: a fifth less work than with all effort, and no difference to be heard."""
_TIME_BASE = Fraction(1, RATE)


class OpusEncoder:
    """Mono sound at 48 kHz → frames of 20 ms."""

    def __init__(self, bit_rate: int = 32_000) -> None:
        if not LOWEST_BIT_RATE <= bit_rate <= HIGHEST_BIT_RATE:
            raise LocalError(
                f"Opus takes {LOWEST_BIT_RATE} to {HIGHEST_BIT_RATE} bits a second for "
                f"one voice, not {bit_rate}"
            )
        self._codec = _context("w")
        self._codec.bit_rate = bit_rate
        self._codec.options = {
            "application": "lowdelay",
            "frame_duration": "20",
            "compression_level": EFFORT,
        }
        self._framer = Framer(RATE)
        self._frame = av.AudioFrame("s16", "mono", self._framer.size)
        self._frame.sample_rate = RATE
        self._frame.time_base = _TIME_BASE
        """Filled again and again: making one took a third of encoding."""
        self._samples = 0

    def encode(self, sound: Sound) -> list[EncodedFrame]:
        """The frames that `sound` completes; LocalError when it is at another rate."""
        return [
            EncodedFrame(data, frame.captured)
            for frame in self._framer.cut(sound)
            for data in self._encode(frame.samples)
        ]

    def _encode(self, samples: npt.NDArray[np.int16]) -> list[bytes]:
        frame = self._frame
        frame.planes[0].update(samples.tobytes())
        frame.pts = self._samples
        self._samples += len(samples)
        return [bytes(packet) for packet in self._codec.encode(frame)]


class OpusDecoder:
    """Opus packets → mono sound at 48 kHz, mixed down if they were stereo."""

    def __init__(self) -> None:
        self._codec = _context("r")

    def decode(self, data: bytes) -> npt.NDArray[np.int16]:
        """int16 samples, shape (n,), at most 120 ms; RemoteError for broken data."""
        if not data:  # to PyAV an empty packet means that the stream is over
            raise RemoteError("an Opus packet has at least one byte, got none")
        try:
            frames = self._codec.decode(av.Packet(data))
        except av.FFmpegError as error:
            raise RemoteError(
                f"broken Opus packet of {len(data)} bytes: {error.strerror}"
            ) from None
        if not frames:
            raise RemoteError(f"Opus packet of {len(data)} bytes without sound")
        parts = [
            np.frombuffer(memoryview(frame.planes[0]), np.int16, frame.samples)
            for frame in frames
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _context(mode: Literal["r", "w"]) -> AudioCodecContext:
    codec = av.CodecContext.create("libopus", mode)
    codec.sample_rate = RATE
    codec.layout = "mono"
    codec.format = av.AudioFormat("s16")
    return codec
