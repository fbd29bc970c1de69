"""The RTP socket of one media line: packets out to the peer, and in from the peer only.

A thread blocks in the kernel until a packet comes; nothing else wakes it. Both ways
lead through the call's link, past the gate, and by the trace, which counts.

RFC 3550, RFC 3711. Notebook: 03-media.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from itertools import groupby
from operator import itemgetter

from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.media.machine.stream import Stream
from labkit.media.messages import RtpPacket
from labkit.media.wire.rtp import parse_rtp
from labkit.net import clock, datagrams
from labkit.net.call_context import CallContext
from labkit.net.gate import Gate, is_peer
from labkit.net.srtp import Srtp
from labkit.net.udp_pair import UdpPair

PAUSE = 0.01
"""Seconds to wait after the system failed to receive."""
_log = logging.getLogger("labkit.media")


class RtpSocket:
    """Sends and receives the datagrams of one stream, where its setup says.

    `later` does something at a time; `take` is given the peer's datagrams that are out
    of the link, on the receive thread or on whichever does things later.
    """

    def __init__(
        self,
        pair: UdpPair,
        stream: Stream,
        gate: Gate,
        call: CallContext,
        later: Callable[[float, Callable[[], object]], None],
        take: Callable[[list[bytes]], None],
    ) -> None:
        self.srtp: Srtp | None = None
        """What encrypts; None: nothing is encrypted."""
        self.closed = False
        self._socket, self._here = pair.rtp, pair.rtp_address
        self._datagrams = datagrams.over(pair.rtp)
        self._stream = stream
        self._gate = gate
        self._trace, self._link = call.trace, call.link
        self._at = later
        self._hand_on = take

    def close(self) -> None:
        """Send nothing more, and let `receive` end."""
        self.closed = True
        # A blocked receive hears nothing but a datagram: send it an empty one.
        host, port = self._here
        itself = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        try:
            self._socket.sendto(b"", (itself, port))
        except OSError:
            _log.exception("cannot wake the receive thread of port %s", port)

    # --- out ------------------------------------------------------------------------

    def transmit(self, packets: list[bytes]) -> None:
        """Packets of ours to the peer: the one place where RTP leaves.

        Nothing leaves on hold, neither what was asked for again nor a late copy.
        """
        setup = self._stream.setup
        if not packets or setup is None or setup.remote is None or not setup.send:
            return
        remote, now = setup.remote, clock.now()
        if self.srtp is not None:
            packets = self.srtp.protect(packets)
        due = self._link.carry("there", packets, now)
        if due is None:
            self._send(packets, remote)
        else:
            for at, some in due:
                self._at(at, partial(self._send, some, remote))
        self._trace.count_rtp(now, "sent", self._here, remote, *packets)

    def _send(self, packets: list[bytes], remote: Address) -> None:
        if self.closed:
            return
        try:
            self._datagrams.send(packets, remote)
        except OSError as error:
            self._gate.count(f"not sent: {error.strerror}")

    # --- in -------------------------------------------------------------------------

    def receive(self) -> None:
        """Take in what comes, until `close`; on a thread of its own."""
        while True:
            try:
                batch = self._datagrams.receive()
                if self.closed:
                    return
                self._arrived(batch)
            except OSError as error:  # unreachable peer, sleeping network, closed
                if self.closed:
                    return
                self._gate.count(f"not received: {error.strerror}")
                time.sleep(PAUSE)
            except Exception:
                _log.exception("a %s packet made trouble", self._stream.kind)

    def _arrived(self, batch: list[tuple[bytes, Address]]) -> None:
        now = clock.now()
        setup, here = self._stream.setup, self._here
        wanted: list[bytes] = []
        for source, from_it in groupby(batch, itemgetter(1)):
            some = [data for data, _ in from_it]
            if setup is None or not is_peer(source, setup.remote):
                for data in some:
                    self._gate.refuse("stranger", data, source, here, now)
                continue
            self._trace.count_rtp(now, "received", source, here, *some)
            wanted += some
        due = self._link.carry("back", wanted, now)
        if due is None:
            self._hand_on(wanted)
        else:
            for at, some in due:
                self._at(at, partial(self._hand_on, some))

    def read(self, data: bytes, now: float) -> RtpPacket | None:
        """A datagram of the peer as a packet; None, and counted, for what is none."""
        try:
            return parse_rtp(self.srtp.unprotect(data) if self.srtp else data)
        except RemoteError as error:
            setup, here = self._stream.setup, self._here
            source = here if setup is None or setup.remote is None else setup.remote
            self._gate.refuse("malformed", data, source, here, now, str(error))
            return None
