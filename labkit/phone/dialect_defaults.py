"""What a phone that speaks a dialect takes from it where its user says nothing.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from labkit.dialects import Dialect
from labkit.phone.directory import DEFAULT_PORT
from labkit.phone.picture_quality import PictureQuality


def usual_port(dialect: Dialect | None) -> int:
    """The registry's port by custom."""
    if dialect is None or dialect.registry is None:
        return DEFAULT_PORT
    return dialect.registry.port


def usual_pictures(dialect: Dialect | None, quality: int) -> PictureQuality:
    """How large pictures are by custom: in a dialect one datagram has to hold them."""
    if dialect is None or dialect.video is None:
        return PictureQuality(quality=quality)
    talk = dialect.video
    return PictureQuality(talk.width, talk.height, talk.fps, quality)
