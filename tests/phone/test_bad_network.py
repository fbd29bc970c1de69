"""Two phones on a bad network: who decides what is done, and what the other takes."""

from __future__ import annotations

import re
import socket
import threading

import pytest
from phone.watching import pictures, pictures_stop

from labkit import CallState, Conditions, Phone, Treatments
from labkit.errors import LocalError
from labkit.media.messages import RtpPacket
from labkit.media.wire.rtp import parse_rtp
from labkit.net import clock
from labkit.trace import save, summary
from tests.trace.test_capture import assert_nothing_is_wrong, tshark

FORMATS = ("PCMU", "JPEG")
EVERYTHING = Treatments(
    red=2, parity=4, reed_solomon=2, nack=True, copies=2, restart_intervals=True
)


def connect(caller: Phone, callee: Phone) -> None:
    call = caller.call(callee.name)
    callee.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED


def until(true, what: str, patience: float = 15.0) -> None:
    end, pause = clock.now() + patience, threading.Event()
    while not true():
        assert clock.now() < end, f"waited {patience:g} s for {what}"
        pause.wait(0.02)


def own(phone: Phone, kind: str = "audio"):
    """The counts of one kind, once its media has begun."""
    until(lambda: getattr(phone.media.statistics(), kind) is not None, "media")
    return getattr(phone.media.statistics(), kind).labkit


def threads_of(*names: str) -> set[str]:
    return {
        thread.name
        for thread in threading.enumerate()
        for name in names
        if thread.name.startswith((f"labkit-{name}-audio", f"labkit-{name}-video"))
    }


def test_left_alone_the_phone_meets_loss_with_treatments_and_says_why(alice, bob):
    """A15, A16: what the one loses the other protects, by reports of both."""
    for phone in (alice, bob):
        assert phone.auto
        assert phone.advice == ""
        phone.link.set(there=Conditions(loss=0.2))
    connect(alice, bob)
    for phone in (alice, bob):
        until(lambda p=phone: p.treatments.restart_intervals, "a choice")
        until(lambda p=phone: "lost" in p.advice, "a reason")
        chosen = phone.treatments
        assert chosen.red or chosen.nack
        assert re.match(r"\d+\.\d% lost", phone.advice)
        assert "stay lost" in phone.advice
        assert not phone.lacks
    until(lambda: own(bob).packetsUnrepaired < own(bob).packetsMissing / 2, "repair")
    alice.treatments = Treatments(red=1)
    assert not alice.auto
    assert alice.advice == ""
    assert alice.treatments == Treatments(red=1)
    alice.auto = True
    until(lambda: alice.advice != "", "advice again")


def test_hold_and_resume_with_everything_switched_on(registry):
    with (
        Phone("alice", registry, treatments=EVERYTHING, formats=FORMATS) as alice,
        Phone("bob", registry, treatments=EVERYTHING, formats=FORMATS) as bob,
    ):
        alice.register()
        bob.register()
        connect(alice, bob)
        for phone in (alice, bob):
            phone.link.set(there=Conditions(loss=0.1, delay=0.02))
            pictures(phone, "peer", 5)
        alice.hold()
        for phone in (alice, bob):
            pictures_stop(phone)
        counted = [sum(c.packets for c in p.trace.rtp.values()) for p in (alice, bob)]
        pictures_stop(bob)
        assert counted == [
            sum(c.packets for c in p.trace.rtp.values()) for p in (alice, bob)
        ]
        alice.resume()
        for phone in (alice, bob):
            pictures(phone, "peer", 5)
            before = own(phone).packetsRecoveredByRed
            until(lambda p=phone, b=before: own(p).packetsRecoveredByRed > b, "RED")
            assert own(phone, "video").packetsRecoveredByParity > 0


