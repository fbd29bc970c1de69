"""The calls of a phone, from the invitation to the last word: may I call you?

The base of `Phone`, for what has to do with signalling. Requirements A10-A13, B11-B18.

Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import cast

from labkit.dialects import Dialect
from labkit.effects import Address, Effect
from labkit.errors import LocalError, NoAnswer
from labkit.media.formats import MediaFormat
from labkit.media.treatments import Treatments
from labkit.net import loop
from labkit.net.addresses import parse_address, resolve
from labkit.net.dialect_calls import DialectEndpoint
from labkit.net.dialect_media import DialectSession
from labkit.net.media import MediaSession
from labkit.net.sip import SipEndpoint
from labkit.phone import patience
from labkit.phone.call import Call
from labkit.phone.lens import Lens
from labkit.phone.negotiation import plans, setups
from labkit.phone.picture_quality import PictureQuality
from labkit.phone.studio import Device, Devices, Studio
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
from labkit.signalling.messages.plan import MediaPlan, Stream
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
    _srtp: bool
    _silent: float
    _picture_quality: PictureQuality
    _video_paused: bool
    _muted: bool
    _random: Random
    _devices: Devices
    _endpoint: SipEndpoint[UserAgent]
    """Or what speaks a dialect and has the same face."""
    _dialect: Dialect | None
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

    @abstractmethod
    def _put_back(self, silent: Device, going: Device) -> None:
        """A new device never delivered anything: the former one goes on."""

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

        with self._unless_used(studio):
            return self._endpoint.do(dial)

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

        with self._unless_used(studio):
            self._endpoint.do(accept)
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

    def _new_session(self) -> MediaSession:
        if self._dialect is not None:
            return DialectSession(
                self.host,
                dialect=self._dialect,
                endpoint=cast(DialectEndpoint, self._endpoint),
                name=self.name,
                trace=self.trace,
                random=self._random,
                link=self.link,
            )
        return MediaSession(
            self.host,
            name=self.name,
            trace=self.trace,
            random=self._random,
            kinds=tuple(dict.fromkeys(media.kind for media in self._formats)),
            link=self.link,
            treatments=self._treatments,
        )

    def _new_studio(self) -> Studio:
        session = self._new_session()
        session.treat(self._treatments, self._auto)
        session.video_paused, session.muted = self._video_paused, self._muted
        for lens in (self.own, self.peer):
            lens.latest = None  # of another call, perhaps with somebody else
        session.on_own_picture = self.own.show
        session.on_peer_picture = self.peer.show
        studio = Studio(
            session,
            self._devices,
            self._worker,
            self._tell,
            self._picture_quality,
            self._put_back,
        )
        session.on_silence = lambda seconds: self._nothing_comes(studio, seconds)
        return studio

    @contextmanager
    def _unless_used(self, studio: Studio) -> Iterator[None]:
        """Close the studio if no call came to use it: refused, or the cell was
        interrupted, in which case the loop may be about to begin that very call."""

        def look() -> None:
            if self._call is None or self._call.studio is not studio:
                studio.close()

        try:
            yield
        except BaseException:
            loop.shared().post(look)
            raise

    def _plans(self, studio: Studio) -> tuple[MediaPlan, ...]:
        sees = self._devices.camera.fps > 0 and not self._video_paused
        session = studio.session
        keys = session.keys if self._srtp else None
        return plans(self._formats, session.ports, sends_video=sees, keys=keys)

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
                self._media_agreed(self._calls[event.call_id], event.streams)
            case ChangeRefused():
                self._tell(
                    f"refused: {event.why}; the call goes on, your pictures stay paused"
                    if self._video_paused
                    else f"refused: {event.why}; the call goes on as it was"
                )
            case BusyRefused():
                self._tell(f"{event.peer.name} called and was told that you are busy")

    def _call_changed(self, call: Call) -> None:
        call.update(self._endpoint.agent.calls[call.call_id])
        if call.state.is_over and call.studio is not None:
            call.studio.close()
        self._tell(str(call.snapshot()))
        self._offer_pictures()  # the camera may have changed while it rang

    def _media_agreed(self, call: Call, streams: Sequence[Stream]) -> None:
        before, view = call.snapshot(), self._endpoint.agent.calls[call.call_id]
        call.update(view)
        if call.studio is not None:
            call.studio.set_up(setups(streams, view.held_by_me))
        if view.peer_video_paused != before.peer_video_paused:
            self._tell(
                f"{call.peer} sends no pictures now"
                if view.peer_video_paused
                else f"{call.peer} sends pictures again"
            )

    def _offer_pictures(self) -> None:
        """Tell the peer, if it is news, whether we send pictures (C6, C7)."""
        call = self._call
        if call is None or call.studio is None:
            return
        media = self._plans(call.studio)

        def offer(agent: UserAgent, now: float) -> list[Effect]:
            # Asked here, on the loop: the other side may hang up at the same moment.
            is_up = agent.calls[call.call_id].state.is_up
            return agent.change(call.call_id, media, now) if is_up else []

        self._endpoint.do(offer)

    def _nothing_comes(self, studio: Studio, seconds: float) -> None:
        """No packet of the peer for so long; on the loop's thread, at every tick."""
        call = self._call
        if call is None or call.studio is not studio or call.state.is_over:
            return
        if seconds > self._silent:
            why = f"nothing came from {call.peer} for {self._silent:g} s"
            self._endpoint.do(lambda agent, now: agent.lost(call.call_id, why, now))
            return
        notice = patience.notice(call, seconds, self._silent)
        if notice:
            self._tell(notice)

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
