"""What machine and client need of a way of writing; the kit's lines are one of several.

Other groups' ways are declared: `labkit.dialects`. Notebook: 01-registry.
"""

from __future__ import annotations

from typing import Protocol

from labkit.registry.messages import Reply, Request
from labkit.registry.wire.lines import LineReader
from labkit.registry.wire.replies import ReplyReader, parse_reply, write_reply
from labkit.registry.wire.requests import parse_request, write_request


class Reader(Protocol):
    """Cuts a stream into messages; holds only a bounded part of one."""

    @property
    def holds_half_a_line(self) -> bool:
        """Whether a message was begun and not yet ended."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take in some bytes; return the messages they complete."""


class Wire(Protocol):
    """Requests and replies as bytes."""

    def reader(self) -> Reader:
        """Cuts what one client sends into requests."""

    def parse_request(self, line: bytes) -> Request:
        """Read one request; raises RemoteError whose `reply` is a Refused."""

    def write_reply(self, reply: Reply) -> bytes:
        """Write one reply."""


class ClientWire(Protocol):
    """The same, as the other side needs it."""

    def write_request(self, request: Request) -> bytes:
        """Write one request."""

    def reply_reader(self) -> ReplyCutter:
        """Cuts what the registry sends into replies."""

    def parse_reply(self, data: bytes, request: Request | None) -> Reply:
        """Read one reply, to this request (None: nothing was asked).

        Raises RemoteError when it is none.
        """


class ReplyCutter(Protocol):
    """Cuts a stream into replies."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take in some bytes; return the replies they complete."""


class Lines:
    """The kit's own: one request a line, replies with a number."""

    def reader(self) -> Reader:
        """Lines of at most 512 bytes."""
        return LineReader()

    def parse_request(self, line: bytes) -> Request:
        """One line."""
        return parse_request(line)

    def write_reply(self, reply: Reply) -> bytes:
        """One line, or those of a list."""
        return write_reply(reply)

    def write_request(self, request: Request) -> bytes:
        """One line."""
        return write_request(request)

    def reply_reader(self) -> ReplyCutter:
        """Lines, and lists of lines."""
        return ReplyReader()

    def parse_reply(self, data: bytes, request: Request | None) -> Reply:
        """It says by itself what it answers."""
        return parse_reply(data)


LINES = Lines()
