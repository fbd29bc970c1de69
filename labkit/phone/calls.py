"""The calls of a phone, from the invitation to the last word: may I call you?

Requirements A10-A13, B11-B18. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from labkit.effects import Address, Effect
from labkit.errors import LocalError, NoAnswer
from labkit.net import loop
from labkit.net.addresses import parse_address, resolve
from labkit.phone import patience
from labkit.phone.call import Call
from labkit.phone.line import Line
from labkit.phone.negotiation import setups
from labkit.phone.notices import Notices
from labkit.phone.present import Present
from labkit.phone.studio import Studio
from labkit.phone.studio_maker import StudioMaker
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
from labkit.signalling.messages.plan import AgreedStream

SIP_PORT = 5060
DECLINED = 603


class Calls:
    """Inviting, answering, holding, hanging up: one call at a time.

    `query` says where a registered name is. In a call from which nothing has come for
    `silent` seconds, we hang up.
    """

    line: Line
    """Where calls come and go; set once it is open, before the first of them."""

    def __init__(
        self,
        name: str,
        present: Present,
        studios: StudioMaker,
        notices: Notices,
        query: Callable[[str], User],
        silent: float,
    ) -> None:
        self.name = name
        """Whose calls they are."""
        self._calls: dict[str, Call] = {}
        self._present, self._studios = present, studios
        self._notices, self._tell = notices, notices.tell
        self._query, self._silent = query, silent

    # --- what our user does ---------------------------------------------------------

    def call(self, who: str) -> Call:
        """Invite `who`: a registered name, or "sip:NAME@HOST:PORT" (A10).

        Returns as soon as the invitation has left; `call.wait()` waits for the answer.
        Raises UnknownUser, NoAnswer (no registry), LocalError (a call is in progress).
        """
        former = self._present.call
        if former is not None and not former.state.is_over:
            raise LocalError(
                f"{self.name} is in a call with {former.peer}; hang up first"
            )
        if who == self.name:
            raise LocalError(f"{who} is you; call somebody else")
        target, to = self._find(who)
        studio = self._new_studio()
        media = self._studios.plans(studio)

        def dial(agent: UserAgent, now: float) -> tuple[Call, list[Effect]]:
            call_id, effects = agent.call(target, to, media, now)
            call = self._begin(call_id, studio)
            self._tell(f"calling {call.peer}")
            return call, effects

        with self._unless_used(studio):
            return self.line.do(dial)

    def answer(self, timeout: float = 5.0) -> Call:
        """Accept the call that is ringing; waits up to `timeout` seconds for one (A11).

        Raises NoAnswer when no call comes in.
        """
        call = self._ringing(timeout)
        studio = self._new_studio()
        media = self._studios.plans(studio)

        def accept(agent: UserAgent, now: float) -> list[Effect]:
            effects = agent.answer(call.call_id, media, now)
            call.studio = studio  # only now: somebody else may have answered meanwhile
            return effects

        with self._unless_used(studio):
            self.line.do(accept)
        return call

    def refuse(self, timeout: float = 5.0) -> Call:
        """Decline the call that is ringing (603). Raises NoAnswer when none comes."""
        call = self._ringing(timeout)
        self.line.do(
            lambda agent, now: agent.refuse(call.call_id, now, status=DECLINED)
        )
        return call

    def hang_up(self, call: Call) -> Call:
        """End a call, in whatever state it is (A13, B18)."""

        def end(agent: UserAgent, now: float) -> list[Effect]:
            # Asked here, on the loop: the other side may hang up at the same moment.
            return [] if call.state.is_over else agent.hang_up(call.call_id, now)

        if not call.state.is_over:
            self.line.do(end)
        return call

    def hold(self, call: Call) -> Call:
        """Put a call on hold: nothing is sent or played until `resume`."""
        self.line.do(lambda agent, now: agent.hold(call.call_id, now))
        return call

    def resume(self, call: Call) -> Call:
        """Go on with a call that you put on hold."""
        self.line.do(lambda agent, now: agent.resume(call.call_id, now))
        return call

    # --- what there is to see -------------------------------------------------------

    def known(self, call_id: str) -> Call | None:
        """A call that is not forgotten yet."""
        return self._calls.get(call_id)

    # --- inside ---------------------------------------------------------------------

    def _find(self, who: str) -> tuple[str, Address]:
        if who.startswith("sip:"):
            name, _, host = who.removeprefix("sip:").partition("@")
            if not name or not host:
                raise LocalError(f"{who!r} is not sip:NAME@HOST:PORT")
            to = resolve(parse_address(host, SIP_PORT))
            return who, to
        user = self._query(who)
        to = Address(user.host, user.port)
        return f"sip:{user.name}@{to}", to

    def _new_studio(self) -> Studio:
        studio = self._studios.new(self.line)
        session = studio.session
        session.on_silence = lambda seconds: self._nothing_comes(studio, seconds)
        return studio

    @contextmanager
    def _unless_used(self, studio: Studio) -> Iterator[None]:
        """Close the studio if no call came to use it: refused, or the cell was
        interrupted, in which case the loop may be about to begin that very call."""

        def look() -> None:
            if self._present.call is None or self._present.call.studio is not studio:
                studio.close()

        try:
            yield
        except BaseException:
            loop.shared().post(look)
            raise

    def _begin(self, call_id: str, studio: Studio | None) -> Call:
        """Take up a call that signalling has just begun; on the loop's thread."""
        call = Call(self, self.line.agent.calls[call_id], studio)
        with self._notices.changed:
            over = [key for key, old in self._calls.items() if old.state.is_over]
            for key in over:
                del self._calls[key]
            self._calls[call_id] = self._present.call = call
            self._notices.changed.notify_all()
        return call

    def hear(self, event: object) -> None:
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
                    if self._studios.appearance.video_paused
                    else f"refused: {event.why}; the call goes on as it was"
                )
            case BusyRefused():
                self._tell(f"{event.peer.name} called and was told that you are busy")

    def _call_changed(self, call: Call) -> None:
        call.update(self.line.agent.calls[call.call_id])
        if call.state.is_over and call.studio is not None:
            call.studio.close()
        self._tell(str(call.snapshot()))
        self.offer_pictures()  # the camera may have changed while it rang

    def _media_agreed(self, call: Call, streams: Sequence[AgreedStream]) -> None:
        before, view = call.snapshot(), self.line.agent.calls[call.call_id]
        call.update(view)
        if call.studio is not None:
            call.studio.set_up(setups(streams, view.held_by_me))
        if view.peer_video_paused != before.peer_video_paused:
            self._tell(
                f"{call.peer} sends no pictures now"
                if view.peer_video_paused
                else f"{call.peer} sends pictures again"
            )

    def offer_pictures(self) -> None:
        """Tell the peer, if it is news, whether we send pictures (C6, C7)."""
        call = self._present.call
        if call is None or call.studio is None:
            return
        media = self._studios.plans(call.studio)

        def offer(agent: UserAgent, now: float) -> list[Effect]:
            # Asked here, on the loop: the other side may hang up at the same moment.
            is_up = agent.calls[call.call_id].state.is_up
            return agent.change(call.call_id, media, now) if is_up else []

        self.line.do(offer)

    def _nothing_comes(self, studio: Studio, seconds: float) -> None:
        """No packet of the peer for so long; on the loop's thread, at every tick."""
        call = self._present.call
        if call is None or call.studio is not studio or call.state.is_over:
            return
        if seconds > self._silent:
            why = f"nothing came from {call.peer} for {self._silent:g} s"
            self.line.do(lambda agent, now: agent.lost(call.call_id, why, now))
            return
        notice = patience.notice(call, seconds, self._silent)
        if notice:
            self._tell(notice)

    def _ringing(self, timeout: float) -> Call:
        def incoming() -> Call | None:
            call = self._present.call
            is_ringing = call is not None and call.state is CallState.INCOMING
            return call if is_ringing else None

        with self._notices.changed:
            call = self._notices.changed.wait_for(incoming, timeout)
        if call is None:
            raise NoAnswer(
                f"no call came in for {self.name} within {timeout:g} s; "
                f"let somebody call {self.name} first"
            )
        return call

    def end(self) -> None:
        """Hang up, whatever comes of it, and free what the call had."""
        call = self._present.call
        if call is None:
            return
        try:
            self.hang_up(call)
        finally:
            if call.studio is not None:
                call.studio.close()
