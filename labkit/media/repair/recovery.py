"""The receiver's chain: packets as they come in, packets of media out.

    media ──> SourceLock.admit ──────────────────────────────┐
    RED ──> its own frame: as media; its copies ──┐           ├──> whoever plays them
    RTX, parity, Reed–Solomon ──> recovered ──> SourceLock.place
                                                              └──> NACK: what is missing

Only the media counts as received. What is recovered must belong to the source that is
believed, and to numbers that are missing. Notebook: 06-loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from labkit.errors import RemoteError
from labkit.media.machine.sequence import signed_difference
from labkit.media.machine.source import Source
from labkit.media.machine.source_lock import Admitted, SourceLock
from labkit.media.messages import RtpPacket
from labkit.media.repair import red, rtx
from labkit.media.repair.formats import RepairFormats
from labkit.media.repair.groups import (
    Group,
    ParityGroup,
    ReedSolomonGroup,
    WaitingGroups,
)
from labkit.media.repair.nack import NackList
from labkit.media.repair.parity import parse_parity
from labkit.media.repair.protection import Treatment
from labkit.media.repair.reed_solomon import parse_block
from labkit.media.repair.switched import Switched
from labkit.media.treatments import Treatments

By: TypeAlias = Literal["media"] | Treatment
MOST_REMEMBERED = 256
"""Packets of media that are kept to compute others from."""


class Recovered(NamedTuple):
    """A packet of media, as its sender made it."""

    packet: RtpPacket
    place: Admitted
    """Its number and timestamp, unwrapped, and its format."""
    by: By
    """How it came here."""


class Recovery(Switched):
    """What one phone makes of all that comes in for one medium.

    `formats` and `treatments` may be set at any time; of the switches only
    `nack` matters here.
    """

    def __init__(
        self,
        sources: SourceLock,
        formats: RepairFormats | None = None,
        treatments: Treatments | None = None,
    ) -> None:
        super().__init__(formats, treatments)
        self.sources = sources
        self.recovered: Counter[Treatment] = Counter()
        """Packets of media that a treatment brought, and nothing else before it."""
        self.superfluous: Counter[Treatment] = Counter()
        """Packets that it brought although they were here."""
        self.packets: Counter[Treatment] = Counter()
        """Packets that came besides the media's."""
        self.octets: Counter[Treatment] = Counter()
        """Octets of payload that came besides the media's."""
        self.refused: Counter[str] = Counter()
        """Repair that was no good, by reason."""
        self.nacks = NackList()
        self._asks = False
        self._forget(None)
        self._choose()

    def _choose(self) -> None:
        formats = self._formats
        asks = self._treatments.nack and formats.nack and bool(formats.rtx)
        if asks != self._asks:
            self._asks = asks
            self._new_nacks()
        self._unpack: dict[int, Callable[[RtpPacket, float], list[Recovered]]] = {}
        self._unpack |= dict.fromkeys(formats.red, self._red)
        self._unpack |= dict.fromkeys(formats.rtx, self._retransmission)
        if formats.parity is not None:
            self._unpack[formats.parity] = self._parity
        if formats.reed_solomon is not None:
            self._unpack[formats.reed_solomon] = self._reed_solomon

    def _forget(self, source: Source | None) -> None:
        """Another source: nothing from before may be mixed in."""
        self._source = source
        self._new_nacks()
        self._here: dict[int, RtpPacket] = {}
        self._groups = WaitingGroups()
        self._remember = 0
        """For how many packets more the media's are kept: while groups come."""

    def _new_nacks(self) -> None:
        requests = self.nacks.requests
        source = self._source
        steady = source is not None and source.format.kind == "audio"
        self.nacks = NackList(steady)
        self.nacks.requests = requests

    # --- in -------------------------------------------------------------------------

    def received(self, packet: RtpPacket, now: float) -> list[Recovered]:
        """Take in a packet of any kind; the packets of media that are here by it.

        Never raises: what is no good is counted in `refused`, here or in `sources`.
        """
        unpack = self._unpack.get(packet.payload_type)
        if unpack is None:
            return self._media(packet, now)
        try:
            return unpack(packet, now)
        except RemoteError:
            self.refused["malformed repair"] += 1
            return []

    def _media(self, packet: RtpPacket, now: float) -> list[Recovered]:
        place = self.sources.admit(packet, now)
        if place is None:
            return []
        if not self._asks and not self._remember:  # nothing is on, as in most calls
            return [Recovered(packet, place, "media")]
        return self._take(packet, place, "media", now)

    def _red(self, packet: RtpPacket, now: float) -> list[Recovered]:
        own, copies = red.unwrap(packet)
        out = self._media(own, now)
        if out:
            self.octets["red"] += len(packet.payload) - len(own.payload)
            for copy in copies:
                out += self._repaired(copy, "red", now)
        return out

    def _retransmission(self, packet: RtpPacket, now: float) -> list[Recovered]:
        source = self.sources.source
        self._count("retransmission", packet)
        if source is None:
            return self._refuse("retransmission without a source")
        again = rtx.unwrap(packet, self._formats.rtx[packet.payload_type], source.ssrc)
        if not self.nacks.was_asked(_unwrapped(again.sequence_number, source)):
            return self._refuse("retransmission not asked for")
        return self._repaired(again, "retransmission", now)

    def _parity(self, packet: RtpPacket, now: float) -> list[Recovered]:
        source = self._believed(packet, "parity")
        if source is None:
            return []
        parity = parse_parity(packet.payload)
        group = ParityGroup(_unwrapped(parity.base, source), parity)
        return self._join(group, source, now)

    def _reed_solomon(self, packet: RtpPacket, now: float) -> list[Recovered]:
        source = self._believed(packet, "reed-solomon")
        if source is None:
            return []
        block = parse_block(packet.payload)
        group = ReedSolomonGroup(_unwrapped(block.base, source), block)
        known = self._groups.find(group.numbers)
        if known is not None:
            known.add(block)
            return self._solve([known], source, now)
        return self._join(group, source, now)

    def _believed(self, packet: RtpPacket, treatment: Treatment) -> Source | None:
        """The source that repair packets name, if it is the one we believe."""
        self._count(treatment, packet)
        source = self.sources.source
        if source is None or packet.csrcs != (source.ssrc,):
            self._refuse(f"{treatment} of another source")
            return None
        self._remember = MOST_REMEMBERED
        if source is not self._source:
            self._forget(source)
            self._remember = MOST_REMEMBERED
        return source

    # --- what is here, and what follows from it -------------------------------------

    def _repaired(
        self, packet: RtpPacket, treatment: Treatment, now: float
    ) -> list[Recovered]:
        place = self.sources.place(packet)
        if place is None:
            self.superfluous[treatment] += 1
            return []
        self.recovered[treatment] += 1
        return self._take(packet, place, treatment, now)

    def _take(
        self, packet: RtpPacket, place: Admitted, by: By, now: float
    ) -> list[Recovered]:
        source = self.sources.source
        assert source is not None
        if source is not self._source:
            self._forget(source)
        out = [Recovered(packet, place, by)]
        if self._asks:
            self.nacks.here(place.number, now, by == "media")
        if self._remember:
            self._remember -= 1
            self._here[place.number] = packet
            if len(self._here) > MOST_REMEMBERED:
                del self._here[next(iter(self._here))]
            out += self._solve(self._groups.here(place.number), source, now)
        return out

    def _join(self, group: Group, source: Source, now: float) -> list[Recovered]:
        self._groups.add(group, self._here)
        return self._solve([group], source, now)

    def _solve(
        self, groups: list[Group] | list[ReedSolomonGroup], source: Source, now: float
    ) -> list[Recovered]:
        """What these groups give; each packet may bring others nearer to theirs."""
        out: list[Recovered] = []
        for group in groups:
            if not self._groups.is_solvable(group):
                continue
            self._groups.remove(group)
            try:
                packets = group.solve(self._here, source.ssrc)
            except RemoteError:
                self._refuse(f"{group.by} that does not fit")
                continue
            for packet in packets:
                out += self._repaired(packet, group.by, now)
        return out

    def _count(self, treatment: Treatment, packet: RtpPacket) -> None:
        self.packets[treatment] += 1
        self.octets[treatment] += len(packet.payload)

    def _refuse(self, why: str) -> list[Recovered]:
        self.refused[why] += 1
        return []

    # --- NACK -----------------------------------------------------------------------

    @property
    def next_deadline(self) -> float | None:
        """When to call `numbers_to_ask` next; None while nothing is missing."""
        return self.nacks.next_deadline if self._may_ask else None

    def numbers_to_ask(
        self, now: float, round_trip: float | None, patience: float
    ) -> list[int]:
        """Sequence numbers (16 bits) to ask the believed source for now.

        `round_trip`: seconds, None until measured. `patience`: how many seconds after
        its time a packet is still of use, as the playout's delay. Call it after each
        batch of packets, and at `next_deadline`.
        """
        if not self._may_ask:
            return []
        due = self.nacks.due(now, round_trip, patience)
        return [number & 0xFFFF for number in due]

    @property
    def _may_ask(self) -> bool:
        """Whether the source that misses something is still there to be asked."""
        return self._asks and self._source is self.sources.source


def _unwrapped(number: int, source: Source) -> int:
    """The sequence number near the source's highest."""
    return source.highest + signed_difference(number, source.highest & 0xFFFF, 16)
