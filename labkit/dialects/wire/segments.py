"""One send, one message, and nothing to tell where it ends: one can but guess.

TCP promises nothing of the kind: two messages may arrive in one segment, one in two.
Whoever reads such a dialect goes by what its messages look like:

    CALL_HOLD aliceCALL_RESUME alice     is none as a whole; but the second one's first
                                         word stands in it, and both parts are messages
    CALLING al                           is none yet, but begins like one: wait a moment

It cannot always be right (`QUERY al` + `ice` is a message already after the first
part), which is why every other framing is better.

Requirement C10. Notebook: 09-practica3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from labkit.dialects.wire.framing import LINE_ENDS, Cutter, Framing

MOST_CUTS = 4
"""Places at which a segment is tried to be cut in two."""
LONGEST_TO_CUT = 1024


@dataclass(frozen=True, slots=True)
class Segments(Framing):
    """What one `send` carried."""

    fits: Callable[[bytes], bool]
    """Whether these bytes are one whole message."""
    begins: tuple[bytes, ...]
    """The texts with which messages begin."""
    longest: int = 65_536

    def wrap(self, body: bytes) -> bytes:
        """As it is."""
        return body

    def unwrap(self, piece: bytes) -> bytes:
        """Without blanks around it, which some clients send."""
        self._whole(piece)
        return piece.strip(LINE_ENDS)

    def cutter(self) -> Cutter:
        """Cuts where another message begins."""
        return _Guessing(self)


class _Guessing(Cutter):
    def __init__(self, framing: Segments) -> None:
        super().__init__(framing.longest)
        self._fits, self._begins = framing.fits, framing.begins
        another = b"|".join(re.escape(begin) for begin in framing.begins)
        self._another = re.compile(another) if another else None

    def _cut(self, pieces: list[bytes]) -> None:
        while self._held.strip(LINE_ENDS):
            end = self._end()
            if end is None:
                return
            pieces.append(self._held[:end])
            self._held = self._held[end:]
        self._held = b""

    def _end(self) -> int | None:
        held = self._held
        if self._fits(held.strip(LINE_ENDS)):
            return len(held)
        if len(held) <= LONGEST_TO_CUT and self._another is not None:
            at = 0
            for _ in range(MOST_CUTS):
                found = self._another.search(held, at + 1)
                if found is None:
                    break
                at = found.start()
                if self._fits(held[:at].strip(LINE_ENDS)):
                    return at
        return None if self._may_go_on() else len(held)

    def _may_go_on(self) -> bool:
        held = self._held.lstrip(LINE_ENDS)
        return any(
            held.startswith(begin) or begin.startswith(held) for begin in self._begins
        )

    def _overrun(self) -> None:
        pass  # the next segment may be a message again
