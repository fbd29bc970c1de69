"""A SIP door to a table of users: it registers phones, and tells callers where to call.

A registrar (RFC 3261 section 10) that is a *redirect server* (section 8.3): who invites
somebody here is answered 302 with the Contact and then calls directly, so no call goes
through a server. It remembers no transaction (section 8.2.7): a repeated request is
answered anew, and the same.

Requirements A1, A2. Notebook: 02-signalling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from labkit.effects import (
    Address,
    Effect,
    Malformed,
    Notify,
    Send,
    StartTimer,
    StopTimer,
)
from labkit.errors import RemoteError
from labkit.signalling.machine.admission import stamped
from labkit.signalling.machine.destination import Destination, Transport, back_to
from labkit.signalling.machine.guard import Guard
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.parameters import Parameters
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response, answer_to
from labkit.signalling.messages.uri import Uri
from labkit.signalling.wire import sip

if TYPE_CHECKING:
    from random import Random

USUAL, LONGEST = 3600, 7200
"""Seconds for which a registration holds."""
METHODS = ("REGISTER", "INVITE", "OPTIONS")
ALLOW = ("Allow", ", ".join((*METHODS, "ACK", "CANCEL")))
_Header = tuple[str, str]


class LocationService(Protocol):
    """The table behind the door (the RFC's name for it: section 10.1)."""

    def find(self, name: str) -> Address | None:
        """Where `name` takes calls."""

    def enter(self, name: str, address: Address, source: Address) -> str:
        """Register, or renew; returns why not, or empty text."""

    def leave(self, name: str) -> None:
        """Take the name off, if it came in by this door."""


@dataclass(frozen=True, slots=True)
class Expires:
    """The timer after which a registration that nobody renewed is forgotten."""

    name: str


class Registrar:
    """Bytes in, effects out; nothing that arrives makes it raise.

    `domains` are the hosts that are this door; the others get 404, since sending them
    on would make some phones go round in circles. With `passwords`, by name, a name
    must be proved to register it.
    """

    def __init__(
        self,
        location: LocationService,
        domains: Collection[str],
        *,
        random: Random,
        passwords: Mapping[str, str] | None = None,
        algorithm: str = "MD5",
    ) -> None:
        self._location = location
        self._domains = frozenset(domain.lower() for domain in domains)
        self._guard = Guard("labkit", passwords or {}, random, algorithm)
        self._salt = random.randbytes(16)

    # --- inputs ---

    def received(
        self,
        data: bytes,
        source: Address,
        now: float,
        transport: Transport = "UDP",
        connection: Hashable = None,
    ) -> list[Effect]:
        """Take one datagram, or one message of a connection."""
        if not data.strip(b"\r\n\0"):
            return []
        seen = Destination(transport, source, connection)
        try:
            message = sip.parse(data)
        except RemoteError as error:
            return self._malformed(error, seen)
        if not isinstance(message, Request) or message.method in ("ACK", "CANCEL"):
            return []  # without transactions there is nothing to end or to cancel
        request = stamped(message, seen)
        answer, effects = self._answer(request, source, now)
        return [Send(sip.write(answer), back_to(request, seen)), *effects]

    def timeout(self, key: Hashable, now: float) -> list[Effect]:
        """A registration was not renewed."""
        if isinstance(key, Expires):
            self._location.leave(key.name)
        return []

    def unreachable(self, to: Hashable, now: float) -> list[Effect]:
        """An answer could not be delivered: who asked will ask again."""
        return []

    # --- requests ---

    def _answer(
        self, request: Request, source: Address, now: float
    ) -> tuple[Response, list[Effect]]:
        if request.method not in METHODS:
            return self._reply(request, 405, ALLOW), []
        required = ", ".join(request.header_list("Require"))
        if required:
            return self._reply(request, 420, ("Unsupported", required)), []
        if request.uri.host.lower() not in self._domains:
            return self._reply(request, 404, reason="Not here: another domain"), []
        if request.method == "OPTIONS":
            return self._reply(request, 200, ALLOW), []
        if request.method == "INVITE":
            return self._redirect(request), []
        return self._register(request, source, now)

    def _redirect(self, request: Request) -> Response:
        """302: call there (section 8.3)."""
        name = request.uri.name
        address = self._location.find(name)
        if address is None:
            return self._reply(request, 404, reason="Nobody of that name is here")
        return self._reply(request, 302, contact=NameAddress(Uri.of(name, address)))

    def _register(
        self, request: Request, source: Address, now: float
    ) -> tuple[Response, list[Effect]]:
        """Section 10.3, step by step; one Contact a name is kept."""
        name = request.to.uri.name
        challenge = self._guard.admits(request, name, now)
        if challenge is not None:
            header = ("WWW-Authenticate", str(challenge))
            return self._reply(request, 401, header), []
        if request.header("Contact") == "*":
            return self._leave(request, name)
        if not request.contact:
            return self._bindings(request, name), []
        return self._enter(request, name, source, now)

    def _enter(
        self, request: Request, name: str, source: Address, now: float
    ) -> tuple[Response, list[Effect]]:
        wanted = request.contact[0]
        seconds = _seconds(request, wanted)
        if seconds is None:
            return self._reply(request, 400, reason="Expires is no number"), []
        if seconds == 0:
            return self._leave(request, name)
        why = self._location.enter(name, wanted.uri.address, source)
        if why:
            return self._reply(request, 403, reason=why), []
        expires = StartTimer(Expires(name), now + seconds)
        return self._bindings(request, name, seconds), [expires]

    def _leave(self, request: Request, name: str) -> tuple[Response, list[Effect]]:
        self._location.leave(name)
        return self._bindings(request, name), [StopTimer(Expires(name))]

    def _bindings(self, request: Request, name: str, seconds: int = USUAL) -> Response:
        """200: what is known of this name now."""
        address = self._location.find(name)
        if address is None:
            return self._reply(request, 200)
        user = request.contact[0].uri.user if request.contact else request.to.uri.user
        held = Parameters((("expires", str(seconds)),))
        contact = NameAddress(Uri(address.host, address.port, user), parameters=held)
        return self._reply(request, 200, contact=contact)

    # --- answers ---

    def _reply(
        self,
        request: Request,
        status: int,
        *headers: _Header,
        reason: str = "",
        contact: NameAddress | None = None,
    ) -> Response:
        return answer_to(
            request,
            status,
            reason=reason,
            to_tag=self._tag(request),
            contact=contact,
            headers=headers,
        )

    def _tag(self, request: Request) -> str:
        """The same for the same request, without remembering any (section 8.2.7)."""
        what = f"{request.call_id} {request.from_.tag} {request.branch}"
        return hashlib.sha256(self._salt + what.encode()).hexdigest()[:12]

    def _malformed(self, error: RemoteError, seen: Destination) -> list[Effect]:
        effects: list[Effect] = [Notify(Malformed(str(error), seen.address))]
        if isinstance(error.reply, Response):
            back = seen
            if not seen.is_reliable:
                via = error.reply.via[0].seen_from(seen.address)
                back = Destination("UDP", via.answer_to)
            effects.insert(0, Send(sip.write(error.reply), back))
        return effects


def _seconds(request: Request, contact: NameAddress) -> int | None:
    """For how long, as the Contact says, or the header Expires; None: no number."""
    text = contact.parameters.get("expires") or request.header("Expires") or str(USUAL)
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return min(int(text), LONGEST)
