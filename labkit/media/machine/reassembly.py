"""Packets into pictures: reordering by sequence number, with an end to waiting.

A picture is whole when every number from its first packet to the one with the marker is
there. It is handed on at that moment. What came before it and is not whole yet is given
up: at once where each picture stands alone (JPEG), after a little patience where
pictures build on one another (VP8), so that packets which overtook each other still
serve.

RFC 3550, section 5.1; QUALITY: a receiver that waits for the next picture instead of
trusting the marker shows everything one picture late. Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.errors import RemoteError
from labkit.media.formats import MediaFormat
from labkit.media.messages import RtpPacket
from labkit.media.payloads import Assembler, for_format

MOST_FRAMES = 16
MOST_OCTETS = 8_000_000
"""What waits for missing packets is bounded; beyond, the oldest is given up."""
OVERHEAD = 64
"""Octets that keeping one packet costs besides its payload."""


@dataclass(slots=True)
class _Partial:
    """A picture of which packets are still missing, perhaps."""

    format: MediaFormat
    first_arrived: float
    lowest: int
    payloads: dict[int, bytes] = field(default_factory=dict)
    last: int | None = None
    """The number of the packet with the marker."""
    octets: int = 0
    data: bytes | None = None
    """The encoded picture, once it is whole."""
    whole_since: float = 0.0

    @property
    def has_no_gap(self) -> bool:
        return self.last is not None and self.last - self.lowest + 1 == len(
            self.payloads
        )


@dataclass(frozen=True, slots=True)
class WholeFrame:
    """A picture put together; `follows` tells whether nothing is missing before it."""

    data: bytes
    format: MediaFormat
    timestamp: int
    first_arrived: float
    follows: bool


class Reassembly:
    """The pictures of one source that are on their way in."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        """How many seconds a whole picture waits for an earlier one that is not."""
        self.late = 0
        """Packets of pictures that were handed on or given up before."""
        self.given_up = 0
        """Pictures of which something came, but never all."""
        self._partials: dict[int, _Partial] = {}
        self._octets = 0
        self._whole = 0
        """How many of the partial pictures are whole, and wait for earlier ones."""
        self._handed_on: int | None = None
        """Timestamp of the last picture handed on."""
        self._next_number = 0
        """The number after that picture's last packet."""
        self._assemblers: dict[str, Assembler] = {}

    def add(
        self,
        packet: RtpPacket,
        number: int,
        timestamp: int,
        media: MediaFormat,
        now: float,
    ) -> list[WholeFrame]:
        """Take in a packet, its numbers unwrapped; the pictures to be shown now."""
        if self._is_late(number, timestamp):
            self.late += 1
            return []
        partial = self._partials.get(timestamp)
        if partial is None:
            partial = self._partials[timestamp] = _Partial(media, now, number)
        partial.payloads[number] = packet.payload
        partial.octets += len(packet.payload) + OVERHEAD
        self._octets += len(packet.payload) + OVERHEAD
        partial.lowest = min(partial.lowest, number)
        if packet.marker:
            partial.last = number
        if partial.data is None and partial.has_no_gap:
            self._join(partial, now)
        self._stay_bounded()
        return self._ready(now) if self._whole else []

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

    def _join(self, partial: _Partial, now: float) -> None:
        assembler = self._assemblers.get(partial.format.name)
        if assembler is None:
            assembler = for_format(partial.format.name).new_assembler()
            self._assemblers[partial.format.name] = assembler
        payloads = [payload for _, payload in sorted(partial.payloads.items())]
        try:
            partial.data = assembler.join(payloads)
        except RemoteError:
            return  # its first packets may still be on their way
        partial.whole_since = now
        self._whole += 1

    def _ready(self, now: float) -> list[WholeFrame]:
        """Hand on whole pictures in order, and give up those before them in time."""
        ready = []
        for timestamp in sorted(self._partials):
            partial = self._partials.get(timestamp)
            if partial is None or partial.data is None:
                continue
            follows = self._handed_on is None or partial.lowest == self._next_number
            if not follows and now - partial.whole_since < self.patience:
                break
            ready.append(
                WholeFrame(
                    partial.data,
                    partial.format,
                    timestamp,
                    partial.first_arrived,
                    follows,
                )
            )
            self._next_number = partial.lowest + len(partial.payloads)
            self._leave_behind(timestamp)
        return ready

    def _leave_behind(self, timestamp: int) -> None:
        """This picture goes out: whatever is older will never be shown."""
        self._handed_on = timestamp
        for older in [key for key in self._partials if key <= timestamp]:
            self._forget(older)

    def _stay_bounded(self) -> None:
        while len(self._partials) > MOST_FRAMES or self._octets > MOST_OCTETS:
            self._forget(min(self._partials))

    def _forget(self, timestamp: int) -> None:
        partial = self._partials.pop(timestamp)
        self._octets -= partial.octets
        if partial.data is None:
            self.given_up += 1
        else:
            self._whole -= 1
