"""The pictures of one call: encoded where the camera hands them over, shown on arrival.

    [camera's thread: encode, packetise, send] ~~> [receive thread: join, decode, show]

The camera's thread has nothing better to do, and the picture is still in its
processor's cache: handing it to another thread made pictures 0.3 ms later. Only an
encoder that takes long (a large picture, a slow machine) gets a thread of its own, with
a slot in which the newest picture wins, so that the camera is never held up for long.

The receive thread decodes by itself, after it has taken all the packets that are there:
of several whole JPEG pictures only the newest is decoded, so a slow machine skips
pictures instead of falling behind. RFC 2435, RFC 7741. Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from math import inf

import numpy as np
import numpy.typing as npt

from labkit.errors import LabkitError
from labkit.frames import EncodedFrame, Picture
from labkit.media.machine import snapshot
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.give_way import GiveWay
from labkit.media.machine.picture_stream import PictureStream
from labkit.media.machine.statistics import LineStatistics
from labkit.media.wire.jpeg_file import parse_jpeg
from labkit.net import clock
from labkit.net.call_context import CallContext
from labkit.net.media_line import MediaLine
from labkit.net.newest import Newest
from labkit.net.shown import Shown

LONG = 0.010
"""Seconds of processor time a picture from which encoding gets its own thread."""
AVERAGED = 8
MOST_HELD = 64
"""Pictures that wait for the sound: a second's; the oldest are dropped."""
_log = logging.getLogger("labkit.media")


