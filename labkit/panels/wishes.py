"""What a page's sliders and switches ask for: the newest wish per key, done together.

A slider says some ten times a second where it stands. What has not been done yet is
replaced, not queued: one piece of work at most is under way and one waits, however fast
a hand moves. Each page numbers its wishes, and hears in the scene up to which of them
all is done; until then it leaves its controls where the hand has put them.

Requirement D2. Notebook: 06-loss.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeAlias

from labkit.errors import LabkitError
from labkit.panels.command_thread import CommandThread
from labkit.panels.words import WORDS

MOST_PAGES = 32
LONGEST_TEXT = 128
Fulfil: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, str]]
_log = logging.getLogger("labkit.panels")


class Wishes:
    """The wishes of one panel; `heard` and `errors` are for its scene."""

    def __init__(self, name: str, fulfil: Fulfil, done: Callable[[], None]) -> None:
        """`fulfil` gets the newest wishes, on the worker's thread, and returns what is
        wrong with which of them, in words; `done` is called after it."""
        self.errors: dict[str, str] = {}
        """What is wrong with the last wish of a key, in words."""
        self.heard: dict[str, int] = {}
        """By page: the number of the last wish that is done."""
        self._fulfil, self._done = fulfil, done
        self._worker = CommandThread(name)
        self._lock = threading.Lock()
        self._open: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}
        self._next: Future[None] | None = None

    def hear(self, content: Mapping[str, Any], keys: frozenset[str]) -> None:
        """A page's wish: its key, its value, its number; nonsense is ignored."""
        key, value, number = (content.get(k) for k in ("key", "value", "wish"))
        page = str(content.get("page", ""))[:LONGEST_TEXT]
        if isinstance(value, str):
            value = value[:LONGEST_TEXT]
        elif not isinstance(value, bool | int | float):
            return
        if isinstance(key, str) and key in keys:
            if isinstance(number, int):
                with self._lock:
                    self._numbers[page] = number
            self.wish({key: value})

    def wish(self, wanted: Mapping[str, Any]) -> Future[None] | None:
        """Do this soon, together with what else is asked for until then."""
        with self._lock:
            self._open.update(wanted)
            if self._next is None:
                self._next = self._worker.post(self._work)
            return self._next

    def close(self) -> None:
        """End; what waits is dropped. Safe to repeat."""
        self._worker.close()

    def _work(self) -> None:
        with self._lock:
            wanted, self._open = self._open, {}
            numbers, self._numbers = self._numbers, {}
            self._next = None
        try:
            wrong = self._fulfil(wanted)
        except LabkitError as told:
            wrong = dict.fromkeys(wanted, str(told))
        except Exception as unexpected:
            _log.exception("a panel's wish failed")
            text = WORDS["wish_failed"].format(error=type(unexpected).__name__)
            wrong = dict.fromkeys(wanted, text)
        with self._lock:
            kept = {k: v for k, v in self.errors.items() if k not in wanted}
            self.errors = {**kept, **wrong}
            heard = {k: v for k, v in self.heard.items() if k not in numbers}
            pages = [*heard.items(), *numbers.items()]
            self.heard = dict(pages[-MOST_PAGES:])
        self._done()
