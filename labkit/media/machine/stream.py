"""One kind of media in one call, both ways: all but sockets, threads and clocks.

    frames → sender → protection → bytes ~~~> bytes → recovery → place: sound, picture
                      reports   <~~~~~~~~~~~~~~~~~~>  reports

A real call runs it in threads (`labkit.net.media_line`), a simulated one on virtual
time (`labkit.simulation`): the same packets, whatever carries them. RFC 3550.

Notebook: 03-media.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from labkit.frames import EncodedFrame
from labkit.media.formats import Kind
from labkit.media.machine.agreement import StreamSetup
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.deadlines import earlier
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.rate_rule import Rung
from labkit.media.machine.reports import RtcpEvent, RtcpSession
from labkit.media.machine.sender import RtpSender
from labkit.media.machine.source_lock import SourceLock
from labkit.media.machine.stages import Stages
from labkit.media.messages import RtpPacket
from labkit.media.repair.protection import Protection
from labkit.media.repair.recovery import Recovered, Recovery
from labkit.media.treatments import Treatments
from labkit.media.wire.rtp import write_rtp

if TYPE_CHECKING:
    from random import Random


class Stream(ABC):
    """What sound and pictures have in common.

    Not for several threads at once: a lock of the caller's guards it, but for what is
    said to need none.
    """

    def __init__(
        self,
        kind: Kind,
        sources: SourceLock,
        clock: MediaClock,
        *,
        cname: str,
        offset: ClockOffset,
        random: Random,
    ) -> None:
        self.kind = kind
        self.sources = sources
        """Whose packets are taken."""
        self.setup: StreamSetup | None = None
        """What was agreed; None before, and when this kind is no longer part of it."""
        self.sender: RtpSender | None = None
        self.reports: RtcpSession | None = None
        self.clock, self.offset = clock, offset
        self.treatments = Treatments()
        self.protection = Protection(kind, random=random)
        self.recovery = Recovery(sources)
        self.encode_time = 0.0
        """Seconds of work; whoever has a clock adds them up."""
        self.stages = Stages()
        """When each frame passed each stage; whoever has a clock notes it."""
        self.latency: float | None = None
        """Capture at the peer → played or ready to show here, of the newest frame."""
        self._cname, self._random = cname, random
        self._measured = (0, 0)

    # --- what sound and picture do differently --------------------------------------

    @abstractmethod
    def place(self, item: Recovered, now: float) -> list[ReceivedFrame]:
        """A packet of media is here; the pictures that are now to be shown."""

    @property
    @abstractmethod
    def patience(self) -> float:
        """Seconds after its time for which a missing packet is still of use."""

    @abstractmethod
    def heed(self, rung: Rung) -> None:
        """Send so much from now on, and no more (rate rule)."""

    # --- life -----------------------------------------------------------------------

    def set_up(self, setup: StreamSetup) -> None:
        """Send and receive as agreed, from now on."""
        self.sources.receive = dict(setup.receive)
        if not setup.receive_on:
            self.sources.restart()
        if self.sender is None:
            self.sender = RtpSender(
                setup.format, setup.payload_type, random=self._random
            )
            self.reports = RtcpSession(
                self.sender,
                self.sources,
                self.clock,
                self.offset,
                cname=self._cname,
                random=self._random,
            )
        else:
            self.sender.use(setup.format, setup.payload_type)
        self.protection.formats = setup.send_repair
        self.recovery.formats = setup.receive_repair
        self.setup = setup

    def use(self, treatments: Treatments) -> None:
        """Treat loss and latency in this way from now on."""
        self.treatments = treatments
        self.protection.treatments = self.recovery.treatments = treatments

    @property
    def lacks(self) -> frozenset[str]:
        """Treatments, by name, that the agreement with this peer does not allow."""
        setup = self.setup
        if setup is None:
            return frozenset()
        theirs, ours = setup.send_repair, setup.receive_repair
        allowed = {
            "red": bool(theirs.red) or self.kind == "video",
            "parity": theirs.parity is not None,
            "reed_solomon": theirs.reed_solomon is not None,
            "retransmission": theirs.nack and bool(theirs.rtx),
            "nack": ours.nack and bool(ours.rtx),
            "restart_intervals": self.kind == "audio" or setup.format.name == "JPEG",
        }
        return frozenset(name for name, is_allowed in allowed.items() if not is_allowed)

    # --- ours -----------------------------------------------------------------------

    def write(self, frames: Iterable[EncodedFrame], now: float) -> list[bytes]:
        """The packets of these frames, with what protects them."""
        sender = self.sender
        if sender is None:
            return []
        return [
            write_rtp(packet)
            for frame in frames
            for packet in self.protection.protect(sender.packets(frame), now)
        ]

    def resend(self, numbers: Iterable[int], now: float) -> list[bytes]:
        """The packets that the peer asks for again."""
        round_trip = self._round_trip or 0.0
        return list(map(write_rtp, self.protection.resend(numbers, now, round_trip)))

    # --- the peer's -----------------------------------------------------------------

    def take(self, packet: RtpPacket, now: float) -> list[ReceivedFrame]:
        """A packet has come; the pictures that are now to be shown, in order."""
        frames: list[ReceivedFrame] = []
        for item in self.recovery.received(packet, now):
            frames += self.place(item, now)
        return frames

    # --- reports --------------------------------------------------------------------

    def report_is_due(self, now: float) -> bool:
        """Whether there may be a report to send; needs no lock."""
        return self.reports is not None and self.reports.is_due(now)

    def report(self, now: float) -> bytes | None:
        """The report to send now, if one is due."""
        return None if self.reports is None else self.reports.poll(now)

    def goodbye(self, now: float) -> bytes | None:
        """The last report."""
        return None if self.reports is None else self.reports.goodbye(now)

    def heard(self, data: bytes, now: float) -> list[RtcpEvent]:
        """Take in the peer's reports; RemoteError for what is none."""
        return [] if self.reports is None else self.reports.received(data, now)

    # --- what time brings -----------------------------------------------------------

    @property
    def next_deadline(self) -> float | None:
        """When to look again at what follows; None: nothing waits for time to pass."""
        return earlier(self.protection.next_deadline, self.recovery.next_deadline)

    def due(self, now: float) -> list[bytes]:
        """RTP packets that were to be sent later, and now are."""
        return list(map(write_rtp, self.protection.poll(now)))

    def ask(self, now: float) -> bytes | None:
        """A report that asks for missing packets, if it is time to ask."""
        if self.reports is None:
            return None
        numbers = self.recovery.numbers_to_ask(now, self._round_trip, self.patience)
        return self.reports.nack(numbers, now) if numbers else None

    def overdue(self, now: float) -> list[ReceivedFrame]:
        """Pictures that have waited long enough for what is missing."""
        return []

    @property
    def _round_trip(self) -> float | None:
        """Of this stream, else of the call's other one: they go the same way."""
        own = None if self.reports is None else self.reports.round_trip
        return self.offset.round_trip if own is None else own

    # --- figures --------------------------------------------------------------------

    def measure(self) -> tuple[float, float] | None:
        """Jitter in seconds, and the share lost since the last time; None: nobody."""
        source, totals = self.sources.source, self.sources.totals
        if source is None:
            return None
        missing, received = totals.missing, totals.received - totals.duplicates
        missing_before, received_before = self._measured
        self._measured = missing, received
        lost = max(missing - missing_before, 0)
        expected = lost + received - received_before
        return source.jitter, lost / expected if expected > 0 else 0.0
