"""Two phones and a fake link: calls as the RFC draws them (A10-A13, B11, B14-B18)."""

from __future__ import annotations

import pytest

from labkit.errors import LocalError
from labkit.signalling import (
    BusyRefused,
    CallChanged,
    CallState,
    Direction,
    IncomingCall,
    MediaAgreed,
    MediaPlan,
)
from labkit.signalling.messages.request import Request
from labkit.signalling.wire import sdp, sip
from tests.signalling.pair import (
    ALICE,
    BOB,
    CAROL,
    JPEG,
    OPUS,
    PCMA,
    PCMU,
    Net,
    alice_and_bob,
    call_that_is_up,
)


def test_a_call_is_the_ladder_of_every_textbook() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.hang_up(call_id)
    net.run(1)
    assert net.ladder() == [
        "alice INVITE",
        "bob 180 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "alice BYE",
        "bob 200 BYE",
    ]
    states = [change.after for change in alice.told(CallChanged)]
    assert states == [CallState.RINGING, CallState.ACCEPTED, CallState.ENDED]
    assert bob.agent.calls[call_id].why == "alice hung up"
    assert alice.agent.calls[call_id].why == "you hung up"


def test_the_invitation_says_who_calls_and_what_they_offer_b14() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    [event] = bob.told(IncomingCall)
    assert event.call_id == call_id
    assert (event.peer.name, event.peer.address) == ("alice", ALICE)
    assert event.kinds == ("audio", "video")


def test_the_acceptance_carries_the_ports_of_audio_and_video_a11() -> None:
    net, alice, bob, _call_id = call_that_is_up()
    [ok] = [c.message for c in net.carried if c.what == "200 INVITE"]
    ports = {media.kind: media.port for media in sdp.parse(ok.body).media}
    assert ports == {"audio": 5000, "video": 5002}
    [agreed] = alice.told(MediaAgreed)
    assert [(s.kind, s.remote) for s in agreed.streams] == [
        ("audio", (BOB.host, 5000)),
        ("video", (BOB.host, 5002)),
    ]
    [theirs] = bob.told(MediaAgreed)
    assert [s.remote.port for s in theirs.streams if s.remote] == [4000, 4002]
    assert agreed.streams[0].format == OPUS
    assert set(agreed.streams[0].receive) == {96, 0, 8}


def test_either_side_can_end_a13_b18() -> None:
    net, alice, bob, call_id = call_that_is_up()
    bob.hang_up(call_id)
    net.run(1)
    assert alice.agent.calls[call_id].state is CallState.ENDED
    assert alice.agent.calls[call_id].why == "bob hung up"
    assert bob.agent.calls[call_id].state is CallState.ENDED


@pytest.mark.parametrize(
    ("status", "why"), [(603, "bob declined"), (486, "bob is busy")]
)
def test_declined_and_busy_are_told_apart_b17(status: int, why: str) -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.do(bob.agent.refuse(call_id, net.now, status=status))
    net.run(1)
    view = alice.agent.calls[call_id]
    assert (view.state, view.why, view.status) == (CallState.REFUSED, why, status)
    assert bob.agent.calls[call_id].state is CallState.REFUSED
    assert net.ladder()[-1] == "alice ACK"


def test_a_second_caller_gets_busy_and_nobody_is_disturbed_b16() -> None:
    net, _alice, bob, call_id = call_that_is_up()
    carol = net.phone("carol", CAROL)
    before = bob.agent.calls[call_id]
    second = carol.call("bob", BOB)
    net.run(1)
    assert carol.agent.calls[second].why == "bob is busy"
    assert [event.peer.name for event in bob.told(BusyRefused)] == ["carol"]
    assert len(bob.told(IncomingCall)) == 1
    assert bob.agent.calls == {call_id: before}


def test_a_phone_that_calls_is_busy_too() -> None:
    net, alice, _bob = alice_and_bob()
    carol = net.phone("carol", CAROL)
    alice.call("bob", BOB)
    second = carol.call("alice", ALICE)
    net.run(1)
    assert carol.agent.calls[second].status == 486
    with pytest.raises(LocalError, match="a call with bob is in progress"):
        alice.call("carol", CAROL)


def test_after_a_call_the_next_one_is_welcome() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.hang_up(call_id)
    net.run(1)
    second = bob.call("alice", ALICE)
    net.run(1)
    alice.answer(second)
    net.run(1)
    assert bob.agent.calls[second].state is CallState.ACCEPTED


def test_the_caller_can_give_up_while_it_rings() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    alice.hang_up(call_id)
    net.run(1)
    assert net.ladder()[2:] == [
        "alice CANCEL",
        "bob 200 CANCEL",
        "bob 487 INVITE",
        "alice ACK",
    ]
    assert alice.agent.calls[call_id].state is CallState.CANCELLED
    assert bob.agent.calls[call_id].state is CallState.CANCELLED
    assert bob.agent.calls[call_id].why == "alice gave up"


