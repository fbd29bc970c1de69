"""The loop thread: one asyncio event loop that carries registry, calls, RTCP and
timers.

It belongs to the process, not to a notebook's cell: a call goes on whatever the cell
does. Other threads (a cell, a button, a camera) talk to it only through `run`, `call`
and `post`.

Notebook: 04-videocall.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from labkit.effects import StartTimer, StopTimer
from labkit.errors import NoAnswer
from labkit.net import clock

PATIENCE = 60.0
"""Seconds to wait for the loop. It answers within a millisecond, but twenty phones on
one core have made it wait ten seconds for its turn: only a fault takes a minute."""
_Result = TypeVar("_Result")
_log = logging.getLogger("labkit.loop")


class Loop:
    """An asyncio loop in a daemon thread of its own."""

    def __init__(self, name: str = "labkit-loop") -> None:
        # On every system the loop that can watch a UDP socket; Windows' own cannot.
        self.asyncio = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.asyncio)
        self.asyncio.run_forever()

    @property
    def is_current(self) -> bool:
        """Whether the caller is on the loop's thread (where waiting would be a
        deadlock)."""
        return threading.current_thread() is self._thread

    def run(
        self, work: Coroutine[Any, Any, _Result], timeout: float = PATIENCE
    ) -> _Result:
        """Run a coroutine on the loop and wait for its result, at most `timeout`
        seconds.

        Raises NoAnswer when the time is up (the coroutine is cancelled), or whatever it
        raises.
        """
        if self.is_current:
            work.close()
            raise RuntimeError(
                "waiting for the loop on the loop's own thread would never end"
            )
        future = asyncio.run_coroutine_threadsafe(work, self.asyncio)
        try:
            return future.result(timeout)
        except FutureTimeout:
            future.cancel()
            raise NoAnswer(f"no result within {timeout:g} seconds") from None
        except KeyboardInterrupt:  # the cell was interrupted: nobody waits any more
            future.cancel()
            raise

    def call(
        self, function: Callable[[], _Result], timeout: float = PATIENCE
    ) -> _Result:
        """Run a plain function on the loop's thread and wait for its result."""
        if self.is_current:
            return function()

        async def once() -> _Result:
            return function()

        return self.run(once(), timeout)

    def post(self, function: Callable[..., object], *arguments: object) -> None:
        """Run a plain function on the loop's thread soon; do not wait for it."""
        if not self.asyncio.is_closed():
            self.asyncio.call_soon_threadsafe(function, *arguments)

    def stop(self) -> None:
        """End the thread; pending work is dropped."""
        self.asyncio.call_soon_threadsafe(self.asyncio.stop)
        self._thread.join(2.0)
        if not self.asyncio.is_running():
            self.asyncio.close()


class Timers:
    """Carries out StartTimer and StopTimer for one machine, on the loop's thread."""

    def __init__(self, loop: Loop, timeout: Callable[[Hashable, float], None]) -> None:
        self._loop = loop
        self._timeout = timeout
        self._running: dict[Hashable, asyncio.TimerHandle] = {}

    def apply(self, effect: StartTimer | StopTimer) -> None:
        """Start, move or stop one timer; on the loop's thread only."""
        running = self._running.pop(effect.key, None)
        if running is not None:
            running.cancel()
        if isinstance(effect, StartTimer):
            delay = max(0.0, effect.at - clock.now())
            handle = self._loop.asyncio.call_later(delay, self._fire, effect.key)
            self._running[effect.key] = handle

    def _fire(self, key: Hashable) -> None:
        self._running.pop(key, None)
        self._timeout(key, clock.now())

    def close(self) -> None:
        """Stop all timers."""
        for handle in self._running.values():
            handle.cancel()
        self._running.clear()


_shared: Loop | None = None
_shared_lock = threading.Lock()


def shared() -> Loop:
    """The process's one loop, started at its first use."""
    global _shared
    with _shared_lock:
        if _shared is None or not _shared._thread.is_alive():
            _shared = Loop()
        return _shared
