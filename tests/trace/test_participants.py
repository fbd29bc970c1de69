"""Who is behind an address, from what observers own and what others say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labkit.effects import Address
from labkit.trace import Record
from labkit.trace.participants import MOST_ADDRESSES, Participants, columns
from tests.trace.call_scene import (
    ACCEPTED,
    ALICE,
    ALICE_LINE,
    BOB,
    BOB_LINE,
    HOST,
    INVITE,
    REGISTRY,
    sip,
    whole_call,
)


def heard_by_alice(source: Address, data: bytes) -> Record:
    return Record(1, 0.0, "alice", "signalling", "UDP", "received", source, ALICE, data)


def test_from_alices_trace_alone_everybody_has_a_name() -> None:
    who = Participants()
    for record in whole_call().alice:
        who.learn(record)
    assert who.name(("TCP", ALICE_LINE)) == "alice"
    assert who.name(("UDP", ALICE)) == "alice"
    assert who.name(("TCP", REGISTRY)) == "registry"
    assert who.name(("UDP", BOB)) == "bob"
    assert who.name(("UDP", Address(HOST, 40010))) == "bob"  # said in the SDP
    assert who.name(("UDP", Address(HOST, 40011))) == "bob"  # RTCP: the port above


def test_the_registry_knows_its_clients_by_what_they_registered() -> None:
    who = Participants()
    for record in whole_call().registry:
        who.learn(record)
    assert who.name(("TCP", BOB_LINE)) == "bob"
    assert who.name(("UDP", BOB)) == "bob"


def test_nobody_can_take_an_observers_address_by_claiming_it() -> None:
    who = Participants()
    for record in whole_call().alice:
        who.learn(record)
    stranger = Address("127.0.0.9", 5060)
    forged = INVITE.replace(b"sip:alice@", b"sip:mallory@")
    forged = forged.replace(b"m=audio 40000", b"m=audio 5060")
    who.learn(heard_by_alice(stranger, forged))
    assert who.name(("UDP", ALICE)) == "alice"
    assert who.name(("UDP", stranger)) == "mallory"


def test_a_redirecting_server_does_not_get_the_name_of_whom_one_asks_for() -> None:
    who = Participants()
    moved = sip("SIP/2.0 302 Moved", "To: <sip:bob@here>", "CSeq: 1 INVITE")
    server = Address(HOST, 5070)
    who.learn(heard_by_alice(server, moved))
    assert who.name(("UDP", server)) == str(server)


def test_a_given_name_outranks_everything() -> None:
    who = Participants({BOB: "Bob's phone", "10.0.0.7": "printer"})
    who.learn(heard_by_alice(BOB, ACCEPTED))
    assert who.name(("UDP", BOB)) == "Bob's phone"
    assert who.name(("UDP", Address("10.0.0.7", 9))) == "printer"


def test_the_clock_of_a_reported_stream_comes_from_the_packets_and_the_sdp() -> None:
    scene = whole_call()
    who = Participants()
    for record in scene.alice:
        who.learn(record)
    assert who.clock_rate(Address(HOST, 40003)) == 90_000  # video
    assert who.clock_rate(Address(HOST, 40001)) is None  # which format does she hear?
    who.learn_rtp(scene.alice)
    assert who.clock_rate(Address(HOST, 40001)) == 8_000


def test_what_strangers_say_fills_no_memory() -> None:
    who = Participants()
    for port in range(3 * MOST_ADDRESSES):
        source = Address("10.0.0.1", port)
        who.learn(heard_by_alice(source, INVITE))
    assert len(who._said) + len(who._media) <= MOST_ADDRESSES + 20


def test_the_registry_stands_between_the_two_who_call_each_other() -> None:
    assert columns(["registry", "alice", "bob"]) == ["alice", "registry", "bob"]
    assert columns(["bob", "alice"], first=["alice"]) == ["alice", "bob"]
    assert columns(["registry"]) == ["registry"]


@given(st.text(max_size=40), st.binary(max_size=200))
def test_learning_survives_anything(name: str, data: bytes) -> None:
    who = Participants()
    for body in (data, INVITE[:60] + data, f"REGISTER {name} {name} {name}".encode()):
        for plane in ("registry", "signalling", "media"):
            who.learn(Record(1, 0.0, name, plane, "UDP", "received", BOB, ALICE, body))  # type: ignore[arg-type]
    assert len(who.name(("UDP", BOB))) <= 24
