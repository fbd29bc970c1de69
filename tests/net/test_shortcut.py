"""A WebSocket between page and kernel on one machine, and who may not have it."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from labkit.errors import RemoteError
from labkit.net import shortcut as way
from labkit.net.shortcut import LARGEST, Shortcut
from labkit.net.shortcut_door import EXPECTED, MOST_INVITED, Invitation, ShortcutDoor
from labkit.net.shortcut_message import LARGEST_HEAD, packed, unpacked

WAIT = 10.0


class Desk:
    """A guest that keeps what happens to it."""

    def __init__(self) -> None:
        self.happened: queue.Queue[tuple[str, Any]] = queue.Queue()

    def came(self, shortcut: Shortcut) -> None:
        self.happened.put(("came", shortcut))

    def heard(self, content: dict[str, Any], buffers: Any) -> None:
        self.happened.put(("heard", (content, [bytes(one) for one in buffers])))

    def left(self, shortcut: Shortcut) -> None:
        self.happened.put(("left", shortcut))

    def next(self, what: str) -> Any:
        kind, value = self.happened.get(timeout=WAIT)
        assert kind == what
        return value


class Clock:
    """Time that the test drives."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def door(now: Clock) -> Iterator[ShortcutDoor]:
    door = ShortcutDoor(now)
    yield door
    now.time += 10 * EXPECTED
    until_closed(door)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def until_closed(door: ShortcutDoor) -> None:
    for thread in threading.enumerate():
        if thread.name == "labkit-shortcuts":
            thread.join(WAIT)
    assert not door.is_open


def come(one: Invitation, origin: str = "http://127.0.0.1:8888") -> ClientConnection:
    """As a page does that was told the port and the token."""
    address = f"ws://127.0.0.1:{one.port}/{one.token}"
    return connect(address, origin=Origin(origin), compression=None, proxy=None)


def status(one: Invitation, origin: str) -> int:
    with pytest.raises(InvalidStatus) as refused, come(one, origin):
        pass
    return refused.value.response.status_code


def test_the_bytes_of_a_message_are_length_head_and_buffer() -> None:
    assert packed({"a": 1}, [b"\xff\xd8"]) == b'\0\0\0\x08{"a": 1}\xff\xd8'
    assert packed({}) == b"\0\0\0\x02{}"
    assert unpacked(b'\0\0\0\x08{"a": 1}\xff\xd8') == ({"a": 1}, [b"\xff\xd8"])
    assert unpacked(b"\0\0\0\x02{}") == ({}, [])
    with pytest.raises(ValueError, match="one buffer"):
        packed({}, [b"1", b"2"])


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\x03{}",
        b"\xff\xff\xff\xff{}",
        b"\0\0\0\x02[]",
        b"\0\0\0\x01{",
        b"\0\0\0\x02\xff\xfe",
        b"\0\0\x4e\x20" + b"[" * 20_000,
        struct.pack("!I", LARGEST_HEAD + 1) + b" " * LARGEST_HEAD + b"{}",
        b"\0\0\x13\x88" + b"1" * 5000,
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(RemoteError):
        unpacked(message)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    try:
        content, buffers = unpacked(data)
    except RemoteError:
        return
    assert isinstance(content, dict)
    assert len(buffers) <= 1


def test_a_page_that_was_told_the_token_speaks_both_ways(
    door: ShortcutDoor, desk: Desk
) -> None:
    with come(door.invite(desk)) as page:
        shortcut = desk.next("came")
        shortcut.send(packed({"kind": "frame", "number": 7}, [b"\xff\xd8picture"]))
        assert unpacked(page.recv(WAIT)) == (  # type: ignore[arg-type]
            {"kind": "frame", "number": 7},
            [b"\xff\xd8picture"],
        )
        page.send(packed({"kind": "ack"}, [b"voice"]))
        assert desk.next("heard") == ({"kind": "ack"}, [b"voice"])
        # In pieces, as a browser may send a large one.
        whole = packed({"kind": "voice"}, [bytes(300_000)])
        page.send([whole[:10], whole[10:150_000], whole[150_000:]])
        assert desk.next("heard") == ({"kind": "voice"}, [bytes(300_000)])
    assert desk.next("left") is shortcut
    assert door.talking == 0


