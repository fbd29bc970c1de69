"""Replies as bytes: a numeric status, then text, as in SIP, HTTP and SMTP.

    200 registered alice 192.168.0.101 6000
    200 bob 192.168.0.121 6050
    200 unregistered alice
    221 bye
    404 unknown user: zed

Only the list has more than one line: `200 2 users`, a line a user, a single dot.

Notebook: 01-registry.
"""

from __future__ import annotations

import re

from labkit.errors import LocalError, RemoteError
from labkit.registry.messages import (
    Bye,
    Found,
    Refused,
    Registered,
    Reply,
    Unregistered,
    User,
    UserList,
    quoted,
)
from labkit.registry.wire.lines import LineReader, text_of
from labkit.registry.wire.requests import read_port

MOST_USERS = 100_000
"""A list that goes on longer than this is no list any more."""
_LIST_BEGINS = re.compile(rb"200 [0-9]{1,6} users\r?\n")
_LIST_ENDS = (b".\n", b".\r\n")
_REFUSAL = re.compile("[45][0-9]{2}")


def write_reply(reply: Reply) -> bytes:
    """Write a reply as its line, or a list as its lines, each ended by `\\n`."""
    match reply:
        case Found():
            text = f"200 {_row(reply.user)}\n"
        case Registered():
            text = f"200 registered {_row(reply.user)}\n"
        case Refused():
            text = f"{reply.status} {reply.text}\n"
        case UserList():
            rows = "".join([f"{_row(user)}\n" for user in reply.users])
            text = f"200 {len(reply.users)} users\n{rows}.\n"
        case Unregistered():
            text = f"200 unregistered {reply.name}\n"
        case Bye():
            text = "221 bye\n"
    return text.encode()


def parse_reply(data: bytes) -> Reply:
    """Read one whole reply, as `ReplyReader` gives it.

    Raises RemoteError when it is none; nobody answers a reply, so without a `reply`.
    """
    try:
        first, *rest = re.findall(rb"[^\n]*\n|[^\n]+$", data) or [data]
        text = text_of(first)
        if _LIST_BEGINS.fullmatch(first):
            return _read_list(int(text.split(" ")[1]), rest)
        if rest:
            raise ValueError(f"{len(rest)} lines too many after {quoted(text)}")
        return _read_line(text)
    except (ValueError, LocalError) as error:
        raise RemoteError(f"this is no reply of a registry: {error}") from None


def _row(user: User) -> str:
    return f"{user.name} {user.host} {user.port}"


def _read_row(text: str) -> User:
    match text.split(" "):
        case [name, host, port]:
            return User(name, host, read_port(port))
    raise ValueError(f"{quoted(text)} is no line `name host port`")


def _read_line(text: str) -> Reply:
    status, _, words = text.partition(" ")
    if _REFUSAL.fullmatch(status):
        return Refused(int(status), words)
    match text.split(" "):
        case ["221", *_]:
            return Bye()
        case ["200", "registered", _, _, _]:
            return Registered(_read_row(text.removeprefix("200 registered ")))
        case ["200", "unregistered", name]:
            return Unregistered(name)
        case ["200", _, _, _]:
            return Found(_read_row(text.removeprefix("200 ")))
    raise ValueError(quoted(text))


def _read_list(promised: int, lines: list[bytes]) -> UserList:
    if not lines or lines[-1] not in _LIST_ENDS:
        raise ValueError("the list does not end with a line that is a single dot")
    if len(lines) - 1 != promised:
        raise ValueError(f"{promised} users were promised, {len(lines) - 1} came")
    return UserList(tuple(_read_row(text_of(line)) for line in lines[:-1]))


class ReplyReader:
    """Cuts a stream into whole replies: a line each, or all the lines of a list."""

    def __init__(self) -> None:
        self._lines = LineReader()
        self._list: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """Take in some bytes; return the replies they complete, for `parse_reply`."""
        replies = []
        for line in self._lines.feed(data):
            if self._list:
                self._list.append(line)
                if line in _LIST_ENDS or len(self._list) > MOST_USERS:
                    replies.append(b"".join(self._list))
                    self._list = []
            elif _LIST_BEGINS.fullmatch(line):
                self._list = [line]
            else:
                replies.append(line)
        return replies
