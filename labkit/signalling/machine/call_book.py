"""All calls of one phone: those in progress, and the last ones that are over.

A call that is over still answers repeated messages for a while, and people want to read
why it ended; so the last `MOST_ENDED` are kept.

Requirements B11, B16. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections import OrderedDict

from labkit.effects import Effect, Notify
from labkit.errors import LocalError
from labkit.signalling.machine.events import CallView, RecordingChanged
from labkit.signalling.machine.talk import Talk

MOST_ENDED = 64


class CallBook:
    """Calls by Call-ID, with room for so many in progress at once."""

    def __init__(self, lines: int) -> None:
        self.lines = lines
        self.views: dict[str, CallView] = {}
        """What each call looks like at this moment."""
        self._calls: dict[str, Talk] = {}
        self._over: OrderedDict[str, None] = OrderedDict()  # in the order of ending

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def is_full(self) -> bool:
        """Whether one more caller must be told "busy"."""
        return len(self._calls) - len(self._over) >= self.lines

    def must_have_a_line(self) -> None:
        """Raises LocalError when all lines are taken."""
        if not self.is_full:
            return
        names = ", ".join(
            call.peer.name for call in self._calls.values() if not call.state.is_over
        )
        raise LocalError(f"a call with {names} is in progress; hang up first")

    def get(self, call_id: str) -> Talk | None:
        """The call with this id, if it is remembered."""
        return self._calls.get(call_id)

    def known(self, call_id: str) -> Talk:
        """The call with this id; raises LocalError if there is none."""
        call = self._calls.get(call_id)
        if call is None:
            raise LocalError(f"there is no call {call_id}; see `calls`")
        return call

    def enter(self, call: Talk) -> None:
        """A call begins; it takes the place of one that is over under the same id."""
        self._over.pop(call.call_id, None)
        self._calls[call.call_id] = call
        self.views[call.call_id] = call.view()

    def seen(self, call: Talk, effects: list[Effect]) -> list[Effect]:
        """A call took a step: keep its new view; forget what ended longest ago.

        Any step may change who records; that is told here, once for all of them.
        """
        before, view = self.views[call.call_id], call.view()
        self.views[call.call_id] = view
        news = RecordingChanged(
            call.call_id,
            before.recording,
            view.recording,
            before.recorded,
            view.recorded,
        )
        if (before.recording, before.recorded) != (view.recording, view.recorded):
            effects = [*effects, Notify(news)]
        if call.state.is_over and call.call_id not in self._over:
            self._over[call.call_id] = None
            if len(self._over) > MOST_ENDED:
                oldest, _ = self._over.popitem(last=False)
                del self._calls[oldest], self.views[oldest]
        return effects
