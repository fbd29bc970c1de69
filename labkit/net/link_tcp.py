"""TCP through a link: late, never lost, never out of order.

TCP hides what a network loses, and pays with time. A relay that ends the connections on
both sides cannot lose a byte; it shows what TCP's user would notice instead:

    loss        the segment is tried again after a retransmission time-out (200 ms, then
                twice that, … up to 3 s), and all that comes behind waits for it. A real
                TCP often notices sooner, after a round trip, but then also sends slower
                for a while, which this relay does not: it is a picture, no measurement
    delay       each segment arrives later; so does jitter, which never reorders here
    rate        the queue never drops: a full window makes the sender wait instead
    corruption, duplication, reordering: TCP's checksum and numbers hide them

Notebook: 06-loss.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import replace

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.link import Conditions, Link, Path
from labkit.link.conditions import LONGEST
from labkit.net import clock
from labkit.net.loop import Loop

SEGMENT = 1_400
"""Octets: about what one packet of TCP carries."""
WINDOW = 1 << 18
"""Octets under way one way in one connection; then the sender has to wait."""
TIMEOUT, LONGEST_TIMEOUT = 0.2, 3.0
MOST_CONNECTIONS = 64
CONNECT = 5.0
Tell = Callable[[str], None]


def for_tcp(conditions: Conditions) -> Conditions:
    """What of the conditions a user of TCP notices."""
    hidden = replace(conditions, corrupt=0.0, duplicate=0.0, reorder=0.0)
    return replace(hidden, queue=LONGEST, queue_bytes=0)


def bind_tcp(address: Address) -> socket.socket:
    """A socket that listens. Raises LocalError when the port cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server(tuple(address), family=family)
    except OSError as error:
        raise LocalError(
            f"cannot listen on {address} (TCP): {error.strerror}; choose another port"
        ) from None


class TcpRelay:
    """Accepts connections, opens one each to the target, and carries bytes late."""

    def __init__(
        self,
        name: str,
        listening: socket.socket,
        target: Address,
        link: Link,
        loop: Loop,
        tell: Tell,
    ) -> None:
        self.name, self.target, self.link = name, target, link
        self.set(link.there.conditions, link.back.conditions)
        self.address = Address(*listening.getsockname()[:2])
        self._loop, self._tell = loop, tell
        self._connections: set[asyncio.Task[None]] = set()
        self._server = loop.run(asyncio.start_server(self._accept, sock=listening))

    @property
    def clients(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def set(self, there: Conditions, back: Conditions) -> None:
        """From the next segment on; on the loop's thread once it runs."""
        self.link.set(for_tcp(there), for_tcp(back))

    def close(self) -> None:
        """End all connections and listen no more."""
        self._loop.run(self._end())

    async def _end(self) -> None:
        self._server.close()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            self._tell(f"{self.name}: {MOST_CONNECTIONS} connections are open; no more")
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, from its beginning to its end."""
        try:
            opening = asyncio.open_connection(*self.target)
            there, upstream = await asyncio.wait_for(opening, CONNECT)
        except (TimeoutError, OSError) as error:
            why = getattr(error, "strerror", None) or "no answer"
            self._tell(
                f"{self.name}: {self.target} cannot be reached ({why}); the caller was "
                "hung up on, the link goes on"
            )
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(_Pump(self.link.there, reader, upstream).run())
                pumps.create_task(_Pump(self.link.back, there, writer).run())
        except* (OSError, asyncio.CancelledError):  # hung up hard: so do we
            writer.transport.abort()
            upstream.transport.abort()
        finally:
            writer.close()
            upstream.close()


class _Pump:
    """Carries bytes one way: one task takes them in, one lets them out in time."""

    def __init__(
        self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._path, self._reader, self._writer = path, reader, writer
        self._under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self._size = 0
        self._room = asyncio.Event()

    async def run(self) -> None:
        """Until the sender has closed and all has arrived."""
        async with asyncio.TaskGroup() as halves:
            halves.create_task(self._take_in())
            halves.create_task(self._let_out())

    async def _take_in(self) -> None:
        last = 0.0
        while data := await self._reader.read(SEGMENT):
            last = max(last, await self._arrival(data))
            self._size += len(data)
            self._under_way.put_nowait((last, data))
            while self._size >= WINDOW:
                self._room.clear()
                await self._room.wait()
        self._under_way.put_nowait((max(last, clock.now()), b""))

    async def _arrival(self, data: bytes) -> float:
        """When the segment arrives; returns once no time-out holds it back any more."""
        timeout = TIMEOUT
        while not (deliveries := self._path.offer(data, clock.now())):
            await asyncio.sleep(timeout)
            timeout = min(2 * timeout, LONGEST_TIMEOUT)
        return deliveries[0].at

    async def _let_out(self) -> None:
        while True:
            at, data = await self._under_way.get()
            left = at - clock.now()
            if left > 0:
                await asyncio.sleep(left)
            if not data:
                break
            self._writer.write(data)
            await self._writer.drain()
            self._size -= len(data)
            self._room.set()
        with contextlib.suppress(OSError):
            self._writer.write_eof()
