"""A bad network between anyone's programs: a proxy for UDP and TCP.

    with LinkProxy("5000", "192.168.1.7:5000", Conditions(loss=0.1), seed=7) as link:
        …                                       # who sends to us, reaches 192.168.1.7
        link.set(Conditions(loss=0.2))          # from now on
        link.records()["UDP there"].lost

Each protocol has a link of its own from the same seed, so that what happens to the
datagrams does not hang on when TCP has something to send. Requirements A15, A16.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.link import Conditions, Link, PathRecord
from labkit.net import clock
from labkit.net.addresses import parse_address, resolve
from labkit.net.delayed import Delayed
from labkit.net.link_tcp import TcpRelay, bind_tcp
from labkit.net.link_udp import UdpRelay, bind_udp
from labkit.net.loop import Loop

TRIES = 32
LAST_PORT = 65_535


def parse_listen(text: str) -> Address:
    """`5000` (on all addresses), `127.0.0.1:5000` or `127.0.0.1:0` (any free port).

    Raises LocalError when it is neither.
    """
    host, _, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "0.0.0.0"
    if not (port.isascii() and port.isdigit() and int(port[:6]) <= LAST_PORT):
        raise LocalError(
            f"cannot listen on {text[:60]!r}; write PORT or HOST:PORT, such as 5000 or "
            "127.0.0.1:5000"
        )
    return resolve(Address(host, int(port)))


class LinkProxy:
    """Listens from its construction until `close`; also a context manager.

    `companion` carries the next port of UDP too, where RTCP goes. `tell` is called with
    a sentence when a target is gone and the like; from any thread.

    Raises LocalError when a port is taken or an address unknown.
    """

    def __init__(
        self,
        listen: str,
        to: str,
        there: Conditions | None = None,
        back: Conditions | None = None,
        *,
        seed: int = 1,
        udp: bool = True,
        tcp: bool = True,
        companion: bool = False,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        if not (udp or tcp):
            raise LocalError("a link carries UDP, TCP or both; neither is nothing")
        wanted = parse_listen(listen)
        self.target = parse_target(to)
        self.there = there or Conditions()
        self.back = self.there if back is None else back
        self.seed = seed
        self._tell = tell
        self._relays: list[UdpRelay | TcpRelay] = []
        self._delayed = Delayed("labkit-link-delay")
        self._loop = Loop("labkit-link")
        try:
            self._open(wanted, udp, tcp, companion and udp)
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> Address:
        """Where it listens."""
        return self._relays[0].address

    @property
    def clients(self) -> int:
        """How many UDP clients and TCP connections there are now."""
        return sum(relay.clients for relay in self._relays if relay.name != "RTCP")

    def set(self, there: Conditions, back: Conditions | None = None) -> None:
        """From the next packet on; `back` is as `there` unless it is given."""
        self.there, self.back = there, there if back is None else back
        self._loop.call(self._apply)

    def reseed(self, seed: int) -> None:
        """Other chances from the next packet on."""
        self.seed = seed
        self._loop.call(self._reseed)

    def records(self) -> dict[str, PathRecord]:
        """The fates so far: `{"UDP there": …, "UDP back": …, "TCP there": …}`."""
        return self._loop.call(self._look)

    def close(self) -> None:
        """Give the ports back, end the threads; a second time does nothing."""
        self._close_relays()
        self._delayed.close()
        if not self._loop.asyncio.is_closed():
            self._loop.stop()

    def __enter__(self) -> LinkProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- on the loop's thread -------------------------------------------------------

    def _apply(self) -> None:
        for relay in self._relays:
            relay.set(self.there, self.back)

    def _reseed(self) -> None:
        for relay in self._relays:
            relay.link.reseed(self.seed)

    def _look(self) -> dict[str, PathRecord]:
        now = clock.now()
        return {
            f"{relay.name} {path.name}": path.record(now)
            for relay in self._relays
            for path in (relay.link.there, relay.link.back)
        }

    # --- opening --------------------------------------------------------------------

    def _open(self, wanted: Address, udp: bool, tcp: bool, companion: bool) -> None:
        """Listen on one port with all that is wanted; a port of 0 is looked for."""
        for left in reversed(range(TRIES if wanted.port == 0 else 1)):
            try:
                self._listen(wanted, udp, tcp, companion)
                return
            except LocalError:  # free for the one, not for the other
                self._close_relays()
                if not left:
                    raise

    def _listen(self, wanted: Address, udp: bool, tcp: bool, companion: bool) -> None:
        if udp:
            self._carry_udp("UDP", wanted, self.target)
            wanted = self.address
        if companion:
            beside = Address(wanted.host, wanted.port + 1)
            target = Address(self.target.host, self.target.port + 1)
            if max(beside.port, target.port) > LAST_PORT:
                raise LocalError(f"{LAST_PORT} is the last port: none is beside it")
            self._carry_udp("RTCP", beside, target)
        if tcp:
            bound, link = bind_tcp(wanted), self._link()
            self._relays.append(
                TcpRelay("TCP", bound, self.target, link, self._loop, self._tell)
            )

    def _carry_udp(self, name: str, here: Address, target: Address) -> None:
        bound, link = bind_udp(here), self._link()
        self._relays.append(
            UdpRelay(name, bound, target, link, self._loop, self._delayed, self._tell)
        )

    def _link(self) -> Link:
        return Link(self.there, self.back, self.seed)

    def _close_relays(self) -> None:
        for relay in self._relays:
            relay.close()
        self._relays = []


def parse_target(text: str) -> Address:
    """`192.168.1.7:5000` with its port. Raises LocalError for less."""
    address = parse_address(text, 0)
    if not address.port:
        raise LocalError(f"{text[:60]!r} names no port; write HOST:PORT")
    return resolve(address)
