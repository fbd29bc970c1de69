"""Repair that lies, and questions without end, from somebody on the peer's own host.

He knows the stream's SSRC and payload numbers, as whoever listens does. What he sends
is dropped or bounded, counted, and the call goes on; asking gets him no more than the
call itself sends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random

import pytest
from hostile.rig import Stranger, Talk, on_the_loop, stranger, until
from hostile.test_media_strangers import KINDS, line, port

from labkit.media.messages import GenericNack, ReceiverReport, RtpPacket
from labkit.media.repair.groups import MOST_WAITING
from labkit.media.repair.reed_solomon import RepairBlock, write_block
from labkit.media.repair.rtx import BUDGET
from labkit.media.wire.rtcp import write_rtcp
from labkit.media.wire.rtp import write_rtp
from labkit.net.report_socket import LONGEST


@pytest.fixture
def eve() -> Iterator[Stranger]:
    with stranger() as eve:
        yield eve


def refused(talk: Talk, kind: str) -> dict[str, int]:
    stream = line(talk.bob, kind).stream
    return {**stream.recovery.refused, **stream.sources.refused}


def formats(talk: Talk, kind: str):
    """The repair that bob takes."""
    return line(talk.bob, kind).setup.receive_repair


def source(talk: Talk, kind: str):
    """Whom bob believes; before alice's first packet anybody might be it."""
    sources = line(talk.bob, kind).stream.sources
    until(lambda: sources.source is not None, "the first packet")
    return sources.source


def repair(payload_type: int, number: int, payload: bytes, *csrcs: int) -> bytes:
    packet = RtpPacket(payload_type, number & 0xFFFF, 0, 0xE7E, payload, False, csrcs)
    return write_rtp(packet)


