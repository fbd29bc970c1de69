"""Whom a phone tells what happens to it: subscribers, and whoever waits for a change.

Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from labkit.phone.state import PhoneState

_log = logging.getLogger("labkit.phone")


class Notices:
    """Passes a phone's new state on at every change; from any thread."""

    def __init__(self, state: Callable[[], PhoneState]) -> None:
        self.last = ""
        """The last thing worth telling the user, in words."""
        self.changed = threading.Condition()
        """Told whenever something about the phone changes."""
        self._state = state
        self._listeners: list[Callable[[PhoneState], None]] = []

    def subscribe(self, listener: Callable[[PhoneState], None]) -> Callable[[], None]:
        """Call `listener` with the new state at every change; returns how to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, notice: str) -> None:
        """Something happened: whoever watches is told."""
        with self.changed:
            self.last = notice
            self.changed.notify_all()
        state = self._state()
        for listener in tuple(self._listeners):
            try:
                listener(state)
            except Exception:
                _log.exception("a listener of %s's phone failed", state.name)

    def refresh(self) -> None:
        """Something happened that needs no words."""
        self.tell(self.last)
