"""Which pictures stand alone: what a receiver can begin with, or go on after a loss.

Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.media.formats import MediaFormat
from labkit.media.wire import h264_stream, vp8_frame


def is_keyframe(media: MediaFormat, data: bytes) -> bool:
    """Whether this encoded picture needs no other."""
    if not media.builds_on_earlier:
        return True
    if media.name == "H264":
        return h264_stream.is_keyframe(data)
    return vp8_frame.is_keyframe(data)