def test_a_token_is_good_once(door: ShortcutDoor, desk: Desk) -> None:
    one = door.invite(desk)
    door.invite(desk)  # so that the door stays open
    with come(one):
        assert status(one, "http://localhost:8888") == 403


def test_an_invitation_ends_and_so_does_the_port(
    door: ShortcutDoor, desk: Desk, now: Clock
) -> None:
    one = door.invite(desk)
    now.time += EXPECTED
    until_closed(door)
    with pytest.raises(OSError, match="refused"), come(one):
        pass
    with come(door.invite(desk)):  # and it opens again
        desk.next("came")


@pytest.mark.parametrize(
    ("origin", "answer"),
    [
        ("http://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://127.0.0.1.evil.example:8888", 403),
        ("http://192.168.1.7:8888", 403),
        ("null", 403),
        ("file://", 403),
    ],
)
def test_pages_of_other_machines_are_sent_away(
    door: ShortcutDoor, desk: Desk, origin: str, answer: int
) -> None:
    assert status(door.invite(desk), origin) == answer
    assert desk.happened.empty()


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8888",
        "http://127.0.0.1",
        "https://127.0.0.5:1",
        "http://[::1]:80",
    ],
)
def test_pages_of_this_machine_are_let_in(
    door: ShortcutDoor, desk: Desk, origin: str
) -> None:
    with come(door.invite(desk), origin):
        desk.next("came")


def test_who_does_not_know_the_token_learns_nothing(
    door: ShortcutDoor, desk: Desk
) -> None:
    one = door.invite(desk)
    for token in ("", "x", one.token[:-1], one.token + "x", "../" + one.token):
        wrong = Invitation(one.port, token, desk, 0.0)
        assert status(wrong, "http://localhost") == 403
    with come(one):  # it was not spent
        desk.next("came")


@pytest.mark.parametrize(
    "hello", [b"", b"GET / HTTP/1.1\r\n", b"\0" * 70_000, b"GET /" + b"x" * 70_000]
)
def test_strangers_that_do_not_speak_http_are_let_go(
    door: ShortcutDoor, desk: Desk, hello: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "STALLED", 0.2)
    one = door.invite(desk)
    with socket.create_connection(("127.0.0.1", one.port), WAIT) as stranger:
        try:
            stranger.sendall(hello)
            while stranger.recv(1 << 16):
                pass
        except ConnectionError:
            pass  # sent away with something of theirs unread
    with come(one):
        desk.next("came")


def test_a_message_that_is_too_large_ends_it_and_nonsense_is_counted(
    door: ShortcutDoor, desk: Desk
) -> None:
    with come(door.invite(desk)) as page:
        shortcut = desk.next("came")
        for nonsense in (b"", b"\xff" * 9, "text", b"\0\0\0\x02[]"):
            page.send(nonsense)
        page.send(packed({"kind": "ack"}))
        assert desk.next("heard")[0] == {"kind": "ack"}
        assert shortcut.refused == 4
        with contextlib.suppress(ConnectionClosed):
            page.send(bytes(LARGEST + 1))
        desk.next("left")
        with pytest.raises(ConnectionClosed):
            page.recv(WAIT)


def test_a_page_that_takes_nothing_is_let_go(
    door: ShortcutDoor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "STALLED", 0.2)
    one = door.invite(desk)
    with socket.create_connection(("127.0.0.1", one.port), WAIT) as page:
        page.sendall(
            f"GET /{one.token} HTTP/1.1\r\nHost: 127.0.0.1:{one.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        shortcut = desk.next("came")
        picture = bytes(1 << 20)
        for _ in range(100):  # more than all buffers between us hold
            shortcut.send(packed({}, [picture]))
        desk.next("left")
        shortcut.send(packed({}, [picture]))  # harmless


def test_the_oldest_of_too_many_invitations_goes(
    door: ShortcutDoor, desk: Desk
) -> None:
    first = door.invite(desk)
    for _ in range(MOST_INVITED):
        last = door.invite(desk)
    assert status(first, "http://localhost") == 403
    with come(last):
        desk.next("came")


def test_heads_are_json_that_a_page_can_read() -> None:
    message = packed({"name": "Zoë", "at": 1.5}, [])
    assert json.loads(message[4:]) == {"name": "Zoë", "at": 1.5}
