"""The registry for people: one line starts it, its table and its events are there to
see.

    registry = Registry(port=5000)
    registry                # <Registry on 192.168.0.7:5000: 2 users (alice, bob)>
    registry.users          # [User(name='alice', …), User(name='bob', …)]
    registry.subscribe(print)   # alice at 192.168.0.7:6000 registered

Requirements A4–A6, B2, B5, B10. Notebook: 01-registry.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from labkit.dialects import Dialect, load
from labkit.dialects.dialect import RegistryTalk
from labkit.dialects.machine.registry import DialectRegistry
from labkit.effects import Address
from labkit.errors import LabkitError, LocalError
from labkit.net import loop as loops
from labkit.net.registry_server import RegistryServer
from labkit.net.registry_tcp import (
    listen,
    most_connections,
    plain_address,
    reachable_addresses,
)
from labkit.net.sip_door import SipDoor
from labkit.registry.machine import Limits, Policy, RegistryEvent, RegistryMachine
from labkit.registry.messages import User
from labkit.trace.record import Record, Trace

if TYPE_CHECKING:
    from labkit.net.discovery import Announcement

DEFAULT_PORT = 5000
_log = logging.getLogger("labkit.registry")
_open: dict[tuple[str, int], Registry] = {}
"""The registries of this process by the host and port that were asked for."""
_open_lock = threading.RLock()


class Registry:
    """A registry that listens from its construction until `close`.

    `host` is an address of this machine, or `""` for all of them; port 0 takes any free
    port. `exclusive_ip` allows one user per IP address (A1 to the letter), not only one
    per address and port; `check_address` believes only the address that a client's
    connection comes from; a user whose connection drops without a word keeps name and
    address for `grace` seconds. `dialect` is another group's wire format or its file
    (`labkit.dialects`); its usual port is then the default. `announce` lets the phones
    of the local network find it by themselves (B3): its address is told to everybody
    there. `sip` is a port for the SIP phones of other people, 5060 by custom and 0 for
    any free one: they register there, with a digest if there are `passwords` by name,
    and are told where to call. `on_message` is called with the trace's record of every
    message, on the loop's thread.

    Running the same line twice is safe: the former registry for the same host and port
    is closed first. For port 0 the new one takes over the former one's port number.

    Raises LocalError, with the way out, when the port is taken.
    """

    def __init__(
        self,
        host: str = "",
        port: int | None = None,
        *,
        exclusive_ip: bool = False,
        check_address: bool = True,
        grace: float = 5.0,
        dialect: Dialect | str | None = None,
        announce: bool = False,
        limits: Limits | None = None,
        sip: int | None = None,
        passwords: Mapping[str, str] | None = None,
        digest: str = "MD5",
        on_message: Callable[[Record], None] | None = None,
    ) -> None:
        self.trace = Trace("registry")
        self.policy = Policy(exclusive_ip, check_address, grace)
        limits = limits or Limits()
        possible = most_connections()
        self.limits = dataclasses.replace(
            limits,
            connections=min(limits.connections, possible),
            # One host alone shall not keep all the others out.
            connections_per_host=min(limits.connections_per_host, possible // 2),
        )
        if on_message is not None:
            self.trace.subscribe(on_message)
        self._subscribers: list[Callable[[RegistryEvent], None]] = []
        self._loop = loops.shared()
        talk = _spoken(dialect)
        if talk is None:
            self._machine = RegistryMachine(self.policy, self.limits)
        else:
            self._machine = DialectRegistry(talk, self.policy, self.limits)
        if port is None:
            port = DEFAULT_PORT if talk is None else talk.port
        self._server = RegistryServer(self._machine, self.trace, self._loop, self._tell)
        self._asked = (host, port)
        self._announcement: Announcement | None = None
        self._door: SipDoor | None = None
        with _open_lock:
            self._take_over()
            _open[self._asked] = self
        try:
            if sip is not None:
                self._door = SipDoor(
                    self._server, self.addresses, sip, passwords, digest
                )
            if announce:
                self.announce()
        except LabkitError:
            self.close()
            raise

    def _take_over(self) -> None:
        """Close the former registry for this host and port, then listen."""
        host, port = self._asked
        former = _open.get(self._asked)
        if former is not None:
            former.close()
            port = former.address.port
        try:
            sockets = listen(host, port)
        except LocalError as error:
            for other in _open.values():
                if other.address.port == port:
                    raise LocalError(
                        f"port {port} is taken by {other!r} of this very program; "
                        "close that one first, with its method close()"
                    ) from error
            raise
        bound = plain_address(sockets[0].getsockname())
        self.addresses = reachable_addresses(bound)
        """All IPv4 addresses one can tell to others (B2)."""
        self._loop.run(self._server.start(sockets))

    @property
    def address(self) -> Address:
        """Where clients find this registry; the first of `addresses`."""
        return self.addresses[0]

    @property
    def users(self) -> list[User]:
        """The live table, in the order of registration (A4)."""
        return self._machine.users

    @property
    def connections(self) -> int:
        """How many clients are connected, registered or not."""
        return self._machine.connections

    @property
    def is_open(self) -> bool:
        """Whether it still listens."""
        return _open.get(self._asked) is self

    @property
    def about(self) -> str:
        """What a client should know, in words: where, and the grace (B2)."""
        where = " and ".join(str(address) for address in self.addresses)
        return (
            f"The registry listens on {where}. A user whose connection drops without a "
            f"word keeps name and address for {self.policy.grace:g} s."
        )

    def announce(self) -> None:
        """Tell the local network where we are; again changes nothing.

        Raises NoAnswer when the network does not take it; the registry works all the
        same, for whoever knows its address.
        """
        if self._announcement is None:
            from labkit.net.discovery import Announcement

            self._announcement = Announcement(self.addresses)

    @property
    def sip_address(self) -> Address | None:
        """Where SIP phones register; None without a door for them."""
        return self._door.address if self._door is not None else None

    @property
    def announced_as(self) -> str:
        """The name under which the local network sees it; empty if it does not."""
        return self._announcement.name if self._announcement is not None else ""

    def subscribe(
        self, callback: Callable[[RegistryEvent], None]
    ) -> Callable[[], None]:
        """Call `callback` with each event, on the loop's thread; it must not block.

        Returns a function that ends the subscription.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def _tell(self, event: RegistryEvent) -> None:
        for callback in tuple(self._subscribers):
            try:
                callback(event)
            except Exception:
                _log.exception("a subscriber of the registry failed")

    def close(self) -> None:
        """Stop listening and end all connections; safe to call twice."""
        with _open_lock:
            if self.is_open:
                del _open[self._asked]
        if self._announcement is not None:
            self._announcement.close()
        if self._door is not None:
            self._door.close()
        self._loop.call(self._server.refuse_newcomers)
        self._loop.call(self._server.close)

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if not self.is_open:
            return f"<Registry on {self.address}: closed>"
        names = [user.name for user in self.users]
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        count = f"{len(names)} user{'' if len(names) == 1 else 's'}"
        return f"<Registry on {self.address}: {count}{f' ({shown})' if names else ''}>"


def _spoken(dialect: Dialect | str | None) -> RegistryTalk | None:
    """How this registry speaks; None for the kit's own way."""
    if dialect is None:
        return None
    known = dialect if isinstance(dialect, Dialect) else load(dialect)
    if known.registry is None:
        raise LocalError(f"the dialect {known.name} has no [registry]")
    return known.registry
