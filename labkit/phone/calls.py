"""The calls of a phone, from the invitation to the last word: may I call you?

The base of `Phone`, for what has to do with signalling. Requirements A10-A13, B11-B18.

Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from random import Random

from labkit.effects import Address, Effect
from labkit.errors import LabkitError, LocalError, NoAnswer
from labkit.media.formats import MediaFormat
from labkit.media.treatments import Treatments
from labkit.net.addresses import parse_address, resolve
from labkit.net.media import MediaSession
from labkit.net.sip import SipEndpoint
from labkit.phone.call import Call
from labkit.phone.lens import Lens
from labkit.phone.negotiation import plans, setups
from labkit.phone.studio import Devices, Studio
from labkit.phone.switches import Switches
from labkit.phone.worker import Worker
from labkit.registry.messages import User
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import (
    BusyRefused,
    CallChanged,
    ChangeRefused,
    IncomingCall,
    MediaAgreed,
)
from labkit.signalling.machine.states import CallState
from labkit.signalling.messages.plan import MediaPlan
from labkit.trace import Trace

SIP_PORT = 5060
DECLINED = 603


class Calls(Switches):
    """Inviting, answering, holding, hanging up: one call at a time."""

    name: str
    host: str
    trace: Trace
    own: Lens
    peer: Lens
    _formats: tuple[MediaFormat, ...]
    _quality: int
    _random: Random
    _devices: Devices
    _endpoint: SipEndpoint
    _worker: Worker
    _changed: threading.Condition
    """Told whenever something about this phone changes."""

    def __init__(self, treatments: Treatments | None) -> None:
        super().__init__(treatments)
        self._calls: dict[str, Call] = {}
        self._call: Call | None = None

    @abstractmethod
    def query(self, name: str) -> User:
        """Ask the registry where `name` is."""

    @abstractmethod
    def _open(self) -> None:
        """Raises LocalError once the phone is closed."""

    @abstractmethod
    def _tell(self, notice: str) -> None:
        """Something happened: whoever watches is told."""

    # --- calls: may I call you? ---

    def call(self, who: str) -> Call:
        """Invite `who`: a registered name, or "sip:NAME@HOST:PORT" (A10).

        Returns as soon as the invitation has left; `call.wait()` waits for the answer.
        Raises UnknownUser, NoAnswer (no registry), LocalError (a call is in progress).
        """
        self._open()
        if self._call is not None and not self._call.state.is_over:
            raise LocalError(
                f"{self.name} is in a call with {self._call.peer}; hang up first"
            )
        if who == self.name:
            raise LocalError(f"{who} is you; call somebody else")
        target, to = self._find(who)
        studio = self._new_studio()
        media = self._plans(studio)

        def dial(agent: UserAgent, now: float) -> tuple[Call, list[Effect]]:
            call_id, effects = agent.call(target, to, media, now)
            call = self._begin(call_id, studio)
            self._tell(f"calling {call.peer}")
            return call, effects

        try:
            call = self._endpoint.do(dial)
        except LabkitError:
            studio.close()
            raise
        return call

    def answer(self, timeout: float = 5.0) -> Call:
        """Accept the call that is ringing; waits up to `timeout` seconds for one (A11).

        Raises NoAnswer when no call comes in.
        """
        call = self._ringing(timeout)
        studio = self._new_studio()
        media = self._plans(studio)

        def accept(agent: UserAgent, now: float) -> list[Effect]:
            effects = agent.answer(call.call_id, media, now)
            call.studio = studio  # only now: somebody else may have answered meanwhile
            return effects

        try:
            self._endpoint.do(accept)
        except LabkitError:
            studio.close()
            raise
        return call

    def refuse(self, timeout: float = 5.0) -> Call:
        """Decline the call that is ringing (603). Raises NoAnswer when none comes."""
        call = self._ringing(timeout)
        self._endpoint.do(
            lambda agent, now: agent.refuse(call.call_id, now, status=DECLINED)
        )
        return call

    def hang_up(self, call: Call | None = None) -> Call:
        """End the present call, in whatever state it is (A13, B18)."""
        call = call or self._present()

        def end(agent: UserAgent, now: float) -> list[Effect]:
            # Asked here, on the loop: the other side may hang up at the same moment.
            return [] if call.state.is_over else agent.hang_up(call.call_id, now)

        if not call.state.is_over:
            self._endpoint.do(end)
        return call

    def hold(self, call: Call | None = None) -> Call:
        """Put the present call on hold: nothing is sent or played until `resume`."""
        call = call or self._present()
        self._endpoint.do(lambda agent, now: agent.hold(call.call_id, now))
        return call

    def resume(self, call: Call | None = None) -> Call:
        """Go on with a call that you put on hold."""
        call = call or self._present()
        self._endpoint.do(lambda agent, now: agent.resume(call.call_id, now))
        return call

    # --- what there is to see ---

    @property
    def present_call(self) -> Call | None:
        """The call in progress or, when it is over, the last one."""
        return self._call

    @property
    def media(self) -> MediaSession | None:
        """Media of the present (or last) call: statistics, levels, history."""
        call = self._call
        return call.studio.session if call is not None and call.studio else None

    # --- inside ---

    def _find(self, who: str) -> tuple[str, Address]:
        if who.startswith("sip:"):
            name, _, host = who.removeprefix("sip:").partition("@")
            if not name or not host:
                raise LocalError(f"{who!r} is not sip:NAME@HOST:PORT")
            to = resolve(parse_address(host, SIP_PORT))
            return who, to
        user = self.query(who)
        to = Address(user.host, user.port)
        return f"sip:{user.name}@{to}", to

    def _new_studio(self) -> Studio:
        session = MediaSession(
            self.host,
            name=self.name,
            trace=self.trace,
            random=self._random,
            kinds=tuple(dict.fromkeys(media.kind for media in self._formats)),
            link=self.link,
            treatments=self._treatments,
        )
        session.treat(self._treatments, self._auto)
        session.quality = self._quality
        session.on_own_picture = self.own.show
        session.on_peer_picture = self.peer.show
        return Studio(session, self._devices, self._worker, self._tell)

    def _plans(self, studio: Studio) -> tuple[MediaPlan, ...]:
        sees = self._devices.camera.fps > 0
        return plans(self._formats, studio.session.ports, sends_video=sees)

    def _begin(self, call_id: str, studio: Studio | None) -> Call:
        """Take up a call that signalling has just begun; on the loop's thread."""
        call = Call(self, self._endpoint.agent.calls[call_id], studio)
        with self._changed:
            over = [key for key, old in self._calls.items() if old.state.is_over]
            for key in over:
                del self._calls[key]
            self._calls[call_id] = self._call = call
            self._changed.notify_all()
        return call

    def _on_event(self, event: object) -> None:
        """What signalling tells, on the loop's thread."""
        match event:
            case IncomingCall():
                call = self._begin(event.call_id, None)
                self._tell(f"{call.peer} is calling; answer or refuse")
            case CallChanged() if event.call_id in self._calls:
                self._call_changed(self._calls[event.call_id])
            case MediaAgreed() if event.call_id in self._calls:
                studio = self._calls[event.call_id].studio
                if studio is not None:
                    held = self._endpoint.agent.calls[event.call_id].held_by_me
                    studio.set_up(setups(event.streams, held))
            case ChangeRefused():
                self._tell(f"refused: {event.why}; the call goes on as it was")
            case BusyRefused():
                self._tell(f"{event.peer.name} called and was told that you are busy")

    def _call_changed(self, call: Call) -> None:
        call.update(self._endpoint.agent.calls[call.call_id])
        if call.state.is_over and call.studio is not None:
            call.studio.close()
        self._tell(str(call.snapshot()))

    def _present(self) -> Call:
        self._open()
        if self._call is None:
            raise LocalError(f"{self.name} is in no call")
        return self._call

    def _ringing(self, timeout: float) -> Call:
        self._open()

        def incoming() -> bool:
            return self._call is not None and self._call.state is CallState.INCOMING

        with self._changed:
            if not self._changed.wait_for(incoming, timeout) or self._call is None:
                raise NoAnswer(
                    f"no call came in for {self.name} within {timeout:g} s; "
                    f"let somebody call {self.name} first"
                )
            return self._call

    def _end_call(self) -> None:
        call = self._call
        if call is None:
            return
        try:
            self.hang_up(call)
        finally:
            if call.studio is not None:
                call.studio.close()
