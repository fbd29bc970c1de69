"""What the user wants of a dialect's calls: call, answer, refuse, hold, hang up.

The half of `CallMachine` that faces the user; each wish is checked, and a LocalError
says why it cannot be. Requirements B13-B18, C5-C7. Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Mapping

from labkit.dialects.dialect import CallTalk
from labkit.dialects.machine.call import Call, RepeatTimer, RingTimer
from labkit.dialects.machine.connections import Connections, Dial
from labkit.dialects.machine.events import CallEffect, CallView
from labkit.effects import Address, Close, Send, StartTimer, StopTimer
from labkit.errors import LocalError
from labkit.signalling.machine.states import CallEvent, CallState

MOST_REMEMBERED = 16
"""Calls that are over, of which one may still want to know why."""


class UserSide:
    """One call at a time, and the last ones that are over."""

    def __init__(self, name: str, here: Address, talk: CallTalk) -> None:
        self.name = name
        self.here = here
        self.talk = talk
        self._language = talk.language
        self._over_tcp = talk.transport == "tcp"
        self._connections = Connections(talk.language, talk.patience)
        self._calls: dict[str, Call] = {}
        self._present: Call | None = None
        self._count = 0

    @property
    def calls(self) -> Mapping[str, CallView]:
        """The present call and the last ones, by their ids."""
        return {call_id: call.view() for call_id, call in self._calls.items()}

    def call(
        self, peer: str, to: Address, now: float, media_port: int = 0
    ) -> tuple[str, list[CallEffect]]:
        """Invite somebody who takes calls at `to` (B13); the call's id and effects.

        `media_port` is where we want sound and pictures; 0: where we take calls.
        """
        if self._present is not None and not self._present.state.is_over:
            raise LocalError(f"in a call with {self._present.peer}; hang up first")
        call = self._begin(peer, to, now, outgoing=True)
        call.media_port = media_port or self.here.port
        data = self._say("invite", call)
        self._enter(call)
        call.can_be_dialled = True
        call.way = self._connections.dial(to) if self._over_tcp else to
        effects: list[CallEffect] = [
            Send(data, call.way),
            StartTimer(RingTimer(call.call_id), now + self.talk.ring_for),
        ]
        if not self._over_tcp and self.talk.repeat:
            call.invitation = data
            at = now + self.talk.repeat
            effects.append(StartTimer(RepeatTimer(call.call_id), at))
        return call.call_id, effects

    def answer(self, call_id: str, now: float, media_port: int = 0) -> list[CallEffect]:
        """Accept a call that rings (B15)."""
        call = self._must_ring(call_id)
        call.media_port = media_port or self.here.port
        call.answer = self._say("accept", call)
        effects = self._send_answer(call)
        return [*effects, call.happen(CallEvent.ACCEPT, now), *self._stop_timers(call)]

    def refuse(self, call_id: str, now: float) -> list[CallEffect]:
        """Decline a call that rings (B15)."""
        call = self._must_ring(call_id)
        call.answer = self._say("refuse", call)
        effects = self._send_answer(call)
        if call.way in self._connections:
            effects.append(Close(call.way))
        step = call.happen(CallEvent.REFUSE, now, "refused here")
        return [*effects, step, *self._stop_timers(call)]

    def hold(self, call_id: str, now: float) -> list[CallEffect]:
        """Send nothing for a while; the call is kept (C6)."""
        return self._hold(call_id, True, now)

    def resume(self, call_id: str, now: float) -> list[CallEffect]:
        """Go on after a hold of ours (C7)."""
        return self._hold(call_id, False, now)

    def hang_up(self, call_id: str, now: float) -> list[CallEffect]:
        """End a call in whatever state it is (A13, B18); one that is over stays so."""
        call = self._known(call_id)
        if call.state.is_over:
            return []
        if call.state is CallState.INCOMING:
            return self.refuse(call_id, now)
        return self._end(call, now)

    # --- inside ---

    def _end(
        self, call: Call, now: float, event: CallEvent | None = None
    ) -> list[CallEffect]:
        """Say goodbye and be done with it."""
        waiting = call.state in (CallState.CALLING, CallState.RINGING)
        event = event or (CallEvent.CANCEL if waiting else CallEvent.HANG_UP)
        effects = self._command(call, "end")
        step = call.happen(event, now)
        if call.way in self._connections:
            effects.append(Close(call.way))
        return [*effects, step, *self._stop_timers(call)]

    def _hold(self, call_id: str, held: bool, now: float) -> list[CallEffect]:
        meaning = "hold" if held else "resume"
        call = self._known(call_id)
        if not call.state.is_up:
            raise LocalError(f"a call that is {call.state.words} cannot be held")
        step = call.hold(True, held, now)
        if step is None:
            return []
        try:
            return [*self._command(call, meaning), step]
        except LocalError:
            call.hold(True, not held, now)
            raise

    def _say(self, meaning: str, call: Call) -> bytes:
        """The message, of us; LocalError where this dialect has no word for it."""
        said = self._language.says(meaning)
        if said is None:
            raise LocalError(f"{self._language.name} has no word for {meaning!r}")
        return self._language.write(
            said,
            name=self.name,
            me=self.name,
            host=self.here.host,
            port=call.media_port or self.here.port,
        )

    def _command(self, call: Call, meaning: str) -> list[CallEffect]:
        """A message within a call, on the way that this call's commands take."""
        data = self._say(meaning, call)
        if not self._over_tcp:
            return [Send(data, call.address)]
        open_way = call.way in self._connections
        if open_way and self.talk.connections == "one" and not call.peer_dials:
            return [Send(data, call.way)]
        if call.can_be_dialled:
            return self._dial(call.address, data)
        return [Send(data, call.way)] if open_way else []

    def _send_answer(self, call: Call) -> list[CallEffect]:
        """Where the caller waits for it: on its connection, or on a new one to it."""
        if not self._over_tcp:
            return [Send(call.answer, call.address)]
        open_way = call.way in self._connections
        if call.can_be_dialled and (self.talk.connections == "each" or not open_way):
            return self._dial(call.address, call.answer)
        if not open_way and call.asked:
            call.owed = True  # sent as soon as the registry has answered
            return []
        if not open_way:
            raise LocalError(
                f"{call.peer} has closed the connection, and the registry does not "
                "know where to answer; refuse or wait"
            )
        return [Send(call.answer, call.way)]

    def _dial(self, to: Address, data: bytes) -> list[CallEffect]:
        """One message on a connection of its own, which is then closed."""
        dialled: Dial = self._connections.dial(to)
        return [Send(data, dialled), Close(dialled)]

    def _begin(self, peer: str, to: Address, now: float, outgoing: bool) -> Call:
        state = CallState.CALLING if outgoing else CallState.INCOMING
        self._count += 1
        return Call(f"{self.name}-{self._count}", peer, to, outgoing, now, state)

    def _enter(self, call: Call) -> None:
        over = [key for key, old in self._calls.items() if old.state.is_over]
        for key in over[: max(0, len(over) - MOST_REMEMBERED + 1)]:
            del self._calls[key]
        self._calls[call.call_id] = self._present = call

    def _known(self, call_id: str) -> Call:
        if call_id not in self._calls:
            raise LocalError(f"there is no call {call_id}; see `calls`")
        return self._calls[call_id]

    def _must_ring(self, call_id: str) -> Call:
        call = self._known(call_id)
        if call.state is not CallState.INCOMING:
            raise LocalError(f"the call is {call.state.words}, not ringing here")
        return call

    def _stop_timers(self, call: Call) -> list[CallEffect]:
        return [
            StopTimer(RingTimer(call.call_id)),
            StopTimer(RepeatTimer(call.call_id)),
        ]
