"""A shortcut between a page and the kernel, where both are on one machine: a WebSocket.

    shortcut.send(packed({"kind": "frame", "number": 7}, [jpeg]))   # from any thread
    guest.heard({"kind": "ack", "number": 7}, [])                   # on its own thread

Jupyter's way from page to kernel leads through its server, two queues and the main loop
that runs the cells. That is right for what must arrive anywhere; for pictures and fifty
stretches of sound a second it costs more than the call itself.

Source: RFC 6455, of which `websockets` reads and writes the frames. What is in them:
`shortcut_message.py`; who may come: `shortcut_door.py`. Notebook: 03-media.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Callable
from typing import Any, Protocol

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import CLOSED, OPEN, Event
from websockets.server import ServerProtocol

from labkit.errors import RemoteError
from labkit.net import clock
from labkit.net.shortcut_message import Buffers, unpacked

PAGES = re.compile(r"https?://(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")
"""The origins of this machine's own pages: no other may come."""
LARGEST = 1 << 22
"""Bytes of one message."""
STALLED = 2.0
"""Seconds after which a page that takes nothing, or does not say hello, is let go."""
READ_AT_ONCE = 1 << 16
_log = logging.getLogger("labkit.net")


class Guest(Protocol):
    """Who speaks to pages by shortcuts; called on their threads."""

    def came(self, shortcut: Shortcut) -> None:
        """A page has taken the shortcut."""

    def heard(self, content: dict[str, Any], buffers: Buffers) -> None:
        """A page has said something, whatever it is; must return at once."""

    def left(self, shortcut: Shortcut) -> None:
        """It is closed, from whichever side."""


class Shortcut:
    """The way to one page."""

    def __init__(
        self,
        sock: socket.socket,
        admit: Callable[[str], Guest | None],
        ended: Callable[[Shortcut], None],
    ) -> None:
        """`admit` says by the path of the address whose guest it is, None for nobody's;
        `ended` is told when all is over."""
        sock.settimeout(STALLED)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.refused = 0
        """Messages that no page of ours would send."""
        self._sock, self._admit, self._ended = sock, admit, ended
        self._protocol = ServerProtocol(origins=[PAGES], max_size=LARGEST)
        self._sending = threading.Lock()
        self._message = bytearray()
        self._thread = threading.Thread(
            target=self._run, name="labkit-shortcut", daemon=True
        )
        self._thread.start()

    def send(self, message: bytes) -> None:
        """Tell the page. One that takes nothing for STALLED seconds is let go."""
        with self._sending:
            if self._protocol.state is OPEN:
                try:
                    self._protocol.send_binary(message)
                    self._flush()
                except OSError:  # a part of it may have left: nothing can follow
                    self.close()

    def close(self) -> None:
        """End it; its thread ends by itself. Safe to repeat."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the page was quicker

    # --- on its thread ---

    def _run(self) -> None:
        guest = None
        try:
            guest = self._welcome()
            if guest is not None:
                guest.came(self)
                self._listen(guest)
        except OSError:
            pass  # the page is gone
        except Exception:
            _log.exception("a page's shortcut failed")
        finally:
            self._sock.close()
            self._ended(self)
            if guest is not None:
                guest.left(self)

    def _welcome(self) -> Guest | None:
        late = clock.now() + STALLED
        while clock.now() < late and self._protocol.state is not CLOSED:
            for event in self._read():
                if isinstance(event, Request):
                    return self._answer(event)
        return None

    def _answer(self, request: Request) -> Guest | None:
        guest, response = None, self._protocol.accept(request)
        if response.status_code == 101:
            guest = self._admit(request.path)
            if guest is None:
                response = self._protocol.reject(403, "No page is expected here.\n")
        with self._sending:
            self._protocol.send_response(response)
            self._flush()
        return guest

    def _listen(self, guest: Guest) -> None:
        while self._protocol.state is OPEN:
            try:
                events = self._read()
            except TimeoutError:
                continue  # it has nothing to say
            for event in events:
                if isinstance(event, Frame):
                    self._hear(event, guest)

    def _read(self) -> list[Event]:
        data = self._sock.recv(READ_AT_ONCE)
        with self._sending:
            if data:
                self._protocol.receive_data(data)
            else:
                self._protocol.receive_eof()
            events = self._protocol.events_received()
            self._flush()
        return events

    def _hear(self, frame: Frame, guest: Guest) -> None:
        if frame.opcode not in (Opcode.BINARY, Opcode.TEXT, Opcode.CONT):
            return  # what `websockets` has answered already
        self._message += frame.data
        if not frame.fin:
            return
        message, self._message = self._message, bytearray()
        try:
            content, buffers = unpacked(message)
        except RemoteError as error:
            self.refused += 1
            _log.debug("%s", error)
            return
        guest.heard(content, buffers)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._sock.sendall(data)
            else:
                self._sock.shutdown(socket.SHUT_WR)
