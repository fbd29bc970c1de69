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
import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from labkit.errors import LabkitError, RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs import VideoDecoder, new_video_decoder, new_video_encoder
from labkit.media.codecs.jpeg import JpegEncoder
from labkit.media.codecs.vp8 import Vp8Encoder
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.freezes import Freezes
from labkit.media.machine.receiver import RtpReceiver
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket
from labkit.media.wire.jpeg_file import parse_jpeg
from labkit.net import clock
from labkit.net.media_line import CallContext, MediaLine
from labkit.net.media_setup import StreamSetup
from labkit.net.newest import Newest
from labkit.net.shown import Shown

LONG = 0.010
"""Seconds of processor time a picture from which encoding gets its own thread."""
AVERAGED = 8
_log = logging.getLogger("labkit.media")


class VideoLine(MediaLine):
    """Pictures both ways."""

    def __init__(self, call: CallContext) -> None:
        super().__init__("video", call)
        self.receiver = RtpReceiver({}, self.clock)
        self.freezes = Freezes()
        self.on_own_picture: Callable[[Shown], None] | None = None
        self.on_peer_picture: Callable[[Shown], None] | None = None
        self.wants_pixels = False
        self.paused = False
        self.quality = 50
        self.shown = 0
        """Pictures of the peer handed on."""
        self.skipped = 0
        """Whole pictures that a newer one overtook while we were busy."""
        self.broken = 0
        """Whole pictures that the decoder refused."""
        self.encode_time = self.decode_time = self.processing_time = 0.0
        self.size = (0, 0)
        self.latency: float | None = None
        self.keyframes_asked = 0
        self._slot: Newest[Picture] = Newest()
        self._encoding_costs = 0.0
        """Processor time a picture, in seconds, averaged over the last ones."""
        self._has_encode_thread = False
        self._keyframe_wanted = True
        self._encoder: JpegEncoder | Vp8Encoder | None = None
        self._encodes = ""
        self._decoders: dict[str, VideoDecoder] = {}
        self._own_shown = 0

    @property
    def sources(self) -> SourceLock:
        """Whose packets the receiver takes."""
        return self.receiver.sources

    def changed(self, setup: StreamSetup) -> None:
        """A new agreement holds: begin with a picture that stands alone."""
        self._keyframe_wanted = True
        self.freezes.pause()

    def keyframe_asked(self) -> None:
        """The peer lost pictures."""
        self.keyframes_asked += 1
        self._keyframe_wanted = True

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
        frame = None
        setup, sender = self.setup, self.sender
        if setup is not None and sender is not None and setup.send and not self.paused:
            begun = time.thread_time()
            frame = self._encode(setup.format.name, picture)
            cost = time.thread_time() - begun
            self.encode_time += cost
            self._encoding_costs += (cost - self._encoding_costs) / AVERAGED
            if frame is not None:
                with self.lock:
                    packets = sender.send(frame)
                self.transmit(packets)
        self._show_own(picture, frame)

    def _encode(self, name: str, picture: Picture) -> EncodedFrame | None:
        if self._encoder is None or self._encodes != name:
            self._encoder = new_video_encoder(name, quality=self.quality)
            self._encodes = name
        if isinstance(self._encoder, JpegEncoder):
            self._encoder.quality = self.quality
        keyframe, self._keyframe_wanted = self._keyframe_wanted, False
        return self._encoder.encode(picture, keyframe)

    def _show_own(self, picture: Picture, frame: EncodedFrame | None) -> None:
        if self.on_own_picture is None:
            return
        now = clock.now()
        self._own_shown += 1
        height, width = picture.pixels.shape[:2]
        is_jpeg = frame is not None and self._encodes == "JPEG"
        self.on_own_picture(
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

    def take(self, packets: Sequence[RtpPacket], now: float) -> None:
        """Put pictures together and show them; on the receive thread."""
        with self.lock:
            frames = [
                frame
                for packet in packets
                for frame in self.receiver.received(packet, now)
            ]
            keyframe_missing = self.receiver.asks_for_keyframe(now)
        if keyframe_missing:
            self.ask_for_keyframe()
        if frames:
            self._show_newest(frames)

    def ask_for_keyframe(self) -> None:
        """Ask the peer for a picture that stands alone."""
        if self.reports is not None:
            self.reports.send(self.reports.session.keyframe_request)

    def _show_newest(self, frames: list[ReceivedFrame]) -> None:
        self.skipped += len(frames) - 1
        for frame in frames[:-1]:
            if frame.format.name != "JPEG":  # the next one builds on it
                self._decode(frame)
        newest = frames[-1]
        if newest.format.name == "JPEG" and not self.wants_pixels:
            header = parse_jpeg(newest.data)  # the assembler wrote it: it is sound
            self._show_peer(newest, None, (header.width, header.height))
            return
        pixels = self._decode(newest)
        if pixels is not None:
            height, width = pixels.shape[:2]
            self._show_peer(newest, pixels, (width, height))

    def _decode(self, frame: ReceivedFrame) -> npt.NDArray[np.uint8] | None:
        name = frame.format.name
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders[name] = new_video_decoder(name)
        begun = clock.now()
        try:
            return decoder.decode(frame.data)
        except RemoteError:
            self.broken += 1
            with self.lock:
                self.receiver.decoding_failed()
            return None
        finally:
            self.decode_time += clock.now() - begun

    def _show_peer(
        self,
        frame: ReceivedFrame,
        pixels: npt.NDArray[np.uint8] | None,
        size: tuple[int, int],
    ) -> None:
        ready = clock.now()
        self.shown += 1
        self.size = size
        self.freezes.shown(ready)
        self.processing_time += ready - frame.first_arrived
        self.latency = None
        if frame.captured is not None:
            self.latency = ready - frame.captured
            self.call.history.video.append((ready, self.latency))
        if self.on_peer_picture is not None:
            self.on_peer_picture(
                Shown(
                    frame.data if frame.format.name == "JPEG" else None,
                    pixels,
                    *size,
                    frame.captured,
                    frame.arrived,
                    self.latency,
                    self.shown,
                )
            )
