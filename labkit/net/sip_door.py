"""The registry's SIP door: phones of other people register here and ask where to call.

What is said in SIP is the business of `labkit.signalling.machine.registrar`. To the
registry each of these phones is one more client, for whom the door says REGISTER and
UNREGISTER: so all its rules hold, and everybody sees the same table.

Requirements A1, A2. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import SystemRandom

from labkit.effects import Address, Send
from labkit.errors import LocalError
from labkit.net import clock
from labkit.net.registry_server import RegistryServer
from labkit.net.sip import SipEndpoint
from labkit.registry.machine import RegistryEffect
from labkit.registry.messages import (
    Refused,
    Register,
    Request,
    Unregister,
    checked_name,
)
from labkit.registry.wire import parse_reply, write_request
from labkit.signalling.machine.registrar import Registrar
from labkit.signalling.messages.digest import ALGORITHMS

SIP_PORT = 5060


class SipDoor:
    """Listens for SIP, over UDP and TCP, on `port` of the registry's first address.

    With `passwords`, by name, a name must be proved to register it, by a digest of this
    `algorithm`: MD5 or SHA-256. Raises LocalError if the port is taken.
    """

    def __init__(
        self,
        server: RegistryServer,
        addresses: Sequence[Address],
        port: int = SIP_PORT,
        passwords: Mapping[str, str] | None = None,
        algorithm: str = "MD5",
    ) -> None:
        if algorithm not in ALGORITHMS:
            known = " or ".join(ALGORITHMS)
            raise LocalError(f"a digest is by {known}, not by {algorithm!r}")
        self._server = server
        self._names: set[str] = set()
        self._domains = {"localhost", *(address.host for address in addresses)}
        self._passwords, self._algorithm = passwords, algorithm
        self._endpoint = SipEndpoint(
            addresses[0].host, port, self._registrar, lambda _: None, server.trace
        )

    def _registrar(self, address: Address) -> Registrar:
        return Registrar(
            self,
            self._domains,
            random=SystemRandom(),
            passwords=self._passwords,
            algorithm=self._algorithm,
        )

    @property
    def address(self) -> Address:
        """Where phones register."""
        return self._endpoint.address

    def close(self) -> None:
        """Stop listening; who registered here goes with the registry."""
        self._endpoint.close()

    # --- what the registrar asks of the table, on the loop's thread ---

    def find(self, name: str) -> Address | None:
        """Where `name` takes calls."""
        lease = self._server.machine.table.named(name)
        return Address(lease.user.host, lease.user.port) if lease else None

    def enter(self, name: str, address: Address, source: Address) -> str:
        """Register, or renew; returns why not, or empty text."""
        if name in self._names and self.find(name) == address:
            return ""
        self.leave(name)
        try:
            wish = Register(name, address.host, address.port)
        except LocalError as error:
            return str(error)
        now, machine = clock.now(), self._server.machine
        effects = machine.connected(_key(name), source, now)
        refusal = _refusal(effects) or self._ask(name, wish)
        self._server.apply(effects, now)
        if refusal:
            self._server.apply(machine.disconnected(_key(name), now), now)
        else:
            self._names.add(name)
        return refusal

    def leave(self, name: str) -> None:
        """Take the name off, if it came in by this door."""
        if name in self._names:
            self._names.remove(name)
            self._ask(name, Unregister(name))
            now = clock.now()
            gone = self._server.machine.disconnected(_key(name), now)
            self._server.apply(gone, now)

    def _ask(self, name: str, request: Request) -> str:
        """Say it for this phone; returns why it was refused, or empty text."""
        now = clock.now()
        effects = self._server.machine.received(_key(name), write_request(request), now)
        self._server.apply(effects, now)
        return _refusal(effects)


def _key(name: str) -> tuple[str, str]:
    """What the registry knows a phone by that came in here."""
    return ("sip", name)


def _refusal(effects: Sequence[RegistryEffect]) -> str:
    for effect in effects:
        if isinstance(effect, Send):
            reply = parse_reply(effect.data)
            if isinstance(reply, Refused):
                return reply.text
    return ""


def read_passwords(path: Path) -> dict[str, str]:
    """A name and its password a line, a blank between them. Raises LocalError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError(f"the passwords in {path} cannot be read: {error}") from None
    found = {}
    for number, line in enumerate(filter(str.strip, lines), 1):
        name, _, password = line.strip().partition(" ")
        if not password.strip():
            raise LocalError(f"{path}, entry {number}: no password after the name")
        found[checked_name(name)] = password.strip()
    if not found:
        raise LocalError(f"{path} holds no passwords: a name and a password a line")
    return found
