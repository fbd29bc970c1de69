"""Cutting a TCP stream into SIP messages (RFC 3261 section 18.3).

On a stream only Content-Length tells where a message ends. Head and body are bounded,
so a peer that never finishes cannot fill the memory.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re

from labkit.errors import RemoteError

MOST_HEAD = 16_384
MOST_BODY = 65_536

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CONTENT_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([0-9]{1,9})[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)


class Splitter:
    """Collects the bytes of one connection and gives out whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Add received bytes; the messages that are now whole, in order.

        Empty lines between messages are keep-alives and ignored. Raises RemoteError
        when the stream cannot be followed any further: close the connection.
        """
        self._buffer += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> bytes | None:
        if self._searched == 0:
            blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
            del self._buffer[:blank]
        end = _END_OF_HEAD.search(self._buffer, max(0, self._searched - 3))
        if (end.start() if end else len(self._buffer)) > MOST_HEAD:
            raise RemoteError(f"a message's headers are longer than {MOST_HEAD} bytes")
        if end is None:
            self._searched = len(self._buffer)
            return None
        whole = end.end() + self._body_length(end.start())
        if len(self._buffer) < whole:
            return None
        message = bytes(self._buffer[:whole])
        del self._buffer[:whole]
        self._searched = 0
        return message

    def _body_length(self, end: int) -> int:
        lengths = _CONTENT_LENGTH.findall(self._buffer[:end])
        if len(lengths) != 1:
            raise RemoteError("over TCP each message needs exactly one Content-Length")
        if int(lengths[0]) > MOST_BODY:
            raise RemoteError(f"a body of {int(lengths[0])} bytes is over {MOST_BODY}")
        return int(lengths[0])

    @property
    def waiting(self) -> int:
        """Bytes of a message that is not whole yet."""
        return len(self._buffer)
