"""The one thread through which a panel sends: pictures as they come, its scene at
a pace.

Whoever delivers a picture (a media thread) leaves it in a slot and goes on; a newer
one takes its place. The thread asks the pacer before it lets a picture go, and only
then has it made: what is dropped was never encoded, drawn or sent.

Requirement D3. Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from labkit.net import clock
from labkit.panels.pacing import Pacer

ALIVE_EVERY = 1.0
"""Seconds between two words to the page that we are there."""
NOBODY_AFTER = 60.0
JOIN = 2.0
_log = logging.getLogger("labkit.panels")


class CarrierLike(Protocol):
    """How messages reach the pages: a `Carrier`."""

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> object:
        """Tell all pages."""

    def is_deaf(self, now: float) -> bool:
        """Whether pages cannot be heard at present."""


class MovingPicture:
    """One moving picture of a panel: the slot for its newest, the last one, the pacer.

    A picture is kept as how to make it: a function that returns JPEG or PNG bytes.
    """

    def __init__(self, rate: float) -> None:
        self.pacer = Pacer(rate)
        self.newest: Callable[[], bytes] | None = None
        self.last: Callable[[], bytes] | None = None


class Channel:
    """Sends for one panel, from its own thread, until `close`."""

    def __init__(
        self,
        name: str,
        way: CarrierLike,
        refresh: Callable[[], None],
        streams: Mapping[str, float],
        every: float = 0.2,
    ) -> None:
        """`refresh` is called every `every` seconds, and soon after `wake`;
        `streams`: name → pictures a second."""
        self._name = name
        self._way, self._refresh, self._every = way, refresh, every
        self._streams = {key: MovingPicture(rate) for key, rate in streams.items()}
        self._bell = threading.Event()
        self._lock = threading.Lock()
        self._heard = float("-inf")
        self._alive_due = self._refresh_due = 0.0
        self._closed = False
        self._thread = threading.Thread(
            target=self._run, name=f"labkit-panel-{name}", daemon=True
        )

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def offer(self, stream: str, picture: Callable[[], bytes]) -> None:
        """A newer picture is there; returns at once, from any thread."""
        self._streams[stream].newest = picture
        self._bell.set()

    def forget(self, stream: str) -> None:
        """No picture any more: a page that comes now is shown none."""
        self._streams[stream].newest = self._streams[stream].last = None

    def wake(self) -> None:
        """Something changed: refresh now, not only when the time has come."""
        self._refresh_due = 0.0
        self._bell.set()

    def hear(self, content: Mapping[str, Any]) -> None:
        """A page says hello, acknowledges or says goodbye; from the page's thread."""
        page, numbers = str(content.get("page", ""))[:64], content.get("numbers")
        numbers = numbers if isinstance(numbers, dict) else {}
        now = self._heard = clock.now()
        with self._lock:
            for name, stream in self._streams.items():
                number = numbers.get(name, 0)
                if content.get("kind") == "bye":
                    stream.pacer.gone(page)
                elif isinstance(number, int):
                    stream.pacer.heard(page, number, now)
                if content.get("kind") == "hello":  # it has nothing to show yet
                    stream.newest = stream.newest or stream.last
        if content.get("kind") == "hello":
            self._alive_due = 0.0
        self._bell.set()

    def unheard(self, now: float) -> float:
        """Seconds since a page last said something; infinite before the first did."""
        return now - self._heard

    def close(self) -> None:
        """End the thread; safe to repeat, and from the thread itself."""
        self._closed = True
        self._bell.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN)

    def _run(self) -> None:
        while not self._closed:
            try:
                self._step(clock.now())
            except Exception:
                _log.exception("the panel %s failed to send", self._name)
            now = clock.now()
            self._bell.wait(max(0.005, min(self._refresh_due, now + self._every) - now))
            self._bell.clear()

    def _step(self, now: float) -> None:
        late = self._way.is_deaf(now)
        for name, stream in self._streams.items():
            self._pass_on(name, stream, now, late)
        if now >= self._alive_due:
            self._alive_due = now + ALIVE_EVERY
            if late or now - self._heard < NOBODY_AFTER:
                # What was sent before this word has come or is lost: a page that
                # was cut off for a moment acknowledges it, and pictures go on.
                sent = {name: s.pacer.number for name, s in self._streams.items()}
                self._way.send({"kind": "alive", "numbers": sent}, [])
        if now >= self._refresh_due:
            self._refresh_due = now + self._every
            self._refresh()

    def _pass_on(
        self, name: str, stream: MovingPicture, now: float, late: bool
    ) -> None:
        with self._lock:
            picture = stream.newest
            if picture is None or not stream.pacer.may_send(now, late):
                return
            stream.newest, stream.last = None, picture
            number = stream.pacer.sent(now)
        data = picture()
        head = {"kind": "frame", "stream": name, "number": number, "sent": clock.now()}
        self._way.send(head, [data])
