"""Sound and pictures of a call in a dialect: datagrams without RTP.

It has the face of `MediaSession`, so a phone's studio and panels take it for one; what
needs RTP (statistics, repair, reports) is empty. Over UDP the calls' own socket carries
media, too (B12); else they have sockets of their own. Pictures are one JPEG a datagram:
their labels may lie, so the JPEG itself is believed, and they are matched by the peer's
address, for their source port is any.

Requirements B17, C4, C6, C8, C10. Notebook: 08-voice-room.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from random import Random

from labkit.dialects import Dialect
from labkit.effects import Address
from labkit.errors import RemoteError
from labkit.frames import Picture, Sound
from labkit.media.formats import Kind
from labkit.media.machine.agreement import StreamSetup
from labkit.net import loop
from labkit.net.call_link import CallLink
from labkit.net.dialect_calls import DialectEndpoint
from labkit.net.dialect_pictures import DialectPictures
from labkit.net.dialect_ports import base_port, open_ports
from labkit.net.dialect_sound import DialectSound
from labkit.net.media import MediaSession
from labkit.net.media_controls import Hearing, Seeing
from labkit.trace import Trace

MOST_AT_ONCE = 64


class DialectSession(MediaSession):
    """Media of one call, for the kinds that its dialect has."""

    def __init__(
        self,
        host: str,
        *,
        dialect: Dialect,
        endpoint: DialectEndpoint,
        name: str,
        trace: Trace,
        random: Random,
        link: CallLink | None = None,
    ) -> None:
        super().__init__(
            host, name=name, trace=trace, random=random, kinds=(), link=link
        )
        self._endpoint = endpoint
        self._sound = DialectSound(dialect.audio) if dialect.audio else None
        self._pictures = DialectPictures(dialect.video) if dialect.video else None
        self._setups: dict[Kind, StreamSetup] = {}
        self.refused = 0
        """Datagrams that were nothing of this call."""
        above: dict[Kind, int] = {}
        if dialect.audio is not None:
            above["audio"] = dialect.audio.port
        if dialect.video is not None:
            above["video"] = dialect.video.port
        shared = endpoint.address.port if endpoint.over_udp else 0
        self._sockets = open_ports(host, shared, set(above.values()))
        base = shared or base_port(self._sockets)
        self.ports = {kind: base + port for kind, port in above.items()}
        self._by_kind = {kind: self._sockets.get(port) for kind, port in above.items()}

    @property
    def _hearing(self) -> Hearing | None:
        return self._sound

    @property
    def _seeing(self) -> Seeing | None:
        return self._pictures

    def start(self, streams: Sequence[StreamSetup]) -> None:
        """Send and receive as agreed; again after a hold."""
        first = not self._started
        super().start(())
        self._setups = {setup.kind: setup for setup in streams}
        if first:
            loop.shared().call(self._begin)

    def close(self) -> None:
        """Give the sockets back."""
        if not self._closed:
            super().close()
            loop.shared().call(self._end)

    # --- what devices call ---

    def send_picture(self, picture: Picture) -> None:
        """The camera's picture as one datagram, and to our own screen."""
        pictures, setup = self._pictures, self._setups.get("video")
        if pictures is None or setup is None or self._closed or pictures.paused:
            return
        pictures.show_own(picture)
        if setup.remote is not None and setup.send:
            data = pictures.datagram(picture)
            if data is not None:
                self._send("video", data, setup.remote)

    def send_sound(self, sound: Sound) -> None:
        """The microphone's sound, a datagram a full frame."""
        setup = self._setups.get("audio")
        if self._sound is None or setup is None or self._closed:
            return
        frames = self._sound.frames(sound)
        if setup.remote is not None and setup.send:
            for data in frames:
                self._send("audio", data, setup.remote)

    def _send(self, kind: Kind, data: bytes, to: Address) -> None:
        own = self._by_kind[kind]
        if own is None:
            self._endpoint.send_datagram(data, to)
            return
        try:
            own.sendto(data, to)
        except (OSError, OverflowError):
            pass  # full, or closed this moment: the next picture is as good

    # --- what arrives, on the loop's thread ---

    def received(
        self, data: bytes, source: Address, own: socket.socket | None = None
    ) -> None:
        """One datagram, of whoever, on a socket of ours or (None) the calls' own."""
        try:
            self._received(data, source, own)
        except (RemoteError, ValueError):
            self.refused += 1
        else:
            self._call.silence.heard()

    def _received(
        self, data: bytes, source: Address, own: socket.socket | None
    ) -> None:
        expected = {
            kind: setup
            for kind, setup in self._setups.items()
            if self._by_kind.get(kind, source) is own
            and setup.remote is not None
            and setup.remote.host == source.host
        }
        if not expected:
            raise ValueError("nothing of this call")
        video, audio = expected.get("video"), expected.get("audio")
        if video is not None and self._pictures is not None:
            try:
                self._pictures.take(data, shown=video.receive_on)
            except RemoteError:
                if audio is None:
                    raise
            else:
                return
        if self._sound is not None and audio is not None and audio.receive_on:
            self._sound.take(data)

    def _begin(self) -> None:
        if any(own is None for own in self._by_kind.values()):
            self._endpoint.on_media = self.received
        for own in self._sockets.values():
            loop.shared().asyncio.add_reader(own, self._readable, own)

    def _readable(self, own: socket.socket) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                data, source = own.recvfrom(65_535)
            except BlockingIOError:
                return
            except OSError:
                continue
            self.received(data, Address(*source[:2]), own)

    def _end(self) -> None:
        if self._endpoint.on_media == self.received:
            self._endpoint.on_media = None
        for own in self._sockets.values():
            loop.shared().asyncio.remove_reader(own)
            own.close()

    @property
    def _is_expected(self) -> bool:
        """Sound never pauses; pictures may, without a word."""
        setup = self._setups.get("audio")
        return self._endpoint.over_udp and setup is not None and setup.receive_on
