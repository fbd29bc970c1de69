"""Keeping time: an absolute timetable, and the thread that a device runs on.

Tick n is due at start + n × period, so that small delays never add up (a loop that
sleeps one period after each piece of work drifts by the work). After a stall, a
suspended laptop or a busy processor, the ticks that were missed are skipped: a burst of
old pictures would only fill queues.

Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, ParamSpec, TypeVar

from labkit.net import clock

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_log = logging.getLogger("labkit.devices")

LONGEST_NAP = 0.05
"""Seconds. A device that is told to stop notices within this time."""


def wait_until(
    due: float,
    stopping: threading.Event,
    now: Callable[[], float] = clock.now,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Sleep until the time `due`; False when told to stop before.

    Sleeps rather than waits on the event: on Windows only sleep is finer than 16 ms.
    """
    while not stopping.is_set():
        left = due - now()
        if left <= 0:
            return True
        sleep(min(left, LONGEST_NAP))
    return False


def ticks(
    period: float,
    stopping: threading.Event,
    now: Callable[[], float] = clock.now,
    sleep: Callable[[float], None] = time.sleep,
    start: float | None = None,
) -> Iterator[tuple[int, float]]:
    """Yield (n, the time at which tick n was due) until told to stop.

    Tick 0 is due at `start` (now, if not given). A number that jumps says that ticks
    were missed and skipped.
    """
    start = now() if start is None else start
    number = max(0, int((now() - start) / period))
    while wait_until(start + number * period, stopping, now, sleep):
        yield number, start + number * period
        number = max(number + 1, int((now() - start) / period))


class Guarded(Generic[_Arguments, _Result]):
    """A callback that may fail without ending the device's thread; logged once."""

    def __init__(
        self, callback: Callable[_Arguments, _Result], otherwise: _Result, device: str
    ) -> None:
        self._callback = callback
        self._otherwise = otherwise
        self._device = device
        self._told = False

    def __call__(
        self, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        """What the callback returns, or `otherwise` when it fails."""
        try:
            return self._callback(*arguments, **named)
        except Exception:
            if not self._told:
                self._told = True
                _log.exception("%s: the receiver of its data failed", self._device)
            return self._otherwise


class DeviceThread:
    """The one thread of a device; starting again ends the former one first."""

    def __init__(self, name: str) -> None:
        self._name = f"labkit-{name}"
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, work: Callable[[threading.Event], None]) -> None:
        """Run `work(stopping)` on a new thread; it must return soon after the event."""
        self.stop()
        with self._lock:
            self._stopping = threading.Event()
            self._thread = threading.Thread(
                target=self._run,
                args=(work, self._stopping),
                name=self._name,
                daemon=True,
            )
            self._thread.start()

    def _run(
        self, work: Callable[[threading.Event], None], stopping: threading.Event
    ) -> None:
        try:
            work(stopping)
        except Exception:
            _log.exception("%s stopped working", self._name)

    def stop(self, patience: float = 2.0) -> None:
        """End the thread and wait for it, at most `patience` seconds.

        Called on the thread itself (from a `deliver`), it does not wait.
        """
        with self._lock:
            thread, self._thread = self._thread, None
            self._stopping.set()
        if thread is None or thread is threading.current_thread():
            return
        thread.join(patience)
        if thread.is_alive():
            _log.warning("%s did not end within %g s", self._name, patience)

    @property
    def is_running(self) -> bool:
        """Whether the thread is alive and not told to stop."""
        thread = self._thread
        return thread is not None and thread.is_alive()
