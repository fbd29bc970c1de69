"""One media line of a call: two sockets, a receive thread, and the machines between.

The thread blocks in the kernel until a packet comes; nothing else wakes it. Every
machine is guarded by the line's one lock, which is never held while waiting, encoding
or decoding. RFC 3550. Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.media.formats import Kind
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.reports import KeyframeAsked, RtcpEvent, RtcpSession
from labkit.media.machine.sender import RtpSender
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket
from labkit.media.wire.rtp import parse_rtp
from labkit.net import clock, datagrams
from labkit.net.gate import Gate, is_peer
from labkit.net.media_setup import History, StreamSetup
from labkit.net.report_socket import ReportSocket
from labkit.net.udp_pair import UdpPair
from labkit.trace import Trace

JOIN = 1.0
"""Seconds to wait for a thread's end; a callback that hangs must not hang the phone."""
PAUSE = 0.01
"""Seconds to wait after the system failed to receive."""
_log = logging.getLogger("labkit.media")


@dataclass(frozen=True, slots=True)
class CallContext:
    """What the lines of one call have in common."""

    name: str
    """Ours: the CNAME, the same for sound and picture."""
    host: str
    trace: Trace
    random: Random
    offset: ClockOffset = field(default_factory=ClockOffset)
    history: History = field(default_factory=History)


class MediaLine(ABC):
    """What sound and pictures have in common."""

    def __init__(self, kind: Kind, call: CallContext) -> None:
        self.kind = kind
        self.call = call
        self.pair = UdpPair(call.host)
        self.datagrams = datagrams.over(self.pair.rtp)
        self.clock = MediaClock(call.offset)
        self.gate = Gate(call.trace)
        self.lock = threading.Lock()
        self.setup: StreamSetup | None = None
        self.sender: RtpSender | None = None
        self.reports: ReportSocket | None = None
        self.closed = False
        self._threads: list[threading.Thread] = []
        self._measured = (0, 0)

    # --- what sound and picture do differently --------------------------------------

    @property
    @abstractmethod
    def sources(self) -> SourceLock:
        """Whose packets the receiver takes."""

    @abstractmethod
    def take(self, packets: Sequence[RtpPacket], now: float) -> None:
        """Packets of the peer have come; on the receive thread."""

    @abstractmethod
    def changed(self, setup: StreamSetup) -> None:
        """A new agreement holds."""

    @abstractmethod
    def keyframe_asked(self) -> None:
        """The peer wants a picture that stands alone; on the loop thread."""

    # --- life -----------------------------------------------------------------------

    def set_up(self, setup: StreamSetup) -> None:
        """Send and receive as agreed, on the same sockets, from now on."""
        begins = self.sender is None
        with self.lock:
            self.sources.receive = dict(setup.receive)
            if not setup.receive_on:
                self.sources.restart()
            if self.sender is None:
                self.sender = RtpSender(
                    setup.format, setup.payload_type, random=self.call.random
                )
            else:
                self.sender.use(setup.format, setup.payload_type)
        if self.reports is None:
            self.reports = self._open_reports(self.sender)
        if setup.remote is not None:
            self.reports.remote = Address(setup.remote.host, setup.remote.port + 1)
        self.setup = setup
        self.changed(setup)
        if begins:
            self.spawn("receive", self._receive)

    def stop(self) -> None:
        """This kind of media is no longer part of the call."""
        self.setup = None

    def close(self) -> None:
        """Say goodbye, end the threads, give the ports back."""
        if self.reports is not None:
            self.reports.close()
        self.closed = True
        self._wake_receiver()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(JOIN)
        self.pair.close()

    def spawn(self, what: str, work: Callable[[], None]) -> None:
        """Start a thread of this line; `close` waits for its end."""
        name = f"labkit-{self.call.name}-{self.kind}-{what}"
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _open_reports(self, sender: RtpSender) -> ReportSocket:
        session = RtcpSession(
            sender,
            self.sources,
            self.clock,
            self.call.offset,
            cname=self.call.name,
            random=self.call.random,
        )
        return ReportSocket(
            self.pair, session, self.lock, self.gate, self.call.trace, self._heed
        )

    def _heed(self, events: list[RtcpEvent]) -> None:
        for event in events:
            if isinstance(event, KeyframeAsked):
                self.keyframe_asked()

    def _wake_receiver(self) -> None:
        """A blocked receive hears nothing but a datagram: send it an empty one."""
        host, port = self.pair.rtp_address
        itself = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        try:
            self.pair.rtp.sendto(b"", (itself, port))
        except OSError:
            _log.exception("cannot wake the receive thread of port %s", port)

    # --- RTP ------------------------------------------------------------------------

    def transmit(self, packets: list[bytes]) -> None:
        """Packets of ours to the peer: the one place where RTP leaves."""
        setup = self.setup
        if setup is None or setup.remote is None:
            return
        try:
            self.datagrams.send(packets, setup.remote)
        except OSError as error:
            self.gate.count(f"not sent: {error.strerror}")
            return
        now, count = clock.now(), self.call.trace.count_rtp
        for packet in packets:
            count(now, "sent", self.pair.rtp_address, setup.remote, packet)

    def _receive(self) -> None:
        while True:
            try:
                batch = self.datagrams.receive()
                if self.closed:
                    return
                now = clock.now()
                packets = [self._accept(data, source, now) for data, source in batch]
                self.take([packet for packet in packets if packet is not None], now)
            except OSError as error:  # unreachable peer, sleeping network, closed
                if self.closed:
                    return
                self.gate.count(f"not received: {error.strerror}")
                time.sleep(PAUSE)
            except Exception:
                _log.exception("a %s packet made trouble", self.kind)

    def _accept(self, data: bytes, source: Address, now: float) -> RtpPacket | None:
        """The packet in a datagram, if it comes from the peer and we want it."""
        setup, here = self.setup, self.pair.rtp_address
        if setup is None or not is_peer(source, setup.remote):
            self.gate.refuse("stranger", data, source, here, now)
            return None
        self.call.trace.count_rtp(now, "received", source, here, data)
        if not setup.receive_on:
            self.gate.count("on hold")
            return None
        try:
            return parse_rtp(data)
        except RemoteError as error:
            self.gate.refuse("malformed", data, source, here, now, str(error))
            return None

    # --- on the loop thread ---------------------------------------------------------

    def tick(self) -> None:
        """Some times a second: send a report if one is due."""
        if self.reports is not None and self.setup is not None:
            self.reports.send(self.reports.session.poll)

    def measure(self, now: float) -> None:
        """Note jitter and loss for the plots."""
        with self.lock:
            source, totals = self.sources.source, self.sources.totals
        if source is None:
            return
        missing, received = totals.missing, totals.received - totals.duplicates
        missing_before, received_before = self._measured
        self._measured = missing, received
        lost = max(missing - missing_before, 0)
        expected = lost + received - received_before
        share = lost / expected if expected > 0 else 0.0
        self.call.history.jitter[self.kind].append((now, source.jitter))
        self.call.history.loss[self.kind].append((now, share))
