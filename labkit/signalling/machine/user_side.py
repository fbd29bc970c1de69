"""The user agent's side towards its user: all that they can ask of it.

RFC 3261 section 8.1 begins where this ends: each wish becomes a request of one call.
Every method returns effects, and raises LocalError for a call that is not known, or not
in a state for it.

Requirements A10-A13, B16, B18. Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labkit.effects import Address, Effect
from labkit.errors import LocalError
from labkit.signalling.machine.call_book import CallBook
from labkit.signalling.machine.callee import Callee
from labkit.signalling.machine.caller import Caller
from labkit.signalling.machine.destination import Destination, Transport
from labkit.signalling.machine.events import CallView
from labkit.signalling.machine.profile import Profile
from labkit.signalling.machine.timing import Timing
from labkit.signalling.machine.transactions import Transactions
from labkit.signalling.messages.plan import MediaPlan
from labkit.signalling.messages.uri import Uri

if TYPE_CHECKING:
    from random import Random


class UserSide:
    """One user's calls, and what can be done with them."""

    def __init__(
        self,
        name: str,
        contact: Address,
        *,
        random: Random,
        t1: float = 0.5,
        transport: Transport = "UDP",
        ring_for: float = 60.0,
        display_name: str = "",
        lines: int = 1,
        password: str = "",
    ) -> None:
        self.profile = Profile(
            name,
            contact,
            random=random,
            timing=Timing(t1),
            transport=transport,
            ring_for=ring_for,
            display_name=display_name,
            password=password,
        )
        self._calls = CallBook(lines)
        self._transactions = Transactions(self.profile.timing)

    def rename(self, name: str) -> list[Effect]:
        """Be called so from now on; calls there were keep the name they began with."""
        old = self.profile
        self.profile = Profile(
            name,
            old.contact,
            random=old.random,
            timing=old.timing,
            transport=old.transport,
            ring_for=old.ring_for,
            password=old.password,
        )
        return []

    @property
    def calls(self) -> dict[str, CallView]:
        """Every call in progress and the last ones that are over, by Call-ID."""
        return self._calls.views

    def call(
        self, target: Uri | str, to: Address, media: Sequence[MediaPlan], now: float
    ) -> tuple[str, list[Effect]]:
        """Invite somebody (A10): a name or SIP URI, reached at address `to`.

        Returns the new call's id too. Raises LocalError for a URI that is none, or when
        all lines are taken.
        """
        self._calls.must_have_a_line()
        if isinstance(target, str):
            target = Uri.typed(target, to)
        hop = Destination(self.profile.transport, to)
        call = Caller(self.profile, self._transactions, target, hop, now)
        effects = call.start(media, now)
        self._calls.enter(call)
        return call.call_id, effects

    def answer(
        self, call_id: str, media: Sequence[MediaPlan], now: float
    ) -> list[Effect]:
        """Accept the call that rings here; our ports go out in the acceptance (A11)."""
        call = self._ringing(call_id)
        return self._calls.seen(call, call.answer(media, now))

    def refuse(self, call_id: str, now: float, status: int = 603) -> list[Effect]:
        """Refuse the call that rings here: 603 declines, 486 says busy."""
        call = self._ringing(call_id)
        return self._calls.seen(call, call.refuse(status, now))

    def hang_up(self, call_id: str, now: float) -> list[Effect]:
        """End a call as its state asks: CANCEL, a refusal or BYE (A13, B18)."""
        call = self._calls.known(call_id)
        if call.state.is_over:
            raise LocalError(f"the call with {call.peer.name} is over already")
        return self._calls.seen(call, call.hang_up(now))

    def lost(self, call_id: str, why: str, now: float) -> list[Effect]:
        """The peer is gone, as the silence of their media tells: end the call."""
        call = self._calls.known(call_id)
        return self._calls.seen(call, call.lost(why, now))

    def hold(self, call_id: str, now: float) -> list[Effect]:
        """Put the peer on hold."""
        call = self._calls.known(call_id)
        return self._calls.seen(call, call.hold(True, now))

    def resume(self, call_id: str, now: float) -> list[Effect]:
        """Go on with a call that we put on hold."""
        call = self._calls.known(call_id)
        return self._calls.seen(call, call.hold(False, now))

    def change(
        self, call_id: str, media: Sequence[MediaPlan], now: float
    ) -> list[Effect]:
        """Ask the peer for other ports, formats or media."""
        call = self._calls.known(call_id)
        return self._calls.seen(call, call.change(media, now))

    def say(self, call_id: str, text: str, now: float) -> tuple[int, list[Effect]]:
        """Say something in writing to the peer of a call that is up.

        Returns its number, which `TextDelivered` and `TextFailed` bear.
        """
        call = self._calls.known(call_id)
        number, effects = call.say(text, now)
        return number, self._calls.seen(call, effects)

    def record(self, call_id: str, wanted: bool, now: float) -> list[Effect]:
        """Ask the peer whether the call may be recorded; or stop that (RFC 7866)."""
        call = self._calls.known(call_id)
        return self._calls.seen(call, call.record(wanted, now))

    def allow_recording(self, call_id: str, allows: bool, now: float) -> list[Effect]:
        """Let the peer record, or not; also while it does."""
        call = self._calls.known(call_id)
        return self._calls.seen(call, call.allow_recording(allows, now))

    def _ringing(self, call_id: str) -> Callee:
        call = self._calls.known(call_id)
        if not isinstance(call, Callee):
            raise LocalError(
                f"you called {call.peer.name}; only they can answer or refuse"
            )
        return call
