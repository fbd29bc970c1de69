"""A slow connection on purpose: a TCP proxy in front of a server, with a rate.

What the server says to the client passes at `rate` bytes a second; the buffers in
between are kept small, so that what waits, waits in the server's own socket, as it
would behind a slow line. The other direction is not slowed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading

PIECE = 4096
SMALL = 32_768
"""Bytes of the sockets' buffers (Linux doubles it)."""


class SlowLine:
    """Listens on 127.0.0.1 at `port`, passes everything on to `target`, until `close`.

    `rate`: bytes a second for all connections together, None for as fast as it goes; it
    may be changed at any time.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.rate: float | None = None
        self._target = target
        self._free_at = 0.0
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="slow-line")
        self._thread.start()

    def _run(self) -> None:
        self._stop = asyncio.Event()
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._pass, sock=self._socket)
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        upstream = socket.socket()
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        upstream.setblocking(False)
        await self._loop.sock_connect(upstream, self._target)
        server, to_server = await asyncio.open_connection(sock=upstream, limit=PIECE)
        to_client.transport.set_write_buffer_limits(high=PIECE)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(client, to_server, slowed=False))
                both.create_task(self._pump(server, to_client, slowed=True))
        except* OSError:
            pass  # either side has gone: so does the connection
        finally:
            to_server.close()
            to_client.close()

    async def _pump(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, slowed: bool
    ) -> None:
        while piece := await source.read(PIECE if slowed and self.rate else 65_536):
            if slowed and self.rate is not None:
                start = max(self._free_at, self._loop.time())
                self._free_at = start + len(piece) / self.rate
                await asyncio.sleep(self._free_at - self._loop.time())
            to.write(piece)
            await to.drain()
        to.write_eof()

    def close(self) -> None:
        """End every connection and the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
