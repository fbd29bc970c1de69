"""The RTCP socket of one media line: a few reports a second, read on the loop thread.

They are sent from any: who misses a packet or a keyframe asks at once.

RFC 3550, section 6. Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.media.machine.reports import RtcpEvent
from labkit.media.machine.stream import Stream
from labkit.net import clock, datagrams, loop
from labkit.net.gate import Gate, RateLimit, is_peer
from labkit.net.srtp import Srtp
from labkit.net.udp_pair import UdpPair

if TYPE_CHECKING:
    from labkit.net.call_context import CallContext

KEPT = 20
"""Messages a second that the trace keeps: a flood must not push out the rest."""
LONGEST = 2_048
"""Octets that a datagram of reports may have: they fit an Ethernet frame. One of 64 KiB
can name so many packets that the loop would read it for a tenth of a second."""
AT_ONCE = 32
"""Messages read before the loop's other work has its turn."""


class ReportSocket:
    """Sends and receives the reports of one stream, which `lock` guards.

    `later` does something at a time; `heed` is told what the peer asks for.
    """

    def __init__(
        self,
        pair: UdpPair,
        stream: Stream,
        lock: threading.Lock,
        gate: Gate,
        call: CallContext,
        later: Callable[[float, Callable[[], object]], None],
        heed: Callable[[list[RtcpEvent]], None],
    ) -> None:
        self.remote: Address | None = None
        """Where the peer wants reports: one port above its RTP."""
        self.came = False
        """Whether the peer sends reports at all."""
        self.srtp: Srtp | None = None
        """What encrypts; None: nothing is encrypted."""
        self._socket, self._address = pair.rtcp, pair.rtcp_address
        self._stream = stream
        self._lock = lock
        self._gate = gate
        self._trace, self._link = call.trace, call.link
        self._silence = call.silence
        self._at = later
        self._heed = heed
        self._kept = RateLimit(KEPT)
        self._closed = False
        self._loop = loop.shared()
        self._loop.post(self._listen)

    def _listen(self) -> None:
        if not self._closed:
            self._loop.asyncio.add_reader(self._socket, self._readable)

    def close(self) -> None:
        """Say goodbye, and read no more."""
        self._closed = True
        self._loop.call(lambda: self._loop.asyncio.remove_reader(self._socket))
        self.send(self._stream.goodbye)

    def send(self, compose: Callable[[float], bytes | None]) -> None:
        """Send what a method of the stream composes, if it is anything."""
        now = clock.now()
        with self._lock:
            data = compose(now)
        if data is None or self.remote is None:
            return
        if self.srtp is not None:
            data = self.srtp.protect_report(data)
        self._trace.record(
            now, "media", "UDP", "sent", self._address, self.remote, data
        )
        due = self._link.carry("there", [data], now)
        if due is None:
            self._emit(data)
            return
        for at, copies in due:
            for copy in copies:
                self._at(at, partial(self._emit, copy))

    def _emit(self, data: bytes) -> None:
        if self.remote is None:
            return
        try:
            self._socket.sendto(data, self.remote)
        except (OSError, OverflowError) as error:  # OverflowError: no such port
            self._gate.count(f"report not sent: {error}")

    def _readable(self) -> None:
        for _ in range(AT_ONCE):
            try:
                data, source = self._socket.recvfrom(datagrams.LARGEST)
            except OSError:  # nothing more, or closed
                return
            self._received(data, Address(*source[:2]), clock.now())

    def _received(self, data: bytes, source: Address, now: float) -> None:
        if not is_peer(source, self.remote):
            self._gate.refuse("stranger's report", data, source, self._address, now)
            return
        if len(data) > LONGEST:
            self._gate.refuse("report too long", data, source, self._address, now)
            return
        due = self._link.carry("back", [data], now)
        if due is None:
            self._take(data, source, now)
            return
        for at, copies in due:
            for copy in copies:
                self._at(at, partial(self._loop.post, self._late, copy, source))

    def _late(self, data: bytes, source: Address) -> None:
        """A report that the link had delayed."""
        self._take(data, source, clock.now())

    def _take(self, data: bytes, source: Address, now: float) -> None:
        try:
            plain = self.srtp.unprotect_report(data) if self.srtp else data
            with self._lock:
                events = self._stream.heard(plain, now)
        except RemoteError as error:
            self._gate.refuse(
                "malformed report", data, source, self._address, now, str(error)
            )
            return
        if self._kept.allows(now):
            self._trace.record(
                now, "media", "UDP", "received", source, self._address, data
            )
        else:
            self._gate.count("report not kept: too many")
        self.came = True
        self._silence.heard()
        self._heed(events)
