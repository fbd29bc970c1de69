"""Sound: one encoded frame is one packet, as it is.

RFC 3551 section 4.5.14 (PCMU, PCMA) and RFC 7587 section 4.2 (Opus). There is no
payload header: the RTP timestamp and the number of bytes say all.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media.payloads.base import ROOM


class WholeFramePayload:
    """The payload of PCMU, PCMA and Opus, and its own assembler."""

    def packetise(self, frame: EncodedFrame, room: int = ROOM) -> list[bytes]:
        """The frame itself; LocalError when it is empty or does not fit."""
        if not 0 < len(frame.data) <= room:
            raise LocalError(
                f"a sound frame of {len(frame.data)} bytes cannot be one packet of "
                f"1 to {room} bytes; encode 20 ms at a time"
            )
        return [frame.data]

    def new_assembler(self) -> WholeFramePayload:
        """Itself: there is nothing to remember between packets."""
        return self

    def join(self, payloads: Sequence[bytes]) -> bytes:
        """The one payload there is; RemoteError when there are none or several."""
        if len(payloads) != 1:
            raise RemoteError(
                f"{len(payloads)} packets of sound have the same timestamp; "
                "each should carry a frame of its own"
            )
        return payloads[0]
