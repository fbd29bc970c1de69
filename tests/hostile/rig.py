"""The call under attack, the strangers who attack it, and what "unharmed" means."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from phone.watching import pictures

from labkit import CallState, Phone
from labkit.effects import Address
from labkit.net import loop

PATIENCE = 10.0
STRANGER = "127.0.0.9"


def until(true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look again and again until it is so; fails when patience ends."""
    end = time.monotonic() + patience
    pause = threading.Event()
    while not true():
        assert time.monotonic() < end, f"waited {patience:g} s for {what}"
        pause.wait(0.01)


def on_the_loop() -> None:
    """Return when all that the loop had to do before has been done."""
    loop.shared().call(lambda: None, 20.0)


class Talk:
    """One call between two phones of this process."""

    def __init__(self, alice: Phone, bob: Phone) -> None:
        self.alice, self.bob = alice, bob

    def connect(self) -> None:
        call = self.alice.call(self.bob.name)
        self.bob.answer()
        assert call.wait("accepted").state is CallState.ACCEPTED
        pictures(self.alice, "peer", 2)
        pictures(self.bob, "peer", 2)
        self.played = self._played()

    def unharmed(self) -> None:
        """Both are in the call, new pictures come, new sound is played, both ways."""
        on_the_loop()
        before = self._played()
        for phone in (self.alice, self.bob):
            call = phone.present_call
            assert call is not None
            assert call.state is CallState.ACCEPTED, call
            pictures(phone, "peer", 3)
        until(
            lambda: all(
                now > then
                for now, then in zip(self._played(), before, strict=True)
            ),
            "sound to go on",
        )  # fmt: skip

    def _played(self) -> list[int]:
        played = []
        for phone in (self.alice, self.bob):
            assert phone.media is not None
            audio = phone.media.statistics().audio
            played.append(0 if audio is None else audio.labkit.framesPlayed)
        return played

    def messages(self) -> list[bytes]:
        """What was said over SIP so far, as it stood on the wire."""
        return [
            record.data
            for record in self.alice.trace
            if record.plane == "signalling"
        ]  # fmt: skip


class Stranger:
    """A datagram socket on a host that has no business with the call."""

    def __init__(self, host: str = STRANGER) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(PATIENCE)
        self.address = Address(*self.socket.getsockname())
        self._sent = 0

    def send(self, data: bytes, to: Address | tuple[str, int]) -> None:
        """Send; now and then wait for the loop, or its buffer would do the dropping."""
        self.socket.sendto(data, to)
        self._sent += 1
        if self._sent % 50 == 0:
            on_the_loop()

    def answer(self) -> bytes:
        return self.socket.recv(65_535)


@contextmanager
def stranger(host: str = STRANGER) -> Iterator[Stranger]:
    one = Stranger(host)
    try:
        yield one
    finally:
        one.socket.close()


def request(
    method: str,
    by: Stranger,
    mark: object,
    *headers: str,
    body: str = "",
    tag: str = "",
) -> bytes:
    """A SIP request of a stranger's own; `mark` makes it unlike all others."""
    lines = [
        f"{method} sip:bob@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {by.address};branch=z9hG4bK{mark}",
        f"From: <sip:eve@{STRANGER}>;tag=eve{mark}",
        f"To: <sip:bob@127.0.0.1>{tag and f';tag={tag}'}",
        f"Call-ID: {mark}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:eve@{by.address}>",
        *headers,
        f"Content-Length: {len(body.encode())}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def header_of(message: bytes, name: bytes) -> bytes:
    """The value of a header."""
    for line in message.split(b"\r\n"):
        if line.lower().startswith(name.lower() + b":"):
            return line.partition(b":")[2].strip()
    raise AssertionError(f"no {name!r} in {message!r}")
