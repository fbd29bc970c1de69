"""One stream of RTP between the kit's media and a tool of other people.

    with tool_receives("ffmpeg", "VP8") as stream:
        stream.objection()      # "" once the tool has decoded our colours

Sent is a tone, or stripes of colour; looked at is what comes out of the decoder at the
other end. Notebook: 03-media.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from typing import Protocol

import cv2
import numpy as np

from labkit.devices import MemorySpeaker, Tone
from labkit.effects import Address
from labkit.errors import NoAnswer
from labkit.foreign import tools
from labkit.foreign.meeting import NEAR, SHOWN, until
from labkit.foreign.program import Program
from labkit.foreign.senses import Stripes, colours_of, pitch_of
from labkit.media.formats import FORMATS, MediaFormat
from labkit.net.media import MediaSession, StreamSetup
from labkit.net.shown import Shown
from labkit.trace import Trace

KIT, TOOL = "127.0.0.20", "127.0.0.21"
"""The two ends' addresses."""
PATIENCE = 15.0
FRAME = 0.020


class Exchange(Protocol):
    """What one asks of a stream that runs."""

    def objection(self, timeout: float = PATIENCE) -> str:
        """What is wrong with what arrives, in words; empty when nothing is."""


@contextmanager
def tool_receives(tool: str, name: str) -> Iterator[Exchange]:
    """The kit sends in the format of this name, the tool decodes."""
    media = FORMATS[name]
    to = Address(TOOL, _free_port())
    with tempfile.TemporaryDirectory(prefix="labkit-") as folder:
        said = tools.description(media, to)
        (Path(folder) / tools.DESCRIPTION).write_text(said, encoding="utf-8")
        words = tools.TOOLS[tool].receives(media, to)
        with Program(*words, folder=Path(folder)) as program:
            if not until(lambda: _is_taken(to) or not program.is_running):
                raise NoAnswer(f"{tool} does not listen:\n{program.log[-2000:]}")
            with _session(media, to) as session:
                source = _source(media, session)
                try:
                    yield _Decoded(media, Path(folder) / tools.DECODED, program)
                finally:
                    source.stop()


@contextmanager
def tool_sends(tool: str, name: str) -> Iterator[Exchange]:
    """The tool sends in the format of this name, the kit decodes."""
    media = FORMATS[name]
    with (
        tempfile.TemporaryDirectory(prefix="labkit-") as folder,
        _session(media, Address(TOOL, 9)) as session,
    ):
        stripes = Stripes(*SHOWN, width=tools.WIDTH, height=tools.HEIGHT)
        cv2.imwrite(str(Path(folder) / tools.SHOWN), stripes.draw(0.0))
        to = Address(KIT, session.ports[media.kind])
        words = tools.TOOLS[tool].sends(media, to)
        received = _Received(media, session)
        try:
            with Program(*words, folder=Path(folder)) as program:
                received.program = program
                yield received
        finally:
            received.speaker.stop()


class _Decoded:
    """A stream of ours, in the file that a tool decodes into."""

    def __init__(self, media: MediaFormat, path: Path, program: Program) -> None:
        self.media, self.path, self.program = media, path, program

    def objection(self, timeout: float = PATIENCE) -> str:
        """See Exchange."""
        if until(self._is_right, timeout):
            return ""
        return f"decoded is {self._found() or 'nothing'}: {self.program.log[-300:]}"

    def _is_right(self) -> bool:
        return _is(self._found(), tools.TONE, SHOWN)

    def _found(self) -> float | tuple[str, ...]:
        data = self.path.read_bytes() if self.path.is_file() else b""
        if self.media.kind == "audio":
            rate = self.media.sample_rate
            samples = np.frombuffer(data, "<i2", len(data) // 2)
            return pitch_of(samples[-rate // 2 :], rate)
        size = tools.WIDTH * tools.HEIGHT * 3
        whole = len(data) // size
        if not whole:
            return ()
        last = np.frombuffer(data, np.uint8, size, (whole - 1) * size)
        return colours_of(last.reshape(tools.HEIGHT, tools.WIDTH, 3))


class _Received:
    """A tool's stream, as the kit hears and sees it."""

    def __init__(self, media: MediaFormat, session: MediaSession) -> None:
        self.media = media
        self.program: Program | None = None
        self.speaker = MemorySpeaker(seconds=2)
        self._colours: tuple[str, ...] = ()
        if media.kind == "audio":
            rate = media.sample_rate
            self.speaker.start(session.next_sound, rate, round(rate * FRAME))
        else:
            session.wants_pixels = True
            session.on_peer_picture = self._see

    def objection(self, timeout: float = PATIENCE) -> str:
        """See Exchange."""
        if until(lambda: _is(self._found(), tools.TONE, SHOWN), timeout):
            return ""
        log = self.program.log[-300:] if self.program else ""
        return f"received is {self._found() or 'nothing'}: {log}"

    def _see(self, shown: Shown) -> None:
        if shown.pixels is not None:
            self._colours = colours_of(shown.pixels)

    def _found(self) -> float | tuple[str, ...]:
        if self.media.kind == "video":
            return self._colours
        rate = self.speaker.rate
        return pitch_of(self.speaker.heard[-rate // 2 :], rate)


def _is(found: float | tuple[str, ...], tone: float, colours: tuple[str, ...]) -> bool:
    if isinstance(found, tuple):
        return found == colours
    return abs(found - tone) < NEAR


@contextmanager
def _session(media: MediaFormat, to: Address) -> Iterator[MediaSession]:
    session = MediaSession(
        KIT, name="kit", trace=Trace("kit"), random=SystemRandom(), kinds=(media.kind,)
    )
    number = media.payload_type
    try:
        session.start([StreamSetup(media.kind, to, media, number, {number: media})])
        yield session
    finally:
        session.close()


def _source(media: MediaFormat, session: MediaSession) -> Tone | Stripes:
    """A microphone or a camera that runs into the session."""
    if media.kind == "audio":
        tone, rate = Tone(tools.TONE), media.sample_rate
        tone.start(session.send_sound, rate, round(rate * FRAME))
        return tone
    stripes = Stripes(*SHOWN, width=tools.WIDTH, height=tools.HEIGHT, fps=tools.FPS)
    stripes.start(session.send_picture)
    return stripes


def _free_port() -> int:
    """An even one that nobody has at TOOL, nor the next."""
    for _ in range(100):
        with _bound(0) as probe:
            port = int(probe.getsockname()[1])
        if port % 2 == 0 and port < 65_000 and not _is_taken(Address(TOOL, port + 1)):
            return port
    raise NoAnswer(f"no free ports at {TOOL}")


def _is_taken(address: Address) -> bool:
    try:
        _bound(address.port).close()
    except OSError:
        return True
    return False


def _bound(port: int) -> socket.socket:
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.bind((TOOL, port))
    except OSError:
        probe.close()
        raise
    return probe
