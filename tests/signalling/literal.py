"""Messages as a stranger's phone writes them, byte by byte, and a phone that gets
them."""

from __future__ import annotations

from random import Random

from labkit.effects import Address, Effect, Notify, Send
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip

STRANGER = Address("127.0.0.9", 5070)
HERE = Address("127.0.0.3", 5060)

CALLER = "<sip:x@127.0.0.9>;tag=x1"

SDP = (
    "v=0\r\no=x 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 0\r\n"
)


def request(
    method: str = "INVITE",
    *,
    uri: str = "sip:bob@127.0.0.3",
    branch: str = "z9hG4bK1",
    via: str = "",
    to: str = "<sip:bob@127.0.0.3>",
    from_: str = CALLER,
    call_id: str = "call-1@127.0.0.9",
    cseq: str = "",
    extra: tuple[str, ...] = ("Contact: <sip:x@127.0.0.9:5070>",),
    body: str = "",
    type: str = "application/sdp",
) -> bytes:
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: {via or f'SIP/2.0/UDP 127.0.0.9:5070;branch={branch}'}",
        "Max-Forwards: 70",
        f"From: {from_}",
        f"To: {to}",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq or f'1 {method}'}",
        *extra,
    ]
    if body:
        lines.append(f"Content-Type: {type}")
    lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Bob:
    """One phone, alone; what it sends is kept."""

    def __init__(self, **options: object) -> None:
        self.agent = UserAgent("bob", HERE, random=Random(1), **options)  # type: ignore[arg-type]
        self.now = 0.0
        self.events: list[object] = []

    def gets(self, data: bytes, source: Address = STRANGER) -> list[Response]:
        """The answers that these bytes bring about at once."""
        return [
            message
            for message in self.does(self.agent.received(data, source, self.now))
            if isinstance(message, Response)
        ]

    def does(self, effects: list[Effect]) -> list[object]:
        self.events += [e.event for e in effects if isinstance(e, Notify)]
        self.sent = [effect for effect in effects if isinstance(effect, Send)]
        return [sip.parse(effect.data) for effect in self.sent]
