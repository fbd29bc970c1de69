"""Packets into pictures: reordering by sequence number, with an end to waiting.

A picture is whole when every number from its first packet to the one with the marker is
there. It is handed on at that moment. What came before it and is not whole yet will not
be: at once where each picture stands alone (JPEG), after a little patience where
pictures build on one another (VP8, H264), so that packets which overtook each other
still serve.

A picture of which packets are lost is not always lost: one that was cut so that every
packet can be shown alone (RFC 2435 section 3.1.7) is mended with the picture shown
before and handed on too, when no packet of it has come for a while. How long depends on
the line: a slow one leaves gaps between packets, and the last one of them may be the
lost one, so that no marker ends the waiting. Twice the longest gap seen lately it is.

RFC 3550, section 5.1; QUALITY: a receiver that waits for the next picture instead of
trusting the marker shows everything one picture late. Notebook: 03-media, 06-loss.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.errors import RemoteError
from labkit.media.formats import MediaFormat
from labkit.media.machine.partial_picture import PartialPicture, WholeFrame
from labkit.media.messages import RtpPacket
from labkit.media.payloads import Assembler, MendingAssembler, for_format

MOST_FRAMES = 16
MOST_OCTETS = 8_000_000
"""What waits for missing packets is bounded; beyond, the oldest is given up."""
OVERHEAD = 64
"""Octets that keeping one packet costs besides its payload."""
LONGEST_GAP = 0.025
"""Seconds; a longer silence between two packets of a picture teaches nothing."""


class Reassembly:
    """The pictures of one source that are on their way in."""

    def __init__(self, patience: float, keep_old_pixels: bool = True) -> None:
        self.patience = patience
        """How many seconds a whole picture waits for an earlier one that is not, or one
        with gaps for the packets that are missing, after the last that came."""
        self.keep_old_pixels = keep_old_pixels
        """Whether a gap shows what was there before; else it is grey."""
        self.late = 0
        """Packets of pictures that were handed on or given up before."""
        self.given_up = 0
        """Pictures of which something came, but never enough."""
        self.can_mend = False
        """Whether the newest picture could be shown with packets missing."""
        self.mended = 0
        """Pictures handed on although packets were missing."""
        self._partials: dict[int, PartialPicture] = {}
        self._octets = 0
        self._whole = 0
        """How many of the partial pictures are whole, and wait for earlier ones."""
        self._gap = 0.0
        """The longest time between two packets of one picture lately."""
        self._handed_on: int | None = None
        """Timestamp of the last picture handed on."""
        self._next_number = 0
        """The number after that picture's last packet."""
        self._last_arrived = 0.0
        """When that picture's last packet came."""
        self._shown: tuple[str, bytes] | None = None
        """That picture, and its format's name."""
        self._assemblers: dict[str, Assembler] = {}
        self._menders: dict[str, MendingAssembler] = {}
        """Those of them that can mend: to ask a protocol takes long."""

    @property
    def next_deadline(self) -> float | None:
        """When to `poll` if no packet comes before; None: nothing is waited for."""
        return min(map(self._due, self._waiting()), default=None)

    def add(
        self,
        packet: RtpPacket,
        number: int,
        timestamp: int,
        media: MediaFormat,
        now: float,
    ) -> list[WholeFrame]:
        """Take in a packet, its numbers unwrapped; the pictures to be shown now."""
        partial = self._partials.get(timestamp)
        if partial is None:
            if self._is_late(number, timestamp):
                self._count_late(timestamp, now)
                return []
            partial = self._begin(packet, number, timestamp, media, now)
        elif number in partial.payloads:  # recovered, and came all the same
            return []
        elif partial.mender is not None and now > partial.last_arrived:
            self._learn_gap(now - partial.last_arrived)
        payload = packet.payload
        partial.payloads[number] = payload
        partial.last_arrived = now
        octets = len(payload) + OVERHEAD
        partial.octets += octets
        self._octets += octets
        partial.lowest = min(partial.lowest, number)
        if packet.marker:
            partial.last = number
        if partial.last is not None and partial.data is None and partial.may_be_whole():
            self._join(partial, now)
        self._stay_bounded()
        return self._ready(now) if self._whole else []

    def poll(self, now: float) -> list[WholeFrame]:
        """The pictures that have waited long enough for what is missing."""
        ready = []
        for timestamp in sorted(self._partials):
            partial = self._partials.get(timestamp)
            if partial is None:
                continue
            if partial.mender is not None and self._due(partial) <= now:
                ready += self._hand_on(timestamp)
        return ready + self._ready(now) if self._whole else ready

    def _begin(
        self,
        packet: RtpPacket,
        number: int,
        timestamp: int,
        media: MediaFormat,
        now: float,
    ) -> PartialPicture:
        """The first packet of a picture is here."""
        mender = self._mender(media, packet.payload)
        self.can_mend = mender is not None
        partial = PartialPicture(media, now, now, number, mender)
        self._partials[timestamp] = partial
        return partial

    def _count_late(self, timestamp: int, now: float) -> None:
        self.late += 1
        if timestamp == self._handed_on:
            self._learn_gap(now - self._last_arrived)
            self._last_arrived = now

    # --- waiting --------------------------------------------------------------------

    def _waiting(self) -> Iterator[PartialPicture]:
        """The pictures that time alone can make ready."""
        for partial in self._partials.values():
            if partial.mender is not None or partial.data is not None:
                yield partial

    def _due(self, partial: PartialPicture) -> float:
        """When a picture that may be handed on should wait no longer."""
        if partial.data is not None:
            return partial.whole_since + self.patience
        return partial.last_arrived + max(self.patience, 2 * self._gap)

    def _learn_gap(self, gap: float) -> None:
        self._gap = max(self._gap, min(gap, LONGEST_GAP))

    def _is_late(self, number: int, timestamp: int) -> bool:
        """Whether the packet's picture was handed on or given up.

        A later packet with an earlier time is not late: the sender counts time anew.
        """
        if self._handed_on is None or timestamp > self._handed_on:
            return False
        if timestamp == self._handed_on or number < self._next_number:
            return True
        self._leave_behind(max(self._partials, default=timestamp))
        self._handed_on = None
        return False

    # --- putting together -----------------------------------------------------------

    def _assembler(self, media: MediaFormat) -> Assembler:
        assembler = self._assemblers.get(media.name)
        if assembler is None:
            assembler = for_format(media.name).new_assembler()
            self._assemblers[media.name] = assembler
            if isinstance(assembler, MendingAssembler):
                self._menders[media.name] = assembler
        return assembler

    def _mender(self, media: MediaFormat, payload: bytes) -> MendingAssembler | None:
        self._assembler(media)
        mender = self._menders.get(media.name)
        return mender if mender is not None and mender.can_mend(payload) else None

    def _join(self, partial: PartialPicture, now: float) -> None:
        try:
            partial.data = self._assembler(partial.format).join(partial.in_order)
        except RemoteError:  # its first packets may still be on their way
            partial.tried = partial.lowest
            return
        partial.whole_since = now
        self._whole += 1

    def _mend(self, timestamp: int, partial: PartialPicture) -> WholeFrame | None:
        """The picture with its gaps filled; None when nothing can be made of it."""
        if partial.mender is None:
            return None
        old = None
        if self.keep_old_pixels and self._shown is not None:
            name, data = self._shown
            old = data if name == partial.format.name else None
        try:
            data, share = partial.mender.mend(partial.in_order, old)
        except RemoteError:
            return None
        self.mended += 1
        first_arrived = partial.first_arrived
        return WholeFrame(
            data, partial.format, timestamp, first_arrived, follows=False, share=share
        )

    # --- handing on -----------------------------------------------------------------

    def _ready(self, now: float) -> list[WholeFrame]:
        """Hand on whole pictures in order, and what came of those before them."""
        ready = []
        for timestamp in sorted(self._partials):
            partial = self._partials.get(timestamp)
            if partial is None or partial.data is None:
                continue
            if self._waits_its_turn(partial) and now < self._due(partial):
                continue  # unless a later one, whole before it, has waited long enough
            ready += self._hand_on(timestamp)
        return ready

    def _waits_its_turn(self, partial: PartialPicture) -> bool:
        return partial.format.builds_on_earlier and not self._follows(partial)

    def _follows(self, partial: PartialPicture) -> bool:
        return self._handed_on is None or partial.lowest == self._next_number

    def _hand_on(self, timestamp: int) -> list[WholeFrame]:
        """This picture goes out, and before it what can be shown of older ones."""
        ready = []
        for older in sorted(key for key in self._partials if key <= timestamp):
            partial = self._partials[older]
            if partial.data is None:
                frame = self._mend(older, partial)
            else:
                follows = self._follows(partial)
                first_arrived = partial.first_arrived
                frame = WholeFrame(
                    partial.data, partial.format, older, first_arrived, follows
                )
            if frame is not None:
                ready.append(frame)
                self._shown = frame.format.name, frame.data
                self._next_number = max(partial.payloads) + 1
                self._last_arrived = partial.last_arrived
                self._gap *= 7 / 8
            self._forget(older, given_up=frame is None)
        self._handed_on = timestamp
        return ready

    def _leave_behind(self, timestamp: int) -> None:
        """Whatever is older than this will never be shown."""
        self._handed_on = timestamp
        for older in [key for key in self._partials if key <= timestamp]:
            self._forget(older, given_up=self._partials[older].data is None)

    def _stay_bounded(self) -> None:
        while len(self._partials) > MOST_FRAMES or self._octets > MOST_OCTETS:
            oldest = min(self._partials)
            self._forget(oldest, given_up=self._partials[oldest].data is None)

    def _forget(self, timestamp: int, given_up: bool) -> None:
        partial = self._partials.pop(timestamp)
        self._octets -= partial.octets
        self._whole -= partial.data is not None
        self.given_up += given_up
