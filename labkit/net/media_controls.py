"""What is switched and read during a call, whatever carries its sound and pictures.

RTP and dialects send differently, but are paused, muted, watched and heard alike: here
that stands once, for `labkit.net.media` and `labkit.net.dialect_media`.

Requirements C6, C8. Notebook: 03-media.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from labkit.errors import LocalError
from labkit.media.machine.encoding import QUALITY
from labkit.net.shown import Shown


class Hearing(Protocol):
    """The sound of a call: the microphone's on its way, the peer's to be fetched."""

    muted: bool

    @property
    def levels(self) -> tuple[float, float]:
        """How loud we and the peer are just now, 0 to 1."""

    def fetch(self, samples: int, rate: int) -> npt.NDArray[np.int16]:
        """The next samples for the loudspeaker."""


class Seeing(Protocol):
    """The pictures of a call: the camera's on their way, the peer's to be shown."""

    paused: bool
    wants_pixels: bool
    quality: int
    on_own_picture: Callable[[Shown], None] | None
    on_peer_picture: Callable[[Shown], None] | None


class MediaControls(ABC):
    """Knobs and gauges of one call; a kind that it does not have stays silent."""

    _closed = False

    @property
    @abstractmethod
    def _hearing(self) -> Hearing | None:
        """The sound, if the call has any."""

    @property
    @abstractmethod
    def _seeing(self) -> Seeing | None:
        """The pictures, if the call has any."""

    # --- sound ----------------------------------------------------------------------

    def next_sound(self, samples: int, rate: int) -> npt.NDArray[np.int16]:
        """The next `samples` samples for the loudspeaker, mono; silence when nothing
        is there."""
        hearing = self._hearing
        if hearing is None or self._closed:
            return np.zeros(samples, np.int16)
        return hearing.fetch(samples, rate)

    @property
    def levels(self) -> tuple[float, float]:
        """How loud we and the peer are just now, 0 to 1."""
        hearing = self._hearing
        return (0.0, 0.0) if hearing is None else hearing.levels

    @property
    def muted(self) -> bool:
        """Whether silence is sent in place of our sound."""
        hearing = self._hearing
        return hearing is not None and hearing.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        if (hearing := self._hearing) is not None:
            hearing.muted = muted

    # --- pictures -------------------------------------------------------------------

    @property
    def on_own_picture(self) -> Callable[[Shown], None] | None:
        """Called with each of ours, on the camera's thread; must return at once."""
        seeing = self._seeing
        return None if seeing is None else seeing.on_own_picture

    @on_own_picture.setter
    def on_own_picture(self, show: Callable[[Shown], None] | None) -> None:
        if (seeing := self._seeing) is not None:
            seeing.on_own_picture = show

    @property
    def on_peer_picture(self) -> Callable[[Shown], None] | None:
        """Called with each of theirs, on the thread that receives; must return at
        once."""
        seeing = self._seeing
        return None if seeing is None else seeing.on_peer_picture

    @on_peer_picture.setter
    def on_peer_picture(self, show: Callable[[Shown], None] | None) -> None:
        if (seeing := self._seeing) is not None:
            seeing.on_peer_picture = show

    @property
    def wants_pixels(self) -> bool:
        """Whether a received JPEG is decoded here too, or only passed on."""
        seeing = self._seeing
        return seeing is not None and seeing.wants_pixels

    @wants_pixels.setter
    def wants_pixels(self, wanted: bool) -> None:
        if (seeing := self._seeing) is not None:
            seeing.wants_pixels = wanted

    @property
    def quality(self) -> int:
        """JPEG quality, 1 to 99 (C8)."""
        seeing = self._seeing
        return QUALITY if seeing is None else seeing.quality

    @quality.setter
    def quality(self, quality: int) -> None:
        if not 1 <= quality <= 99:
            raise LocalError(f"JPEG quality is 1 to 99, not {quality}")
        if (seeing := self._seeing) is not None:
            seeing.quality = quality

    @property
    def video_paused(self) -> bool:
        """Whether our pictures are kept back; the call goes on (C6)."""
        seeing = self._seeing
        return seeing is not None and seeing.paused

    @video_paused.setter
    def video_paused(self, paused: bool) -> None:
        if (seeing := self._seeing) is not None:
            seeing.paused = paused
