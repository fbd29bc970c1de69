"""How a phone's user is seen and heard: devices, quality, pause, mute (C6-C9).

    alice.use(camera="file:clip.mp4")
    alice.picture_quality = "low"
    alice.pause_video()         # the peer is told, the voices go on
    alice.mute()

All of it works before a call, which then begins so, and during one, without a break.

Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Literal

from labkit.devices import Camera, Microphone, Speaker
from labkit.devices import camera as make_camera
from labkit.devices import microphone as make_microphone
from labkit.devices import speaker as make_speaker
from labkit.errors import DeviceError, LabkitError, LocalError
from labkit.media.treatments import Treatments
from labkit.net import loop
from labkit.phone.picture_quality import PictureQuality, chosen_quality
from labkit.phone.recording import Recordings
from labkit.phone.studio import Device, Devices, Studio


class Appearance(Recordings):
    """The base of `Phone`, for what its user shows and says."""

    def __init__(
        self, treatments: Treatments | None, quality: PictureQuality | str
    ) -> None:
        self._picture_quality = chosen_quality(quality)
        self._video_paused = self._muted = False
        self._using = threading.Lock()
        """One exchange of devices after the other."""
        super().__init__(treatments)

    # --- devices --------------------------------------------------------------------

    @property
    def devices(self) -> Devices:
        """Camera, microphone and loudspeaker of this phone."""
        return self._devices

    def use(
        self,
        *,
        camera: Camera | str | None = None,
        microphone: Microphone | str | None = None,
        speaker: Speaker | str | None = None,
    ) -> Devices:
        """Take other devices, named as in `Phone`; during a call, too (C9).

        The former one goes on until the new one delivers, so nobody sees a break; if
        that never happens, it keeps its place and `state.notice` says so. Returns the
        devices. Raises DeviceError when one cannot be used: then the former goes on.
        """
        self._open()
        new: list[Device] = []
        eyes = self._devices.camera
        if camera is not None:
            eyes = make_camera(camera, self.name)
            new.append(eyes)
        if microphone is not None:
            new.append(make_microphone(microphone, self.name, beside=eyes))
        if speaker is not None:
            new.append(make_speaker(speaker, self.name))
        if loop.shared().is_current:  # in a subscriber's callback: wait elsewhere
            threading.Thread(
                target=self._exchange_and_tell,
                args=(new,),
                name=f"labkit-{self.name}-use",
                daemon=True,
            ).start()
        else:
            self._exchange(new)
        return self._devices

    def _exchange(self, new: Sequence[Device]) -> None:
        with self._using:
            for device in new:
                self._exchange_one(device)

    def _exchange_one(self, device: Device) -> None:
        former = self._devices.former(device)
        self._devices = self._devices.exchanged(device)
        studio = self._studio
        try:
            if studio is not None:
                studio.use(device)
        except DeviceError as error:
            self._devices = self._devices.exchanged(former)
            raise DeviceError(f"{error} {former.name} goes on.") from error
        if isinstance(device, Camera):
            self._offer_pictures()  # there may have been no camera before
        self._tell(f"{device.name} in place of {former.name}")

    def _exchange_and_tell(self, new: Sequence[Device]) -> None:
        try:
            self._exchange(new)
        except LabkitError as error:
            self._tell(str(error))

    def _put_back(self, silent: Device, going: Device) -> None:
        if self._devices.former(silent) is silent:
            self._devices = self._devices.exchanged(going)
        self._tell(f"nothing came from {silent.name}; {going.name} goes on")

    # --- quality --------------------------------------------------------------------

    @property
    def picture_quality(self) -> PictureQuality:
        """How good the pictures are that we send (C8); settable at any time.

        A PictureQuality, or the name of one of PICTURE_QUALITIES. LocalError for
        anything else.
        """
        return self._picture_quality

    @picture_quality.setter
    def picture_quality(self, quality: PictureQuality | str) -> None:
        self._picture_quality = chosen_quality(quality)
        studio = self._studio
        if studio is not None:
            studio.quality = self._picture_quality
        self._tell("the quality of our pictures was changed")

    # --- pause and mute -------------------------------------------------------------

    def pause_video(self) -> None:
        """Keep our pictures back; the voices go on (C6).

        The peer is told by a re-INVITE, `a=recvonly`: it is no hold. Whatever it
        answers, no picture leaves.
        """
        self._pause(True)

    def resume_video(self) -> None:
        """Send pictures again (C7)."""
        self._pause(False)

    def _pause(self, paused: bool) -> None:
        self._open()
        self._video_paused = paused
        media = self.media
        if media is not None:
            media.video_paused = paused
        self._tell("your pictures pause" if paused else "your pictures go on")
        self._offer_pictures()

    def mute(self) -> None:
        """Send silence in place of our sound; the peer's is heard as before."""
        self._mute(True)

    def unmute(self) -> None:
        """Send our sound again."""
        self._mute(False)

    def _mute(self, muted: bool) -> None:
        self._open()
        self._muted = muted
        media = self.media
        if media is not None:
            media.muted = muted
        self._tell("you are muted" if muted else "you are heard again")

    # --- pictures to keep -----------------------------------------------------------

    def snapshot(self, whose: Literal["peer", "own"] = "peer") -> bytes:
        """The newest picture of the peer, or our own, as JPEG.

        Raises LocalError when there is none yet.
        """
        if whose not in ("peer", "own"):
            raise LocalError(f'a snapshot is of "peer" or "own", not of {whose!r}')
        latest = (self.peer if whose == "peer" else self.own).latest
        jpeg = b"" if latest is None else latest.as_jpeg()
        if not jpeg:
            raise LocalError(
                "there is no picture of the peer yet; pictures come once a call is "
                "accepted"
                if whose == "peer"
                else "there is no picture of you yet; pictures come once a call is "
                "accepted"
            )
        return jpeg

    # --- inside ---------------------------------------------------------------------

    @property
    def _studio(self) -> Studio | None:
        """Of the present call, while it is not over."""
        call = self._call
        return None if call is None or call.state.is_over else call.studio
