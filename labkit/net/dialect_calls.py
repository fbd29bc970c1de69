"""The sockets of one phone's calls in a dialect, on the shared loop.

A thin shell around `DialectAgent`: it hands over what arrives, carries out the effects,
shows every message to the trace. It is to a dialect what `labkit.net.sip` is to SIP,
and has the same face. Datagrams that are no message are somebody's sound or picture.

Requirements B12, B19, B21, C10. Notebook: 08-voice-room.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable

from labkit.dialects import Dialect
from labkit.dialects.machine.events import CallEffect, WhereIs
from labkit.effects import Address, Close, Heard, Notify, Send, StartTimer, StopTimer
from labkit.errors import LabkitError, LocalError, RemoteError
from labkit.net import clock
from labkit.net.dialect_agent import DialectAgent
from labkit.net.dialect_tcp import DialectConnections
from labkit.net.endpoint import MOST_DATAGRAMS, Endpoint
from labkit.trace.record import Direction, Trace
from labkit.trace.record import Transport as Carrier


class DialectEndpoint(Endpoint[DialectAgent, CallEffect]):
    """Where one phone takes calls in a dialect, and from where it makes them.

    `port` 0 is the dialect's usual one, or else any. `where_is` asks the registry for a
    name; it may block. Raises LocalError if the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        name: str,
        dialect: Dialect,
        on_event: Callable[[object], None],
        trace: Trace,
        where_is: Callable[[str], Address | None],
    ) -> None:
        if dialect.call is None:
            raise LocalError(f"the dialect {dialect.name} has no [call]")
        super().__init__(on_event)
        self._language = dialect.call.language
        self.over_udp = dialect.call.transport == "udp"
        self._socket = _open(host, port, dialect.call.port, self.over_udp)
        self.address = Address(*self._socket.getsockname()[:2])
        self.agent = DialectAgent(name, self.address, dialect)
        self.on_media: Callable[[bytes, Address], None] | None = None
        """UDP: told of each datagram that is no message; on the loop's thread."""
        self._trace, self._where_is = trace, where_is
        self._connections = DialectConnections(self)
        self._loop.call(self._listen)

    def _listen(self) -> None:
        if self.over_udp:
            self._loop.asyncio.add_reader(self._socket, self._readable)
        else:
            self._connections.listen(self._socket)

    def _free(self) -> None:
        if self.over_udp:
            self._loop.asyncio.remove_reader(self._socket)
        self._connections.close()
        self._socket.close()

    # --- in ---

    def _readable(self) -> None:
        for _ in range(MOST_DATAGRAMS):
            try:
                data, source = self._socket.recvfrom(65_535)
            except BlockingIOError:
                return
            except OSError:  # somebody's "port unreachable", told to us
                continue
            self._datagram(data, Address(*source[:2]))
            if self._closed:
                return

    def _datagram(self, data: bytes, source: Address) -> None:
        now = clock.now()
        try:
            self._language.read(data)
        except RemoteError:
            if self.on_media is not None:
                self.on_media(data, source)
                return
            if self.agent.just_left(source):
                self.apply(self.agent.machine.media_heard(source, now))
                return
        self.apply(self.agent.machine.received(data, source, now))

    def _timeout(self, key: Hashable, now: float) -> None:
        self.apply(self.agent.machine.timeout(key, now))

    # --- out ---

    def _apply_one(self, effect: CallEffect) -> None:
        match effect:
            case Send(data, Address() as to):
                note = self.send_datagram(data, to)
                self.show("UDP", "sent", self.address, to, data, note)
            case Send(data, way):
                self._connections.send(data, way)
            case Close(way):
                self._connections.finish(way)
            case StartTimer() | StopTimer():
                if not self._closed:
                    self._timers.apply(effect)
            case Heard(Address() as source, data, note):
                self.show("UDP", "received", source, self.address, data, note)
            case Heard(way, data, note):
                self._connections.show_heard(way, data, note)
            case Notify(WhereIs() as question):
                self._look_up(question)
            case Notify(event):
                for each in self.agent.told(event):
                    self._tell(each)

    def send_datagram(self, data: bytes, to: Address) -> str:
        """Send on the calls' own socket; returns why it could not be, or nothing."""
        try:
            self._socket.sendto(data, to)
        except (OSError, OverflowError) as error:
            return f"dropped: {error}"
        return ""

    def _look_up(self, question: WhereIs) -> None:
        """Ask the registry, on a thread that may wait."""

        def ask() -> None:
            try:
                address = self._where_is(question.name)
            except LabkitError:
                address = None  # no such name, or no registry: the connection has to do
            self._loop.post(self._found, question.call_id, address)

        self._loop.asyncio.run_in_executor(None, ask)

    def _found(self, call_id: str, address: Address | None) -> None:
        self.apply(self.agent.machine.found(call_id, address, clock.now()))

    def show(
        self,
        transport: Carrier,
        direction: Direction,
        source: Address,
        target: Address,
        data: bytes,
        note: str = "",
    ) -> None:
        """Record one message; of garbage only so much a second."""
        now = clock.now()
        if note.startswith("malformed") and not self._may_show(now):
            return
        self._trace.record(
            now, "signalling", transport, direction, source, target, data, note
        )

    def __repr__(self) -> str:
        return f"<DialectEndpoint on {self.address}: {self._language.name}>"


def _open(host: str, port: int, usual: int, over_udp: bool) -> socket.socket:
    """A bound socket, listening if it is TCP's; raises LocalError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = socket.SOCK_DGRAM if over_udp else socket.SOCK_STREAM
    failure: OSError | OverflowError | None = None
    for candidate in (port,) if port else (usual, 0):
        opened = socket.socket(family, kind)
        try:
            if not over_udp:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind((host, candidate))
            if not over_udp:
                opened.listen()
        except (OSError, OverflowError) as error:
            opened.close()
            failure = error
        else:
            opened.setblocking(False)
            return opened
    raise LocalError(
        f"cannot take calls on {Address(host, port)}: {failure}; take another port (0 "
        "chooses one), or close the program that has it"
    )
