"""A slow connection: a TCP proxy that lets so many bytes a second to the browser.

The browser's own network throttling leaves WebSockets alone, and a notebook's pictures
come over one. Small buffers, so that what waits, waits at the sender.
"""

from __future__ import annotations

import socket
import threading
import time

CHUNK = 4096
BUFFER = 16_384


class Throttle:
    """Stands before a port of 127.0.0.1; `rate` is bytes a second, None for all."""

    def __init__(self, target: int) -> None:
        self.rate: float | None = None
        self._target = target
        self._closed = threading.Event()
        self._sockets: list[socket.socket] = []
        self._free_at = 0.0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Throttle:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()
        self._listener.close()
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                near, _ = self._listener.accept()
            except TimeoutError:
                continue
            far = socket.socket()
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            far.connect(("127.0.0.1", self._target))
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(one)
            for source, target, slow in ((near, far, False), (far, near, True)):
                threading.Thread(
                    target=self._pump, args=(source, target, slow), daemon=True
                ).start()

    def _pump(self, source: socket.socket, target: socket.socket, slow: bool) -> None:
        try:
            while data := source.recv(CHUNK if slow and self.rate else 65_536):
                if slow and self.rate:
                    self._wait(len(data) / self.rate)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()

    def _wait(self, seconds: float) -> None:
        """One rate for all connections together."""
        with self._lock:
            now = time.perf_counter()
            self._free_at = max(self._free_at, now) + seconds
            wait = self._free_at - now
        time.sleep(wait)
