"""Packets for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.media.messages import HeaderExtension, RtpPacket

SSRC = 0xABCD
Message = TypeVar("Message")


def read_or_refused(read: Callable[[bytes], Message], data: bytes) -> Message | None:
    """What was read; None for an error that says why not. No other may come."""
    try:
        return read(data)
    except RemoteError as error:
        if len(str(error)) < 10:
            raise
        return None


def packet(number: int, data: bytes = b"sound", **changes: object) -> RtpPacket:
    """A packet of PCMU, 20 ms after the one before it."""
    values = {
        "payload_type": 0,
        "sequence_number": number & 0xFFFF,
        "timestamp": number * 160 & 0xFFFF_FFFF,
        "ssrc": SSRC,
        "payload": data,
    } | changes
    return RtpPacket(**values)  # type: ignore[arg-type]


ANY_PACKET = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence_number=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFF_FFFF),
    ssrc=st.integers(0, 0xFFFF_FFFF),
    payload=st.binary(max_size=60),
    marker=st.booleans(),
    csrcs=st.lists(st.integers(0, 0xFFFF_FFFF), max_size=3).map(tuple),
    extension=st.none()
    | st.builds(
        HeaderExtension,
        st.integers(0, 0xFFFF),
        st.integers(0, 3).map(lambda words: b"ext!" * words),
    ),
)


def groups(most: int) -> st.SearchStrategy[list[RtpPacket]]:
    """Packets of one source whose numbers follow one another, wrapping or not."""
    return st.tuples(
        st.lists(ANY_PACKET, min_size=1, max_size=most), st.integers(0, 0xFFFF)
    ).map(
        lambda drawn: [
            RtpPacket(
                each.payload_type, (drawn[1] + place) & 0xFFFF, each.timestamp, SSRC,
                each.payload, each.marker, each.csrcs, each.extension,
            )
            for place, each in enumerate(drawn[0])
        ]
    )  # fmt: skip