def test_red_of_absurd_lengths_is_malformed_and_its_copies_are_nobody_s(talk, eve):
    (red, media), *_ = formats(talk, "audio").red.items()
    alice = source(talk, "audio")
    absurd = [
        b"",
        b"\x80",
        b"\x80\xff\xff\xff" * 3 + b"\x00" + b"x" * 20,  # longer than it is
        b"\x80\x00\x00\x00" * 2_000 + b"\x00",  # 2,000 empty blocks
        b"\x80\x00\x00\x00" * 2_000,  # and no end
    ]
    for number, payload in enumerate(absurd * 20):
        eve.send(repair(red, number, payload), port(talk.bob, "audio"))
    alien = bytes([0x80 | media, 0, 0, 4, media]) + b"copyown"
    for number in range(50):
        eve.send(repair(red, number, alien), port(talk.bob, "audio"))
    until(lambda: refused(talk, "audio").get("malformed repair", 0) == 100, "refusals")
    until(lambda: refused(talk, "audio").get("unknown source", 0) == 50, "strangers")
    talk.unharmed()
    assert source(talk, "audio") is alice
    recovery = line(talk.bob, "audio").stream.recovery
    assert recovery.recovered["red"] == 0
    assert recovery.octets["red"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_asked_for_is_not_taken_for_a_retransmission(talk, eve, kind):
    numbers = formats(talk, kind).rtx
    newest = source(talk, kind).highest
    for rtx in numbers:
        for number in range(newest - 200, newest + 200):
            osn = struct.pack("!H", number & 0xFFFF)
            eve.send(repair(rtx, number, osn + b"forged"), port(talk.bob, kind))
        eve.send(repair(rtx, 1, b"x"), port(talk.bob, kind))
    until(
        lambda: refused(talk, kind).get("malformed repair", 0) == len(numbers),
        "the end",
    )
    recovery = line(talk.bob, kind).stream.recovery
    assert refused(talk, kind)["retransmission not asked for"] >= 390 * len(numbers)
    assert recovery.packets["retransmission"] >= 400 * len(numbers)
    assert recovery.recovered["retransmission"] <= 10  # a lucky guess, if any
    talk.unharmed()


def parity(base: int, mask: bytes, body: bytes = b"x" * 40) -> bytes:
    long = 0x40 if len(mask) == 6 else 0
    head = struct.pack("!BBHLH", long, 0, base & 0xFFFF, 0, len(body))
    return head + struct.pack("!H", len(body)) + mask + body


@pytest.mark.parametrize("kind", KINDS)
def test_parity_that_lies_recovers_nothing_and_waits_in_bounded_room(talk, eve, kind):
    number, own = formats(talk, kind).parity, source(talk, kind)
    wide, narrow = b"\xff" * 6, b"\x00\x03"
    random = Random(3)
    for step in range(200):
        for payload, csrcs in (
            (parity(own.highest + 20, narrow), (0xE7E,)),  # of somebody else
            (parity(own.highest + 20, narrow), ()),  # of nobody
            (parity(random.getrandbits(16), wide), (own.ssrc,)),  # of 48 packets
            (parity(own.highest - 10, b"\0\0"), (own.ssrc,)),  # of none
            (parity(own.highest + 1, wide, b"x" * 1400)[:-700], (own.ssrc,)),  # cut
            (random.randbytes(30), (own.ssrc,)),
        ):
            eve.send(repair(number, step, payload, *csrcs), port(talk.bob, kind))
    until(lambda: refused(talk, kind).get("parity of another source", 0) == 400, "all")
    recovery = line(talk.bob, kind).stream.recovery
    talk.unharmed()
    assert refused(talk, kind)["malformed repair"] >= 400
    assert len(recovery._groups) <= MOST_WAITING
    assert recovery.recovered["parity"] <= 5  # noise may name a group of one, unseen


@pytest.mark.parametrize("kind", KINDS)
def test_reed_solomon_of_impossible_counts_is_malformed_and_no_group_grows(
    talk, eve, kind
):
    number, own = formats(talk, kind).reed_solomon, source(talk, kind)
    impossible = [
        struct.pack("!HBBB", own.highest & 0xFFFF, k, m, turn) + bytes(length)
        for k, m, turn, length in (
            (0, 4, 0, 20),
            (255, 255, 0, 20),
            (8, 4, 4, 20),
            (8, 0, 0, 20),
            (8, 4, 0, 3),
            (8, 4, 0, 9_000),
        )
    ]
    for step, payload in enumerate(impossible * 30):
        eve.send(repair(number, step, payload, own.ssrc), port(talk.bob, kind))
    until(lambda: refused(talk, kind).get("malformed repair", 0) == 180, "refusals")
    for step in range(3000):  # possible ones, that contradict each other
        base = own.highest + 10 + step % 200
        block = RepairBlock(base & 0xFFFF, 48, 48, step % 48, bytes([step % 256]) * 500)
        eve.send(
            repair(number, step, write_block(block), own.ssrc), port(talk.bob, kind)
        )
    recovery = line(talk.bob, kind).stream.recovery
    until(lambda: recovery.packets["reed-solomon"] > 2900, "all blocks")
    talk.unharmed()
    assert len(recovery._groups) <= MOST_WAITING


def ask(talk: Talk, kind: str, numbers: range, whose: int | None = None) -> bytes:
    """A report that asks bob for these packets of his."""
    ours = line(talk.bob, kind).stream.sender.ssrc if whose is None else whose
    lost = tuple(number & 0xFFFF for number in numbers)
    return write_rtcp([ReceiverReport(0xE7E), GenericNack(0xE7E, ours, lost)])


@pytest.mark.parametrize("kind", KINDS)
def test_who_asks_for_everything_for_ever_gets_no_more_than_the_call_sends(
    talk, eve, kind
):
    stream, here = line(talk.bob, kind).stream, port(talk.bob, kind, rtcp=True)
    until(lambda: stream.sender.packets_sent > 60, "packets to ask for")
    begun, octets = stream.sender.packets_sent, stream.sender.octets_sent
    asked = 0
    for _ in range(400):
        newest = stream.sender._sequence_number
        question = ask(talk, kind, range(newest - 250, newest))
        eve.send(question, here)
        asked += len(question)
    on_the_loop()
    talk.unharmed()
    again = stream.protection
    sent = stream.sender.packets_sent
    assert 0 < again.packets["retransmission"] <= BUDGET + sent
    most = (sent - begun + BUDGET) * max(octets / begun * 2, 1400)
    assert again.octets["retransmission"] <= most
    assert again.octets["retransmission"] <= 20 * asked  # at most, and only at first


def test_who_asks_for_what_was_never_sent_or_is_another_s_gets_nothing(talk, eve):
    for kind in KINDS:
        stream, here = line(talk.bob, kind).stream, port(talk.bob, kind, rtcp=True)
        heard = stream.reports.nacks_received
        for step in range(100):
            newest = stream.sender._sequence_number
            far = range(newest + 2000, newest + 2200)
            eve.send(ask(talk, kind, far), here)
            near = range(newest - 50, newest)
            eve.send(ask(talk, kind, near, whose=0xABC + step), here)
        until(
            lambda s=stream, n=heard: s.reports.nacks_received >= n + 100, "questions"
        )
        assert stream.reports.nacks_received == heard + 100
        assert stream.protection.packets["retransmission"] == 0
    talk.unharmed()


def test_a_report_that_is_longer_than_any_is_not_read(talk, eve):
    """One datagram of 64 KiB could name 270,000 packets; this one is just too long."""
    ours = line(talk.bob, "audio").stream.sender.ssrc
    start = write_rtcp([ReceiverReport(0xE7E)])
    body = struct.pack("!LL", 0xE7E, ours) + struct.pack("!HH", 5, 0xFFFF) * 520
    huge = start + struct.pack("!BBH", 0x81, 205, len(body) // 4) + body
    assert len(huge) > LONGEST
    heard = line(talk.bob, "audio").stream.reports.nacks_received
    for _ in range(100):
        eve.send(huge, port(talk.bob, "audio", rtcp=True))
    gate = line(talk.bob, "audio").gate
    until(lambda: gate.refused["report too long"] > 50, "refusals")
    assert line(talk.bob, "audio").stream.reports.nacks_received == heard
    assert talk.bob.media.statistics().audio.labkit.refused["report too long"] > 50
    talk.unharmed()
