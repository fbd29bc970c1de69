"""RTP and RTCP from strangers, and from the peer's own host, while pictures flow.

All of 127.0.0.0/8 counts as one host: a stranger there gets past the gate and meets
the source lock, the assemblers and the decoders, as one on the peer's machine would.
"""

from __future__ import annotations

import struct
from random import Random

import pytest
from hostile.rig import Stranger, Talk, on_the_loop, stranger, until
from phone.watching import pictures

from labkit import Phone
from labkit.effects import Address
from labkit.media.messages import Bye, PictureLossIndication, RtpPacket, SenderReport
from labkit.media.wire.rtcp import write_rtcp
from labkit.media.wire.rtp import parse_rtp, write_rtp
from labkit.net.media_line import MediaLine


@pytest.fixture
def eve():
    with stranger() as eve:
        yield eve


def line(phone: Phone, kind: str) -> MediaLine:
    found = getattr(phone.media, f"_{kind}")
    assert found is not None
    return found


def port(phone: Phone, kind: str, rtcp: bool = False) -> Address:
    pair = line(phone, kind).pair
    return pair.rtcp_address if rtcp else pair.rtp_address


def heard(phone: Phone, kind: str, most: int = 200) -> list[bytes]:
    """Real packets that came in for this kind, newest last."""
    here = port(phone, kind)
    came = [p.data for p in phone.trace.packets if p.target == here]
    return came[-most:]


KINDS = ("audio", "video")


def test_noise_on_all_media_ports_is_counted_and_dropped(talk: Talk, eve: Stranger):
    random = Random(4)
    for number in range(2000):
        kind, rtcp = KINDS[number % 2], number % 4 > 1
        noise = bytearray(random.randbytes(random.randrange(1400)))
        if noise and number % 3:  # looks right at first sight
            noise[0] = 0x80 | noise[0] & 0x3F
        if len(noise) > 1 and rtcp:
            noise[1] = random.randrange(200, 207)
        eve.send(bytes(noise), port(talk.bob, kind, rtcp))
    talk.unharmed()
    for kind in KINDS:
        gate, sources = line(talk.bob, kind).gate, line(talk.bob, kind).stream.sources
        assert sum(gate.refused.values()) + sum(sources.refused.values()) > 500
    noted = [record for record in talk.bob.trace if record.note.startswith("dropped")]
    assert 0 < len(noted) < 100


def test_a_stranger_with_a_stream_of_his_own_is_not_shown(talk, eve):
    """Every agreed payload type, a new SSRC, good sequence numbers."""
    for kind in KINDS:
        for payload_type in line(talk.bob, kind).setup.receive:
            for number in range(100):
                packet = RtpPacket(payload_type, number, number, 0xE7E, b"\0", True)
                eve.send(write_rtp(packet), port(talk.bob, kind))
    before = {kind: line(talk.bob, kind).stream.sources.source for kind in KINDS}
    talk.unharmed()
    assert all(
        line(talk.bob, kind).stream.sources.source is before[kind] for kind in KINDS
    )


def test_real_packets_replayed_cut_and_mutated_do_little_harm(talk, eve):
    """The SSRC is right, the rest is not: some pictures may break, none may stop."""
    random = Random(5)
    for kind in KINDS:
        until(lambda kind=kind: len(heard(talk.bob, kind)) > 50, "packets to replay")
        for data in heard(talk.bob, kind, 60):
            eve.send(data, port(talk.bob, kind))
            eve.send(data[: random.randrange(len(data))], port(talk.bob, kind))
            mutant = bytearray(data)
            mutant[random.randrange(min(24, len(data)))] ^= 1 << random.randrange(8)
            eve.send(bytes(mutant), port(talk.bob, kind))
    talk.unharmed()


@pytest.mark.parametrize("formats", [("PCMU", "VP8"), ("opus", "JPEG")])
def test_a_packet_from_the_far_future_does_not_freeze_the_call(registry, formats, eve):
    """One forged timestamp, with the right SSRC: what follows is older, and shown."""
    with (
        Phone("alice", registry, formats=formats) as alice,
        Phone("bob", registry, formats=formats) as bob,
    ):
        alice.register()
        bob.register()
        talk = Talk(alice, bob)
        talk.connect()
        for kind in KINDS:
            for ahead in (1 << 30, (1 << 31) - 1, 1 << 28, 90_000 * 60):
                until(lambda kind=kind: heard(bob, kind), f"{kind} of alice's")
                real = parse_rtp(heard(bob, kind)[-1])
                number = (real.sequence_number + 40) & 0xFFFF
                future = (real.timestamp + ahead) & 0xFFFF_FFFF
                payload = whole_frame(heard(bob, kind), kind)
                for offset, piece in enumerate(payload):
                    forged = real._replace(
                        sequence_number=(number + offset) & 0xFFFF,
                        timestamp=future,
                        payload=piece,
                        marker=offset == len(payload) - 1,
                    )
                    eve.send(write_rtp(forged), port(bob, kind))
        talk.unharmed()
        pictures(bob, "peer", 5)


