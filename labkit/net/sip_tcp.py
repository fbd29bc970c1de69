"""The TCP connections of one phone's signalling: bytes into messages and back.

Messages are framed by Content-Length (RFC 3261, section 18.3). What waits, for a
connection to open or for a peer to read, is bounded. `labkit.net.sip` is the endpoint.

Requirement B19. Notebook: 02-signalling.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import Protocol, cast

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.net import loop
from labkit.signalling.machine.destination import Destination
from labkit.signalling.wire.framing import Splitter

MOST_CONNECTIONS = 64
MOST_UNSENT = 262_144
"""Bytes that may wait on a TCP connection whose peer does not read."""
CONNECT_SECONDS = 5.0
LINGER = 2.0
"""Seconds for which a closed connection may still send what was written."""
MOST_UNOPENED = 256
"""Messages that may wait for a connection to open."""


class SipOwner(Protocol):
    """What connections ask of the endpoint that they belong to."""

    @property
    def address(self) -> Address:
        """Where it listens."""

    def received(self, data: bytes, source: Destination, here: Address) -> None:
        """A whole message came."""

    def broken(self, source: Destination, here: Address, data: bytes, why: str) -> None:
        """What came cannot be followed any more."""

    def unreachable(self, to: Destination) -> None:
        """Nothing can be delivered there."""

    def show_sent(self, to: Destination, here: Address, data: bytes) -> None:
        """A message leaves."""


class SipConnections:
    """All TCP connections of one endpoint, by key and by the address they lead to."""

    def __init__(self, endpoint: SipOwner) -> None:
        self.endpoint = endpoint
        self.open: dict[int, SipConnection] = {}  # the longest idle first
        self.by_address: dict[Address, int] = {}
        self._opening: dict[Address, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keys = itertools.count(1)

    def accept(self) -> SipConnection:
        """A protocol for a connection that somebody opened, or that we open."""
        return SipConnection(self, next(self._keys))

    def made(self, connection: SipConnection) -> None:
        """Enter a new connection; beyond the limit the longest idle one is closed."""
        self.open[connection.key] = connection
        self.by_address[connection.peer] = connection.key
        if len(self.open) > MOST_CONNECTIONS:
            next(iter(self.open.values())).cut()

    def used(self, connection: SipConnection) -> None:
        """Something went over it: it is the last to be closed now."""
        if self.open.pop(connection.key, None) is not None:
            self.open[connection.key] = connection

    def lost(self, connection: SipConnection) -> None:
        """Forget a connection."""
        self.open.pop(connection.key, None)
        if self.by_address.get(connection.peer) == connection.key:
            del self.by_address[connection.peer]

    def send(self, data: bytes, to: Destination) -> None:
        """Send on the connection named, else on one that leads there, else on a new
        one."""
        key = to.connection
        if not isinstance(key, int) or key not in self.open:
            key = self.by_address.get(to.address, 0)
        if key in self.open:
            self.open[key].send(data)
        elif to.address in self._opening:
            if len(self._opening[to.address]) < MOST_UNOPENED:
                self._opening[to.address].append(data)
        elif len(self._opening) < MOST_CONNECTIONS:
            self._opening[to.address] = [data]
            task = asyncio.get_running_loop().create_task(self._connect(to))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self.endpoint.unreachable(to)

    async def _connect(self, to: Destination) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await asyncio.get_running_loop().create_connection(
                    self.accept, *to.address, local_addr=(self.endpoint.address.host, 0)
                )
        except OSError:
            self._opening.pop(to.address, None)
            self.endpoint.unreachable(to)
        else:
            for data in self._opening.pop(to.address, ()):
                connection.send(data)

    def close(self) -> None:
        """Close all, after what was written has left."""
        for task in self._tasks:
            task.cancel()
        for connection in tuple(self.open.values()):
            connection.close()


class SipConnection(asyncio.Protocol):
    """One TCP connection: bytes into messages, messages into bytes."""

    def __init__(self, connections: SipConnections, key: int) -> None:
        self.key = key
        self.peer = self.here = Address("", 0)
        self._connections = connections
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast(asyncio.Transport, transport)
        self.peer = Address(*transport.get_extra_info("peername")[:2])
        self.here = Address(*transport.get_extra_info("sockname")[:2])
        self._connections.made(self)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._connections.used(self)
        source = Destination("TCP", self.peer, self.key)
        endpoint = self._connections.endpoint
        try:
            for message in self._splitter.feed(data):
                endpoint.received(message, source, self.here)
        except RemoteError as error:
            endpoint.broken(source, self.here, data, str(error))
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio."""
        self._connections.lost(self)

    def send(self, data: bytes) -> None:
        """Write one message; a peer that does not read is cut off."""
        if self._transport is None or self._transport.is_closing():
            return
        self._connections.used(self)
        to = Destination("TCP", self.peer, self.key)
        self._connections.endpoint.show_sent(to, self.here, data)
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self._transport.abort()

    def close(self) -> None:
        """Close after what was written has left, if the peer reads it soon."""
        self._connections.lost(self)
        if self._transport is not None:
            self._transport.close()
            loop.shared().asyncio.call_later(LINGER, self._transport.abort)

    def cut(self) -> None:
        """Close at once: who does not read must not hold a connection for good."""
        self._connections.lost(self)
        if self._transport is not None:
            self._transport.abort()
