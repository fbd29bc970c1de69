"""Whole phones that speak dialects, over real sockets; and strangers who speak them."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import cv2
import numpy as np
import pytest
from phone.watching import Ear, pictures, pictures_stop, when

from labkit import CallState, Phone, Registry
from labkit.devices import timestamp
from labkit.dialects import DECLARED, Dialect, load
from labkit.errors import LocalError
from labkit.net import clock

HOST = "127.0.0.1"
FAMILIES = [*itertools.product(("one", "replies", "each"), repeat=2)]


def uam(connections: str) -> Dialect:
    found = load("uam")
    assert found.call is not None
    how = dataclasses.replace(found.call, connections=connections)  # type: ignore[arg-type]
    return dataclasses.replace(found, call=how)


@contextmanager
def two(ours: Dialect | str, theirs: Dialect | str) -> Iterator[tuple[Phone, Phone]]:
    """alice, whose voice is a tone of 440 Hz, and bob of 1000, registered."""
    with ExitStack() as opened:
        registry = opened.enter_context(Registry(HOST, 0, dialect=ours))
        phones = []
        for name, dialect, tone in (("alice", ours, 440), ("bob", theirs, 1000)):
            phone = Phone(
                name,
                registry,
                dialect=dialect,
                microphone=f"tone:{tone}",
                speaker=Ear(),
            )
            opened.enter_context(phone).register()
            phones.append(phone)
        yield phones[0], phones[1]


def connect(caller: Phone, callee: Phone) -> None:
    call = caller.call(callee.name)
    callee.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED


def pitch(speaker: Ear) -> float:
    """The strongest frequency of the last half second heard, in hertz."""
    assert speaker.hears(seconds=1.0)
    heard = speaker.heard[-speaker.rate // 2 :].astype(float)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(np.argmax(spectrum)) * speaker.rate / len(heard)


def said(phone: Phone) -> list[bytes]:
    """All messages of this phone's calls, as its trace has them."""
    return [record.data for record in phone.trace if record.plane == "signalling"]


def understood(phone: Phone) -> list[bytes]:
    """The same, without the sound that was under way when the call ended: it comes to
    the port of the calls, and the trace notes that it is no message."""
    return [
        record.data
        for record in phone.trace
        if record.plane == "signalling" and not record.note
    ]


def test_the_voice_room_with_sound_on_the_port_of_the_calls() -> None:
    """B12, B13, B15, B17, B18."""
    with two("voice-room", "voice-room") as (alice, bob):
        connect(alice, bob)
        assert alice.media is not None
        assert alice.media.ports == {"audio": alice.address.port}
        assert abs(pitch(alice.devices.speaker) - 1000) < 15
        assert abs(pitch(bob.devices.speaker) - 440) < 15
        alice.hang_up()
        assert bob.present_call is not None
        bob.present_call.wait("over")
        where = f"{HOST} {alice.address.port}"
        expected = [
            f"convite alice {where}".encode(),
            b"resposta_ao_convite aceito",
            "encerrar_ligação".encode(),
        ]
        assert understood(alice) == understood(bob) == expected


def test_a_refused_caller_of_the_voice_room_reads_the_assignments_words() -> None:
    """B17: «usuário destino ocupado»."""
    with two("voice-room", "voice-room") as (alice, bob):
        call = alice.call("bob")
        bob.refuse()
        call.wait("over")
        assert call.why == "usuário destino ocupado"
        assert "usuário destino ocupado" in alice.state.notice


def test_the_sound_of_the_spanish_client_goes_one_port_below_its_pictures() -> None:
    with two("uam", "uam") as (alice, bob):
        connect(alice, bob)
        assert alice.media is not None
        assert alice.media.ports["audio"] == alice.media.ports["video"] - 1
        assert abs(pitch(alice.devices.speaker) - 1000) < 15
        assert abs(pitch(bob.devices.speaker) - 440) < 15
        assert alice.media.refused == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("ours", "theirs"), FAMILIES)
def test_the_spanish_client_in_all_families(ours: str, theirs: str) -> None:
    """C1-C7, C10: pictures both ways, hold from both sides, the end from the callee."""
    with two(uam(ours), uam(theirs)) as (alice, bob):
        assert alice.query("bob").address == bob.address
        connect(alice, bob)
        for phone in (alice, bob):
            shown = pictures(phone, "peer", 5)[-1]
            picture = cv2.imdecode(np.frombuffer(shown.as_jpeg(), np.uint8), 1)
            taken = timestamp.read(picture)
            assert taken is not None
            assert abs(clock.now() - taken) < 5
        alice.hold()
        when(bob, lambda state: state.call.held_by_peer)
        pictures_stop(bob)
        bob.hold()
        alice.resume()
        when(alice, lambda state: state.call.held_by_peer)
        bob.resume()
        when(alice, lambda state: state.call.state is CallState.ACCEPTED)
        pictures(alice, "peer", 2)
        bob.hang_up()
        assert alice.present_call is not None
        assert alice.present_call.wait("over").state is CallState.ENDED


@pytest.mark.parametrize("dialect", sorted({*DECLARED} - {"labkit", "uam"}))
def test_every_declared_dialect_holds_a_call(dialect: str) -> None:
    with two(dialect, dialect) as (alice, bob):
        connect(alice, bob)
        alice.hang_up()
        assert bob.present_call is not None
        assert bob.present_call.wait("over").state is CallState.ENDED
        assert alice.present_call is not None
        assert alice.present_call.why == ""


def test_the_registry_is_found_at_the_dialects_usual_port() -> None:
    with Phone("alice", HOST, dialect="uam") as alice:
        assert alice.registry == (HOST, 8000)


