"""Recording the delay of a real way: probes at a pace, and when their answers come.

    with EchoServer("", 9000): …                          # on the one laptop
    trace = record_delays("192.168.1.7:9000")             # on the other
    save_trace(trace, "wifi.csv")                         # Conditions(trace=trace)

Who is alone probes the router at home: `record_delays("192.168.1.1", way="ping")`.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import contextlib
import logging
import select
import threading
from collections.abc import Callable

from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer
from labkit.link import DelayTrace
from labkit.link.trace import MOST_SAMPLES
from labkit.net import clock
from labkit.net.addresses import parse_address, resolve
from labkit.net.delay_sockets import ANSWER, ASK, WAYS, ProbeSocket
from labkit.net.link_udp import bind_udp

PORT = 9_000
CLOSED_PORT = 33_434
"""Where traceroute begins: hardly anybody listens there."""
PATIENCE = 1.0
"""Seconds to wait for answers after the last probe; who comes later is lost."""
BATCH = 64
_log = logging.getLogger("labkit.delays")


class EchoServer:
    """Sends probes back, and nothing else, from its construction until `close`.

    Raises LocalError when the port is taken.
    """

    def __init__(self, host: str = "", port: int = PORT) -> None:
        self.answered = 0
        self._socket = bind_udp(resolve(Address(host or "0.0.0.0", port)))
        self._socket.setblocking(True)
        self._closed = False
        self.address = Address(*self._socket.getsockname()[:2])
        self._thread = threading.Thread(
            target=self._run, name="labkit-echo", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Give the port back; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(
            self.address.host, self.address.host
        )
        with contextlib.suppress(OSError):  # a blocked receive hears only a datagram
            self._socket.sendto(b"", (host, self.address.port))
        self._thread.join(1.0)
        self._socket.close()

    def __enter__(self) -> EchoServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._closed:
            with contextlib.suppress(OSError):
                data, source = self._socket.recvfrom(2048)
                if data.startswith(ASK):
                    self.answered += 1
                    self._socket.sendto(ANSWER + data[len(ASK) :], source)


def record_delays(
    target: str,
    seconds: float = 30.0,
    pace: float = 0.020,
    way: str = "echo",
    *,
    stop: threading.Event | None = None,
    heard: Callable[[float], None] = lambda delay: None,
) -> DelayTrace:
    """Send a probe each `pace` seconds and note how long each answer took (seconds).

    `way` is one of `labkit.net.delay_sockets`; `stop` ends it early; `heard` is called
    with each delay. Raises LocalError for what cannot be asked, NoAnswer when fewer
    than two probes were answered.
    """
    if way not in WAYS:
        raise LocalError(f"the way is one of {', '.join(WAYS)}, not {way!r}")
    if not (0.001 <= pace <= 10 and pace <= seconds <= pace * MOST_SAMPLES):
        raise LocalError(
            "the pace is from 1 ms to 10 s, and the recording at least one probe and "
            f"at most {MOST_SAMPLES} long"
        )
    port = CLOSED_PORT if way == "unreachable" else PORT
    address = resolve(parse_address(target, port))
    recording = _Recording(WAYS[way](address), round(seconds / pace), pace, heard)
    try:
        recording.run(stop or threading.Event())
    finally:
        recording.socket.close()
    where = address.host if way == "ping" else str(address)
    return recording.trace(where, f"round trips to {where} ({way})")


class _Recording:
    """What was sent when, and what came back when."""

    def __init__(
        self,
        socket: ProbeSocket,
        count: int,
        pace: float,
        heard: Callable[[float], None],
    ) -> None:
        self.socket = socket
        self._count, self._pace, self._heard = count, pace, heard
        self._sent: list[float] = []
        self._delays: dict[int, float] = {}
        self._trouble = ""

    def run(self, stop: threading.Event) -> None:
        """Send all, wait a little for the last; on the caller's thread."""
        began = clock.now()
        while len(self._sent) < self._count and not stop.is_set():
            due = began + len(self._sent) * self._pace
            self._listen(due)
            self._sent.append(clock.now())
            try:
                self.socket.send(len(self._sent) - 1)
            except OSError as error:  # the Wi-Fi is gone for a while: a lost probe
                self._trouble = error.strerror or str(error)
        until = clock.now() + PATIENCE
        while len(self._delays) < len(self._sent) and clock.now() < until:
            self._listen(min(until, clock.now() + 0.1))

    def _listen(self, until: float) -> None:
        """Take answers until then."""
        while True:
            left = until - clock.now()
            opened = self.socket.opened
            ready = any(select.select([opened], [], [opened], max(left, 0)))
            if not ready:
                return
            now = clock.now()
            for _ in range(BATCH):
                try:
                    number = self.socket.answered()
                except BlockingIOError:
                    break
                except OSError as error:  # such as: nobody listens there
                    self._trouble = error.strerror or str(error)
                    break
                if number is None or number >= len(self._sent):
                    continue  # somebody else's
                if number not in self._delays:
                    self._delays[number] = now - self._sent[number]
                    self._heard(self._delays[number])
            if left <= 0:
                return

    def trace(self, where: str, source: str) -> DelayTrace:
        """The trace, to the microsecond. Raises NoAnswer if it would be none."""
        if len(self._delays) < 2:
            why = f" ({self._trouble})" if self._trouble else ""
            raise NoAnswer(
                f"{where} answered {len(self._delays)} of {len(self._sent)} probes"
                f"{why}; run `labkit delays echo` there, or try the way ping"
            )
        began = self._sent[0]
        samples: dict[float, float] = {}
        lost = []
        for number, sent in enumerate(self._sent):
            time = round(sent - began, 6)
            if number in self._delays:
                samples[time] = round(self._delays[number], 6)
            else:
                lost.append(time)
        return DelayTrace(
            tuple(samples), tuple(samples.values()), True, tuple(lost), source
        )
