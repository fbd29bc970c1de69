"""The registry on real sockets: connections, timers and trace around the machine.

`asyncio.Protocol` rather than streams: half the time a query, a third of the memory a
connection. Everything here runs on the loop's thread.

Requirements A8, B2, B9, B10. Notebook: 01-registry.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections.abc import Callable, Hashable, Sequence

from labkit.effects import Address, Close, Heard, Notify, Send, StartTimer, StopTimer
from labkit.net import clock
from labkit.net.loop import Loop, Timers
from labkit.net.registry_tcp import keep_alive, plain_address
from labkit.registry.machine import (
    RegistryEffect,
    RegistryEvent,
    RegistryMachine,
)
from labkit.trace.record import Trace

MOST_UNREAD = 256 * 1024
"""Bytes of replies that may wait for a client; who reads no more than that is cut."""
STALLED = 8.0
"""Seconds after which a client that reads nothing is cut. Less than a half line may
take: nothing is read from it in the meantime, so it could not finish one."""
MOST_LINGERING = 16
"""Refused connections that may wait for their end; beyond, they are cut unanswered."""
QUEUE, ACCEPT_AT_ONCE = 1024, 8
"""Connections that may wait for us, and how many of them are accepted in one go: each
takes one of the files that the process may have open, before any limit is looked at."""
LINGER = 2.0
"""Seconds for which a closed connection is still listened to. Closing at once would
answer what is still on its way with a reset, which may overtake the last reply."""
READ_AT_ONCE = 2048
"""Bytes taken from one client before the next has its turn."""
_log = logging.getLogger("labkit.registry")


class RegistryServer:
    """Carries out the effects of one RegistryMachine."""

    def __init__(
        self,
        machine: RegistryMachine,
        trace: Trace,
        loop: Loop,
        on_event: Callable[[RegistryEvent], None],
    ) -> None:
        self.machine = machine
        self.trace = trace
        self.loop = loop.asyncio
        self.buffer = memoryview(bytearray(READ_AT_ONCE))
        """All connections read into this one: what it holds is consumed at once."""
        self._on_event = on_event
        self._timers = Timers(loop, self._timeout)
        self._connections: dict[Hashable, _Connection] = {}
        self._listeners: list[asyncio.Server] = []
        self._numbers = itertools.count(1)

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections on these listening sockets."""
        for listener in sockets:
            server = await self.loop.create_server(
                lambda: _Connection(self), sock=listener, backlog=ACCEPT_AT_ONCE
            )
            listener.listen(QUEUE)  # asyncio has set the queue to its backlog, too
            self._listeners.append(server)

    def refuse_newcomers(self) -> None:
        """Accept no more; `close` comes next, when those just accepted have begun.

        asyncio forgets a connection, without closing it, that was accepted but had not
        begun when its server was closed: its client would wait in vain.
        """
        for listener in self._listeners:
            for each in listener.sockets:
                self.loop.remove_reader(each.fileno())

    def close(self) -> None:
        """Stop listening and end every connection; safe to call twice."""
        for listener in self._listeners:
            listener.close()
        for connection in list(self._connections.values()):
            connection.end()
        self._timers.close()
        self.apply(self.machine.shut_down(), clock.now())

    # --- what the connections report

    @property
    def is_overrun(self) -> bool:
        """Whether there is no time for a word to those who are refused."""
        most = self.machine.limits.connections + MOST_LINGERING
        return len(self._connections) >= most

    def connected(self, connection: _Connection) -> int:
        """Give a new connection its number and tell the machine."""
        key = next(self._numbers)
        self._connections[key] = connection
        now = clock.now()
        self.apply(self.machine.connected(key, connection.peer, now), now)
        return key

    def disconnected(self, key: Hashable) -> None:
        """Forget a connection and tell the machine."""
        if self._connections.pop(key, None) is not None:
            now = clock.now()
            self.apply(self.machine.disconnected(key, now), now)

    def received(self, key: Hashable, count: int) -> None:
        """`count` bytes from this connection are in the buffer."""
        data, now = self.buffer[:count].tobytes(), clock.now()
        self.apply(self.machine.received(key, data, now), now)

    def _timeout(self, key: Hashable, now: float) -> None:
        self.apply(self.machine.timeout(key, now), now)

    # --- what the machine wants done

    def apply(self, effects: list[RegistryEffect], now: float) -> None:
        """Carry out the machine's effects, in order."""
        for effect in effects:
            if isinstance(effect, Heard):
                self._heard(effect, now)
            elif isinstance(effect, Send):
                self._send(self._connections.get(effect.to), effect.data, now)
            elif isinstance(effect, Notify):
                self._on_event(effect.event)  # type: ignore[arg-type]
            elif isinstance(effect, (StartTimer, StopTimer)):
                self._timers.apply(effect)
            elif isinstance(effect, Close):
                connection = self._connections.get(effect.connection)
                if connection is not None:
                    connection.finish()

    def _heard(self, heard: Heard, now: float) -> None:
        connection = self._connections.get(heard.way)
        if connection is not None:
            self.trace.record(
                now, "registry", "TCP", "received",
                connection.peer, connection.here, heard.data, heard.note,
            )  # fmt: skip

    def _send(self, connection: _Connection | None, data: bytes, now: float) -> None:
        if connection is not None and data and connection.send(data):
            self.trace.record(
                now, "registry", "TCP", "sent",
                connection.here, connection.peer, data,
            )  # fmt: skip