class VideoLine(MediaLine):
    """Pictures both ways."""

    stream: PictureStream

    def __init__(self, call: CallContext) -> None:
        stream = PictureStream(cname=call.name, offset=call.offset, random=call.random)
        super().__init__(call, stream, threading.Lock())
        self.on_own_picture: Callable[[Shown], None] | None = None
        self.on_peer_picture: Callable[[Shown], None] | None = None
        self.wants_pixels = False
        self.paused = False
        self._slot: Newest[Picture] = Newest()
        self._give_way = GiveWay()
        self._encoding_costs = 0.0
        """Processor time a picture, in seconds, averaged over the last ones."""
        self._has_encode_thread = False
        self._own_shown = 0
        self._held: deque[tuple[float, list[ReceivedFrame]]] = deque(maxlen=MOST_HELD)
        """When each is to be shown; guarded by `_taking`."""

    @property
    def quality(self) -> int:
        """JPEG quality, 1 to 99."""
        return self.stream.encoding.quality

    @quality.setter
    def quality(self, quality: int) -> None:
        self.stream.encoding.quality = quality

    def snapshot(self, now: float) -> LineStatistics | None:
        """What the machine has counted; None before it has begun. `lock` is held."""
        return snapshot.of_pictures(self.stream, now)

    def keyframe_asked(self) -> None:
        """The peer lost pictures."""
        self.stream.keyframe_asked()

    def close(self) -> None:
        """End the encode thread too."""
        self._slot.close()
        super().close()

    # --- ours -----------------------------------------------------------------------

    def send(self, picture: Picture) -> None:
        """Encode a picture and send it, on the camera's thread if that is quick."""
        if self._has_encode_thread:
            self._slot.put(picture)
            return
        self._try_to_send(picture)
        if self._encoding_costs > LONG:
            self._has_encode_thread = True
            self.spawn("encode", self._send_from_slot)

    def _send_from_slot(self) -> None:
        while (picture := self._slot.take()) is not None:
            self._try_to_send(picture)

    def _try_to_send(self, picture: Picture) -> None:
        try:
            self._encode_one(picture)
        except LabkitError as error:
            self.gate.count(f"not sent: {error}")
        except Exception:
            _log.exception("a picture made trouble")

    def _encode_one(self, picture: Picture) -> None:
        frame, setup = None, self.setup
        begun, worked = clock.now(), time.thread_time()
        sends = setup is not None and setup.send and not self.paused
        if sends and not self._give_way.has_rested(begun):
            self.gate.count("not sent: this computer is too busy")
        elif sends:
            frame = self.stream.encode(picture)
            cost = time.thread_time() - worked
            self.stream.encode_time += cost
            self._encoding_costs += (cost - self._encoding_costs) / AVERAGED
            if frame is not None:
                now = clock.now()
                self.send_out(partial(self.stream.write, (frame,)))
                self._note_sent((frame,), begun, now)
            self._give_way.sent(begun, clock.now(), time.thread_time() - worked)
        self._show_own(picture, frame)

    def _show_own(self, picture: Picture, frame: EncodedFrame | None) -> None:
        show = self.on_own_picture  # once: another thread may end the call meanwhile
        if show is None:
            return
        now = clock.now()
        self._own_shown += 1
        height, width = picture.pixels.shape[:2]
        is_jpeg = frame is not None and self.stream.encoding.encodes == "JPEG"
        show(
            Shown(
                frame.data if frame is not None and is_jpeg else None,
                picture.pixels,
                width,
                height,
                picture.captured,
                picture.captured,
                now - picture.captured,
                self._own_shown,
            )
        )

    # --- the peer's -----------------------------------------------------------------

    def show(self, frames: list[ReceivedFrame]) -> None:
        """Decode and show the newest of the pictures; what builds on others is decoded
        though it is not shown.

        While pictures are held back for the sound, none overtakes another.
        """
        hold = self.call.lips.hold_video
        if hold:
            due = clock.now() + hold
            self._held.append((due, frames))
            self.later.at(due, self._show_held)
        else:
            self._show_newest([*self._no_longer_held(inf), *frames])

    def _show_held(self) -> None:
        """On the thread for later."""
        with self._taking:
            frames = self._no_longer_held(clock.now())
            if frames and not self.closed:
                self._show_newest(frames)

    def _no_longer_held(self, now: float) -> list[ReceivedFrame]:
        frames: list[ReceivedFrame] = []
        while self._held and self._held[0][0] <= now:
            frames += self._held.popleft()[1]
        return frames

    def _show_newest(self, frames: list[ReceivedFrame]) -> None:
        stream = self.stream
        stream.skipped += len(frames) - 1
        for frame in frames[:-1]:
            if frame.format.builds_on_earlier:
                self._decode(frame)
        newest, taken = frames[-1], clock.now()
        if newest.format.name == "JPEG" and not self.wants_pixels:
            header = parse_jpeg(newest.data)  # the assembler wrote it: it is sound
            self._show_peer(newest, None, (header.width, header.height), taken)
            return
        pixels = self._decode(newest)
        if pixels is not None:
            height, width = pixels.shape[:2]
            self._show_peer(newest, pixels, (width, height), taken)

    def _take(self, batch: list[bytes]) -> None:
        super()._take(batch)
        if self.reports is not None and self.stream.receiver.needs_keyframe:
            self.reports.send(self.stream.keyframe_request)

    def ask_for_keyframe(self) -> None:
        """Ask the peer for a picture that stands alone, whether or not we need one."""
        if self.reports is not None:
            self.reports.send(self.stream.ask_for_keyframe)

    def _decode(self, frame: ReceivedFrame) -> npt.NDArray[np.uint8] | None:
        begun = clock.now()
        try:
            return self.stream.decode(frame)
        finally:
            self.stream.decode_time += clock.now() - begun

    def _show_peer(
        self,
        frame: ReceivedFrame,
        pixels: npt.NDArray[np.uint8] | None,
        size: tuple[int, int],
        taken: float,
    ) -> None:
        ready, stream = clock.now(), self.stream
        stream.seen(frame, size, ready)
        if stream.latency is not None:
            self.call.history.video.append((ready, stream.latency))
            with self.call.lips_lock:
                self.call.lips.video(ready - stream.latency, ready)
        show = self.on_peer_picture
        if show is not None:
            show(
                Shown(
                    frame.data if frame.format.name == "JPEG" else None,
                    pixels,
                    *size,
                    frame.captured,
                    frame.arrived,
                    stream.latency,
                    stream.shown,
                )
            )
        first, shown = frame.first_arrived, clock.now()
        stream.stages.note_received(
            (frame.timestamp, frame.captured, first, taken, ready, shown)
        )
