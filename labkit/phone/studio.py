"""The studio of one call: a media session and the devices around it.

Opening a camera may take a second, so a worker thread does it; signalling is never held
up. All studios of a phone share that one worker: the devices of one call are let go
before the next call takes them. A device that fails is told in words, and the call goes
on without it, or with the one before.

Requirements A12, C8, C9. Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from labkit.devices import Camera, Microphone, Speaker
from labkit.errors import DeviceError
from labkit.frames import Picture
from labkit.media.machine.encoding import BIT_RATE, QUALITY
from labkit.net.media import MediaSession, StreamSetup
from labkit.phone.picture_quality import PictureQuality
from labkit.phone.plug import DeviceGate, Plug
from labkit.phone.shaping import Shaping
from labkit.phone.worker import Worker

FRAME = 0.020
"""Seconds of sound in one packet."""
PATIENCE = 12.0
"""Seconds that a device may take to start; some cameras need five."""
Device: TypeAlias = Camera | Microphone | Speaker
_log = logging.getLogger("labkit.studio")


@dataclass(frozen=True, slots=True)
class Devices:
    """What a phone sees with, hears with and speaks through."""

    camera: Camera
    microphone: Microphone
    speaker: Speaker

    def former(self, device: Device) -> Device:
        """The one whose place `device` would take."""
        match device:
            case Camera():
                return self.camera
            case Microphone():
                return self.microphone
            case Speaker():
                return self.speaker

    def exchanged(self, device: Device) -> Devices:
        """These, with `device` in its place."""
        match device:
            case Camera():
                return replace(self, camera=device)
            case Microphone():
                return replace(self, microphone=device)
            case Speaker():
                return replace(self, speaker=device)


class Studio:
    """Sound and pictures of one call; every method but `use` returns at once."""

    def __init__(
        self,
        session: MediaSession,
        devices: Devices,
        worker: Worker,
        tell: Callable[[str], None],
        quality: PictureQuality | None = None,
        put_back: Callable[[Device, Device], None] = lambda silent, going: None,
    ) -> None:
        """`put_back(silent, going)` hears of a new device that never delivered."""
        self.session = session
        self._devices = devices
        self._tell = tell
        self._sound_rate = 0
        self._has_video = False
        self._worker = worker
        self._agreed: list[StreamSetup] | None = None
        """What is to be set up next; None while that is done."""
        self._lock = threading.Lock()
        self._closed = False
        self._shaping = Shaping(PictureQuality())
        self.quality = quality or PictureQuality()
        later = self._later
        self._seeing: Plug[Camera] = Plug(self._start_camera, later, put_back)
        self._speaking: Plug[Microphone] = Plug(self._start_microphone, later, put_back)
        self._hearing: Plug[Speaker] = Plug(self._start_speaker, later, put_back)

    @property
    def quality(self) -> PictureQuality:
        """How good our pictures are from the next one on."""
        return self._shaping.quality

    @quality.setter
    def quality(self, quality: PictureQuality) -> None:
        self._shaping.quality = quality
        session = self.session
        session.quality = quality.quality or QUALITY
        session.bit_rate = quality.bit_rate or BIT_RATE

    def set_up(self, streams: list[StreamSetup]) -> None:
        """Send and receive as agreed; again after each new agreement.

        Of several that wait for the worker only the newest counts, so a peer that
        agrees anew a hundred times a second fills nothing.
        """
        with self._lock:
            waits, self._agreed = self._agreed is not None, streams
        if not waits and not self._closed:
            self._later(self._set_up)

    def use(self, device: Device) -> None:
        """Exchange the camera, the microphone or the loudspeaker.

        Waits until the new one has started; the former one goes on until the new one
        delivers. Raises DeviceError, and the former one goes on for good.
        """
        if self._worker.is_full:
            raise DeviceError(
                f"{device.name} has to wait too long: one of this phone's devices does "
                "not come back from its start; close the phone and make it again, with "
                "other devices."
            )
        done: Future[None] = Future()

        def work() -> None:
            try:
                self._use(device)
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        if self._closed or not self._worker.submit(work):
            return  # it is for the next call
        try:
            done.result(PATIENCE)
        except FutureTimeout:
            raise DeviceError(
                f"{device.name} has not started within {PATIENCE:g} s; is another "
                "program using it?"
            ) from None

    def close(self) -> None:
        """Show nothing more, at once; stop the devices and close the sockets soon."""
        if not self._closed:
            self._closed = True
            self.session.on_own_picture = self.session.on_peer_picture = None
            if not self._later(self._close):
                self._guarded(self._close)  # a call begun while the phone was closed

    # --- on the worker --------------------------------------------------------------

    def _later(self, work: Callable[[], None]) -> bool:
        return self._worker.submit(lambda: self._guarded(work))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            _log.exception("the studio failed")
            self._tell(f"sound or picture failed: {error}")

    def _set_up(self) -> None:
        with self._lock:
            streams, self._agreed = self._agreed or [], None
        self.session.start(streams)
        video = _of_kind(streams, "video")
        audio = _of_kind(streams, "audio")
        self._has_video = video is not None
        if self._has_video and not self._seeing.is_used:
            self._try("picture", lambda: self._seeing.put(self._devices.camera))
        if audio is not None and audio.format.sample_rate != self._sound_rate:
            devices, self._sound_rate = self._devices, audio.format.sample_rate
            self._try("voice", lambda: self._speaking.restart(devices.microphone))
            self._try("sound", lambda: self._hearing.restart(devices.speaker))

    def _use(self, device: Device) -> None:
        match device:
            case Camera() if self._has_video:
                self._seeing.put(device)
            case Microphone() if self._sound_rate:
                self._speaking.put(device)
            case Speaker() if self._sound_rate:
                self._hearing.put(device)
        self._devices = self._devices.exchanged(device)

    def _try(self, what: str, start: Callable[[], None]) -> None:
        try:
            start()
        except DeviceError as error:
            self._tell(f"{error} The call goes on without your {what}.")

    def _close(self) -> None:
        for plug in (self._seeing, self._speaking, self._hearing):
            self._guarded(plug.stop)
        self._guarded(self.session.close)

    # --- what a device is started with ----------------------------------------------

    def _start_camera(self, camera: Camera, gate: DeviceGate) -> None:
        camera.start(gate.of(self._film, None))
        if camera.fps <= 0:  # no camera at all: it has its place at once
            gate.of(lambda: None, None)()

    def _film(self, picture: Picture) -> None:
        shaped = self._shaping.shaped(picture)
        if shaped is not None:
            self.session.send_picture(shaped)

    def _start_microphone(self, microphone: Microphone, gate: DeviceGate) -> None:
        rate = self._sound_rate
        deliver = gate.of(self.session.send_sound, None)
        microphone.start(deliver, rate, round(rate * FRAME))

    def _start_speaker(self, speaker: Speaker, gate: DeviceGate) -> None:
        rate, samples = self._sound_rate, round(self._sound_rate * FRAME)
        silence = np.zeros(samples, np.int16)
        speaker.start(gate.of(self.session.next_sound, silence), rate, samples)


def _of_kind(streams: Iterable[StreamSetup], kind: str) -> StreamSetup | None:
    return next((stream for stream in streams if stream.kind == kind), None)
