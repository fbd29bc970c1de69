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
from collections.abc import Callable, Sequence

from labkit.devices import Camera
from labkit.errors import DeviceError, LabkitError
from labkit.net import loop
from labkit.phone.notices import Notices
from labkit.phone.picture_quality import PictureQuality, chosen_quality
from labkit.phone.present import Present
from labkit.phone.studio import Device, Devices


class Appearance:
    """What our user shows and says, and with which devices.

    `offer` tells the peer, if it is news, whether we send pictures.
    """

    def __init__(
        self,
        devices: Devices,
        quality: PictureQuality,
        present: Present,
        notices: Notices,
        offer: Callable[[], None],
    ) -> None:
        self.devices, self.picture_quality = devices, quality
        self.video_paused = self.muted = False
        self._present, self._tell, self._offer = present, notices.tell, offer
        self._using = threading.Lock()
        """One exchange of devices after the other."""

    # --- devices --------------------------------------------------------------------

    def use(self, new: Sequence[Device]) -> None:
        """Take these devices, one after the other. Raises DeviceError.

        In a subscriber's callback it returns at once, and what goes wrong is told.
        """
        if loop.shared().is_current:  # in a subscriber's callback: wait elsewhere
            threading.Thread(
                target=self._exchange_and_tell,
                args=(new,),
                name="labkit-use",
                daemon=True,
            ).start()
        else:
            self._exchange(new)

    def put_back(self, silent: Device, going: Device) -> None:
        """A new device never delivered anything: the former one goes on."""
        if self.devices.former(silent) is silent:
            self.devices = self.devices.exchanged(going)
        self._tell(f"nothing came from {silent.name}; {going.name} goes on")

    def _exchange(self, new: Sequence[Device]) -> None:
        with self._using:
            for device in new:
                self._exchange_one(device)

    def _exchange_one(self, device: Device) -> None:
        former = self.devices.former(device)
        self.devices = self.devices.exchanged(device)
        studio = self._present.studio
        try:
            if studio is not None:
                studio.use(device)
        except DeviceError as error:
            self.devices = self.devices.exchanged(former)
            raise DeviceError(f"{error} {former.name} goes on.") from error
        if isinstance(device, Camera):
            self._offer()  # there may have been no camera before
        self._tell(f"{device.name} in place of {former.name}")

    def _exchange_and_tell(self, new: Sequence[Device]) -> None:
        try:
            self._exchange(new)
        except LabkitError as error:
            self._tell(str(error))

    # --- quality, pause and mute ----------------------------------------------------

    def improve(self, quality: PictureQuality | str) -> None:
        """Send pictures of this quality from now on. LocalError for what is none."""
        self.picture_quality = chosen_quality(quality)
        studio = self._present.studio
        if studio is not None:
            studio.quality = self.picture_quality
        self._tell("the quality of our pictures was changed")

    def pause(self, paused: bool) -> None:
        """Keep our pictures back, or send them again, and tell the peer (C6, C7)."""
        self.video_paused = paused
        studio = self._present.studio
        if studio is not None:
            studio.session.video_paused = paused
        self._tell("your pictures pause" if paused else "your pictures go on")
        self._offer()

    def mute(self, muted: bool) -> None:
        """Send silence in place of our sound, or our sound again."""
        self.muted = muted
        studio = self._present.studio
        if studio is not None:
            studio.session.muted = muted
        self._tell("you are muted" if muted else "you are heard again")
