"""How frames fit into packets: one class a format, all of one shape.

A sender cuts each encoded frame into RTP payloads with `packetise`; a receiver makes an
`Assembler` a stream and hands it the payloads of one frame at a time.

Notebook: 03-media.
"""

from __future__ import annotations

from labkit.errors import LocalError
from labkit.media.payloads.base import Assembler, Mended, MendingAssembler, Payload
from labkit.media.payloads.h264 import H264Payload
from labkit.media.payloads.jpeg import JpegPayload
from labkit.media.payloads.vp8 import Vp8Payload
from labkit.media.payloads.whole import WholeFramePayload

__all__ = ["Assembler", "Mended", "MendingAssembler", "Payload", "for_format"]

_PAYLOADS: dict[str, Payload] = {
    "opus": WholeFramePayload(),
    "PCMU": WholeFramePayload(),
    "PCMA": WholeFramePayload(),
    "JPEG": JpegPayload(),
    "VP8": Vp8Payload(),
    "H264": H264Payload(),
}


def for_format(name: str) -> Payload:
    """The payload of the format with this name (a key of `formats.FORMATS`).

    Raises LocalError for a name that the kit does not know.
    """
    payload = _PAYLOADS.get(name)
    if payload is None:
        raise LocalError(f"no payload for {name!r}; there are {', '.join(_PAYLOADS)}")
    return payload
