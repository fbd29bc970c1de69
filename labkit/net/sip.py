"""The sockets of one phone's signalling: SIP over UDP and TCP on the shared loop.

A thin shell around a machine, a phone's `labkit.signalling.machine.agent.UserAgent` or
a registrar: it hands over what arrives, carries out the effects, and shows every
message to the trace. Nothing that arrives makes it raise, and everything it keeps is
bounded.

Requirements B12 (in substance), B19, B21. Notebook: 02-signalling.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from labkit.effects import (
    Address,
    Close,
    Effect,
    Malformed,
    Notify,
    Send,
    StartTimer,
    StopTimer,
)
from labkit.errors import LocalError
from labkit.net import clock
from labkit.net.endpoint import MOST_DATAGRAMS, Endpoint
from labkit.net.sip_machine import Machine
from labkit.net.sip_tcp import SipConnections
from labkit.signalling.machine.destination import Destination
from labkit.trace.record import Direction, Trace

USUAL_PORTS = range(5060, 5100, 2)
"""What `port=0` tries before any free one: 5060 is SIP's own."""
WAITING_ROOM = 1 << 20
"""Bytes that the system is asked to keep for us while the loop is busy with others."""

_Agent = TypeVar("_Agent", bound=Machine)


class SipEndpoint(Endpoint[_Agent, Effect], Generic[_Agent]):
    """Where one phone listens for calls, and from where it makes them.

    `port` 0 chooses one. `on_event` is called on the loop's thread with each event of
    the agent and must return at once. Raises LocalError if the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        make_agent: Callable[[Address], _Agent],
        on_event: Callable[[object], None],
        trace: Trace,
    ) -> None:
        super().__init__(on_event)
        self._udp, self._listener = _open_sockets(host, port)
        self.address = Address(*self._udp.getsockname()[:2])
        try:
            self.agent = make_agent(self.address)
        except BaseException:
            self._udp.close()
            self._listener.close()
            raise
        self._trace = trace
        self._connections = SipConnections(self)
        self._server = self._loop.run(self._listen())

    async def _listen(self) -> asyncio.Server:
        self._loop.asyncio.add_reader(self._udp, self._readable)
        return await self._loop.asyncio.create_server(
            self._connections.accept, sock=self._listener
        )

    def _free(self) -> None:
        self._loop.asyncio.remove_reader(self._udp)
        self._udp.close()
        self._server.close()
        self._connections.close()

    # --- in ---

    def _readable(self) -> None:
        for _ in range(MOST_DATAGRAMS):
            try:
                data, source = self._udp.recvfrom(65_535)
            except BlockingIOError:
                return
            except OSError:  # somebody's "port unreachable", told to us
                continue
            self.received(data, Destination("UDP", Address(*source[:2])), self.address)
            if self._closed:
                return

    def received(self, data: bytes, source: Destination, here: Address) -> None:
        """Take one message from the network; on the loop's thread."""
        if not data.strip(b"\r\n\0"):
            return  # an empty datagram or a keep-alive
        now = clock.now()
        effects = self.agent.received(
            data, source.address, now, source.transport, source.connection
        )
        note = next((_note(each) for each in effects if _note(each)), "")
        if not note or self._may_show(now):
            self._show("received", source, here, data, note)
        self.apply(effects)

    def broken(self, source: Destination, here: Address, data: bytes, why: str) -> None:
        """A connection brought what cannot be followed; on the loop's thread."""
        if self._may_show(clock.now()):
            self._show("received", source, here, data, f"malformed: {why}")
        self.apply([Notify(Malformed(why, source.address))])

    def unreachable(self, to: Destination) -> None:
        """Nothing can be delivered there; on the loop's thread."""
        if not self._closed:
            self.apply(self.agent.unreachable(to, clock.now()))

    def _timeout(self, key: Hashable, now: float) -> None:
        self.apply(self.agent.timeout(key, now))

    # --- out ---

    def _apply_one(self, effect: Effect) -> None:
        match effect:
            case Send(data, Destination(transport="UDP") as to):
                self._send_datagram(data, to)
            case Send(data, Destination() as to):
                self._connections.send(data, to)
            case StartTimer() | StopTimer():
                if not self._closed:
                    self._timers.apply(effect)
            case Notify(event):
                self._tell(event)
            case Send() | Close():
                raise LocalError(f"the agent asked for {effect}, which is not for SIP")

    def _send_datagram(self, data: bytes, to: Destination) -> None:
        if self._closed:
            return
        try:
            self._udp.sendto(data, to.address)
        except BlockingIOError:
            note = "dropped: the socket's buffer is full"
        except OSError as error:
            note = f"dropped: {error.strerror or error}"
            self.apply(self.agent.unreachable(to, clock.now()))
        else:
            note = ""
        self._show("sent", to, self.address, data, note)

    # --- the trace ---

    def show_sent(self, to: Destination, here: Address, data: bytes) -> None:
        """Record what a connection carries away; on the loop's thread."""
        self._show("sent", to, here, data, "")

    def _show(
        self,
        direction: Direction,
        there: Destination,
        here: Address,
        data: bytes,
        note: str,
    ) -> None:
        ends = (here, there.address) if direction == "sent" else (there.address, here)
        self._trace.record(
            clock.now(), "signalling", there.transport, direction, *ends, data, note
        )

    def __repr__(self) -> str:
        return f"<SipEndpoint on {self.address}: {self.agent!r}>"


def _note(effect: Effect) -> str:
    if isinstance(effect, Notify) and isinstance(effect.event, Malformed):
        return f"malformed: {effect.event.text}"
    return ""


def _open_sockets(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a listening TCP socket on the same port; raises LocalError."""
    if host in ("", "0.0.0.0", "::"):
        raise LocalError(
            "a phone needs one address of this machine that others can reach"
        )
    candidates = (port,) if port else (*USUAL_PORTS, *(0 for _ in range(20)))
    for candidate in candidates:
        try:
            return _open_pair(host, candidate)
        except OSError as error:
            failure = error
    raise LocalError(
        f"cannot take calls on {Address(host, port)}: {failure.strerror or failure}; "
        "take another port (0 chooses one), or close the program that has it"
    )


def _open_pair(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # a port that a closed connection still remembers is free
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        udp.bind((host, port))
        tcp.bind((host, udp.getsockname()[1]))
        tcp.listen()
    except OSError:
        udp.close()
        tcp.close()
        raise
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WAITING_ROOM)
    udp.setblocking(False)
    tcp.setblocking(False)
    return udp, tcp
