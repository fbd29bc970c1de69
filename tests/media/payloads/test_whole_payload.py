"""Sound: one frame is one packet (RFC 3551 section 4.5.14, RFC 7587 section 4.2)."""

from __future__ import annotations

import pytest

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media import payloads
from labkit.media.formats import AUDIO, FORMATS, TELEPHONE_EVENT


@pytest.mark.parametrize("name", [format.name for format in AUDIO])
def test_a_frame_is_its_packet(name: str):
    payload = payloads.for_format(name)
    packets = payload.packetise(EncodedFrame(b"sound", 0.0))
    assert packets == [b"sound"]
    assert payload.new_assembler().join(packets) == b"sound"


@pytest.mark.parametrize("size", [0, 1201])
def test_a_frame_that_is_no_packet_is_refused(size: int):
    with pytest.raises(LocalError, match=f"{size} bytes cannot be one packet"):
        payloads.for_format("opus").packetise(EncodedFrame(bytes(size), 0.0))


@pytest.mark.parametrize("packets", [[], [b"a", b"b"]])
def test_several_packets_are_no_frame(packets: list[bytes]):
    with pytest.raises(RemoteError, match=f"{len(packets)} packets of sound"):
        payloads.for_format("PCMU").new_assembler().join(packets)


def test_every_format_has_a_payload_and_nothing_else_has():
    assert all(payloads.for_format(name) for name in FORMATS)
    with pytest.raises(LocalError, match="'telephone-event'; there are opus, PCMU"):
        payloads.for_format(TELEPHONE_EVENT)
