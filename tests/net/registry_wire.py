"""A stranger's client: a plain socket, bytes out, lines in."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from labkit.net.registry import Registry
from labkit.registry.machine import Limits, RegistryEvent


class Wire:
    """One TCP connection to a registry."""

    def __init__(self, registry: Registry, source: str = "") -> None:
        where = tuple(registry.address)
        self.socket = socket.create_connection(where, 10, (source, 0))
        self._lines = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self) -> str:
        """The next line; empty at the end of the stream."""
        return self._lines.readline().decode()

    def say(self, line: str) -> str:
        """Send one line; return the first line of its reply."""
        self.send(f"{line}\n".encode())
        return self.line()

    def is_ended(self) -> bool:
        """Wait for the end of the stream: true when it comes without another byte."""
        try:
            return self._lines.read(1) == b""
        except ConnectionResetError:
            return False

    def close(self) -> None:
        self._lines.close()
        self.socket.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Events:
    """What a registry tells; a test waits for an event instead of sleeping."""

    def __init__(self, registry: Registry) -> None:
        self._queue: queue.Queue[RegistryEvent] = queue.Queue()
        registry.subscribe(self._queue.put)

    def next(self, kind: type[RegistryEvent]) -> RegistryEvent:
        """The next event of this kind; others are passed over."""
        while True:
            event = self._queue.get(timeout=10)
            if isinstance(event, kind):
                return event


@contextmanager
def registry(
    host: str = "127.0.0.1",
    *,
    grace: float = 5.0,
    limits: Limits | None = None,
) -> Iterator[Registry]:
    with Registry(host, 0, grace=grace, limits=limits) as running:
        yield running


def goes_on(running: Registry) -> bool:
    """Whether a newcomer is served as if nothing had happened."""
    with Wire(running) as newcomer:
        good = (
            newcomer.say("REGISTER newcomer 127.0.0.1 9")
            == "200 registered newcomer 127.0.0.1 9\n"
            and newcomer.say("QUERY newcomer") == "200 newcomer 127.0.0.1 9\n"
            and newcomer.say("QUIT") == "221 bye\n"
        )
        return good and newcomer.is_ended()
