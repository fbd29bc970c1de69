"""The TCP connections of a dialect's calls: those that others open, and our own.

Requirement C10. Notebook: 09-practica3.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Hashable, Iterable
from itertools import count
from typing import Protocol

from labkit.dialects.machine.connections import Dial
from labkit.dialects.machine.events import CallEffect
from labkit.effects import Address
from labkit.net import clock, loop
from labkit.net.dialect_agent import DialectAgent
from labkit.trace.record import Direction, Transport

CONNECT_SECONDS = 5.0
LINGER = 2.0
"""Seconds for which a closed connection may still send what was written."""
PAUSE = 1.0
"""Seconds after which connections are accepted again, when none could be."""
MOST_UNSENT = 65_536
"""Bytes that may wait on a connection whose peer does not read."""


class DialectOwner(Protocol):
    """What connections ask of the endpoint that they belong to."""

    agent: DialectAgent
    address: Address

    def apply(self, effects: Iterable[CallEffect]) -> None:
        """Do what the machine wants done."""

    def show(
        self,
        transport: Transport,
        direction: Direction,
        source: Address,
        target: Address,
        data: bytes,
        note: str = "",
    ) -> None:
        """Record one message."""


class DialectConnections:
    """All connections of one endpoint, by the machine's keys."""

    def __init__(self, endpoint: DialectOwner) -> None:
        self.endpoint = endpoint
        self._open: dict[Hashable, _Connection] = {}
        self._opening: dict[Dial, list[bytes | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keys = count(1)
        self._listener: socket.socket | None = None

    def listen(self, listener: socket.socket) -> None:
        """Accept connections; on the loop's thread."""
        if listener.fileno() < 0:
            return  # closed in the meantime
        self._listener = listener
        loop.shared().asyncio.add_reader(listener, self._accept)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            accepted, _ = self._listener.accept()
        except BlockingIOError:
            return  # gone again
        except OSError:  # too many open files: in a moment, not again and again
            watch = loop.shared().asyncio
            watch.remove_reader(self._listener)
            watch.call_later(PAUSE, self.listen, self._listener)
            return
        self._spawn(self._take(accepted))

    async def _take(self, accepted: socket.socket) -> None:
        here = asyncio.get_running_loop()
        try:
            await here.connect_accepted_socket(
                lambda: _Connection(self, next(self._keys)), accepted
            )
        except OSError:
            accepted.close()

    def send(self, data: bytes, way: Hashable) -> None:
        """Send on this connection; one of ours is opened first."""
        if way in self._open:
            self._open[way].send(data)
        elif isinstance(way, Dial):
            if way in self._opening:
                self._opening[way].append(data)
            else:
                self._opening[way] = [data]
                self._spawn(self._dial(way))

    def finish(self, way: Hashable) -> None:
        """Close it after what was written has left."""
        if way in self._open:
            self._open[way].finish()
        elif isinstance(way, Dial) and way in self._opening:
            self._opening[way].append(None)

    async def _dial(self, way: Dial) -> None:
        here = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await here.create_connection(
                    lambda: _Connection(self, way),
                    *way.address,
                    local_addr=(self.endpoint.address.host, 0),
                )
        except OSError:
            self._opening.pop(way, None)
            machine = self.endpoint.agent.machine
            self.endpoint.apply(machine.unreachable(way, clock.now()))
            return
        for data in self._opening.pop(way, ()):
            if data is None:
                connection.finish()
            else:
                connection.send(data)

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = loop.shared().asyncio.create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def show_heard(self, way: Hashable, data: bytes, note: str) -> None:
        """Record what came in on a connection."""
        connection = self._open.get(way)
        if connection is not None:
            there, here = connection.peer, connection.here
            self.endpoint.show("TCP", "received", there, here, data, note)

    # --- what the connections report ---

    def made(self, connection: _Connection) -> None:
        """A connection stands."""
        self._open[connection.key] = connection
        if not isinstance(connection.key, Dial):
            machine = self.endpoint.agent.machine
            effects = machine.connected(connection.key, connection.peer, clock.now())
            self.endpoint.apply(effects)

    def received(self, connection: _Connection, data: bytes) -> None:
        """Bytes have come in."""
        machine = self.endpoint.agent.machine
        self.endpoint.apply(machine.received(data, connection.key, clock.now()))

    def lost(self, connection: _Connection) -> None:
        """A connection is gone."""
        machine = self.endpoint.agent.machine
        self.endpoint.apply(machine.closed(connection.key, clock.now()))
        self._open.pop(connection.key, None)

    def close(self) -> None:
        """Close all, after what was written has left."""
        if self._listener is not None:
            loop.shared().asyncio.remove_reader(self._listener)
        for connection in tuple(self._open.values()):
            connection.finish()


class _Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, all_of_them: DialectConnections, key: Hashable) -> None:
        self.key = key
        self.peer = self.here = Address("", 0)
        self._all = all_of_them
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.peer = Address(*transport.get_extra_info("peername")[:2])
        self.here = Address(*transport.get_extra_info("sockname")[:2])
        self._all.made(self)

    def data_received(self, data: bytes) -> None:
        self._all.received(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.lost(self)

    def send(self, data: bytes) -> None:
        """Write one message; a peer that does not read is cut off."""
        if self._transport is None or self._transport.is_closing():
            return
        self._all.endpoint.show("TCP", "sent", self.here, self.peer, data)
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self._transport.abort()

    def finish(self) -> None:
        """Close after what was written has left, if the peer reads it soon."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
            loop.shared().asyncio.call_later(LINGER, self._transport.abort)
