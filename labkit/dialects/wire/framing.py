"""TCP carries bytes, not messages: the ways in which groups tell where one ends.

    Delimited(end=b"\\n")            a line; `begin` for messages like ~…~
    Datagram()                      one datagram, one message
    DigitHeader(64)                 their length first, in decimal (`lengths.py`)
    BinaryHeader(4)                 their length first, as a number of 4 bytes
    JsonValues()                    JSON, which knows its own end (`json_values.py`)
    Segments(…)                     one send, one message (`segments.py`)

A `Framing` wraps and unwraps one message; its `cutter()` cuts a stream into *pieces*,
framing included, so that a trace shows what was on the wire. Nothing here holds more
than `longest` bytes.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

LINE_ENDS = b"\r\n\0"


class Cutter(ABC):
    """Cuts one stream into pieces, each a message with its framing."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held = b""
        self.lost = False
        """Whether the stream cannot be followed any more: only closing helps."""

    @property
    def holds_a_part(self) -> bool:
        """Whether a message was begun and not yet ended."""
        return bool(self._held)

    @property
    def holds_half_a_line(self) -> bool:
        """The same, as the registry's own reader of lines calls it."""
        return self.holds_a_part

    def feed(self, data: bytes) -> list[bytes]:
        """Take in some bytes; return the pieces they complete.

        A message that is too long comes back as its beginning, which nobody can read.
        """
        pieces: list[bytes] = []
        while data and not self.lost:
            room = self._longest + 1 - len(self._held)
            self._held, data = self._held + data[:room], data[room:]
            self._cut(pieces)
            if len(self._held) > self._longest:
                pieces.append(self._held)
                self._held = b""
                self._overrun()
        return pieces

    def rest(self) -> list[bytes]:
        """What was begun and will not be ended, as it is."""
        held, self._held = self._held, b""
        return [held] if held else []

    def _overrun(self) -> None:
        """A message was too long: what follows it makes no sense, mostly."""
        self.lost = True

    @abstractmethod
    def _cut(self, pieces: list[bytes]) -> None:
        """Move what is whole from `_held` into `pieces`."""


class Framing(ABC):
    """How one message is wrapped on its way."""

    longest: int
    """Bytes of one message, framing included."""

    @abstractmethod
    def wrap(self, body: bytes) -> bytes:
        """The message as it travels."""

    @abstractmethod
    def unwrap(self, piece: bytes) -> bytes:
        """The message of one piece; ValueError, in words, when it is not whole."""

    @abstractmethod
    def cutter(self) -> Cutter:
        """Cuts a stream; a new one a connection."""

    def _whole(self, piece: bytes) -> None:
        if len(piece) > self.longest:
            raise ValueError(f"it is longer than {self.longest} bytes")


@dataclass(frozen=True, slots=True)
class Datagram(Framing):
    """One datagram, one message; blanks and line ends around it do not count."""

    longest: int = 65_507
    strip: bool = True

    def wrap(self, body: bytes) -> bytes:
        """As it is."""
        return body

    def unwrap(self, piece: bytes) -> bytes:
        """As it is."""
        self._whole(piece)
        return piece.strip(LINE_ENDS) if self.strip else piece

    def cutter(self) -> Cutter:
        """What comes at once belongs together."""
        return _AsItComes(self.longest)


class _AsItComes(Cutter):
    def _cut(self, pieces: list[bytes]) -> None:
        if len(self._held) <= self._longest:
            pieces.append(self._held)
            self._held = b""


@dataclass(frozen=True, slots=True)
class Delimited(Framing):
    """Messages that end in a sign, and perhaps begin with one."""

    end: bytes = b"\n"
    begin: bytes = b""
    longest: int = 4096

    def wrap(self, body: bytes) -> bytes:
        """Between its signs."""
        return self.begin + body + self.end

    def unwrap(self, piece: bytes) -> bytes:
        """What stands between them; a `\\r` before a `\\n` does not count."""
        self._whole(piece)
        if not piece.endswith(self.end):
            raise ValueError(f"it does not end in {self.end!r}")
        if not piece.startswith(self.begin) or len(piece) < len(self.begin + self.end):
            raise ValueError(f"it does not begin with {self.begin!r}")
        body = piece[len(self.begin) : len(piece) - len(self.end)]
        return body.removesuffix(b"\r") if self.end == b"\n" else body

    def cutter(self) -> Cutter:
        """Cuts after each ending sign."""
        return _AtSigns(self)


class _AtSigns(Cutter):
    def __init__(self, framing: Delimited) -> None:
        super().__init__(framing.longest)
        self._begin, self._end = framing.begin, framing.end
        self._dropping = False

    def _cut(self, pieces: list[bytes]) -> None:
        while self._skipped(pieces):
            at = self._held.find(self._end, len(self._begin))
            if at < 0:
                return
            whole = at + len(self._end)
            pieces.append(self._held[:whole])
            self._held = self._held[whole:]

    def _skipped(self, pieces: list[bytes]) -> bool:
        """Pass over what belongs to no message; whether one may begin here."""
        if self._dropping:
            at = self._held.find(self._end)
            if at < 0:  # all but what may be half a sign
                self._held = self._held[len(self._held) - len(self._end) + 1 :]
                return False
            self._dropping, self._held = False, self._held[at + len(self._end) :]
        if self._begin:
            start = self._held.find(self._begin)
            if start < 0:
                self._held = self._held.lstrip(LINE_ENDS)
                return False
            if self._held[:start].strip(LINE_ENDS):
                pieces.append(self._held[:start])
            self._held = self._held[start:]
            while self._begin == self._end and self._held.startswith(self._end * 2):
                self._held = self._held[len(self._end) :]  # an end, and a beginning
        return bool(self._held)

    def _overrun(self) -> None:
        self._dropping = True  # as far as the next sign
