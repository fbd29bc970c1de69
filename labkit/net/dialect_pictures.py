"""Pictures as other groups send them: one JPEG a datagram, with a label that may lie.

    7#1684935784.25#320x240#20#<JPEG>

Requirements C4, C6, C8. Notebook: 09-practica3.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.dialects.dialect import PictureTalk
from labkit.dialects.wire.jpeg_size import jpeg_size
from labkit.errors import RemoteError
from labkit.frames import Picture
from labkit.media.codecs.jpeg import JpegDecoder, JpegEncoder
from labkit.net import clock
from labkit.net.shown import Shown

MOST_BYTES = 65_000
"""Of one datagram's JPEG; a larger picture is sent at half its quality, or not."""


class DialectPictures:
    """The camera's pictures into datagrams, datagrams onto the screen."""

    def __init__(self, talk: PictureTalk) -> None:
        self.talk = talk
        self.paused = self.wants_pixels = False
        self.on_own_picture: Callable[[Shown], None] | None = None
        self.on_peer_picture: Callable[[Shown], None] | None = None
        self.encoder = JpegEncoder()
        self._decoder = JpegDecoder()
        self._order = self._own_shown = self._peer_shown = 0

    @property
    def quality(self) -> int:
        """JPEG quality, 1 to 99."""
        return self.encoder.quality

    @quality.setter
    def quality(self, quality: int) -> None:
        self.encoder.quality = quality

    def show_own(self, picture: Picture) -> None:
        """Show the camera's picture to whom it belongs."""
        if self.on_own_picture is not None:
            height, width = picture.pixels.shape[:2]
            self._own_shown += 1
            self.on_own_picture(
                Shown(
                    None, picture.pixels, width, height,
                    picture.captured, clock.now(), 0.0, self._own_shown,
                )
            )  # fmt: skip

    def datagram(self, picture: Picture) -> bytes | None:
        """The picture as it is sent; None when no quality makes it small enough."""
        height, width = picture.pixels.shape[:2]
        jpeg = self.encoder.encode(picture).data
        if len(jpeg) > MOST_BYTES:
            jpeg = JpegEncoder(max(1, self.encoder.quality // 2)).encode(picture).data
        if len(jpeg) > MOST_BYTES:
            return None
        data = self.talk.language.write_unread(
            "video",
            order=self._order,
            time=picture.captured,
            width=width,
            height=height,
            fps=self.talk.fps,
            data=jpeg,
        )
        self._order += 1
        return data

    def take(self, datagram: bytes, shown: bool) -> None:
        """Show what came, if it is to be; RemoteError for what is no picture."""
        jpeg = self.talk.language.read(datagram).fields["data"]
        if not shown or not isinstance(jpeg, bytes):
            return
        try:
            width, height = jpeg_size(jpeg)
        except ValueError as error:
            raise RemoteError(f"no JPEG: {error}") from None
        pixels = self._decoder.decode(jpeg) if self.wants_pixels else None
        self._peer_shown += 1
        if self.on_peer_picture is not None:
            now, count = clock.now(), self._peer_shown
            self.on_peer_picture(
                Shown(jpeg, pixels, width, height, None, now, None, count)
            )
