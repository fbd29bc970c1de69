"""A dialect's calls with the face of a SIP user agent: for a phone it is all one.

What the phone wants is put to `CallMachine`; what that tells is told in the words of
`labkit.signalling`. What a dialect has not (chat, consent to a recording) is a
LocalError that says so.

Requirements B13-B18, C5-C7. Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from labkit.dialects import Dialect
from labkit.dialects.machine import events
from labkit.dialects.machine.calls import CallMachine
from labkit.dialects.machine.events import CallEffect
from labkit.effects import Address, Malformed
from labkit.errors import LocalError
from labkit.signalling.machine.events import (
    BusyRefused,
    CallChanged,
    CallView,
    IncomingCall,
    MediaAgreed,
    Party,
)
from labkit.signalling.machine.states import CallState
from labkit.signalling.messages.plan import AgreedStream, Kind, MediaPlan
from labkit.signalling.messages.sdp import Direction, Format
from labkit.signalling.messages.uri import Uri

JPEG = Format(26, "JPEG", 90_000)


class DialectAgent:
    """One phone's calls in a dialect, one at a time."""

    def __init__(self, name: str, here: Address, dialect: Dialect) -> None:
        if dialect.call is None:
            raise LocalError(f"the dialect {dialect.name} has no [call]")
        self._dialect = dialect
        self.machine = CallMachine(name, here, dialect.call)

    # --- what the phone wants ---

    def call(
        self, target: str, to: Address, media: Sequence[MediaPlan], now: float
    ) -> tuple[str, list[CallEffect]]:
        """Invite `sip:NAME@…`, who takes calls at `to`."""
        name = target.removeprefix("sip:").rpartition("@")[0]
        return self.machine.call(name, to, now, media_port=self._port(media))

    def answer(
        self, call_id: str, media: Sequence[MediaPlan], now: float
    ) -> list[CallEffect]:
        """Accept the call that rings."""
        return self.machine.answer(call_id, now, media_port=self._port(media))

    def refuse(self, call_id: str, now: float, status: int = 603) -> list[CallEffect]:
        """Decline the call that rings; a dialect has one word for it."""
        return self.machine.refuse(call_id, now)

    def hang_up(self, call_id: str, now: float) -> list[CallEffect]:
        """End a call, in whatever state it is."""
        return self.machine.hang_up(call_id, now)

    def lost(self, call_id: str, why: str, now: float) -> list[CallEffect]:
        """Nothing comes from the peer any more: say goodbye and go."""
        return self.machine.hang_up(call_id, now)

    def hold(self, call_id: str, now: float) -> list[CallEffect]:
        """Put the call on hold."""
        return self.machine.hold(call_id, now)

    def resume(self, call_id: str, now: float) -> list[CallEffect]:
        """Go on after a hold."""
        return self.machine.resume(call_id, now)

    def change(
        self, call_id: str, media: Sequence[MediaPlan], now: float
    ) -> list[CallEffect]:
        """Whether we send pictures is nothing that a dialect tells."""
        return []

    def rename(self, name: str) -> list[CallEffect]:
        """Take another name."""
        self.machine.name = name
        return []

    def say(self, *_: object) -> NoReturn:
        """Chat: no dialect has it."""
        raise LocalError(f"the dialect {self._dialect.name} has no text messages")

    def record(self, *_: object) -> NoReturn:
        """Nobody can be asked for consent."""
        raise LocalError(
            f"the dialect {self._dialect.name} cannot ask the peer whether the call "
            "may be recorded"
        )

    allow_recording = record

    # --- how calls look ---

    @property
    def calls(self) -> Mapping[str, CallView]:
        """The present call and the last ones, by their ids."""
        found = self.machine.calls.items()
        return {call_id: self._seen(view) for call_id, view in found}

    def just_left(self, source: Address) -> bool:
        """Whether the last call, now over, was with somebody on this host."""
        last = next(reversed([*self.machine.calls.values()]), None)
        return last is not None and last.state.is_over and last.address[0] == source[0]

    def told(self, event: object) -> list[object]:
        """The machine's news in the words of SIP's."""
        match event:
            case events.IncomingCall(call):
                kinds = tuple(kind for kind, _, _ in self._kinds())
                return [IncomingCall(call.call_id, _party(call), kinds)]
            case events.CallChanged(before, after):
                changed = CallChanged(
                    after.call_id, before.state, after.state, after.why
                )
                if not after.state.is_up:
                    return [changed]
                return [changed, MediaAgreed(after.call_id, self._streams(after))]
            case events.BusyRefused(name, source):
                return [BusyRefused(Party(name, Uri.of(name, source), source))]
            case Malformed():
                return [event]
        return []

    def _seen(self, view: events.CallView) -> CallView:
        return CallView(
            call_id=view.call_id,
            peer=_party(view),
            outgoing=view.outgoing,
            state=view.state,
            why=view.why,
            status=0,
            streams=self._streams(view) if view.state.is_up else (),
            held_by_me=view.held_by_me,
            held_by_peer=view.held_by_peer,
            recording="",
            recorded="",
            since=view.since,
        )

    def _kinds(self) -> list[tuple[Kind, int, Format]]:
        """Sound and pictures as far as the dialect has them: kind, port, format."""
        found: list[tuple[Kind, int, Format]] = []
        if (audio := self._dialect.audio) is not None:
            samples = Format(11, "L16", audio.rate, audio.channels)
            found.append(("audio", audio.port, samples))
        if (video := self._dialect.video) is not None:
            found.append(("video", video.port, JPEG))
        return found

    def _streams(self, view: events.CallView) -> tuple[AgreedStream, ...]:
        """Where to send what; nothing flows while either side holds."""
        if view.media is None:
            return ()
        host, port = view.media
        flows = view.state is CallState.ACCEPTED
        return tuple(
            AgreedStream(
                kind,
                Address(host, port + above) if 0 < port + above < 65_536 else None,
                format,
                {format.payload_type: format},
                Direction.of(flows, flows),
            )
            for kind, above, format in self._kinds()
        )

    def _port(self, media: Sequence[MediaPlan]) -> int:
        """The port to name: the one that all others are counted from."""
        above = {kind: port for kind, port, _ in self._kinds()}
        ports = [plan.port - above[plan.kind] for plan in media if plan.kind in above]
        return ports[0] if ports else 0


def _party(view: events.CallView) -> Party:
    return Party(view.peer, Uri.of(view.peer, view.address), view.address)
