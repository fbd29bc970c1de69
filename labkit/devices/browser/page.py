"""Where a phone's devices and the page that has them meet.

    page = page_of("alice")
    page.plug(panel.send)          # the panel carries messages to the page
    page.hear(content, buffers)    # and from it
    page.want("camera", {"width": 640, "height": 480, "fps": 30}, receiver)

What is wanted is told again every second, so whatever got lost or reloaded on the way
comes right by itself. One thread sends it all; nobody who calls here waits.

Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from labkit.devices.base import Samples
from labkit.devices.browser.messages import (
    Bye,
    Claim,
    Frame,
    Here,
    Played,
    Voice,
    parse,
)
from labkit.devices.browser.outbox import Outbox
from labkit.devices.browser.owner import Owner
from labkit.devices.browser.page_clock import PageClock
from labkit.devices.browser.page_thread import PageThread
from labkit.devices.browser.telling import Telling
from labkit.errors import RemoteError
from labkit.net import clock

Send: TypeAlias = Callable[[dict[str, Any], list[bytes]], object]
Receiver: TypeAlias = Callable[[Frame | Voice, float], None]
"""Gets what was captured and when, on the kernel's clock; must return at once."""

SILENT = 4.0
"""Seconds without a word after which a page counts as gone."""
_log = logging.getLogger("labkit.devices")
_pages: WeakValueDictionary[str, Page] = WeakValueDictionary()
_pages_lock = threading.Lock()


def page_of(name: str) -> Page:
    """The meeting point of this user's devices; one for each name."""
    with _pages_lock:
        page = _pages.get(name)
        if page is None:
            page = _pages[name] = Page(name)
        return page


class Page:
    """What is wanted of the page, what comes from it, and how it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.refused = 0
        """Messages that no page of ours would send."""
        self.clock = PageClock()
        self.waiting = 0.0
        """Seconds of sound that wait in the page to be played."""
        self._telling = Telling(self.clock)
        self._owner = Owner()
        self._here: dict[str, Here] = {}
        self._receivers: dict[str, Receiver] = {}
        self._heard = float("-inf")
        self._lock = threading.RLock()
        self._line: PageThread | None = None

    # --- the panel's side ---

    def plug(
        self, send: Send, deaf: Callable[[float], bool] = lambda now: False
    ) -> Callable[[], None]:
        """Carry messages to the page with `send`, from a thread of ours; returns how
        to stop. A later one takes the place of a former.

        `deaf(now)` says whether the kernel is too busy to hear the page.
        """

        def step() -> float:
            now = clock.now()
            cannot_hear = deaf(now)
            with self._lock:
                told = self._telling.messages(self._owner.page, now, cannot_hear)
            for content, buffers in told:
                send(content, buffers)
            return self._telling.due

        line = PageThread(self.name, step)
        with self._lock:
            former, self._line = self._line, line
            self._telling.at_once()
        if former is not None:
            former.end()
        line.begin()

        def unplug() -> None:
            line.end()
            with self._lock:
                if self._line is line:
                    self._line = None

        return unplug

    def hear(self, content: object, buffers: Sequence[object] = ()) -> None:
        """Something came from a page; returns at once, raises nothing."""
        now = clock.now()
        try:
            message = parse(content, buffers)
        except RemoteError as error:
            self.refused += 1
            level = logging.WARNING if self.refused == 1 else logging.DEBUG
            _log.log(level, "a message for %s's devices: %s", self.name, error)
            return
        match message:
            case Here():
                self._hear_here(message, now)
            case Frame() | Voice():
                self._hear_captured(message, now)
            case Played(page):
                if page == self._owner.page:
                    self._played(message)
            case Claim(page):
                self._change_owner(lambda: self._owner.claim(page))
            case Bye(page):
                self._here.pop(page, None)
                self._change_owner(lambda: self._owner.gone(page))

    # --- the devices' side ---

    def want(
        self, device: str, wish: Mapping[str, Any], receiver: Receiver | None = None
    ) -> None:
        """Have the page start this device, as `wish` says; takes a former's place."""
        with self._lock:
            self._telling.wishes[device] = wish
            if receiver is not None:
                self._receivers[device] = receiver
            self._telling.at_once()
        self._ring()

    def leave(self, device: str, wish: Mapping[str, Any]) -> None:
        """Have the page stop it, unless another wish has taken the place of this."""
        with self._lock:
            if self._telling.wishes.get(device) is not wish:
                return
            del self._telling.wishes[device]
            self._receivers.pop(device, None)
            self._telling.at_once()
        self._ring()

    def wants_key(self) -> None:
        """The next picture must be one that can be decoded alone."""
        with self._lock:
            self._telling.key += 1
            self._telling.at_once()
        self._ring()

    def took(self, message: Frame | Voice) -> None:
        """It is dealt with, and all before it: the page may send more."""
        with self._lock:
            if message.page == self._owner.page:
                self._telling.took(message.device, message.number)
        self._ring()

    def open_outbox(self, rate: int) -> Outbox:
        """A new outbox for sound, in place of the former."""
        with self._lock:
            former = self._telling.outbox
            self._telling.outbox = Outbox(rate, former.number)
            return self._telling.outbox

    def play(self, outbox: Outbox, block: Samples) -> None:
        """Send this to the loudspeaker when the page can take it."""
        with self._lock:
            outbox.add(block)
        self._ring()

    # --- how it is ---

    @property
    def wanted(self) -> tuple[str, ...]:
        """The devices that are to run now."""
        return tuple(self._telling.wishes)

    @property
    def here(self) -> Here | None:
        """The last word of the page that has the devices; None when none is there."""
        gone = clock.now() - self._heard > SILENT
        return None if gone else self._here.get(self._owner.page)

    def state(self, device: str) -> str:
        """How a device is: one of messages.STATES, or "away" when no page is there."""
        here = self.here
        return "away" if here is None else here.states[device]

    @property
    def owner(self) -> str:
        """The page that has the devices; empty when none does."""
        return self._owner.page

    # --- inside ---

    def _hear_here(self, here: Here, now: float) -> None:
        with self._lock:
            if here.page not in self._here or here.ping == 0:
                self._telling.greet()
            self._here[here.page] = here
            latest = min(here.ping, self._telling.ping)
            self._change_owner(lambda: self._owner.heard(here.page, latest))
            for page in set(self._here) - set(self._owner.pages):
                del self._here[page]
            if here.page == self._owner.page:
                self._heard = now
                self.clock.answered(here.ping, here.at, now)
                self._played(here)
        self._ring()

    def _hear_captured(self, message: Frame | Voice, now: float) -> None:
        with self._lock:
            if message.page != self._owner.page:
                return
            self._heard = now
            self._played(message)
            receiver = self._receivers.get(message.device)
            captured = self.clock.time_of(message.at, now)
        if receiver is not None:
            receiver(message, captured)
        else:
            self.took(message)

    def _played(self, message: Here | Frame | Voice | Played) -> None:
        with self._lock:
            self.waiting = message.waiting
            news = self._telling.outbox.acknowledged(message.played)
        if news:
            self._ring()

    def _change_owner(self, change: Callable[[], None]) -> None:
        with self._lock:
            before = self._owner.page
            change()
            if self._owner.page == before:
                return
            self.clock.forget()
            self._telling.another_page()
        self._ring()

    def _ring(self) -> None:
        line = self._line
        if line is not None:
            line.ring()
