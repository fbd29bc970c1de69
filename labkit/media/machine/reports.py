"""RTCP: what sender and receiver tell each other about how it goes.

A report goes out every second. RFC 3550 asks for five, so that a conference of
thousands is not drowned in reports; between two parties there is nothing to drown, a
report takes less than 5 % of the bandwidth of the narrowest codec (section 6.2), and
whoever watches a plot wants to see something happen. The first few go out sooner, since
round trip and latency are known only after reports have gone there and back. As the RFC
asks, the pace is randomised (section 6.3.1).

Who misses a packet, or a keyframe, cannot wait for the next report. It asks at once, in
an early report: a whole one, with the question behind it. So each question also carries
what is needed to measure the round trip. RFC 4585 (section 3.5) has regular reports
make up for early ones; between two parties there is no need.

RFC 3550, section 6; RFC 4585, sections 3.5, 6.2.1 and 6.3.1. Notebook: 03-media,
06-loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from labkit.media.machine import ntp
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.sender import RtpSender
from labkit.media.machine.source import Source
from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import (
    Bye,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    Report,
    ReportBlock,
    SenderReport,
    SourceChunk,
    SourceDescription,
)
from labkit.media.wire.rtcp import parse_rtcp, write_rtcp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

INTERVAL = 1.0
FIRST_INTERVAL = 0.2
FIRST_REPORTS = 8
MOST_REMEMBERED = 256
LONGEST_ROUND_TRIP = 60.0
MOST_ASKED_AT_ONCE = 256
"""Packets that one NACK names, or that are sent again for one: the newest."""


@dataclass(frozen=True, slots=True)
class KeyframeAsked:
    """The peer lost pictures and asks for one that stands alone."""


@dataclass(frozen=True, slots=True)
class NackAsked:
    """The peer misses these packets of ours, and asks for them again."""

    numbers: tuple[int, ...]
    """Sequence numbers of 16 bits, each once, in the order in which it asked."""


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """The source said goodbye."""

    reason: str


RtcpEvent: TypeAlias = KeyframeAsked | NackAsked | PeerLeft


class RtcpSession:
    """The reports of one media line, both ways."""

    def __init__(
        self,
        sender: RtpSender,
        sources: SourceLock,
        clock: MediaClock,
        offset: ClockOffset,
        *,
        cname: str,
        random: Random,
    ) -> None:
        self.remote: ReportBlock | None = None
        """The peer's last word on what we send."""
        self.round_trip: float | None = None
        """Seconds, the last one measured."""
        self.total_round_trip = 0.0
        self.round_trips = 0
        self.nacks_sent = 0
        self.nacks_received = 0
        """Feedback messages, as `nackCount` has it; each may name many packets."""
        self.peer_name = ""
        """The peer's CNAME."""
        self.next_at: float | None = None
        """When the next report is due; None before the first `poll`."""
        self._sender = sender
        self._sources = sources
        self._clock = clock
        self._offset = offset
        self._cname = cname
        self._random = random
        self._reports = 0
        self._packets_reported = 0
        self._loss_reported = (0, 0)
        self._fraction_lost = 0
        self._asked: dict[int, float] = {}
        self._heard: dict[int, tuple[int, float]] = {}

    def is_due(self, now: float) -> bool:
        """Whether `poll` has something to do."""
        return self.next_at is None or now >= self.next_at

    def poll(self, now: float) -> bytes | None:
        """The report to send now, if one is due."""
        if self.next_at is None:
            self.next_at = now + FIRST_INTERVAL / 2
        if not self.is_due(now):
            return None
        interval = FIRST_INTERVAL if self._reports < FIRST_REPORTS else INTERVAL
        self.next_at = now + interval * self._random.uniform(0.5, 1.5)
        self._reports += 1
        self._reckon_loss()
        return write_rtcp(self._report(now))

    def keyframe_request(self, now: float) -> bytes | None:
        """A picture loss indication; None while no source is known."""
        source = self._sources.source
        if source is None:
            return None
        indication = PictureLossIndication(self._sender.ssrc, source.ssrc)
        return write_rtcp([*self._report(now), indication])

    def nack(self, numbers: Sequence[int], now: float) -> bytes | None:
        """Ask for these packets again, at once; None while there is nothing to ask.

        `numbers` are sequence numbers, wrapped or not. Of too many the last are named.
        """
        source = self._sources.source
        if source is None or not numbers:
            return None
        self.nacks_sent += 1
        lost = tuple(number & 0xFFFF for number in numbers[-MOST_ASKED_AT_ONCE:])
        return write_rtcp(
            [*self._report(now), GenericNack(self._sender.ssrc, source.ssrc, lost)]
        )

    def goodbye(self, now: float, reason: str = "") -> bytes:
        """The last report: our source stops."""
        return write_rtcp([*self._report(now), Bye((self._sender.ssrc,), reason)])

    def received(self, data: bytes, now: float) -> list[RtcpEvent]:
        """Take in the peer's reports.

        Raises RemoteError for what is not RTCP; reports about others are ignored.
        """
        events: list[RtcpEvent] = []
        for report in parse_rtcp(data):
            match report:
                case SenderReport():
                    self._sender_report(report, now)
                case ReceiverReport():
                    self._answers(report.reports, None, now)
                case SourceDescription():
                    self._description(report)
                case Bye():
                    if self._sources.goodbye(report.ssrcs):
                        events.append(PeerLeft(report.reason))
                case PictureLossIndication(media_ssrc=self._sender.ssrc):
                    events.append(KeyframeAsked())
                case GenericNack(media_ssrc=self._sender.ssrc):
                    self.nacks_received += 1
                    numbers = tuple(dict.fromkeys(report.numbers))
                    events.append(NackAsked(numbers[-MOST_ASKED_AT_ONCE:]))
        return events

    # --- ours -----------------------------------------------------------------------

    def _report(self, now: float) -> list[Report]:
        """Sender or receiver report, and who we are: every datagram begins so."""
        source, sender = self._sources.source, self._sender
        blocks = () if source is None else (self._block(source, now),)
        description = SourceDescription((SourceChunk(sender.ssrc, self._cname),))
        if sender.packets_sent == self._packets_reported:
            return [ReceiverReport(sender.ssrc, blocks), description]
        self._packets_reported = sender.packets_sent
        ntp_time = ntp.to_ntp(now)
        self._remember(ntp.middle(ntp_time), now)
        report = SenderReport(
            sender.ssrc,
            ntp_time,
            sender.timestamp_at(now),
            sender.packets_sent & 0xFFFF_FFFF,
            sender.octets_sent & 0xFFFF_FFFF,
            blocks,
        )
        return [report, description]

    def _reckon_loss(self) -> None:
        """The fraction lost between two regular reports; early ones repeat it.

        Between two questions there are so few packets that it would say 0 or half.
        """
        source = self._sources.source
        if source is None:
            return
        expected, lost = source.expected, source.expected - source.received
        expected_before, lost_before = self._loss_reported
        self._loss_reported = expected, lost
        interval, lost_now = expected - expected_before, lost - lost_before
        fraction = lost_now * 256 // interval if interval > 0 and lost_now > 0 else 0
        self._fraction_lost = min(fraction, 255)

    def _block(self, source: Source, now: float) -> ReportBlock:
        lost = source.expected - source.received
        last_sr, delay = 0, 0.0
        if source.ssrc in self._heard:
            last_sr, arrived = self._heard[source.ssrc]
            delay = now - arrived
        return ReportBlock(
            source.ssrc,
            self._fraction_lost,
            max(-0x80_0000, min(lost, 0x7F_FFFF)),
            source.highest & 0xFFFF_FFFF,
            round(source.jitter * source.format.clock_rate) & 0xFFFF_FFFF,
            last_sr,
            ntp.short(delay),
        )

    def _remember(self, name: int, now: float) -> None:
        self._asked[name] = now
        if len(self._asked) > MOST_REMEMBERED:
            del self._asked[next(iter(self._asked))]

    # --- the peer's -----------------------------------------------------------------

    def _sender_report(self, report: SenderReport, now: float) -> None:
        source = self._sources.source
        if source is not None and source.ssrc != report.ssrc:
            return
        self._heard.pop(report.ssrc, None)
        self._heard[report.ssrc] = ntp.middle(report.ntp_time), now
        if len(self._heard) > MOST_REMEMBERED:
            del self._heard[next(iter(self._heard))]
        time = ntp.from_ntp(report.ntp_time)
        self._clock.learn(report.ssrc, time, report.rtp_timestamp)
        self._answers(report.reports, time, now)

    def _answers(
        self, blocks: tuple[ReportBlock, ...], answered: float | None, now: float
    ) -> None:
        """What the peer says of our stream; `answered` is its clock at that moment."""
        for block in blocks:
            if block.ssrc != self._sender.ssrc:
                continue
            self.remote = block
            asked = self._asked.get(block.last_sr)
            if asked is None:  # it answers nothing that we sent
                continue
            delay = block.delay_since_last_sr / 65_536
            round_trip = now - asked - delay
            if not -0.001 <= round_trip <= LONGEST_ROUND_TRIP:
                continue
            if answered is not None:
                self._offset.probe(asked, answered - delay, answered, now)
            self.round_trip = self._offset.round_trip = max(round_trip, 0.0)
            self.total_round_trip += self.round_trip
            self.round_trips += 1

    def _description(self, report: SourceDescription) -> None:
        source = self._sources.source
        for chunk in report.chunks:
            if source is None or chunk.ssrc == source.ssrc:
                self.peer_name = chunk.cname
