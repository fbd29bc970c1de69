"""Which packets are repaired together: so many in a row, and never more than a picture.

A group that ends with its picture adds no delay: what can be repaired is repaired
before the next picture comes. Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.media.messages import RtpPacket


class Grouping:
    """Gathers the packets of one stream into groups."""

    def __init__(self) -> None:
        self._open: list[RtpPacket] = []

    def add(self, packet: RtpPacket, size: int, ends: bool) -> list[RtpPacket]:
        """The group that this packet completes; empty while it is not complete.

        `ends`: nothing after this packet belongs to the group, full or not.
        """
        group = self._open
        if group and packet.sequence_number != group[-1].sequence_number + 1 & 0xFFFF:
            group.clear()
        group.append(packet)
        if len(group) < size and not ends:
            return []
        self._open = []
        return group
