"""One connection to a registry: replies come in the order of the requests.

All of it runs on the loop's thread; `labkit.net.registry_client` has the methods that
wait. Requirements A3, A8, B9. Notebook: 01-registry.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer, RemoteError
from labkit.net import clock
from labkit.net.registry_tcp import keep_alive, plain_address
from labkit.registry.messages import Refused, Reply, Request
from labkit.registry.wire import ClientWire
from labkit.trace.record import Trace

MOST_UNANSWERED = 100


class RegistryConnection(asyncio.Protocol):
    """Asks in order and hands each reply to its request; `on_lost` is told, in words,
    when the registry goes away."""

    def __init__(
        self,
        server: Address,
        wire: ClientWire,
        trace: Trace,
        on_lost: Callable[[str], None],
    ) -> None:
        self.is_open = False
        self.leaving = False
        """Whether the end of the connection is our own wish."""
        self._server, self._wire, self._trace = server, wire, trace
        self._on_lost = on_lost
        self._reader = wire.reply_reader()
        self._unanswered: deque[tuple[Request, asyncio.Future[Reply]]] = deque()
        self._last_words = ""
        self._gone = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        assert isinstance(transport, asyncio.Transport)
        keep_alive(transport.get_extra_info("socket"))
        self._transport = transport
        self.here = plain_address(transport.get_extra_info("sockname"))
        self.there = plain_address(transport.get_extra_info("peername"))
        self.is_open = True

    async def ask(self, request: Request) -> Reply:
        """Send a request and wait for its reply."""
        if not self.is_open:
            raise NoAnswer(self._gone or "The connection to the registry is closed.")
        if len(self._unanswered) >= MOST_UNANSWERED:
            raise LocalError(
                f"The registry at {self._server} has not answered the last "
                f"{MOST_UNANSWERED} requests; it is no use to ask more."
            )
        data = self._wire.write_request(request)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._unanswered.append((request, answer))
        self._transport.write(data)
        self._trace.record(
            clock.now(), "registry", "TCP", "sent", self.here, self.there, data
        )
        return await answer  # given up or not, it keeps its place in the queue

    def data_received(self, data: bytes) -> None:
        """Replies, or pieces of some."""
        for reply in self._reader.feed(data):
            self._answered(reply)

    def _answered(self, data: bytes) -> None:
        reply: Reply | RemoteError
        asked = self._unanswered[0][0] if self._unanswered else None
        try:
            reply, note = self._wire.parse_reply(data, asked), ""
        except RemoteError as error:
            reply, note = error, f"malformed: {error}"
        self._trace.record(
            clock.now(), "registry", "TCP", "received",
            self.there, self.here, data, note,
        )  # fmt: skip
        if not self._unanswered:  # unasked: why it is about to close, most likely
            if isinstance(reply, Refused):
                self._last_words = f" It said {reply.status}: {reply.text}."
            return
        _, answer = self._unanswered.popleft()
        if answer.done():
            return
        if isinstance(reply, RemoteError):
            answer.set_exception(reply)
        else:
            answer.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side, or the network, ended it."""
        how = f"broke ({exc})" if exc else "was closed by the other side"
        self._end(f"The connection to the registry at {self._server} {how}.")

    def close(self) -> None:
        """End the connection for reasons of our own."""
        self.leaving = True
        self._transport.close()
        self._end("The connection to the registry was closed here.")

    def _end(self, why: str) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._gone = why + self._last_words
        for _, answer in self._unanswered:
            if not answer.done():
                answer.set_exception(NoAnswer(self._gone))
        self._unanswered.clear()
        if not self.leaving:
            self._on_lost(self._gone)
