"""The studio of one call: a media session and the devices around it.

Opening a camera may take a second, so a worker thread does it; signalling is never held
up. All studios of a phone share that one worker: the devices of one call are let go
before the next call takes them. A device that fails is told in words, and the call goes
on without it.

Requirement A12. Notebook: 03-media.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labkit.devices import Camera, Microphone, Speaker
from labkit.errors import DeviceError
from labkit.net.media import MediaSession, StreamSetup
from labkit.phone.worker import Worker

FRAME = 0.020
"""Seconds of sound in one packet."""
_log = logging.getLogger("labkit.studio")


@dataclass(frozen=True, slots=True)
class Devices:
    """What a phone sees with, hears with and speaks through."""

    camera: Camera
    microphone: Microphone
    speaker: Speaker


class Studio:
    """Sound and pictures of one call; every method returns at once."""

    def __init__(
        self,
        session: MediaSession,
        devices: Devices,
        worker: Worker,
        tell: Callable[[str], None],
    ) -> None:
        self.session = session
        self._devices = devices
        self._tell = tell
        self._sound_rate = 0
        self._camera_on = False
        self._has_devices = False
        self._worker = worker
        self._closed = False

    def set_up(self, streams: list[StreamSetup]) -> None:
        """Send and receive as agreed; again after each new agreement."""
        if not self._closed:
            self._worker.submit(lambda: self._guarded(lambda: self._set_up(streams)))

    def close(self) -> None:
        """Show nothing more, at once; stop the devices and close the sockets soon."""
        if not self._closed:
            self._closed = True
            self.session.on_own_picture = self.session.on_peer_picture = None
            if not self._worker.submit(lambda: self._guarded(self._close)):
                self._guarded(self._close)  # a call begun while the phone was closed

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            _log.exception("the studio failed")
            self._tell(f"sound or picture failed: {error}")

    def _set_up(self, streams: list[StreamSetup]) -> None:
        self.session.start(streams)
        self._has_devices = True
        video = _of_kind(streams, "video")
        audio = _of_kind(streams, "audio")
        if video is not None and not self._camera_on:
            self._camera_on = self._try(
                "picture",
                lambda: self._devices.camera.start(self.session.send_picture),
            )
        if audio is not None and audio.format.sample_rate != self._sound_rate:
            self._start_sound(audio.format.sample_rate)

    def _start_sound(self, rate: int) -> None:
        microphone, speaker = self._devices.microphone, self._devices.speaker
        microphone.stop()
        speaker.stop()
        samples = round(rate * FRAME)
        self._try(
            "voice", lambda: microphone.start(self.session.send_sound, rate, samples)
        )
        self._try(
            "sound", lambda: speaker.start(self.session.next_sound, rate, samples)
        )
        self._sound_rate = rate

    def _try(self, what: str, start: Callable[[], None]) -> bool:
        try:
            start()
        except DeviceError as error:
            self._tell(f"{error} The call goes on without your {what}.")
            return False
        return True

    def _close(self) -> None:
        devices = self._devices
        if self._has_devices:  # else another call may have them
            for device in (devices.camera, devices.microphone, devices.speaker):
                self._guarded(device.stop)
        self._guarded(self.session.close)


def _of_kind(streams: Iterable[StreamSetup], kind: str) -> StreamSetup | None:
    return next((stream for stream in streams if stream.kind == kind), None)
