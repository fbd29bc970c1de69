"""JSON values one after the other: each ends where its braces and quotes are closed.

    {"nome": "ana", "tipo-pedido": "f"}"Encerrando conexao!"

Notebook: 08-voice-room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.dialects.wire.framing import LINE_ENDS, Cutter, Framing

_JSON_SIGN = re.compile(rb'["{}\[\]\\]')


@dataclass(frozen=True, slots=True)
class JsonValues(Framing):
    """JSON objects, lists and strings one after the other; anything else goes as far
    as it came."""

    longest: int = 65_536

    def wrap(self, body: bytes) -> bytes:
        """As it is."""
        return body

    def unwrap(self, piece: bytes) -> bytes:
        """Without blanks around it."""
        self._whole(piece)
        return piece.strip(LINE_ENDS)

    def cutter(self) -> Cutter:
        """Cuts where all braces, brackets and quotes are closed."""
        return _AtBraces(self.longest)


class _AtBraces(Cutter):
    """Goes over each byte once, however small the pieces in which they come."""

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self._seen, self._depth, self._in_text = 0, 0, False

    def rest(self) -> list[bytes]:
        self._seen, self._depth, self._in_text = 0, 0, False
        return super().rest()

    def _cut(self, pieces: list[bytes]) -> None:
        if not self._seen:
            self._held = self._held.lstrip(LINE_ENDS)
        while self._held:
            if self._held[:1] not in b'{["':
                pieces += super().rest()
                return
            end = self._end()
            if end is None:
                return
            pieces.append(self._held[:end])
            self._held = self._held[end:].lstrip(LINE_ENDS)
            self._seen, self._depth, self._in_text = 0, 0, False

    def _end(self) -> int | None:
        """Where the first value ends; None if it has not yet."""
        at = self._seen
        while (sign := _JSON_SIGN.search(self._held, at)) is not None:
            at = sign.end()
            match sign[0]:
                case b"\\":
                    at += 1  # whatever stands behind it
                case b'"':
                    self._in_text = not self._in_text
                case b"{" | b"[" if not self._in_text:
                    self._depth += 1
                case b"}" | b"]" if not self._in_text:
                    self._depth -= 1
            if not (self._in_text or self._depth > 0 or sign[0] == b"\\"):
                return at
        self._seen = max(at, len(self._held))
        return None
