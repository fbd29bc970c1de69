"""baresip's remote control: commands go in, replies and events come out.

Each is one JSON object in a netstring, over TCP (baresip's module `ctrl_tcp`).
PROTOCOLS section 2. Notebook: 11-real-phones.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from labkit.effects import Address
from labkit.errors import LabkitError, NoAnswer
from labkit.foreign import netstring

PATIENCE = 10.0
"""Seconds that it may take to start, to do as it is told, or to report."""
TICK = 0.05
"""Seconds between two looks at what does not report."""
MOST_EVENTS = 1000


class RemoteControl:
    """One connection to a baresip; `name` is whose, for what it has to say.

    Raises NoAnswer when nobody listens at `control` as long as `is_running` says that
    somebody might.
    """

    def __init__(
        self, name: str, control: Address, is_running: Callable[[], bool]
    ) -> None:
        self._name = name
        self._events: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)
        self._replies: dict[str, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._commands = 0
        self._socket = _connected(control, is_running)
        self._reader = threading.Thread(
            target=self._read, name=f"baresip-{name}", daemon=True
        )
        self._reader.start()

    def command(self, name: str, parameters: str = "") -> str:
        """Have it do something; returns what it prints.

        Raises NoAnswer when it says nothing, or that it could not.
        """
        self._commands += 1
        token = str(self._commands)
        wish = {"command": name, "params": parameters, "token": token}
        self._socket.sendall(netstring.write(json.dumps(wish).encode()))
        self.until(lambda: token in self._replies, PATIENCE, f"no reply to {name}")
        reply = self._replies.pop(token)
        if not reply.get("ok"):
            raise NoAnswer(f"baresip could not {name} {parameters}: {reply}")
        return str(reply.get("data", ""))

    def wait_for(self, *kinds: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """The next event of one of these kinds; those before it are forgotten.

        Raises NoAnswer after `timeout`.
        """
        found: list[dict[str, Any]] = []

        def came() -> bool:
            while self._events:
                event = self._events.popleft()
                if event.get("type") in kinds:
                    found.append(event)
                    return True
            return False

        self.until(came, timeout, f"it did not report {' or '.join(kinds)}")
        return found[0]

    def until(self, true: Callable[[], bool], timeout: float, why: str) -> None:
        """Wait; looked at every now and then too, since files do not report."""
        with self._changed:
            for _ in range(int(timeout / TICK)):
                if self._changed.wait_for(true, TICK):
                    return
        raise NoAnswer(f"{self._name}'s baresip: {why} within {timeout:g} s")

    def close(self) -> None:
        """Let go of it, once it has ended. Safe to repeat."""
        self._socket.close()
        self._reader.join(PATIENCE)

    def _read(self) -> None:
        """On a thread: take in what it reports until its connection closes."""
        self._socket.settimeout(None)
        rest = b""
        try:
            while data := self._socket.recv(65_536):
                messages, rest = netstring.read(rest + data)
                for message in messages:
                    self._take(json.loads(message))
        except (OSError, ValueError, LabkitError):
            return  # it has ended, or is being ended

    def _take(self, message: object) -> None:
        if not isinstance(message, dict):
            return
        with self._changed:
            if message.get("response"):
                self._replies[str(message.get("token"))] = message
            else:
                self._events.append(message)
            self._changed.notify_all()


def _connected(control: Address, is_running: Callable[[], bool]) -> socket.socket:
    pause = threading.Event()
    for _ in range(int(PATIENCE / TICK)):
        try:
            return socket.create_connection(control, timeout=PATIENCE)
        except OSError:
            if not is_running():
                break
            pause.wait(TICK)
    raise NoAnswer("baresip did not start")
