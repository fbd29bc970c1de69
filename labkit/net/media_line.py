"""One media line of a call: two sockets, a receive thread, and the machine between.

What has to happen later (a packet under way in the link, a question repeated, a picture
that waited long enough) happens on a thread for that, which starts when it is first
needed. Each line has its own: sound does not wait until a picture is decoded.

    lock       guards the machine; never held while waiting, encoding or decoding
    _taking    one batch of packets after the other, whichever of the two brings it

Who takes both takes `_taking` first. RFC 3550.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from labkit.effects import Address
from labkit.frames import EncodedFrame
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.reports import KeyframeAsked, NackAsked, RtcpEvent
from labkit.media.machine.statistics import LineStatistics
from labkit.media.machine.stream import Stream
from labkit.media.treatments import Treatments
from labkit.net import clock
from labkit.net.alarm import Alarm
from labkit.net.call_context import CallContext
from labkit.net.delayed import Delayed
from labkit.net.gate import Gate
from labkit.net.report_socket import ReportSocket
from labkit.net.rtp_socket import RtpSocket
from labkit.net.srtp import Srtp
from labkit.net.udp_pair import UdpPair

JOIN = 1.0
"""Seconds to wait for a thread's end; a callback that hangs must not hang the phone."""


class MediaLine(ABC):
    """What sound and pictures have in common."""

    def __init__(self, call: CallContext, stream: Stream, lock: threading.Lock) -> None:
        self.stream = stream
        """The machine."""
        self.lock = lock
        """What guards it."""
        self.kind = stream.kind
        self.call = call
        self.pair = UdpPair(call.host)
        self.gate = Gate(call.trace)
        self.reports: ReportSocket | None = None
        self._taking = threading.Lock()
        """Packets are taken one batch after the other, whichever thread brings them."""
        self.later = Delayed(f"labkit-{call.name}-{self.kind}-later")
        """Does what has to be done at a time."""
        self._rtp = RtpSocket(self.pair, stream, self.gate, call, self._at, self._take)
        self._alarm = Alarm(self.later, self._wake)
        self._threads: list[threading.Thread] = []

    @property
    def setup(self) -> StreamSetup | None:
        """What was agreed; None when this kind is no longer part of the call."""
        return self.stream.setup

    @property
    def closed(self) -> bool:
        """Whether nothing is sent or taken any more."""
        return self._rtp.closed

    @property
    def is_expected(self) -> bool:
        """Whether something of the peer should come, media or at least reports."""
        setup, reports = self.setup, self.reports
        if setup is None or setup.remote is None:
            return False
        return setup.receive_on or (reports is not None and reports.came)

    # --- what sound and picture do differently --------------------------------------

    @abstractmethod
    def show(self, frames: list[ReceivedFrame]) -> None:
        """Pictures of the peer are ready; on a thread that may take its time."""

    @abstractmethod
    def snapshot(self, now: float) -> LineStatistics | None:
        """What the machine has counted; None before it has begun. `lock` is held."""

    @abstractmethod
    def keyframe_asked(self) -> None:
        """The peer wants a picture that stands alone; on the loop thread."""

    # --- life -----------------------------------------------------------------------

    def set_up(self, setup: StreamSetup) -> None:
        """Send and receive as agreed, on the same sockets, from now on."""
        begins = self.stream.sender is None
        with self.lock:
            self.stream.set_up(setup)
        rtp = self._rtp
        if (rtp.srtp.keys if rtp.srtp else None) != setup.keys:
            rtp.srtp = Srtp(*setup.keys) if setup.keys else None
        if self.reports is None:
            self.reports = self._open_reports()
        self.reports.srtp = rtp.srtp
        if setup.remote is not None:
            self.reports.remote = Address(setup.remote.host, setup.remote.port + 1)
        if begins:
            self.spawn("receive", rtp.receive)

    def use(self, treatments: Treatments) -> None:
        """Treat loss and latency in this way from now on."""
        with self.lock:
            self.stream.use(treatments)

    def stop(self) -> None:
        """This kind of media is no longer part of the call."""
        self.stream.setup = None

    def close(self) -> None:
        """Say goodbye, end the threads, give the ports back."""
        if self.reports is not None:
            self.reports.close()
        self._rtp.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(JOIN)
        self.later.close()
        self.pair.close()

    def spawn(self, what: str, work: Callable[[], None]) -> None:
        """Start a thread of this line; `close` waits for its end."""
        name = f"labkit-{self.call.name}-{self.kind}-{what}"
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _open_reports(self) -> ReportSocket:
        return ReportSocket(
            self.pair,
            self.stream,
            self.lock,
            self.gate,
            self.call,
            self._at,
            self._heed,
        )

    def _heed(self, events: list[RtcpEvent]) -> None:
        """What the peer's reports ask for; on the loop thread."""
        for event in events:
            match event:
                case KeyframeAsked():
                    self.keyframe_asked()
                case NackAsked(numbers):
                    self.send_out(partial(self.stream.resend, numbers))

    # --- RTP out --------------------------------------------------------------------

    def send_out(self, compose: Callable[[float], list[bytes]]) -> None:
        """Send what a method of the stream composes; what is to follow, in its time."""
        now = clock.now()
        with self.lock:
            packets = compose(now)
            deadline = self.stream.protection.next_deadline
        self._rtp.transmit(packets)
        if deadline is not None:
            self._alarm.set(deadline)

    def _note_sent(
        self, frames: Sequence[EncodedFrame], begun: float, encoded: float
    ) -> None:
        """When the newest of the frames that were just sent passed each stage."""
        sender = self.stream.sender
        if frames and sender is not None:
            captured = frames[-1].captured
            self.stream.stages.note_sent(
                (sender.timestamp, captured, begun, encoded, clock.now())
            )

    # --- RTP in ---------------------------------------------------------------------

    def _take(self, batch: list[bytes]) -> None:
        """Datagrams of the peer are out of the link."""
        setup, now = self.setup, clock.now()
        if self.closed or setup is None:
            return
        if batch:
            self.call.silence.heard()
        if not setup.receive_on:
            for _ in batch:
                self.gate.count("on hold")
            return
        read = self._rtp.read
        packets = [packet for data in batch if (packet := read(data, now))]
        with self._taking:
            with self.lock:
                frames = [f for p in packets for f in self.stream.take(p, now)]
                deadline = self.stream.next_deadline
            if frames:
                self.show(frames)
        if deadline is None:  # as on most links, most of the time
            return
        if deadline <= now:
            self._wake()
        else:
            self._alarm.set(deadline)

    # --- what time brings -----------------------------------------------------------

    def _at(self, time: float, action: Callable[[], object]) -> None:
        """Do something at a time; at once when it has come."""
        if time <= clock.now():
            action()
        elif not self.later.at(time, action):
            self.gate.count("link: too many packets under way")

    def _wake(self) -> None:
        """Do what is due, if it still is, and see to what follows."""
        now, deadline = clock.now(), self._deadline()
        if self.closed or deadline is None:
            return
        if deadline <= now:
            self._due(now)
            deadline = self._deadline()
        if deadline is not None:
            self._alarm.set(deadline)

    def _deadline(self) -> float | None:
        with self.lock:
            return self.stream.next_deadline

    def _due(self, now: float) -> None:
        with self.lock:
            packets = self.stream.due(now)
        self._rtp.transmit(packets)
        if self.reports is not None:
            self.reports.send(self.stream.ask)
        with self._taking:
            with self.lock:
                frames = self.stream.overdue(now)
            if frames:
                self.show(frames)

    # --- on the loop thread ---------------------------------------------------------

    def tick(self) -> None:
        """Some times a second: send a report if one is due."""
        if self.reports is None or self.setup is None:
            return
        if self.stream.report_is_due(clock.now()):  # seldom: else the lock is let be
            self.reports.send(self.stream.report)

    def measure(self, now: float) -> None:
        """Note jitter and loss for the plots."""
        with self.lock:
            measured = self.stream.measure()
        if measured is not None:
            jitter, lost = measured
            self.call.history.jitter[self.kind].append((now, jitter))
            self.call.history.loss[self.kind].append((now, lost))

    # --- what there is to see -------------------------------------------------------

    def statistics(self, now: float) -> LineStatistics | None:
        """The machine's counts, and the gate's beside them; None before it began."""
        with self.lock:
            found = self.snapshot(now)
        if found is None:
            return None
        refused = self.gate.so_far | dict(found.labkit.refused)
        return replace(found, labkit=replace(found.labkit, refused=refused))