def whole_frame(packets: list[bytes], kind: str) -> list[bytes]:
    """The payloads of one real frame, so that the forged one is whole at once."""
    parsed = [parse_rtp(data) for data in packets]
    if kind == "audio":
        return [parsed[-1].payload]
    ends = [place for place, packet in enumerate(parsed) if packet.marker]
    return [p.payload for p in parsed[ends[-2] + 1 : ends[-1] + 1]]


def jpeg(offset: int, width: int, height: int, data: bytes, q: int = 50) -> bytes:
    return struct.pack("!LBBBB", offset, 1, q, width, height) + data


def test_absurd_pictures_are_refused_before_they_are_decoded(talk, eve):
    """JPEG fragments at absurd offsets, of absurd sizes; from the right source."""
    video = line(talk.bob, "video")
    ssrc = video.stream.sources.source.ssrc
    number = video.stream.sources.source.highest
    shapes = [
        jpeg(0xFF_FFFF, 255, 255, b"x" * 1000),
        jpeg(0, 255, 255, b"\xff" * 1000),
        jpeg(0, 0, 0, b"x"),
        jpeg(0, 1, 1, b"\0\0\xff\xff" + b"x" * 5, q=255),
        jpeg(0, 1, 1, b"\0\0\0\x80" + b"\0" * 128 + b"x", q=200),
        b"\0" * 7,
        b"",
    ]
    for step, payload in enumerate(shapes * 20):
        packet = RtpPacket(
            26, (number + 10 + step) & 0xFFFF, step * 3000, ssrc, payload, True
        )
        eve.send(write_rtp(packet), port(talk.bob, "video"))
    talk.unharmed()


def test_reports_of_others_and_forged_ones_change_nothing(talk, eve):
    """SR and BYE with wrong SSRCs, a goodbye with the right one, a flood of PLI."""
    for kind in KINDS:
        mine = line(talk.bob, kind)
        right, ours = mine.stream.sources.source.ssrc, mine.stream.sender.ssrc
        far = SenderReport(right, (1 << 64) - 1, 0xFFFF_FFFF, 0, 0, ())
        wrong = SenderReport(0xE7E, 1, 1, 1, 1, ())
        for reports in (
            [wrong, Bye((0xE7E,))],
            [far],
            [wrong, Bye((right,), "so long")],
            *([wrong, PictureLossIndication(0xE7E, ours)] for _ in range(200)),
        ):
            eve.send(write_rtcp(reports), port(talk.bob, kind, rtcp=True))
        real = [
            record.data
            for record in talk.bob.trace
            if record.plane == "media" and record.target == mine.pair.rtcp_address
        ]
        for data in real[:5]:
            for length in range(len(data)):
                eve.send(data[:length], port(talk.bob, kind, rtcp=True))
                mutant = bytearray(data)
                mutant[length] ^= 0x41
                eve.send(bytes(mutant), port(talk.bob, kind, rtcp=True))
    on_the_loop()
    talk.unharmed()


def test_a_vp8_keyframe_of_16383_pixels_is_refused_before_it_is_decoded(registry, eve):
    """RFC 6386 section 9.1 can promise it: a gigabyte, if anybody believed it."""
    formats = ("PCMU", "VP8")
    with (
        Phone("alice", registry, formats=formats) as alice,
        Phone("bob", registry, formats=formats) as bob,
    ):
        alice.register()
        bob.register()
        talk = Talk(alice, bob)
        talk.connect()
        video = line(bob, "video")
        source = video.stream.sources.source
        promise = b"\x10" + bytes.fromhex("100000 9d012a ff3f ff3f") + b"\0" * 100

        def forge() -> None:
            """With the next number; a real packet may be quicker."""
            video_time = (source._timestamps._greatest or 0) + 100
            packet = RtpPacket(
                next(iter(video.setup.receive)),
                (source.highest + 1) & 0xFFFF,
                video_time & 0xFFFF_FFFF,
                source.ssrc,
                promise,
                True,
            )
            eve.send(write_rtp(packet), port(bob, "video"))

        until(lambda: forge() or video.stream.broken >= 3, "the decoder to refuse it")
        assert max(video.stream.size) <= 1280
        talk.unharmed()
