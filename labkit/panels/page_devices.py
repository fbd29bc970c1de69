"""The comm of a phone's devices in the page, and what a panel shows of them.

Sound and pictures from the page, and sound to it, have a widget of their own, without a
view: the pictures that a panel shows never hold them up. All panels of a phone share
it; the last one that leaves closes it.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import anywidget

from labkit.devices import BrowserCamera, BrowserMicrophone, BrowserSpeaker
from labkit.devices.browser import Page, page_of
from labkit.panels.carrier import Carrier
from labkit.phone import Phone

SCRIPTS = (
    "devices_coders.js",
    "devices_camera.js",
    "devices_worklet.js",
    "devices_sound.js",
    "devices_post.js",
    "devices_line.js",
    "devices.js",
)
"""What a page needs to have a phone's devices, in this order."""

_lines: dict[str, PageLine] = {}
_lines_lock = threading.Lock()


class PageLine(anywidget.AnyWidget):
    """Carries the messages of one `Page`."""

    _esm = "export default {};"

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.users = 0
        self._page = page
        self._carrier = Carrier(self, self._on_page)
        self._unplug: Callable[[], None] | None = None
        self._lock = threading.Lock()

    @property
    def reference(self) -> str:
        """How a page finds it."""
        return f"IPY_MODEL_{self.model_id}"

    def leave(self) -> None:
        """A panel goes; after the last one, the line is closed."""
        with _lines_lock:
            self.users -= 1
            if self.users > 0:
                return
            if _lines.get(self._page.name) is self:
                del _lines[self._page.name]
        if self._unplug is not None:
            self._unplug()
        self._carrier.close()
        self.close()

    def _on_page(self, _: object, content: object, buffers: Sequence[object]) -> None:
        with self._lock:  # no thread before a page is there
            if self._unplug is None and self.users > 0:
                carrier = self._carrier
                self._unplug = self._page.plug(carrier.send, carrier.is_deaf)
        self._page.hear(content, buffers)


def line_of(phone: Phone) -> PageLine:
    """The line of this phone's devices; to be left with `leave`."""
    with _lines_lock:
        line = _lines.get(phone.name)
        if line is None:
            line = _lines[phone.name] = PageLine(page_of(phone.name))
        line.users += 1
        return line


def devices_view(phone: Phone) -> dict[str, str] | None:
    """Which of a phone's devices are in the page; None when none is."""
    devices = phone.devices
    eyes = devices.camera
    source = eyes.source if isinstance(eyes, BrowserCamera) else "camera"
    kinds = {
        source: (eyes, BrowserCamera),
        "microphone": (devices.microphone, BrowserMicrophone),
        "speaker": (devices.speaker, BrowserSpeaker),
    }
    used = {
        kind: device.name if isinstance(device, there) else ""
        for kind, (device, there) in kinds.items()
    }
    # One that a call is to take next is not the phone's yet: it is to be seen as well.
    used |= dict.fromkeys(page_of(phone.name).wanted, "browser")
    return used if any(used.values()) else None