def test_a_phone_says_what_its_dialect_has_not() -> None:
    with two("uam", "uam") as (alice, bob):
        connect(alice, bob)
        with pytest.raises(LocalError, match="the dialect uam has no text messages"):
            alice.say("hello")
    with pytest.raises(LocalError, match=r"the dialect labkit has no \[call\]"):
        Phone("alice", dialect="labkit")


# --- strangers ---


def jpeg(width: int, height: int) -> bytes:
    pixels = np.full((height, width, 3), (0, 0, 255), np.uint8)
    done, data = cv2.imencode(".jpg", pixels)
    assert done
    return data.tobytes()


def test_a_spanish_client_that_nobody_here_wrote_calls() -> None:
    """Its label lies about the size, its clock writes dates, its source port is any."""
    with (
        Registry(HOST, 0, dialect="uam") as registry,
        Phone("alice", registry, dialect="uam") as alice,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inbox,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere,
        socket.create_connection(alice.address, 10) as control,
    ):
        inbox.bind((HOST, 0))
        inbox.settimeout(10)
        control.settimeout(10)
        port = inbox.getsockname()[1]
        control.sendall(b"CALLING bob %d V0 extra" % port)
        alice.answer()
        answer = control.recv(100).decode().split(" ")
        assert answer[:2] == ["CALL_ACCEPTED", "alice"]
        order, stamp, size, fps, picture = inbox.recv(65_535).split(b"#", 4)
        assert int(order) == 0
        assert abs(float(stamp) - clock.now()) < 5
        assert size == b"320x240"
        assert int(fps) >= 1
        assert cv2.imdecode(np.frombuffer(picture, np.uint8), 1).shape == (240, 320, 3)

        label = b"1#2023-05-24 13:43:03.1#640x480#0#"
        to = (HOST, int(answer[2]))
        for garbage in (b"", b"\0" * 60_000, b"1#2#3x4#5#no jpeg", b"#" * 99):
            elsewhere.sendto(garbage, to)
        # Again and again, for the phone may begin to listen a moment later.
        seen: list[object] = []
        stop = alice.peer.watch(seen.append)
        for _ in range(100):
            elsewhere.sendto(label + jpeg(64, 48), to)
            inbox.recv(65_535)
            if seen:
                break
        stop()
        shown = seen[0]
        assert (shown.width, shown.height) == (64, 48)  # type: ignore[attr-defined]
        assert shown.as_jpeg() == jpeg(64, 48)  # type: ignore[attr-defined]
        assert alice.media is not None
        assert alice.media.refused >= 3  # type: ignore[attr-defined]
        control.sendall(b"CALL_HOLD bobCALL_RESUME bobCALL_END bob")
        assert alice.present_call is not None
        assert alice.present_call.wait("over").state is CallState.ENDED


def test_a_voice_room_client_that_nobody_here_wrote_calls() -> None:
    """Its invitation is lost once, its answer goes where the invitation says."""
    with (
        Phone("alice", dialect="voice-room", speaker=Ear()) as alice,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bob,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere,
    ):
        bob.bind((HOST, 0))
        bob.settimeout(10)
        invite = f"convite bob {HOST} {bob.getsockname()[1]}".encode()
        elsewhere.sendto(invite, alice.address)
        elsewhere.sendto(invite, alice.address)
        alice.answer()
        assert bob.recv(100) == b"resposta_ao_convite aceito"
        frame = bob.recv(65_535)
        assert len(frame) == 2048
        tone = np.sin(2 * np.pi * 700 * np.arange(1024 * 300) / 44_100) * 8000
        samples = tone.astype("<i2").tobytes()
        for at in range(0, len(samples), 2048):  # as fast as theirs come: 43 a second
            bob.sendto(samples[at : at + 2048], alice.address)
            bob.recv(65_535)
            if at > 2048 * 80 and alice.devices.speaker.hears(1.0, timeout=0):
                break
        assert abs(pitch(alice.devices.speaker) - 700) < 15
        bob.sendto("encerrar_ligação".encode(), alice.address)
        assert alice.present_call is not None
        assert alice.present_call.wait("over").state is CallState.ENDED


def test_sound_within_json() -> None:
    with (
        Phone("alice", dialect="nested-json", microphone="tone:440") as alice,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bob,
    ):
        bob.bind((HOST, 0))
        bob.settimeout(10)
        port = bob.getsockname()[1]
        body = {"kind": "invite", "from": "bob", "port": port}
        bob.sendto(json.dumps({"type": "call", "body": body}).encode(), alice.address)
        alice.answer()
        assert json.loads(bob.recv(1000))["body"]["yes"] is True
        heard = json.loads(bob.recv(65_535))["body"]
        assert heard["n"] == 0
        assert len(base64.b64decode(heard["pcm"])) == 2048


def test_a_caller_in_vain_leaves_nothing_behind() -> None:
    """Half-open connections, a flood, two calls at once: the phone goes on."""
    with Phone("alice", dialect="uam") as alice, ExitStack() as opened:
        for _ in range(40):
            opened.enter_context(socket.create_connection(alice.address, 10))
        noisy = opened.enter_context(socket.create_connection(alice.address, 10))
        noisy.sendall(b"\0\xff" * 30_000)
        noisy.sendall(b"CALLING ")
        caller = opened.enter_context(socket.create_connection(alice.address, 10))
        caller.sendall(b"CALLING bob 7000")
        when(alice, lambda state: state.call is not None)
        other = opened.enter_context(socket.create_connection(alice.address, 10))
        other.settimeout(10)
        other.sendall(b"CALLING carol 7000")
        assert other.recv(100) == b"CALL_BUSY"
        alice.refuse()
        caller.settimeout(10)
        assert caller.recv(100) == b"CALL_DENIED alice"
