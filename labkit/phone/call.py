"""One call, as the person who makes it sees it.

Requirements A10, A13, B18. Notebook: 02-signalling, 04-videocall.
"""

from __future__ import annotations

import threading
from typing import Protocol

from labkit.errors import LocalError, NoAnswer
from labkit.net import clock
from labkit.phone.chat_log import ChatLog
from labkit.phone.state import CallSnapshot, RecordingState
from labkit.phone.studio import Studio
from labkit.signalling.machine.events import CallView
from labkit.signalling.machine.states import CallState

UNTIL = {
    "ringing": {CallState.RINGING, CallState.ACCEPTED, CallState.HELD},
    "accepted": {CallState.ACCEPTED},
    "held": {CallState.HELD},
    "over": set[CallState](),
}


class Hands(Protocol):
    """What a call passes on to the phone that has it (`labkit.phone.calls`)."""

    name: str

    def hang_up(self, call: Call) -> Call:
        """End it."""

    def hold(self, call: Call) -> Call:
        """Put it on hold."""

    def resume(self, call: Call) -> Call:
        """Go on with it."""


class Call:
    """A call in the making, in progress or over. Print it to see how it stands."""

    def __init__(self, phone: Hands, view: CallView, studio: Studio | None) -> None:
        self.call_id = view.call_id
        self.studio = studio
        """Sound and pictures of this call; None until an incoming call is answered."""
        self.log = ChatLog()
        """What was written during the call."""
        self.is_silent = False
        """Whether the user was told that nothing comes from the peer."""
        self._phone = phone
        self._view = view
        self._accepted_at: float | None = None
        self._over_at: float | None = None
        self._changed = threading.Condition()

    @property
    def peer(self) -> str:
        """The other party's name."""
        return self._view.peer.name

    @property
    def state(self) -> CallState:
        """How the call stands."""
        return self._view.state

    @property
    def why(self) -> str:
        """Why it stands so, in words."""
        return self._view.why

    @property
    def seconds(self) -> float:
        """For how long the two have been (or were) connected."""
        if self._accepted_at is None:
            return 0.0
        return (self._over_at or clock.now()) - self._accepted_at

    def hang_up(self) -> Call:
        """End the call: BYE when it was accepted, CANCEL or a refusal before.

        Hanging up a call that is over already changes nothing.
        """
        return self._phone.hang_up(self)

    def hold(self) -> Call:
        """Stop sending and playing, but keep the call (re-INVITE, `a=sendonly`)."""
        return self._phone.hold(self)

    def resume(self) -> Call:
        """Go on after a hold."""
        return self._phone.resume(self)

    def wait(self, until: str = "accepted", timeout: float = 10.0) -> Call:
        """Wait until the call is "ringing", "accepted", "held" or "over".

        Returns at once when the call is over, whatever was waited for: look at `state`.
        Raises NoAnswer when `timeout` seconds have gone by.
        """
        if until not in UNTIL:
            raise LocalError(f"wait for one of {', '.join(UNTIL)}, not {until!r}")
        wanted = UNTIL[until]

        def reached() -> bool:
            return self.state in wanted or self.state.is_over

        with self._changed:
            if not self._changed.wait_for(reached, timeout):
                raise NoAnswer(
                    f"after {timeout:g} s the call with {self.peer} is still "
                    f"{self.state.words!r}, not {until!r}; wait longer, or hang up"
                )
        return self

    def snapshot(self) -> CallSnapshot:
        """How the call stands, frozen."""
        view = self._view
        return CallSnapshot(
            view.peer.name,
            view.peer.address,
            view.outgoing,
            view.state,
            view.why,
            self.seconds,
            view.held_by_me,
            view.held_by_peer,
            view.peer_video_paused,
            chat=self.log.lines,
            recording=self._recording,
            records=view.recording == "on",
            recorded=view.recorded == "on",
            silent=self._silence,
            encrypted=bool(view.streams) and all(each.keys for each in view.streams),
        )

    @property
    def _recording(self) -> RecordingState:
        """The peer's question and the peer's recording come first."""
        ours, theirs = self._view.recording, self._view.recorded
        return ("peer" if theirs == "on" else theirs) or ours

    @property
    def _silence(self) -> float:
        studio = self.studio
        return studio.session.silence if self.is_silent and studio else 0.0

    def update(self, view: CallView) -> None:
        """Take over what signalling says of this call; wakes whoever waits."""
        with self._changed:
            self._view = view
            if view.state is CallState.ACCEPTED and self._accepted_at is None:
                self._accepted_at = clock.now()
            if view.state.is_over and self._over_at is None:
                self._over_at = clock.now()
                self.is_silent = False
            self._changed.notify_all()

    def __repr__(self) -> str:
        talked = f", {self.seconds:.1f} s" if self._accepted_at is not None else ""
        return f"<{self._phone.name}'s {self.snapshot()}{talked}>"