def test_cancel_waits_until_something_came_back() -> None:
    """RFC 3261 section 9.1: else it might overtake its INVITE."""
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    alice.hang_up(call_id)
    assert net.ladder() == ["alice INVITE"]
    net.run(1)
    assert "alice CANCEL" in net.ladder()
    assert bob.agent.calls[call_id].state is CallState.CANCELLED


def test_a_cancel_that_crosses_the_acceptance_ends_in_a_bye() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.answer(call_id)
    alice.hang_up(call_id)
    net.run(100)
    assert alice.agent.calls[call_id].state is CallState.CANCELLED
    assert bob.agent.calls[call_id].state is CallState.ENDED
    assert "alice ACK" in net.ladder()
    assert {"alice BYE", "bob 200 BYE"} <= set(net.ladder())
    assert not alice.timers
    assert not bob.timers


@pytest.mark.parametrize(("alices", "bobs"), [(5.0, 60.0), (60.0, 5.0)])
def test_an_unanswered_call_is_unanswered_on_both_sides(
    alices: float, bobs: float
) -> None:
    net = Net()
    alice = net.phone("alice", ALICE, ring_for=alices)
    bob = net.phone("bob", BOB, ring_for=bobs)
    call_id = alice.call("bob", BOB)
    net.run(10)
    assert alice.agent.calls[call_id].state is CallState.UNANSWERED
    assert bob.agent.calls[call_id].state is CallState.UNANSWERED
    assert bob.agent.calls[call_id].why == "you did not answer"


def test_a_phone_that_is_not_there_fails_the_call_in_words() -> None:
    net, alice, _ = alice_and_bob()
    call_id = alice.call("carol", CAROL)
    net.run(40)
    view = alice.agent.calls[call_id]
    assert view.state is CallState.FAILED
    assert "nothing came back from 127.0.0.4:5060" in view.why
    assert net.ladder() == ["alice INVITE"] * 7  # timer A: 0 .5 1.5 3.5 7.5 15.5 31.5


def test_no_common_format_is_488_and_said_on_both_sides() -> None:
    net, alice, bob = alice_and_bob()
    media = (MediaPlan("audio", 4000, (PCMU,)),)
    call_id = alice.do(alice.agent.call("bob", BOB, media, net.now))
    net.run(1)
    bob.do(bob.agent.answer(call_id, (MediaPlan("audio", 5000, (OPUS,)),), net.now))
    net.run(1)
    assert alice.agent.calls[call_id].status == 488
    assert alice.agent.calls[call_id].state is CallState.FAILED
    assert bob.agent.calls[call_id].state is CallState.FAILED


def test_port_0_refuses_one_medium_and_keeps_the_other() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    media = (MediaPlan("audio", 5000, (PCMA,)), MediaPlan("video", 0, (JPEG,)))
    bob.do(bob.agent.answer(call_id, media, net.now))
    net.run(1)
    audio, video = alice.agent.calls[call_id].streams
    assert (audio.format, audio.remote) == (PCMA, (BOB.host, 5000))
    assert video.remote is None
    assert video.direction is Direction.INACTIVE


# --- what may not be ---


def test_what_makes_no_sense_is_refused_in_words() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    with pytest.raises(LocalError, match="only they can answer"):
        alice.answer(call_id)
    with pytest.raises(LocalError, match="only a call that was accepted can hold"):
        alice.do(alice.agent.hold(call_id, net.now))
    with pytest.raises(LocalError, match="there is no call"):
        alice.hang_up("nobody@nowhere")
    alice.hang_up(call_id)
    with pytest.raises(LocalError, match="is over already"):
        alice.hang_up(call_id)
    net.run(1)
    with pytest.raises(LocalError, match="there is nothing to answer"):
        bob.answer(call_id)
    with pytest.raises(LocalError, match="is not an address"):
        alice.call("sip:bob@", BOB)
    with pytest.raises(LocalError, match="control characters"):
        net.phone("eve\r\nTo: <sip:x@y>", CAROL)


def test_names_of_any_letters_travel_whole() -> None:
    net = Net()
    net.phone("João", BOB)
    maria = net.phone('María "la #1"', ALICE)
    call_id = maria.call("João", BOB)
    net.run(1)
    [event] = net.phones[BOB].told(IncomingCall)
    assert event.peer.name == 'María "la #1"'
    assert maria.agent.calls[call_id].peer.name == "João"


def test_an_offer_fits_into_one_datagram_with_room_to_spare() -> None:
    net, alice, _ = alice_and_bob()
    alice.call("bob", BOB)
    [invite] = net.carried
    assert isinstance(invite.message, Request)
    assert len(invite.message.body) < 700
    assert len(sip.write(invite.message)) < 1300


def test_the_same_seed_gives_the_same_bytes() -> None:
    runs = []
    for _ in range(2):
        net, *_ = call_that_is_up(seed=7)
        runs.append([sip.write(c.message) for c in net.carried])
    assert runs[0] == runs[1]
