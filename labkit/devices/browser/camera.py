"""The browser's camera, or its screen, as a camera of the kit.

    Phone("alice", registry, camera="browser")     # or camera="screen"

The page captures, codes and sends; here the newest picture is decoded and delivered,
and the page is told that there is room for the next.

Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from labkit.devices.base import Camera
from labkit.devices.browser.inbox import Inbox
from labkit.devices.browser.messages import Format, Frame, Source, Voice
from labkit.devices.browser.page import Page
from labkit.devices.browser.pictures import Decoder, JpegDecoder, Vp8Decoder
from labkit.devices.fit import fitted
from labkit.devices.pace import LONGEST_NAP, DeviceThread, Guarded
from labkit.errors import RemoteError
from labkit.frames import Picture

SIZES: Mapping[Source, tuple[int, int, float]] = {
    "camera": (640, 480, 30.0),
    "screen": (1280, 720, 15.0),
}
"""Width, height and pictures a second that are asked of the page."""
QUALITY = 0.8
"""Of JPEG from the page, 0 to 1."""
BIT_RATE = 1_500_000
"""Bits a second of VP8 from the page."""
MOST_WAITING = 4
_log = logging.getLogger("labkit.devices")


class BrowserCamera(Camera):
    """What the camera, or a screen, of the page's computer sees.

    Without a page it delivers nothing: the first picture comes when the page is there
    and the person has allowed it. `coding` is how pictures come from the page: "jpeg"
    is quickest, "vp8" takes a tenth of the bits.
    """

    def __init__(
        self, page: Page, source: Source = "camera", coding: Format = "jpeg"
    ) -> None:
        self.page = page
        self.source = source
        self.name = "browser" if source == "camera" else source
        self.hardware = f"{source} of {page.name}'s page"
        self.width, self.height, self.fps = SIZES[source]
        self.coding = coding
        self.refused = 0
        """Pictures that could not be decoded."""
        self._worker = DeviceThread(f"camera-{source}-{page.name}")
        self._wish: Mapping[str, Any] = {}

    @property
    def state(self) -> str:
        """How it is in the page: "on", "refused", …, or "away" without a page."""
        return self.page.state(self.source)

    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Have the page capture; see Camera."""
        inbox: Inbox[tuple[Frame, float]] = Inbox(MOST_WAITING)
        guarded = Guarded(deliver, None, repr(self))
        self.stop()
        self._worker.start(partial(self._work, inbox, guarded))
        self._wish = {
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "format": self.coding,
            "quality": QUALITY,
            "bit_rate": BIT_RATE,
        }
        self.page.want(self.source, self._wish, partial(self._hear, inbox))

    def stop(self) -> None:
        """Deliver nothing more; the page lets go of the camera."""
        self.page.leave(self.source, self._wish)
        self._worker.stop()

    def _hear(
        self, inbox: Inbox[tuple[Frame, float]], message: Frame | Voice, captured: float
    ) -> None:
        if isinstance(message, Frame) and inbox.put((message, captured)):
            self.page.wants_key()  # one was dropped: what follows may build on it

    def _work(
        self,
        inbox: Inbox[tuple[Frame, float]],
        deliver: Callable[[Picture], None],
        stopping: threading.Event,
    ) -> None:
        decoders: dict[str, Decoder] = {"jpeg": JpegDecoder(), "vp8": Vp8Decoder()}
        page, newest = "", 0
        while not stopping.is_set():
            item = inbox.take(LONGEST_NAP)
            if item is None:
                continue
            frame, captured = item
            self.page.took(frame)
            if frame.page != page:
                page, newest = frame.page, 0
            if frame.number < newest:
                continue  # overtaken on its way
            newest = frame.number
            try:
                pixels = decoders[frame.format].decode(frame.data, frame.key)
            except RemoteError as error:
                self.refused += 1
                _log.debug("%r: %s", self, error)
                if frame.format == "vp8":
                    self.page.wants_key()
                continue
            if pixels is not None:
                size = self.width, self.height
                deliver(Picture(fitted(pixels, *size), captured))
