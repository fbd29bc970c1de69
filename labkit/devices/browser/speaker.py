"""The browser's loudspeaker as a loudspeaker of the kit.

    Phone("alice", registry, speaker="browser")

Sound is fetched at the pace of this machine's clock; the page plays it at the pace of
its sound card and makes up for the difference, in a buffer of its own.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from labkit.devices.base import Samples, Speaker
from labkit.devices.browser.page import Page
from labkit.devices.pace import DeviceThread, Guarded, ticks

PIECE = 0.01
"""Seconds of sound that are fetched at once: half a block waits half as long."""


class BrowserSpeaker(Speaker):
    """The loudspeaker of the page's computer; without a page, nobody listens."""

    name = "browser"

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hardware = f"loudspeaker of {page.name}'s page"
        self._worker = DeviceThread(f"speaker-browser-{page.name}")
        self._wish: Mapping[str, Any] = {}

    @property
    def state(self) -> str:
        """How it is in the page: "on", "click", …, or "away" without a page."""
        return self.page.state("speaker")

    @property
    def waiting(self) -> float:
        """Seconds of sound that wait in the page to be played."""
        return self.page.waiting

    def start(
        self, fetch: Callable[[int, int], Samples], rate: int, samples: int
    ) -> None:
        """Have the page play; see Speaker."""
        self.stop()
        count = min(samples, round(PIECE * rate))
        guarded = Guarded(fetch, np.zeros(count, np.int16), repr(self))
        outbox = self.page.open_outbox(rate)

        def work(stopping: threading.Event) -> None:
            for _ in ticks(count / rate, stopping):
                self.page.play(outbox, guarded(count, rate))

        self._wish = {"rate": rate}
        self.page.want("speaker", self._wish)
        self._worker.start(work)

    def stop(self) -> None:
        """Fetch nothing more."""
        self.page.leave("speaker", self._wish)
        self._worker.stop()
