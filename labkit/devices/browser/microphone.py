"""The browser's microphone as a microphone of the kit.

    Phone("alice", registry, microphone="browser")

The page takes away echo and noise and sends what is left as it comes; here it is put in
order, brought to the call's rate and cut into the call's blocks.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from labkit.devices.base import Microphone
from labkit.devices.browser.blocks import Blocks
from labkit.devices.browser.inbox import Inbox
from labkit.devices.browser.messages import Frame, Voice
from labkit.devices.browser.order import ByNumber
from labkit.devices.browser.page import Page
from labkit.devices.pace import LONGEST_NAP, DeviceThread, Guarded
from labkit.frames import Sound

MOST_WAITING = 12
"""Stretches of sound that wait at most, a quarter of a second."""


class BrowserMicrophone(Microphone):
    """What the microphone of the page's computer hears.

    Without a page it delivers nothing: sound begins when the page is there and the
    person has allowed it.
    """

    name = "browser"

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hardware = f"microphone of {page.name}'s page"
        self._worker = DeviceThread(f"microphone-browser-{page.name}")
        self._wish: Mapping[str, Any] = {}

    @property
    def state(self) -> str:
        """How it is in the page: "on", "refused", …, or "away" without a page."""
        return self.page.state("microphone")

    def start(self, deliver: Callable[[Sound], None], rate: int, samples: int) -> None:
        """Have the page record; see Microphone."""
        inbox: Inbox[tuple[Voice, float]] = Inbox(MOST_WAITING)
        guarded = Guarded(deliver, None, repr(self))
        self.stop()
        self._worker.start(partial(self._work, inbox, guarded, rate, samples))
        self._wish = {"rate": rate}
        self.page.want("microphone", self._wish, partial(self._hear, inbox))

    def stop(self) -> None:
        """Deliver nothing more; the page lets go of the microphone."""
        self.page.leave("microphone", self._wish)
        self._worker.stop()

    def _hear(
        self, inbox: Inbox[tuple[Voice, float]], message: Frame | Voice, at: float
    ) -> None:
        if isinstance(message, Voice):
            inbox.put((message, at))

    def _work(
        self,
        inbox: Inbox[tuple[Voice, float]],
        deliver: Callable[[Sound], None],
        rate: int,
        samples: int,
        stopping: threading.Event,
    ) -> None:
        order: ByNumber[tuple[Voice, float]] = ByNumber()
        blocks, page = Blocks(rate, samples), ""
        while not stopping.is_set():
            item = inbox.take(LONGEST_NAP)
            if item is None:
                continue
            self.page.took(item[0])
            if item[0].page != page:
                page = item[0].page
                order.forget()
                blocks.forget()
            for voice, at in order.add(item[0].number, item):
                heard = np.frombuffer(voice.data, "<i2").astype(np.int16)
                for block, captured in blocks.add(heard, voice.rate, at):
                    deliver(Sound(block, rate, captured))
