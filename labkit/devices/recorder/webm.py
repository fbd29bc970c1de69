"""A WebM file in the making: VP8 and Opus, written out second by second.

Matroska is a row of clusters; each is written whole as soon as its second is over, so a
file whose writer died in the midst is played up to its last second. (RFC 9559; Opus:
RFC 6716, VP8: RFC 6386.)

Notebook: 04-videocall.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from labkit.devices.base import Pixels, Samples
from labkit.devices.recorder.layout import HEIGHT, WIDTH
from labkit.devices.recorder.voice_track import RATE
from labkit.errors import DeviceError

FPS = 15
BLOCK = 960
"""Samples in one Opus frame: 20 ms."""
VIDEO_BITS, SOUND_BITS = 1_000_000, 64_000
_CLUSTERS = {"cluster_time_limit": "1000", "flush_packets": "1"}
_QUICK = {
    "deadline": "realtime",
    "cpu-used": "8",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
}


class WebmFile:
    """Opens the file, or raises DeviceError; so do all methods when the disc is full.

    Unless `overwrite`, a file that exists is not touched.
    """

    def __init__(self, path: Path, overwrite: bool = False) -> None:
        try:
            # Without a buffer of Python's: what is written is in the file.
            self._file = path.open("wb" if overwrite else "xb", buffering=0)
        except FileExistsError:
            raise DeviceError(
                f"{path} exists already; choose another name, or say overwrite=True."
            ) from None
        except OSError as error:
            raise DeviceError(f"{path} cannot be written: {error.strerror}.") from None
        try:
            self._container = av.open(
                self._file, "w", format="webm", options=dict(_CLUSTERS)
            )
            self._pictures = self._add_pictures()
            self._voices = self._add_voices()
        except BaseException:
            self._file.close()
            raise
        self._sound_written = 0
        self._has_failed = False

    def _add_pictures(self) -> VideoStream:
        stream = self._container.add_stream("libvpx", rate=FPS, options=dict(_QUICK))
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt, stream.bit_rate = "yuv420p", VIDEO_BITS
        stream.codec_context.gop_size = 4 * FPS
        stream.codec_context.time_base = Fraction(1, FPS)
        stream.codec_context.thread_count = 1
        return stream

    def _add_voices(self) -> AudioStream:
        stream = self._container.add_stream("libopus", rate=RATE, layout="stereo")
        stream.bit_rate = SOUND_BITS
        return stream

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.tell()

    def write_picture(self, pixels: Pixels, number: int) -> None:
        """The picture of time number / FPS seconds; numbers may be left out."""
        frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        self._mux(self._pictures, frame)

    def write_sound(self, left: Samples, right: Samples) -> None:
        """The next samples of both voices: BLOCK of them, or a multiple."""
        both = np.stack([left, right], axis=1)
        for begin in range(0, len(both), BLOCK):
            block = np.ascontiguousarray(both[begin : begin + BLOCK]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = RATE, self._sound_written
            frame.time_base = Fraction(1, RATE)
            self._sound_written += BLOCK
            self._mux(self._voices, frame)

    def close(self) -> None:
        """Write what is left and the file's index; after a failure, only let it go."""
        try:
            if not self._has_failed:
                self._mux(self._pictures, None)
                self._mux(self._voices, None)
            self._container.close()
        except (OSError, av.FFmpegError) as error:
            if not self._has_failed:
                raise _worded(error) from None
        finally:
            self._file.close()

    def _mux(
        self,
        stream: VideoStream | AudioStream,
        frame: av.VideoFrame | av.AudioFrame | None,
    ) -> None:
        try:
            for packet in stream.encode(frame):  # type: ignore[arg-type]
                self._container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            self._has_failed = True
            raise _worded(error) from None


def _worded(error: OSError | av.FFmpegError) -> DeviceError:
    return DeviceError(f"the recording cannot be written: {error.strerror or error}.")
