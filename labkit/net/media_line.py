"""One media line of a call: two sockets, a receive thread, and the machines between.

The thread blocks in the kernel until a packet comes; nothing else wakes it. RTCP, a few
packets a second, shares the loop thread. Every machine is guarded by the line's one
lock, which is never held while waiting, encoding or decoding.

Media is sent to the address of the peer's session description. It is accepted from that
*host* only, but from any port there: an address in a signed-for call is all that tells
the peer from a stranger, while the port that packets leave from may be another than the
one they are wanted at (RFC 4961 asks for the same one, not everybody obeys). All of
127.0.0.0/8 is one host.

RFC 3550. Notebook: 03-media.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
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
from labkit.net import clock, datagrams, loop
from labkit.net.media_setup import History, StreamSetup
from labkit.net.rate_limit import RateLimit
from labkit.net.udp_pair import UdpPair
from labkit.trace import Trace

NOTES = 2
"""Notes a second about packets that were refused; all of them are counted."""
REPORTS = 20
"""RTCP messages a second that the trace keeps: a flood must not push out the rest."""
REPORTS_AT_ONCE = 32
JOIN = 1.0
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
        self.clock = MediaClock(call.offset)
        self.setup: StreamSetup | None = None
        self.refused: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.closed = False
        self.sender: RtpSender | None = None
        self.rtcp: RtcpSession | None = None
        self._notes = RateLimit(NOTES)
        self._reports = RateLimit(REPORTS)
        self._threads: list[threading.Thread] = []
        self._measured = (0, 0)
        self._running = False

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
        """The peer wants a picture that stands alone."""

    # --- life -----------------------------------------------------------------------

    def set_up(self, setup: StreamSetup) -> None:
        """Send and receive as agreed, on the same sockets, from now on."""
        with self.lock:
            self.sources.receive = dict(setup.receive)
            if self.sender is None:
                self.sender = RtpSender(
                    setup.format, setup.payload_type, random=self.call.random
                )
                self.rtcp = RtcpSession(
                    self.sender,
                    self.sources,
                    self.clock,
                    self.call.offset,
                    cname=self.call.name,
                    random=self.call.random,
                )
            elif (self.sender.format, self.sender.payload_type) != (
                setup.format,
                setup.payload_type,
            ):
                self.sender.use(setup.format, setup.payload_type)
            self.setup = setup
        self.changed(setup)
        if not self._running:
            self._running = True
            self.spawn("receive", self._receive)
            shared = loop.shared()
            shared.call(
                lambda: shared.asyncio.add_reader(self.pair.rtcp, self._reports_came)
            )

    def spawn(self, what: str, target: Callable[[], None]) -> None:
        """Start a thread of this line; `close` waits for its end."""
        name = f"labkit-{self.call.name}-{self.kind}-{what}"
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Say goodbye, end the threads, give the ports back."""
        if self.closed:
            return
        self.say_goodbye()
        self.closed = True
        if self._running:
            shared = loop.shared()
            shared.call(lambda: shared.asyncio.remove_reader(self.pair.rtcp))
            self._wake_receiver()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(JOIN)
        self.pair.close()

    def _wake_receiver(self) -> None:
        """A blocked receive hears nothing but a datagram: send it an empty one."""
        host, port = self.pair.rtp_address
        any_host = {"0.0.0.0": "127.0.0.1", "::": "::1"}
        try:
            self.pair.rtp.sendto(b"", (any_host.get(host, host), port))
        except OSError:
            _log.exception(
                "cannot wake the receive thread of %s", self.pair.rtp_address
            )

    # --- RTP ------------------------------------------------------------------------

    def transmit(self, packets: list[bytes]) -> None:
        """Packets of ours to the peer: the one place where RTP leaves."""
        setup = self.setup
        if setup is None or setup.remote is None:
            return
        try:
            datagrams.send(self.pair.rtp, packets, setup.remote)
        except OSError as error:
            self.refused[f"not sent: {error.strerror}"] += 1
            return
        now, count = clock.now(), self.call.trace.count_rtp
        for packet in packets:
            count(now, "sent", self.pair.rtp_address, setup.remote, packet)

    def _receive(self) -> None:
        while True:
            try:
                batch = datagrams.receive(self.pair.rtp)
                if self.closed:
                    return
                now = clock.now()
                packets = [self._accept(data, source, now) for data, source in batch]
                self.take([packet for packet in packets if packet is not None], now)
            except OSError as error:  # unreachable peer, sleeping network, closed
                if self.closed:
                    return
                self.refused[f"not received: {error.strerror}"] += 1
                time.sleep(PAUSE)
            except Exception:
                _log.exception("a %s packet made trouble", self.kind)

    def _accept(self, data: bytes, source: Address, now: float) -> RtpPacket | None:
        setup = self.setup
        if setup is None or not _from_peer(source, setup.remote):
            self._refuse("stranger", data, source, now)
            return None
        self.call.trace.count_rtp(now, "received", source, self.pair.rtp_address, data)
        if not setup.receive_on:
            self.refused["on hold"] += 1
            return None
        try:
            return parse_rtp(data)
        except RemoteError as error:
            self._refuse("malformed", data, source, now, f": {error}")
            return None

    def _refuse(
        self, reason: str, data: bytes, source: Address, now: float, more: str = ""
    ) -> None:
        """Count a datagram that is not accepted; note some of them in the trace."""
        self.refused[reason] += 1
        if self._notes.allows(now):
            here = self.pair.rtp_address
            self.call.trace.record(
                now, "media", "UDP", "received", source, here, data,
                f"dropped, {reason}{more}",
            )  # fmt: skip

    # --- RTCP, on the loop thread ---------------------------------------------------

    def tick(self, now: float) -> None:
        """Some times a second: send a report if one is due."""
        with self.lock:
            active = self.rtcp is not None and not self.closed
            data = self.rtcp.poll(now) if active and self.rtcp else None
        if data is not None:
            self.send_report(data, now)

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
        self.call.history.jitter[self.kind].append((now, source.jitter))
        self.call.history.loss[self.kind].append(
            (now, lost / expected if expected > 0 else 0.0)
        )

    def send_report(self, data: bytes, now: float) -> None:
        """Send one RTCP datagram and record it."""
        remote = None if self.setup is None else self.setup.remote
        if remote is None:
            return
        to = Address(remote.host, remote.port + 1)
        try:
            self.pair.rtcp.sendto(data, to)
        except OSError as error:
            self.refused[f"report not sent: {error.strerror}"] += 1
            return
        self.call.trace.record(
            now, "media", "UDP", "sent", self.pair.rtcp_address, to, data
        )

    def say_goodbye(self) -> None:
        """RTCP BYE, so that the peer need not wait for silence."""
        now = clock.now()
        with self.lock:
            data = None if self.rtcp is None else self.rtcp.goodbye(now)
        if data is not None:
            self.send_report(data, now)

    def _reports_came(self) -> None:
        for _ in range(REPORTS_AT_ONCE):
            try:
                data, (host, port, *_) = self.pair.rtcp.recvfrom(datagrams.LARGEST)
            except OSError:  # nothing more, or closed
                return
            self._report(data, Address(host, port), clock.now())

    def _report(self, data: bytes, source: Address, now: float) -> None:
        setup, rtcp = self.setup, self.rtcp
        if rtcp is None or setup is None or not _from_peer(source, setup.remote):
            self._refuse("stranger's report", data, source, now)
            return
        try:
            with self.lock:
                events = rtcp.received(data, now)
        except RemoteError as error:
            self._refuse("malformed report", data, source, now, f": {error}")
            return
        if self._reports.allows(now):
            here = self.pair.rtcp_address
            self.call.trace.record(now, "media", "UDP", "received", source, here, data)
        else:
            self.refused["report not kept: too many"] += 1
        self._heed(events)

    def _heed(self, events: list[RtcpEvent]) -> None:
        for event in events:
            if isinstance(event, KeyframeAsked):
                self.keyframe_asked()


def _from_peer(source: Address, remote: Address | None) -> bool:
    if remote is None:
        return False
    if source.host == remote.host:
        return True
    return source.host.startswith("127.") and remote.host.startswith("127.")
