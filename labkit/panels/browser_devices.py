"""The browser's devices of a phone, for a notebook without its panel.

    alice = Phone("alice", registry, camera="browser", microphone="browser")
    BrowserDevices(alice)

A PhonePanel has the same strip in it. Notebook: 04-videocall.
"""

from __future__ import annotations

from typing import Any

import traitlets

from labkit.panels.live import LivePanel, script
from labkit.panels.page_devices import SCRIPTS, devices_view, line_of
from labkit.panels.words import DEVICES_PAGE, WORDS
from labkit.phone import Phone


class BrowserDevices(LivePanel):
    """Which camera and microphone of the page are used, and how they are."""

    _esm = script(*SCRIPTS, "browser_devices.js")
    line = traitlets.Unicode("").tag(sync=True)
    """The model through which the devices speak."""

    def __init__(self, phone: Phone) -> None:
        self._line = line_of(phone)
        super().__init__(phone.name, every=0.5)
        self.line = self._line.reference
        self.phone = phone
        self._open()

    def _words(self) -> dict[str, Any]:
        return {**super()._words(), **DEVICES_PAGE}

    def _scene(self) -> dict[str, Any]:
        scene = {"name": self.phone.name, "devices": devices_view(self.phone)}
        closed = {"closed": WORDS["phone_closed"]} if self.phone.state.closed else {}
        return {**scene, **closed}

    def _let_go(self) -> None:
        self._line.leave()