@pytest.mark.parametrize("how", ["hang up", "close"])
def test_a_call_ends_at_once_whatever_is_still_under_way(registry, how, caplog):
    with (
        Phone("alice", registry, treatments=EVERYTHING, formats=FORMATS) as alice,
        Phone("bob", registry, treatments=EVERYTHING, formats=FORMATS) as bob,
    ):
        alice.register()
        bob.register()
        connect(alice, bob)
        for phone in (alice, bob):
            phone.link.set(Conditions(delay=4.0, jitter=1.0), Conditions(delay=4.0))
        until(lambda: alice.link.record("there").under_way > 100, "packets under way")
        begun = clock.now()
        if how == "close":
            alice.close()
            bob.close()
        else:
            alice.hang_up().wait("over")
            bob.present_call.wait("over")
        until(lambda: not threads_of("alice", "bob"), "all threads to end", 5)
        assert clock.now() - begun < 4.0
        for phone in (alice, bob):
            for way in ("there", "back"):
                record = phone.link.record(way)
                assert record.adds_up, str(record)
                assert record.under_way == 0
        if how == "hang up":  # and the next call knows nothing of it
            for phone in (alice, bob):
                phone.link.set(Conditions(), Conditions())
            connect(alice, bob)
            pictures(bob, "peer", 5)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_peer_that_knows_no_repair_gets_plain_media(alice):
    """An offer written by hand: one codec, no feedback. All switches are on."""
    alice.treatments = EVERYTHING
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
    ):
        for opened in (sip, rtp):
            opened.bind(("127.0.0.1", 0))
            opened.settimeout(10)
        host, port = sip.getsockname()
        body = (
            f"v=0\r\no=hand 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {rtp.getsockname()[1]} RTP/AVP 0\r\n"
        )

        def say(method: str, number: int, tag: str = "", text: str = "") -> None:
            to = f"<sip:alice@{alice.address}>"
            lines = [
                f"{method} sip:alice@{alice.address} SIP/2.0",
                f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bKhand{method}",
                "Max-Forwards: 70",
                f"From: <sip:hand@{host}:{port}>;tag=hand",
                f"To: {to}{tag and f';tag={tag}'}",
                "Call-ID: by-hand",
                f"CSeq: {number} {method}",
                f"Contact: <sip:hand@{host}:{port}>",
                *(["Content-Type: application/sdp"] if text else []),
                f"Content-Length: {len(text)}",
            ]
            data = "\r\n".join(lines) + "\r\n\r\n" + text
            sip.sendto(data.encode(), tuple(alice.address))

        say("INVITE", 1, text=body)
        alice.answer()
        answer = ""
        while not answer.startswith("SIP/2.0 200"):
            answer = sip.recv(65_535).decode()
        tag = re.search(r"^To:.*;tag=(\S+)", answer, re.MULTILINE)[1]
        say("ACK", 1, tag)
        offered = [line for line in answer.split("\r\n") if line.startswith("m=")]
        assert len(offered) == 1
        assert offered[0].startswith("m=audio ")
        assert offered[0].endswith(" RTP/AVP 0")
        assert "nack" not in answer
        packets: list[RtpPacket] = [parse_rtp(rtp.recv(65_535)) for _ in range(50)]
        assert {packet.payload_type for packet in packets} == {0}
        assert {len(packet.payload) for packet in packets} == {160}
        assert len({packet.ssrc for packet in packets}) == 1
        numbers = [packet.sequence_number for packet in packets]
        assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(50)]
        assert {"red", "parity", "reed_solomon", "nack"} <= alice.lacks
        alice.hang_up()


@pytest.mark.parametrize("nonsense", [None, 5, {"red": 2}])
def test_treatments_that_are_none_are_refused_in_words(alice, nonsense):
    with pytest.raises(LocalError, match="treatments are Treatments"):
        alice.treatments = nonsense
    assert alice.auto
    if nonsense is not None:
        with pytest.raises(LocalError, match="treatments are Treatments"):
            Phone("carol", treatments=nonsense)


def test_wireshark_knows_every_repair_stream_and_finds_nothing_wrong(
    registry, tmp_path
):
    """Each has an SSRC and a name of its own; a NACK is a sentence in the log."""
    formats = ("PCMU", "VP8")
    with (
        Phone("alice", registry, treatments=EVERYTHING, formats=formats) as alice,
        Phone(
            "bob", registry, treatments=Treatments(nack=True), formats=formats
        ) as bob,
    ):
        alice.register()
        bob.register()
        for phone in (alice, bob):
            phone.link.set(there=Conditions(loss=0.15, delay=0.01))
        connect(alice, bob)
        until(lambda: own(bob, "video").packetsRecoveredByReedSolomon > 0, "repair")
        until(lambda: own(alice).packetsRecoveredByRetransmission > 0, "repair")
        alice.hang_up().wait("over")
        path = save(tmp_path / "repair.pcapng", alice.trace, bob.trace)
        said = [summary(record) for record in alice.trace if record.plane == "media"]
    assert any(re.search(r"; NACK: [\d, -]+( and \d+ more)?, please$", s) for s in said)
    assert_nothing_is_wrong(path)
    streams = tshark(path, "-q", "-z", "rtp,streams")
    for name in ("red", "ulpfec", "x-rs", "rtx", "g711U", "VP8"):
        assert re.search(rf"0x[0-9A-F]{{8}} +{name} ", streams), name
