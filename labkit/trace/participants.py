"""Who is behind an address: the columns of a ladder, the names in a capture.

An observer owns the addresses it sends from and receives at. Of everybody else we know
what they *say*: their name in REGISTER and in SIP's From and To, their media ports in
SDP. The first claim to an address holds, and never outranks an observer.

Requirements A1, B4. Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from labkit.effects import Address
from labkit.trace.glance import Glance, MLine, glance
from labkit.trace.merge import Socket, own_end, plain
from labkit.trace.record import Record, RtpCount, Trace
from labkit.trace.safe import decoded, one_line, shortened

MOST_ADDRESSES = 1000
MOST_LETTERS = 24
REGISTRY = "registry"
_STATIC_RATES = {0: 8000, 3: 8000, 8: 8000, 9: 8000, 26: 90_000}  # RFC 3551 section 6
_STATIC_KINDS = {0: "audio", 3: "audio", 8: "audio", 9: "audio", 26: "video"}


class Participants:
    """Learns from each record; answers with names.

    `names` (address, or host for all its ports → name) outranks everything.
    """

    def __init__(self, names: Mapping[Address | str, str] | None = None) -> None:
        self._given = {end: _clean(name) for end, name in (names or {}).items()}
        self._own: dict[Socket, str] = {}
        self._said: dict[Socket, str] = {}
        self._media: dict[Address, MLine] = {}
        self._heard: dict[Address, int | None] = {}

    def learn(self, record: Record) -> None:
        """Take from one record what it tells about its two ends."""
        if len(self._own) + len(self._said) + len(self._media) > MOST_ADDRESSES:
            return
        self._claim(own_end(record), record.observer)
        if record.plane == "registry":
            self._learn_registry(record)
        elif record.plane == "signalling" and (message := glance(record.data)):
            self._learn_sip(record, message)

    def learn_rtp(self, trace: Trace) -> None:
        """Take from the packet counts whose the sockets are, and what they hear."""
        for (source, target, direction), count in tuple(trace.rtp.items()):
            own = source if direction == "sent" else target
            self._claim(("UDP", plain(own)), trace.observer)
            self._heard[plain(target)] = count.payload_type

    def name(self, end: Socket) -> str:
        """The name of who is at this address; the address itself if nobody told."""
        transport, address = end
        address = plain(address)
        given = self._given.get(address) or self._given.get(address.host)
        socket = (transport, address)
        found = given or self._own.get(socket) or self._said.get(socket)
        return found or _clean(str(address))

    def is_watched(self, end: Socket) -> bool:
        """Whether the address belongs to one of the observers."""
        return (end[0], plain(end[1])) in self._own

    def kind(self, target: Address, count: RtpCount) -> str:
        """`audio`, `video`, or nothing: of the RTP stream that goes to an address."""
        line = self._media.get(plain(target))
        if line is not None:
            return line.kind
        if count.payload_type is None:
            return ""
        return _STATIC_KINDS.get(count.payload_type, "")

    def clock_rate(self, reporter: Address) -> int | None:
        """Ticks a second of the stream that the owner of an RTCP address reports on.

        That is the stream it hears, on the port below: its payload type is known from
        the packets seen, its clock from the SDP.
        """
        hears = plain(Address(reporter.host, reporter.port - 1))
        line = self._media.get(hears)
        if line is not None and line.kind == "video":
            return 90_000  # every video payload: RFC 3551 section 5
        heard = self._heard.get(hears)
        if heard is None:
            return None
        mapped = line.clock_rates.get(heard) if line is not None else None
        return mapped or _STATIC_RATES.get(heard)

    def _claim(self, end: Socket, observer: str) -> None:
        if end not in self._own:
            self._own[end] = _clean(observer)

    def _say(self, end: Socket, name: str) -> None:
        socket = (end[0], plain(end[1]))
        if name and socket not in self._own and socket not in self._said:
            self._said[socket] = _clean(name)

    def _learn_registry(self, record: Record) -> None:
        """`200 registered alice 127.0.0.1 6000` names two ends: only a name that the
        registry accepted is one. A request names its target."""
        words = decoded(record.data).split()
        if not words:
            return
        if not words[0].isdigit() and record.direction == "sent":
            self._say((record.transport, record.target), REGISTRY)
        if words[:2] == ["200", "registered"] and len(words) == 5:
            self._say((record.transport, record.target), words[2])
            if re.fullmatch(r"[0-9]{1,5}", words[4]):
                calls = Address(words[3], int(words[4]))
                self._say(("UDP", calls), words[2])
                self._say(("TCP", calls), words[2])

    def _learn_sip(self, record: Record, message: Glance) -> None:
        """Requests come from their From, responses from their To; SDP names ports."""
        source = (record.transport, record.source)
        target = (record.transport, record.target)
        about = message.method or message.about
        if about not in ("REGISTER", "OPTIONS") and message.status // 100 != 3:
            self._say(source, message.user("from" if message.method else "to"))
            self._say(target, message.user("to" if message.method else "from"))
        for line in message.media:
            if line.port:
                for port in (line.port, line.port + 1):  # RTP, and RTCP on the next
                    address = plain(Address(line.host, port))
                    self._media[address] = line
                    self._say(("UDP", address), self.name(source))


def _clean(name: str) -> str:
    return shortened(one_line(name), MOST_LETTERS)


def columns(names: Iterable[str], first: Iterable[str] = ()) -> list[str]:
    """Names in the order of a ladder: `first`, then as they come; the registry second.

    RFC 3665 draws the server between the two who call each other.
    """
    order = list(dict.fromkeys([*first, *names]))
    if REGISTRY in order:
        order.remove(REGISTRY)
        order.insert(1, REGISTRY)
    return order
