"""The calls of a dialect: what arrives, and what happens next; no socket, no clock.

    machine = CallMachine("alice", Address("10.0.0.1", 6000), load("voice-room").call)
    call_id, effects = machine.call("bob", Address("10.0.0.2", 6000), now=0.0)
    # effects[0] is Send(b"convite alice 10.0.0.1 6000", Address("10.0.0.2", 6000))
    machine.received(b"resposta_ao_convite aceito", Address("10.0.0.2", 6000), now=0.1)

Over UDP an invitation is repeated until it is answered, and repeats are harmless. Over
TCP three families of client exist, and each is understood by what it does: one keeps a
connection for the call, one opens a new one for each later command, one opens a new one
for every message, answers too.

Requirements B11-B18, C5-C7, C10. Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Hashable

from labkit.dialects.machine.call import Call, PartTimer, RepeatTimer, RingTimer
from labkit.dialects.machine.connections import Dial
from labkit.dialects.machine.events import (
    BusyRefused,
    CallEffect,
    IncomingCall,
    WhereIs,
)
from labkit.dialects.machine.parties import is_from
from labkit.dialects.machine.user_side import UserSide
from labkit.dialects.messages import Message
from labkit.effects import Address, Close, Heard, Malformed, Notify, Send, StartTimer
from labkit.errors import LocalError, RemoteError
from labkit.signalling.machine.states import CallEvent, CallState

AT_ONCE = 1.0
"""Seconds: who closes a connection within them after an invitation or an answer does so
by habit; who closes it later means that the call is over."""
REFUSED = {"refuse": "they refused", "busy": "they are busy"}
LONGER = 3.0
"""Seconds for which it rings here although a caller must have given up."""
LONG_OVER = 30.0
"""Seconds after which the end of a call is not said again."""


class CallMachine(UserSide):
    """One phone's calls; nothing that arrives makes it raise."""

    # --- what the shell reports ---

    def connected(
        self, connection: Hashable, peer: Address, now: float
    ) -> list[CallEffect]:
        """TCP: somebody has opened a connection."""
        effects: list[CallEffect] = []
        ours = self._present.way if self._present is not None else None
        idle = self._connections.too_many(ours)
        if idle is not None:  # who only connects must not keep others out
            effects = [Close(idle), *self.closed(idle, now)]
        self._connections.opened(connection, peer)
        return effects

    def received(self, data: bytes, way: Hashable, now: float) -> list[CallEffect]:
        """A datagram from the address `way`, or bytes on the connection `way`."""
        if not self._over_tcp:
            assert isinstance(way, Address)
            return self._piece(data, way, way, now)
        effects: list[CallEffect] = []
        pieces, timers, lost = self._connections.feed(way, data, now)
        for piece in pieces:
            effects += self._piece(piece, way, self._connections.peer(way), now)
        return [*effects, *timers, *([Close(way)] if lost else [])]

    def closed(self, connection: Hashable, now: float) -> list[CallEffect]:
        """TCP: a connection is gone, ours or theirs."""
        effects: list[CallEffect] = []
        if connection in self._connections:
            peer = self._connections.peer(connection)
            for piece in self._connections.rest(connection):
                effects += self._piece(piece, connection, peer, now)
        effects += self._connections.closed(connection)
        call = self._present
        if call is None or call.way != connection or call.state.is_over:
            return effects
        call.way = None
        habit = call.peer_dials or now - call.since < AT_ONCE
        if habit or call.state is CallState.CALLING:
            return effects
        ringing = call.state is CallState.INCOMING
        event = CallEvent.CANCEL if ringing else CallEvent.HANG_UP
        step = call.happen(event, now, "they closed the connection")
        return [*effects, step, *self._stop_timers(call)]

    def unreachable(self, way: Hashable, now: float) -> list[CallEffect]:
        """Nothing can be delivered there: nobody listens, or the network says no."""
        effects: list[CallEffect] = []
        if isinstance(way, Dial):
            effects += self._connections.closed(way)
        call = self._present
        if call is None or call.way != way or call.state is not CallState.CALLING:
            return effects
        step = call.happen(CallEvent.FAIL, now, f"nobody takes calls at {call.address}")
        return [*effects, step, *self._stop_timers(call)]

    def found(
        self, call_id: str, address: Address | None, now: float
    ) -> list[CallEffect]:
        """Where the registry says that this caller takes calls; see `WhereIs`."""
        call = self._calls.get(call_id)
        if call is None or not call.asked:
            return []
        call.asked, owed, call.owed = False, call.owed, False
        if address is not None:
            call.address, call.can_be_dialled = address, True
            return self._dial(address, call.answer) if owed else []
        if not owed or not call.state.is_up:
            return []
        why = "they closed the connection, and nobody knows where to answer"
        return [call.happen(CallEvent.FAIL, now, why), *self._stop_timers(call)]

    def media_heard(self, source: Address, now: float) -> list[CallEffect]:
        """UDP: their sound still comes although the call is over: say so again (B18).

        At most once a second; «encerrar_ligação» may get lost like everything else.
        """
        call = self._present
        if (
            call is None
            or self._over_tcp
            or call.state is not CallState.ENDED
            or not is_from(self.name, self._over_tcp, call, source, Message("end"))
            or not call.since + AT_ONCE <= now <= call.since + LONG_OVER
            or now < call.said_again + AT_ONCE
        ):
            return []
        call.said_again = now
        return self._command(call, "end")

    def timeout(self, key: Hashable, now: float) -> list[CallEffect]:
        """A timer that was started has run out."""
        match key:
            case PartTimer(connection):
                effects: list[CallEffect] = []
                for piece in self._connections.rest(connection):
                    peer = self._connections.peer(connection)
                    effects += self._piece(piece, connection, peer, now)
                return effects
            case RepeatTimer(call_id) if call_id in self._calls:
                return self._repeat(self._calls[call_id], now)
            case RingTimer(call_id) if call_id in self._calls:
                return self._nobody_answers(self._calls[call_id], now)
        return []

    # --- one message ---

    def _piece(
        self, piece: bytes, way: Hashable, source: Address, now: float
    ) -> list[CallEffect]:
        try:
            message = self._language.read(piece)
        except RemoteError as error:
            note = f"malformed: {error}"
            return [Heard(way, piece, note), Notify(Malformed(str(error), source))]
        try:
            return [Heard(way, piece), *self._message(message, way, source, now)]
        except LocalError as error:  # what it would take to answer cannot be said
            return [Heard(way, piece), Notify(Malformed(str(error), source))]

    def _message(
        self, message: Message, way: Hashable, source: Address, now: float
    ) -> list[CallEffect]:
        if message.meaning == "invite":
            return self._invited(message, way, source, now)
        call = self._present
        if call is None or not (
            way == call.way or is_from(self.name, self._over_tcp, call, source, message)
        ):
            text = f"{message.meaning} from {source}, with whom there is no call"
            return [Notify(Malformed(text, source))]
        if self._over_tcp and way != call.way:
            call.peer_dials = True
        return self._within(call, message, source, now)

    def _within(
        self, call: Call, message: Message, source: Address, now: float
    ) -> list[CallEffect]:
        """A message from the other party of the call; a repeat changes nothing."""
        effects: list[CallEffect] = []
        match message.meaning:
            case "accept":
                effects = self._accepted(call, message, source, now)
            case "refuse" | "busy" if call.state is CallState.CALLING:
                why = self.talk.refused or REFUSED[message.meaning]
                step = call.happen(CallEvent.REFUSE, now, why)
                effects = [step, *self._stop_timers(call), *self._let_go(call)]
            case "hold" | "resume" if call.state.is_up:
                held = call.hold(False, message.meaning == "hold", now)
                effects = [held] if held is not None else []
            case "end" if not call.state.is_over:
                effects = self._ended(call, now)
        return effects

    def _invited(
        self, message: Message, way: Hashable, source: Address, now: float
    ) -> list[CallEffect]:
        stated = Address(
            message.text("host", source.host), message.number("port", source.port)
        )
        reply = source if self.talk.reply_to == "source" else stated
        if self.talk.reply_to == "verified" and stated.host != source.host:
            text = f"an invitation from {source.host} that names {stated.host}"
            return [Notify(Malformed(text, source))]
        if self._over_tcp or self.talk.reply_to == "source":
            stated = Address(source.host, stated.port)
        to = source if self._over_tcp else reply
        name, present = message.text("name"), self._present
        if present is not None and self._is_repeat(present, name, to, now):
            present.way = way
            to_ = way if self._over_tcp else to
            return [Send(present.answer, to_)] if present.answer else []
        call = self._begin(name, to, now, outgoing=False)
        call.way, call.media = way, stated
        if present is not None and not present.state.is_over:
            call.answer = self._say("busy", call)
            effects = [*self._send_answer(call), Notify(BusyRefused(name, source))]
            return [*effects, Close(way)] if self._over_tcp else effects
        self._enter(call)
        call.asked = self._over_tcp
        asked = [Notify(WhereIs(call.call_id, name))] if self._over_tcp else []
        at = now + self.talk.ring_for + LONGER  # their own goodbye should come first
        timer = StartTimer(RingTimer(call.call_id), at)
        return [timer, *asked, Notify(IncomingCall(call.view()))]

    def _is_repeat(self, call: Call, name: str, to: Address, now: float) -> bool:
        """Whether an invitation is the one of this call once more."""
        if call.outgoing or name != call.peer:
            return False
        if self._over_tcp:
            same = call.media is not None and call.media.host == to.host
            return same and not call.state.is_over
        if to != call.address:
            return False
        just_refused = call.state is CallState.REFUSED and now - call.since < 2.5 * max(
            self.talk.repeat, AT_ONCE
        )
        return just_refused or not call.state.is_over

    def _accepted(
        self, call: Call, message: Message, source: Address, now: float
    ) -> list[CallEffect]:
        if call.outgoing and call.state in (CallState.CANCELLED, CallState.UNANSWERED):
            return self._command(call, "end")  # too late: they must not wait for us
        if call.state is not CallState.CALLING:
            return []
        host = source.host if self._over_tcp else call.address.host
        call.media = Address(host, message.number("port", call.address.port))
        return [call.happen(CallEvent.ACCEPT, now), *self._stop_timers(call)]

    def _ended(self, call: Call, now: float) -> list[CallEffect]:
        event, why = CallEvent.HANG_UP, "they hung up"
        if call.state is CallState.INCOMING:
            event, why = CallEvent.CANCEL, "they gave up"
        elif call.state is CallState.CALLING:
            event, why = CallEvent.REFUSE, self.talk.refused or REFUSED["refuse"]
        step = call.happen(event, now, why)
        return [step, *self._stop_timers(call), *self._let_go(call)]

    def _let_go(self, call: Call) -> list[CallEffect]:
        return [Close(call.way)] if call.way in self._connections else []

    # --- timers ---

    def _repeat(self, call: Call, now: float) -> list[CallEffect]:
        if call.state is not CallState.CALLING or not call.invitation:
            return []
        again = StartTimer(RepeatTimer(call.call_id), now + self.talk.repeat)
        return [Send(call.invitation, call.address), again]

    def _nobody_answers(self, call: Call, now: float) -> list[CallEffect]:
        if call.state is CallState.CALLING:
            return self._end(call, now, CallEvent.EXPIRE)
        if call.state is CallState.INCOMING:
            step = call.happen(CallEvent.EXPIRE, now, "not answered here")
            return [step, *self._let_go(call)]
        return []
