"""The sender's chain: the packets of one frame in, what goes out now for them, out.

    keep for retransmission → RED → interleave → out
                   └→ parity, Reed–Solomon: more packets

Parity and Reed–Solomon protect the packets as they are without RED, so that what is
recovered is a packet of media whatever else is switched on. Notebook: 06-loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from labkit.media.formats import Kind
from labkit.media.machine.deadlines import earlier
from labkit.media.messages import RtpPacket
from labkit.media.repair.formats import RepairFormats
from labkit.media.repair.grouping import Grouping
from labkit.media.repair.interleave import Interleaver
from labkit.media.repair.parity import parity_of, write_parity
from labkit.media.repair.red import RedSender
from labkit.media.repair.reed_solomon import repair_blocks, write_block
from labkit.media.repair.rtx import Retransmitter
from labkit.media.repair.stream import RepairStream
from labkit.media.repair.switched import Switched
from labkit.media.treatments import Treatments

if TYPE_CHECKING:
    from random import Random

Treatment: TypeAlias = Literal["red", "parity", "reed-solomon", "retransmission"]
GROUP = 8
"""Packets in a Reed–Solomon group."""


class Protection(Switched):
    """What one phone sends besides one medium, to protect it.

    `treatments` and `formats` may be set at any time. What the peer does not know is
    not sent, whatever the switches say.
    """

    def __init__(
        self,
        kind: Kind,
        formats: RepairFormats | None = None,
        treatments: Treatments | None = None,
        *,
        random: Random,
    ) -> None:
        super().__init__(formats, treatments)
        self.packets: Counter[Treatment] = Counter()
        """Packets sent besides the media's, by kind; RED needs none."""
        self.octets: Counter[Treatment] = Counter()
        """Octets of payload sent besides the media's."""
        self._kind = kind
        self._parity_stream = RepairStream(random)
        self._reed_solomon_stream = RepairStream(random)
        self._retransmitter = Retransmitter(RepairStream(random))
        self._red = RedSender()
        self._parity, self._reed_solomon = Grouping(), Grouping()
        self._interleaver = Interleaver()
        self._choose()

    def _choose(self) -> None:
        wanted, formats = self._treatments, self._formats
        sound = self._kind == "audio"
        self._rtx_of = {media: rtx for rtx, media in formats.rtx.items()}
        self._red_of = {media: red for red, media in formats.red.items()}
        self._keeps = wanted.retransmission and formats.nack and bool(self._rtx_of)
        self._copies = wanted.red if sound and self._red_of else 0
        self._parity_size = wanted.parity if formats.parity is not None else 0
        self._repair = wanted.reed_solomon if formats.reed_solomon is not None else 0
        self._depth = wanted.interleaving if sound else 1
        self._adds = bool(
            self._copies or self._parity_size or self._repair or self._depth > 1
        )

    @property
    def next_deadline(self) -> float | None:
        """When `poll` has something to send; None while it has not."""
        return earlier(
            self._retransmitter.next_deadline, self._interleaver.next_deadline
        )

    def protect(self, packets: Sequence[RtpPacket], now: float) -> Sequence[RtpPacket]:
        """What is to be sent now for the packets of one frame, in this order."""
        if self._keeps:
            self._retransmitter.keep(packets, now, self._treatments.copies)
        if not (self._adds or self._retransmitter.later or self._interleaver.waiting):
            return packets
        out: list[RtpPacket] = []
        if self._depth == 1:
            out += self._interleaver.flush()
        for packet in packets:
            sent = self._with_copies(packet)
            if self._depth > 1:
                out += self._interleaver.put(sent, self._depth, now)
            else:
                out.append(sent)
            ends = self._kind == "video" and packet.marker
            if self._parity_size:
                group = self._parity.add(packet, self._parity_size, ends)
                out += self._with_parity(group) if group else ()
            if self._repair:
                group = self._reed_solomon.add(packet, GROUP, ends)
                out += self._with_blocks(group) if group else ()
        return [*out, *self.poll(now)]

    def resend(
        self, numbers: Iterable[int], now: float, round_trip: float = 0.0
    ) -> list[RtpPacket]:
        """What is to be sent now for a NACK of these sequence numbers.

        `round_trip` in seconds, as far as known. More copies follow through `poll`.
        """
        if not self._keeps:
            return []
        copies = self._treatments.copies
        answer = self._retransmitter.answer(
            numbers, self._rtx_of, copies, now, round_trip
        )
        return self._counted("retransmission", answer)

    def poll(self, now: float) -> list[RtpPacket]:
        """What is due now without a frame or a request: later copies, a flush."""
        out = self._counted("retransmission", self._retransmitter.due(now))
        flush_at = self._interleaver.next_deadline
        if flush_at is not None and flush_at <= now:
            out += self._interleaver.flush()
        return out

    def _with_copies(self, packet: RtpPacket) -> RtpPacket:
        red = self._red_of.get(packet.payload_type)
        if not self._copies or red is None:
            return packet
        wrapped = self._red.wrap(packet, red, self._copies)
        self.octets["red"] += len(wrapped.payload) - len(packet.payload)
        return wrapped

    def _with_parity(self, group: Sequence[RtpPacket]) -> list[RtpPacket]:
        assert self._formats.parity is not None
        payload = write_parity(parity_of(group))
        packet = self._parity_stream.packet(
            self._formats.parity, group[-1], payload, csrcs=(group[-1].ssrc,)
        )
        return self._counted("parity", [packet])

    def _with_blocks(self, group: Sequence[RtpPacket]) -> list[RtpPacket]:
        """A picture's last, smaller group gets as many blocks in proportion."""
        assert self._formats.reed_solomon is not None
        count = -(-self._repair * len(group) // GROUP)
        packets = [
            self._reed_solomon_stream.packet(
                self._formats.reed_solomon,
                group[-1],
                write_block(block),
                csrcs=(group[-1].ssrc,),
            )
            for block in repair_blocks(group, count)
        ]
        return self._counted("reed-solomon", packets)

    def _counted(
        self, treatment: Treatment, packets: list[RtpPacket]
    ) -> list[RtpPacket]:
        if packets:
            self.packets[treatment] += len(packets)
            self.octets[treatment] += sum(len(packet.payload) for packet in packets)
        return packets