class _Connection(asyncio.BufferedProtocol):
    """One client's socket; small, for there may be thousands."""

    __slots__ = (
        "_finished", "_key", "_last_chance", "_server", "_transport", "here", "peer",
    )  # fmt: skip

    _transport: asyncio.Transport
    here: Address
    peer: Address

    def __init__(self, server: RegistryServer) -> None:
        self._server = server
        self._key = 0
        self._last_chance: asyncio.TimerHandle | None = None
        self._finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if transport.get_extra_info("peername") is None or self._server.is_overrun:
            transport.abort()  # gone before it was accepted, or one of a flood
            return
        keep_alive(transport.get_extra_info("socket"))
        self.here = plain_address(transport.get_extra_info("sockname"))
        self.peer = plain_address(transport.get_extra_info("peername"))
        self._key = self._server.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._server.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._server.received(self._key, nbytes)

    def eof_received(self) -> None:
        """The client sends no more: asyncio closes once the replies have left."""
        self._cut_within(LINGER)

    def connection_lost(self, exc: Exception | None) -> None:
        self._spare()
        self._server.disconnected(self._key)

    def pause_writing(self) -> None:
        """The client does not read its replies: take no more requests from it."""
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._cut_within(STALLED)

    def resume_writing(self) -> None:
        if not (self._finished or self._transport.is_closing()):
            self._transport.resume_reading()
            self._spare()

    def send(self, data: bytes) -> bool:
        """Send a reply; false when there is nobody to send it to any more."""
        if self._transport.is_closing():
            return False
        if self._transport.get_write_buffer_size() > MOST_UNREAD:
            _log.info("%s does not read its replies: cut", self.peer)
            self._transport.abort()
            return False
        self._transport.write(data)
        return True

    def finish(self) -> None:
        """Close after the last reply has left: first our half, then all (A8)."""
        if not self._transport.is_closing():
            self._finished = True
            try:
                self._transport.write_eof()
            except OSError:  # the client was faster, and has reset the connection
                self._transport.abort()
                return
            self._cut_within(LINGER)

    def end(self) -> None:
        """Close because the registry does."""
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    def _cut_within(self, seconds: float) -> None:
        self._spare()
        loop = self._server.loop
        self._last_chance = loop.call_later(seconds, self._transport.abort)

    def _spare(self) -> None:
        if self._last_chance is not None:
            self._last_chance.cancel()
            self._last_chance = None
