"""How long one packet of sound lasts: read from the packet, never assumed.

Most phones send 20 ms a packet, some 10, 30 or 60. A G.711 sample is one octet. An Opus
packet says it in its first octet (RFC 6716, section 3.1):

     0 1 2 3 4 5 6 7
    +-+-+-+-+-+-+-+-+
    | config  |s| c |     config: mode and length of a frame; c: how many frames
    +-+-+-+-+-+-+-+-+

Notebook: 03-media.
"""

from __future__ import annotations

from labkit.media.formats import MediaFormat

USUAL = 0.020
LONGEST, LONGEST_OPUS = 0.200, 0.120
"""What a receiver has to take (RFC 3551, section 4.2); Opus allows no more."""
_SILK, _HYBRID, _CELT = (
    (0.010, 0.020, 0.040, 0.060),
    (0.010, 0.020),
    (0.0025, 0.005, 0.010, 0.020),
)


def duration_of(media: MediaFormat, payload: bytes) -> float:
    """Seconds of sound in one payload; the usual 20 ms when it is too odd to tell."""
    if media.name == "opus":
        return _opus(payload)
    length = len(payload) / media.clock_rate
    return length if 0 < length <= LONGEST else USUAL


def _opus(payload: bytes) -> float:
    if not payload:
        return USUAL
    config, code = payload[0] >> 3, payload[0] & 0b11
    if config < 12:
        frame = _SILK[config % 4]
    elif config < 16:
        frame = _HYBRID[config % 2]
    else:
        frame = _CELT[config % 4]
    if code == 3:
        frames = payload[1] & 0b0011_1111 if len(payload) > 1 else 0
    else:
        frames = 1 if code == 0 else 2
    length = frame * frames
    return length if 0 < length <= LONGEST_OPUS else USUAL
