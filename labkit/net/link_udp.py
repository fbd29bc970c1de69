"""UDP through a link: every client gets a socket of its own towards the target.

    client 192.168.1.7:4000 ──▶ listening socket ──there──▶ socket of its own ──▶ target
                            ◀──                  ◀──back───

So the target tells clients apart by their ports, and what it answers finds its way
back. Everything but the sending of delayed packets is on the loop's thread.

Notebook: 06-loss.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.link import Conditions, Link
from labkit.net import clock
from labkit.net.delayed import Delayed
from labkit.net.loop import Loop

MOST_CLIENTS = 64
"""Whoever comes as the next takes the place of the one that was silent longest."""
IDLE = 120.0
"""Seconds without a packet either way until a client is forgotten."""
SWEEP = 5.0
BATCH = 64
"""Datagrams taken at a time, so that a flood on one socket leaves the others a turn."""
LARGEST = 65_536
BUFFER = 1 << 20
Tell = Callable[[str], None]


def bind_udp(address: Address) -> socket.socket:
    """A socket that does not wait. Raises LocalError when the port cannot be had."""
    opened = _open(address)
    try:
        opened.bind(tuple(address))
    except OSError as error:
        opened.close()
        raise LocalError(
            f"cannot listen on {address} (UDP): {error.strerror}; choose another port"
        ) from None
    return opened


def _open(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    return opened


class _Client:
    """Somebody who sends to the link, and the socket that stands for them."""

    def __init__(self, address: Address, upstream: socket.socket, now: float) -> None:
        self.address, self.upstream = address, upstream
        self.heard = now


class UdpRelay:
    """Carries datagrams between any number of clients and one target."""

    def __init__(
        self,
        name: str,
        listening: socket.socket,
        target: Address,
        link: Link,
        loop: Loop,
        delayed: Delayed,
        tell: Tell,
    ) -> None:
        self.name, self.target, self.link = name, target, link
        self.address = Address(*listening.getsockname()[:2])
        self.not_sent = 0
        """Datagrams that the system refused to send; the link had delivered them."""
        self._listening = listening
        self._loop, self._delayed, self._tell = loop, delayed, tell
        self._clients: dict[Address, _Client] = {}
        self._gone = False
        """Whether the target was last found not to be there."""
        self._closed = False
        loop.call(self._start)

    @property
    def clients(self) -> int:
        """How many have sent something lately."""
        return len(self._clients)

    def set(self, there: Conditions, back: Conditions) -> None:
        """From the next datagram on; on the loop's thread."""
        self.link.set(there, back)

    def close(self) -> None:
        """Give all sockets back; what is under way is not sent any more."""
        self._loop.call(self._end)

    def _start(self) -> None:
        self._loop.asyncio.add_reader(self._listening, self._from_clients)
        self._sweeper = self._loop.asyncio.call_later(SWEEP, self._sweep)

    def _end(self) -> None:
        self._closed = True
        self._sweeper.cancel()
        for client in list(self._clients.values()):
            self._forget(client)
        self._loop.asyncio.remove_reader(self._listening)
        self._listening.close()

    # --- there ----------------------------------------------------------------------

    def _from_clients(self) -> None:
        for _ in range(BATCH):
            try:
                data, source = self._listening.recvfrom(LARGEST)
            except BlockingIOError:
                return
            except OSError:  # a client that went away, as Windows tells it
                continue
            now = clock.now()
            client = self._client(Address(*source[:2]), now)
            if client is None:
                continue
            client.heard = now
            for at, packet in self.link.there.offer(data, now):
                self._later(at, now, partial(self._send_there, client, packet))

    def _send_there(self, client: _Client, data: bytes) -> None:
        try:
            try:
                client.upstream.send(data)
            except ConnectionRefusedError:
                # That was about an earlier datagram: this one has not been sent yet.
                self._loop.post(self._refused)
                client.upstream.send(data)
        except ConnectionRefusedError:
            pass
        except OSError as error:
            self._failed(error)

    # --- back -----------------------------------------------------------------------

    def _from_target(self, client: _Client) -> None:
        for _ in range(BATCH):
            try:
                data = client.upstream.recv(LARGEST)
            except BlockingIOError:
                return
            except ConnectionError:
                self._refused()
                return
            except OSError as error:
                self._failed(error)
                return
            if self._gone:
                self._gone = False
                self._tell(f"{self.name}: {self.target} answers again.")
            client.heard = now = clock.now()
            for at, packet in self.link.back.offer(data, now):
                self._later(at, now, partial(self._send_back, client.address, packet))

    def _send_back(self, to: Address, data: bytes) -> None:
        try:
            self._listening.sendto(data, tuple(to))
        except OSError as error:
            self._failed(error)

    # --- both -----------------------------------------------------------------------

    def _later(self, at: float, now: float, send: Callable[[], None]) -> None:
        if at <= now:
            send()
        else:
            self._delayed.at(at, send)

    def _failed(self, error: OSError) -> None:
        if not self._closed:
            self.not_sent += 1
            if self.not_sent == 1:
                self._tell(f"{self.name}: a datagram was not sent: {error.strerror}")

    def _refused(self) -> None:
        """Nobody listens where the target should be; said once, until it answers."""
        if not self._gone:
            self._gone = True
            self._tell(
                f"{self.name}: nobody listens on {self.target}; "
                "the link goes on and waits for it"
            )

    # --- clients --------------------------------------------------------------------

    def _client(self, address: Address, now: float) -> _Client | None:
        known = self._clients.get(address)
        if known is not None:
            return known
        if len(self._clients) >= MOST_CLIENTS:
            self._forget(min(self._clients.values(), key=lambda other: other.heard))
        try:
            upstream = _open(self.target)
        except OSError as error:
            self._failed(error)
            return None
        try:
            upstream.connect(tuple(self.target))
        except OSError as error:
            upstream.close()
            self._failed(error)
            return None
        client = self._clients[address] = _Client(address, upstream, now)
        self._loop.asyncio.add_reader(upstream, self._from_target, client)
        return client

    def _forget(self, client: _Client) -> None:
        del self._clients[client.address]
        self._loop.asyncio.remove_reader(client.upstream)
        client.upstream.close()

    def _sweep(self) -> None:
        """Forget who has been silent for long."""
        silent = clock.now() - IDLE
        for client in list(self._clients.values()):
            if client.heard < silent:
                self._forget(client)
        self._sweeper = self._loop.asyncio.call_later(SWEEP, self._sweep)
