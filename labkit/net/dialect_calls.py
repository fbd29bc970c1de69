"""The sockets of one phone's calls in a dialect, on the shared loop.

A thin shell around `DialectAgent`: it hands over what arrives, carries out the effects,
shows every message to the trace. It is to a dialect what `labkit.net.sip` is to SIP,
and has the same face. Datagrams that are no message are somebody's sound or picture.

Requirements B12, B19, B21, C10. Notebook: 08-voice-room.
"""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar, cast

from labkit.dialects import Dialect
from labkit.dialects.machine.events import CallEffect, Heard, WhereIs
from labkit.effects import Address, Close, Notify, Send, StartTimer, StopTimer
from labkit.errors import LabkitError, LocalError, RemoteError
from labkit.net import clock, loop
from labkit.net.dialect_agent import DialectAgent
from labkit.net.dialect_tcp import DialectConnections
from labkit.trace.record import Direction, Trace
from labkit.trace.record import Transport as Carrier

MOST_DATAGRAMS = 256
"""How many datagrams are read before the loop's other work gets its turn."""
MOST_MALFORMED = 50
"""How much garbage a second is shown to the trace."""
_log = logging.getLogger("labkit.dialects")
_Result = TypeVar("_Result")
Outcome = list[CallEffect] | tuple[_Result, list[CallEffect]]


class DialectEndpoint:
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
        self._loop = loop.shared()
        self._language = dialect.call.language
        self.over_udp = dialect.call.transport == "udp"
        self._socket = _open(host, port, dialect.call.port, self.over_udp)
        self.address = Address(*self._socket.getsockname()[:2])
        self.agent = DialectAgent(name, self.address, dialect)
        self.on_media: Callable[[bytes, Address], None] | None = None
        """UDP: told of each datagram that is no message; on the loop's thread."""
        self._on_event, self._trace, self._where_is = on_event, trace, where_is
        self._timers = loop.Timers(self._loop, self._timeout)
        self._connections = DialectConnections(self)
        self._waiting: deque[CallEffect] = deque()
        self._is_applying = self._closed = False
        self._shown_second, self._shown = 0, 0
        self._loop.call(self._listen)

    def _listen(self) -> None:
        if self.over_udp:
            self._loop.asyncio.add_reader(self._socket, self._readable)
        else:
            self._connections.listen(self._socket)

    def do(
        self, function: Callable[[DialectAgent, float], Outcome[_Result]]
    ) -> _Result:
        """Run `function(agent, now)` on the loop, carry out the effects it returns.

        A function that returns `(value, effects)` has its value returned. From any
        thread. Raises what the function raises, LocalError after `close`.
        """

        def act() -> _Result:
            if self._closed:
                raise LocalError("this phone is closed; make a new one")
            outcome = function(self.agent, clock.now())
            value, effects = outcome if isinstance(outcome, tuple) else (None, outcome)
            self.apply(effects)
            return cast(_Result, value)

        return self._loop.call(act)

    def close(self) -> None:
        """Free sockets, connections and timers. Safe to repeat, from any thread."""
        self._loop.call(self._close)

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._timers.close()
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

    def apply(self, effects: Iterable[CallEffect]) -> None:
        """Carry out effects in order, also those that their own events bring about."""
        self._waiting.extend(effects)
        if self._is_applying:
            return
        self._is_applying = True
        try:
            while self._waiting:
                self._apply_one(self._waiting.popleft())
        finally:
            self._is_applying = False

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

    def _tell(self, event: object) -> None:
        try:
            self._on_event(event)
        except LabkitError as error:
            _log.warning("%s while telling %s", error, event)
        except Exception:
            _log.exception("the phone failed on %s", event)

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
        if note.startswith("malformed"):
            if int(now) != self._shown_second:
                self._shown_second, self._shown = int(now), 0
            self._shown += 1
            if self._shown > MOST_MALFORMED:
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
