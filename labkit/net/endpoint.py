"""What every endpoint of calls does for its machine, in SIP and in dialects alike.

A function runs on the loop, its effects are carried out in order, events are told, and
of garbage only so much is shown. Subclasses have the sockets: they say how one effect
is carried out, what a timer means, and what is to be closed.

Requirement B19. Notebook: 02-signalling.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar, cast

from labkit.errors import LabkitError, LocalError
from labkit.net import clock, loop

MOST_DATAGRAMS = 256
"""How many datagrams are read before the loop's other work gets its turn."""
MOST_MALFORMED = 50
"""How much garbage a second is shown to the trace; the rest is only counted."""
_log = logging.getLogger("labkit.calls")
_Agent = TypeVar("_Agent")
_Effect = TypeVar("_Effect")
_Result = TypeVar("_Result")


class Endpoint(Generic[_Agent, _Effect]):
    """Runs one machine of calls, `agent`, which the subclass sets."""

    agent: _Agent

    def __init__(self, on_event: Callable[[object], None]) -> None:
        self.malformed = 0
        """How many messages that are none have arrived."""
        self._loop = loop.shared()
        self._on_event = on_event
        self._timers = loop.Timers(self._loop, self._timeout)
        self._waiting: deque[_Effect] = deque()
        self._is_applying = self._closed = False
        self._shown_second, self._shown = 0, 0

    def do(
        self,
        function: Callable[
            [_Agent, float], list[_Effect] | tuple[_Result, list[_Effect]]
        ],
    ) -> _Result:
        """Run `function(agent, now)` on the loop, carry out the effects it returns.

        A function that returns `(value, effects)` has its value returned. From any
        thread. Raises what the function raises, LocalError after `close`.
        """

        def act() -> _Result:
            if self._closed:
                raise LocalError("this phone is closed; make a new one")
            outcome = function(self.agent, clock.now())
            value, effects = outcome if isinstance(outcome, tuple) else (None, outcome)
            self.apply(effects)
            return cast(_Result, value)

        return self._loop.call(act)

    def close(self) -> None:
        """Free sockets, connections and timers. Safe to repeat, from any thread."""
        self._loop.call(self._close)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self._timers.close()
            self._free()

    def apply(self, effects: Iterable[_Effect]) -> None:
        """Carry out effects in order, also those that their own events bring about."""
        self._waiting.extend(effects)
        if self._is_applying:
            return
        self._is_applying = True
        try:
            while self._waiting:
                self._apply_one(self._waiting.popleft())
        finally:
            self._is_applying = False

    def _tell(self, event: object) -> None:
        try:
            self._on_event(event)
        except LabkitError as error:
            _log.warning("%s while telling %s", error, event)
        except Exception:
            _log.exception("the phone failed on %s", event)

    def _may_show(self, now: float) -> bool:
        """Whether one more piece of garbage fits into this second's share."""
        self.malformed += 1
        if int(now) != self._shown_second:
            self._shown_second, self._shown = int(now), 0
        self._shown += 1
        return self._shown <= MOST_MALFORMED

    # --- what a subclass says ---

    def _apply_one(self, effect: Any) -> None:
        """Carry out one effect."""
        raise NotImplementedError

    def _timeout(self, key: Hashable, now: float) -> None:
        """A timer fired."""
        raise NotImplementedError

    def _free(self) -> None:
        """Close the sockets; called once."""
        raise NotImplementedError
