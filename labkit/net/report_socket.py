"""The RTCP socket of one media line: a few reports a second, on the loop thread.

RFC 3550, section 6. Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.media.machine.reports import RtcpEvent, RtcpSession
from labkit.net import clock, datagrams, loop
from labkit.net.gate import Gate, RateLimit, is_peer
from labkit.net.udp_pair import UdpPair
from labkit.trace import Trace

KEPT = 20
"""Messages a second that the trace keeps: a flood must not push out the rest."""
AT_ONCE = 32
"""Messages read before the loop's other work has its turn."""


class ReportSocket:
    """Sends and receives the reports of one session, which `lock` guards."""

    def __init__(
        self,
        pair: UdpPair,
        session: RtcpSession,
        lock: threading.Lock,
        gate: Gate,
        trace: Trace,
        heed: Callable[[list[RtcpEvent]], None],
    ) -> None:
        self.session = session
        self.remote: Address | None = None
        """Where the peer wants reports: one port above its RTP."""
        self._socket, self._address = pair.rtcp, pair.rtcp_address
        self._lock = lock
        self._gate = gate
        self._trace = trace
        self._heed = heed
        self._kept = RateLimit(KEPT)
        self._loop = loop.shared()
        self._loop.call(
            lambda: self._loop.asyncio.add_reader(self._socket, self._readable)
        )

    def close(self) -> None:
        """Say goodbye, and read no more."""
        self._loop.call(lambda: self._loop.asyncio.remove_reader(self._socket))
        self.send(self.session.goodbye)

    def send(self, compose: Callable[[float], bytes | None]) -> None:
        """Send what a method of the session composes, if it is anything."""
        now = clock.now()
        with self._lock:
            data = compose(now)
        if data is None or self.remote is None:
            return
        try:
            self._socket.sendto(data, self.remote)
        except (OSError, OverflowError) as error:  # OverflowError: no such port
            self._gate.count(f"report not sent: {error}")
            return
        self._trace.record(
            now, "media", "UDP", "sent", self._address, self.remote, data
        )

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
        try:
            with self._lock:
                events = self.session.received(data, now)
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
        self._heed(events)
