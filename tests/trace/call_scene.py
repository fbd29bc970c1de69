"""A small call, told to the traces of those who take part; no sockets."""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.effects import Address
from labkit.trace import Trace
from labkit.trace.record import Plane, Transport

HOST = "127.0.0.1"
START = 1_700_000_000.0
ALICE, BOB = Address(HOST, 5060), Address(HOST, 5062)
REGISTRY = Address(HOST, 5000)
ALICE_LINE, BOB_LINE = Address(HOST, 41230), Address(HOST, 41231)


def sip(start: str, *headers: str, body: str = "") -> bytes:
    lines = [start, *headers, f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


def sdp(audio: int, video: int, host: str = HOST) -> str:
    family = "IP6" if ":" in host else "IP4"
    return (
        f"v=0\r\no=- 1 1 IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n"
        f"m=audio {audio} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        f"m=video {video} RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n"
    )


def headers(sequence: str, branch: str, answered: bool = False) -> list[str]:
    return [
        f"Via: SIP/2.0/UDP {ALICE};branch=z9hG4bK{branch}",
        "Max-Forwards: 70",
        f"From: <sip:alice@{ALICE}>;tag=a1",
        f"To: <sip:bob@{BOB}>" + (";tag=b1" if answered else ""),
        "Call-ID: one@labkit",
        f"CSeq: {sequence}",
    ]


MEDIA = "Content-Type: application/sdp"
INVITE = sip(
    f"INVITE sip:bob@{BOB} SIP/2.0",
    *headers("1 INVITE", "1"),
    f"Contact: <sip:alice@{ALICE}>",
    MEDIA,
    body=sdp(40000, 40002),
)
RINGING = sip("SIP/2.0 180 Ringing", *headers("1 INVITE", "1", True))
ACCEPTED = sip(
    "SIP/2.0 200 OK",
    *headers("1 INVITE", "1", True),
    f"Contact: <sip:bob@{BOB}>",
    MEDIA,
    body=sdp(40010, 40012),
)
ACK = sip(f"ACK sip:bob@{BOB} SIP/2.0", *headers("1 ACK", "2", True))
BYE = sip(f"BYE sip:bob@{BOB} SIP/2.0", *headers("2 BYE", "3", True))
BYE_OK = sip("SIP/2.0 200 OK", *headers("2 BYE", "3", True))


def rtp(payload_type: int, number: int, timestamp: int, size: int = 160) -> bytes:
    head = bytes([0x80, payload_type]) + number.to_bytes(2, "big")
    ssrc = 0x1000 + payload_type
    return head + timestamp.to_bytes(4, "big") + ssrc.to_bytes(4, "big") + bytes(size)


@dataclass
class Scene:
    """Everybody's traces, and whose address is whose."""

    alice: Trace = field(default_factory=lambda: Trace("alice"))
    bob: Trace = field(default_factory=lambda: Trace("bob"))
    registry: Trace = field(default_factory=lambda: Trace("registry"))
    now: float = START

    def owner(self, end: Address) -> Trace:
        if end == REGISTRY:
            return self.registry
        alice = end in (ALICE, ALICE_LINE) or 40000 <= end.port < 40010
        return self.alice if alice else self.bob

    def say(
        self,
        plane: Plane,
        transport: Transport,
        source: Address,
        target: Address,
        data: bytes,
        *,
        lost: bool = False,
        note: str = "",
    ) -> None:
        """One message: its sender sees it leave; its receiver, 0.4 ms later, arrive."""
        self.now += 0.01
        self.owner(source).record(
            self.now, plane, transport, "sent", source, target, data
        )
        if not lost:
            self.owner(target).record(
                self.now + 0.0004, plane, transport, "received", source, target, data,
                note,
            )  # fmt: skip

    def line(self, source: Address, target: Address, text: str) -> None:
        self.say("registry", "TCP", source, target, f"{text}\n".encode())

    def sip(self, source: Address, target: Address, data: bytes, **how: bool) -> None:
        self.say("signalling", "UDP", source, target, data, **how)  # type: ignore[arg-type]

    def media(self, seconds: float = 1.0) -> None:
        """Sound both ways, 20 ms a packet; every tenth from alice is lost."""
        ends = Address(HOST, 40000), Address(HOST, 40010)
        for number in range(round(50 * seconds)):
            self.now += 0.02
            data = rtp(0, number, 160 * number)
            for source, target in (ends, ends[::-1]):
                seen = source, target, data
                self.owner(source).count_rtp(self.now, "sent", *seen)
                if source == ends[1] or number % 10:
                    self.owner(target).count_rtp(self.now, "received", *seen)

    @property
    def traces(self) -> tuple[Trace, Trace, Trace]:
        return self.alice, self.registry, self.bob


def whole_call() -> Scene:
    """Both register, alice calls bob, her first INVITE is lost, they talk, she ends."""
    scene = Scene()
    for name, line, end in (("alice", ALICE_LINE, ALICE), ("bob", BOB_LINE, BOB)):
        where = f"{name} {end.host} {end.port}"
        scene.line(line, REGISTRY, f"REGISTER {where}")
        scene.line(REGISTRY, line, f"200 registered {where}")
    scene.line(ALICE_LINE, REGISTRY, "QUERY bob")
    scene.line(REGISTRY, ALICE_LINE, f"200 bob {BOB.host} {BOB.port}")
    scene.sip(ALICE, BOB, INVITE, lost=True)
    scene.now += 0.5
    scene.sip(ALICE, BOB, INVITE)
    scene.sip(BOB, ALICE, RINGING)
    scene.sip(BOB, ALICE, ACCEPTED)
    scene.sip(ALICE, BOB, ACK)
    scene.media(seconds=2)
    scene.sip(ALICE, BOB, BYE)
    scene.sip(BOB, ALICE, BYE_OK)
    return scene
