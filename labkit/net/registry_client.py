"""The registry's client: plain methods that wait for the answer.

    client = RegistryClient(Address("127.0.0.1", 5000), observer="alice")
    client.register("alice", client.local_host, 6000)
    client.query("bob")                 # User(name='bob', host='127.0.0.1', port=6050)
    client.quit()                       # waits for `221 bye`, then closes (A8)

The connection is the lease: as long as it is open, the names registered on it stand.

Requirements A1–A3, A7–A9, B3–B10. Notebook: 01-registry.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer, RemoteError
from labkit.net import clock
from labkit.net import loop as loops
from labkit.net.addresses import resolve
from labkit.net.registry_errors import (
    AddressRefused,
    AddressTaken,
    BadRequest,
    NameTaken,
    RequestRefused,
    UnknownUser,
    error_for,
)
from labkit.net.registry_tcp import keep_alive, plain_address
from labkit.registry.messages import (
    Bye,
    Found,
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Registered,
    Reply,
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
MOST_UNANSWERED = 100
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

    def _connect(self) -> _Connection:
        host, port = resolve(self.server)

        made: list[_Connection] = []

        async def connect() -> _Connection:
            _, connection = await self._loop.asyncio.create_connection(
                lambda: _Connection(self), host, port
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

    def __repr__(self) -> str:
        state = "connected" if self.connected else "not connected"
        return f"<RegistryClient of {self.trace.observer} at {self.server}: {state}>"


class _Connection(asyncio.Protocol):
    """The client's socket, on the loop's thread: replies come in the order of the
    requests."""

    def __init__(self, client: RegistryClient) -> None:
        self.is_open = False
        self.leaving = False
        """Whether the end of the connection is our own wish."""
        self._client = client
        self._reader = client.wire.reply_reader()
        self._unanswered: deque[tuple[Request, asyncio.Future[Reply]]] = deque()
        self._last_words = ""
        self._gone = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        keep_alive(transport.get_extra_info("socket"))
        self._transport = transport
        self.here = plain_address(transport.get_extra_info("sockname"))
        self.there = plain_address(transport.get_extra_info("peername"))
        self.is_open = True

    async def ask(self, request: Request) -> Reply:
        """Send a request and wait for its reply."""
        if not self.is_open:
            raise NoAnswer(self._gone or "The connection to the registry is closed.")
        if len(self._unanswered) >= MOST_UNANSWERED:
            raise LocalError(
                f"The registry at {self._client.server} has not answered the last "
                f"{MOST_UNANSWERED} requests; it is no use to ask more."
            )
        data = self._client.wire.write_request(request)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._unanswered.append((request, answer))
        self._transport.write(data)
        self._client.trace.record(
            clock.now(), "registry", "TCP", "sent", self.here, self.there, data
        )
        return await answer  # given up or not, it keeps its place in the queue

    def data_received(self, data: bytes) -> None:
        for reply in self._reader.feed(data):
            self._answered(reply)

    def _answered(self, data: bytes) -> None:
        reply: Reply | RemoteError
        asked = self._unanswered[0][0] if self._unanswered else None
        try:
            reply, note = self._client.wire.parse_reply(data, asked), ""
        except RemoteError as error:
            reply, note = error, f"malformed: {error}"
        self._client.trace.record(
            clock.now(), "registry", "TCP", "received",
            self.there, self.here, data, note,
        )  # fmt: skip
        if not self._unanswered:  # unasked: why it is about to close, most likely
            if isinstance(reply, Refused):
                self._last_words = f" It said {reply.status}: {reply.text}."
            return
        _, answer = self._unanswered.popleft()
        if answer.done():
            return
        if isinstance(reply, RemoteError):
            answer.set_exception(reply)
        else:
            answer.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        how = f"broke ({exc})" if exc else "was closed by the other side"
        self._end(f"The connection to the registry at {self._client.server} {how}.")

    def close(self) -> None:
        """End the connection for reasons of our own."""
        self.leaving = True
        self._transport.close()
        self._end("The connection to the registry was closed here.")

    def _end(self, why: str) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._gone = why + self._last_words
        for _, answer in self._unanswered:
            if not answer.done():
                answer.set_exception(NoAnswer(self._gone))
        self._unanswered.clear()
        if not self.leaving and self._client.on_lost is not None:
            self._client.on_lost(self._gone)
