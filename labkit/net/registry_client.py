"""The registry's client: plain methods that wait for the answer.

    client = RegistryClient(Address("127.0.0.1", 5000), observer="alice")
    client.register("alice", client.local_host, 6000)
    client.query("bob")                 # User(name='bob', host='127.0.0.1', port=6050)
    client.quit()                       # waits for `221 bye`, then closes (A8)

The connection is the lease: as long as it is open, the names registered on it stand.

Requirements A1–A3, A7–A9, B3–B10. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from labkit.effects import Address
from labkit.errors import NoAnswer, RemoteError
from labkit.net import loop as loops
from labkit.net.addresses import resolve
from labkit.net.registry_connection import RegistryConnection
from labkit.net.registry_errors import (
    AddressRefused,
    AddressTaken,
    BadRequest,
    NameTaken,
    RequestRefused,
    UnknownUser,
    error_for,
)
from labkit.registry.messages import (
    Bye,
    Found,
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Registered,
    Request,
    Unregister,
    Unregistered,
    User,
    UserList,
)
from labkit.registry.wire import LINES, ClientWire
from labkit.trace.record import Trace

__all__ = [
    "AddressRefused",
    "AddressTaken",
    "BadRequest",
    "NameTaken",
    "RegistryClient",
    "RequestRefused",
    "UnknownUser",
]
_Wanted = TypeVar("_Wanted")


class RegistryClient:
    """One connection to a registry; its methods may be called from any thread but the
    loop's.

    All of them raise NoAnswer when the registry is gone or silent for `timeout`
    seconds, and a RequestRefused (NameTaken, UnknownUser, …) when it says no.
    """

    def __init__(
        self,
        server: Address,
        *,
        observer: str,
        trace: Trace | None = None,
        timeout: float = 5.0,
        on_lost: Callable[[str], None] | None = None,
        wire: ClientWire = LINES,
    ) -> None:
        """`wire` is how requests and replies are written: mostly the kit's lines."""
        self.server = server
        self.wire = wire
        self.trace = Trace(observer) if trace is None else trace
        self.timeout = timeout
        self.on_lost = on_lost
        """Told once, in words, on the loop's thread, when the registry goes away."""
        self._loop = loops.shared()
        self._connection = self._connect()

    @property
    def connected(self) -> bool:
        """Whether the connection stands, as far as anybody knows."""
        return self._connection.is_open

    @property
    def local_host(self) -> str:
        """Our own address on the way to the registry: the one to register."""
        return self._connection.here.host

    def register(self, name: str, host: str, port: int) -> User:
        """Enter the table; raises NameTaken, AddressTaken, AddressRefused (A1)."""
        return self._ask(Register(name, host, port), Registered).user

    def query(self, name: str) -> User:
        """Where is this user? Raises UnknownUser (A2, A7)."""
        return self._ask(Query(name), Found).user

    def list(self) -> list[User]:
        """Everybody who is registered (A9)."""
        return [*self._ask(ListUsers(), UserList).users]

    def unregister(self, name: str) -> None:
        """Leave the table and keep the connection; raises UnknownUser."""
        self._ask(Unregister(name), Unregistered)

    def quit(self) -> None:
        """Say goodbye, wait for the closing message, then close (A3, A8, B8).

        Quiet when the connection is gone already.
        """
        if not self.connected:
            return
        self._connection.leaving = True
        try:
            self._ask(Quit(), Bye)
        except NoAnswer:
            if self.connected:  # else it ended before its last word: just as well
                raise
        finally:
            self.close()

    def close(self) -> None:
        """Drop the connection without a word; the names last for the grace."""
        self._loop.call(self._connection.close)

    def reconnect(self) -> None:
        """Connect to the same registry again; names must be registered anew."""
        self.close()
        self._connection = self._connect()

    # --- on the wire

    def _connect(self) -> RegistryConnection:
        host, port = resolve(self.server)

        made: list[RegistryConnection] = []

        def new() -> RegistryConnection:
            return RegistryConnection(self.server, self.wire, self.trace, self._lost)

        async def connect() -> RegistryConnection:
            _, connection = await self._loop.asyncio.create_connection(
                lambda: RegistryConnection(
                    self.server, self.wire, self.trace, self._lost
                ),
                host,
                port,
            )
            made.append(connection)
            return connection

        try:
            return self._loop.run(connect(), self.timeout)
        except ConnectionRefusedError:
            why = "nobody listens there; is the registry started, is this its port?"
        except NoAnswer:
            why = f"no answer within {self.timeout:g} s; a wrong address, a firewall?"
        except KeyboardInterrupt:  # the cell was interrupted as it came about
            for connection in made:
                self._loop.post(connection.close)
            raise
        except OSError as error:
            why = f"{error.strerror or error}; check the address and the network"
        raise NoAnswer(f"The registry at {self.server} cannot be reached: {why}")

    def _ask(self, request: Request, wanted: type[_Wanted]) -> _Wanted:
        connection = self._connection
        try:
            reply = self._loop.run(connection.ask(request), self.timeout)
        except NoAnswer as error:
            if not connection.is_open:
                raise
            raise NoAnswer(
                f"The registry at {self.server} did not answer within "
                f"{self.timeout:g} s, though the connection stands."
            ) from error
        if isinstance(reply, Refused):
            raise error_for(self.server, reply)
        if not isinstance(reply, wanted):
            raise RemoteError(
                f"The registry at {self.server} answered {reply!r} "
                f"to {request!r}: is that a registry?"
            )
        return reply

    def _lost(self, why: str) -> None:
        if self.on_lost is not None:
            self.on_lost(why)

    def __repr__(self) -> str:
        state = "connected" if self.connected else "not connected"
        return f"<RegistryClient of {self.trace.observer} at {self.server}: {state}>"
