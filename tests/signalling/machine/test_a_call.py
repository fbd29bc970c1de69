"""Two phones and a fake link: calls as the RFC draws them (A10-A13, B11, B14-B18)."""

from __future__ import annotations

import pytest

from labkit.errors import LocalError
from labkit.signalling import (
    BusyRefused,
    CallChanged,
    CallState,
    ChangeRefused,
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
    H264,
    JPEG,
    OPUS,
    PCMA,
    PCMU,
    VP8,
    Net,
    alice_and_bob,
    call_that_is_up,
    plans,
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


# --- while it is up ---


def test_hold_and_resume_are_seen_on_both_sides() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.hold(call_id, net.now))
    net.run(1)
    hers, his = alice.agent.calls[call_id], bob.agent.calls[call_id]
    assert hers.state is his.state is CallState.HELD
    assert (hers.held_by_me, hers.held_by_peer) == (True, False)
    assert (his.held_by_me, his.held_by_peer) == (False, True)
    assert {s.direction for s in hers.streams} == {Direction.SENDONLY}
    assert {s.direction for s in his.streams} == {Direction.RECVONLY}
    alice.do(alice.agent.resume(call_id, net.now))
    net.run(1)
    assert bob.agent.calls[call_id].state is CallState.ACCEPTED
    assert alice.agent.calls[call_id].streams[0].direction is Direction.SENDRECV


def test_both_may_hold_and_it_lasts_until_both_resume() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.hold(call_id, net.now))
    net.run(1)
    bob.do(bob.agent.hold(call_id, net.now))
    net.run(1)
    assert alice.agent.calls[call_id].held_by_peer
    assert bob.agent.calls[call_id].held_by_me
    assert bob.agent.calls[call_id].streams[0].direction is Direction.INACTIVE
    alice.do(alice.agent.resume(call_id, net.now))
    net.run(1)
    assert alice.agent.calls[call_id].state is CallState.HELD
    assert not bob.agent.calls[call_id].held_by_peer
    bob.do(bob.agent.resume(call_id, net.now))
    net.run(1)
    for phone in (alice, bob):
        view = phone.agent.calls[call_id]
        assert view.state is CallState.ACCEPTED
        assert not view.held_by_me
        assert not view.held_by_peer


def test_ports_and_formats_change_in_the_middle_of_a_call() -> None:
    net, alice, bob, call_id = call_that_is_up()
    media = (MediaPlan("audio", 4100, (PCMA,)), MediaPlan("video", 4102, (VP8,)))
    alice.do(alice.agent.change(call_id, media, net.now))
    net.run(1)
    audio, video = bob.agent.calls[call_id].streams
    assert audio.remote == (ALICE.host, 4100)
    assert (audio.format.name, video.format.name) == ("PCMA", "VP8")
    assert bob.agent.calls[call_id].state is CallState.ACCEPTED
    assert len(bob.told(MediaAgreed)) == 2


def test_a_medium_left_out_of_a_change_keeps_its_line_with_port_0() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.change(call_id, plans(4000)[:1], net.now))
    net.run(1)
    offers = [c.message for c in net.carried if c.what == "INVITE"]
    first, second = (sdp.parse(offer.body) for offer in offers)
    assert [media.port for media in second.media] == [4000, 0]
    assert second.origin.version > first.origin.version
    assert second.origin.session == first.origin.session
    assert bob.agent.calls[call_id].streams[1].remote is None


def test_a_change_that_is_refused_leaves_the_call_as_it_was() -> None:
    net, alice, bob, call_id = call_that_is_up()
    before = alice.agent.calls[call_id]
    alice.do(alice.agent.change(call_id, (MediaPlan("video", 4002, (H264,)),), net.now))
    net.run(1)
    [refused] = alice.told(ChangeRefused)
    assert refused.status == 488
    assert alice.agent.calls[call_id] == before
    bob.hang_up(call_id)
    net.run(1)
    assert alice.agent.calls[call_id].state is CallState.ENDED


def test_two_holds_at_once_are_glare_and_both_come_true_in_the_end() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.hold(call_id, net.now))
    bob.do(bob.agent.hold(call_id, net.now))
    net.run(10)
    assert net.ladder().count("alice 491 INVITE") == 1
    assert net.ladder().count("bob 491 INVITE") == 1
    for phone in (alice, bob):
        view = phone.agent.calls[call_id]
        assert (view.held_by_me, view.held_by_peer) == (True, True)


def test_hold_and_resume_in_one_breath_end_as_they_were_typed() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.hold(call_id, net.now))
    alice.do(alice.agent.resume(call_id, net.now))
    net.run(5)
    assert alice.agent.calls[call_id].state is CallState.ACCEPTED
    assert not bob.agent.calls[call_id].held_by_peer


def test_hold_right_after_the_answer_waits_for_the_ack() -> None:
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.answer(call_id)
    bob.do(bob.agent.hold(call_id, net.now))
    net.run(2)
    assert bob.agent.calls[call_id].held_by_me
    assert alice.agent.calls[call_id].held_by_peer


def test_the_callee_hangs_up_at_once_but_says_bye_after_the_ack() -> None:
    """RFC 3261 section 15: no BYE before the ACK of one's own 2xx."""
    net, alice, bob = alice_and_bob()
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.answer(call_id)
    bob.hang_up(call_id)
    assert bob.agent.calls[call_id].state is CallState.ENDED
    assert "bob BYE" not in net.ladder()
    net.run(1)
    assert net.ladder()[-3:] == ["alice ACK", "bob BYE", "alice 200 BYE"]


def test_a_hold_whose_peer_has_gone_fails_the_call() -> None:
    net, alice, _, call_id = call_that_is_up()
    del net.phones[BOB]
    alice.do(alice.agent.hold(call_id, net.now))
    net.run(100)
    view = alice.agent.calls[call_id]
    assert view.state is CallState.FAILED
    assert "nothing came back" in view.why
    assert "alice BYE" in net.ladder()


# --- the 2xx and its ACK ---


def test_a_2xx_is_repeated_until_its_ack_and_each_repetition_gets_one() -> None:
    net, alice, bob = alice_and_bob()
    acks = iter([True, True, True, False])
    net.lose = lambda c: c.what == "ACK" and next(acks)
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.answer(call_id)
    net.run(10)
    assert net.ladder().count("bob 200 INVITE") == 4  # at 0, .5, 1.5, 3.5 s
    assert net.ladder().count("alice ACK") == 4
    assert bob.agent.calls[call_id].state is CallState.ACCEPTED
    branches = {c.message.branch for c in net.carried if c.what == "ACK"}
    invite = next(c.message.branch for c in net.carried if c.what == "INVITE")
    assert invite not in branches  # the ACK to a 2xx is a transaction of its own


def test_an_acceptance_that_is_never_acknowledged_ends_in_a_bye() -> None:
    net, alice, bob = alice_and_bob()
    net.lose = lambda c: c.what == "ACK"
    call_id = alice.call("bob", BOB)
    net.run(1)
    bob.answer(call_id)
    net.run(40)
    assert bob.agent.calls[call_id].state is CallState.FAILED
    assert "no ACK" in bob.agent.calls[call_id].why
    assert alice.agent.calls[call_id].state is CallState.ENDED
    assert net.ladder().count("bob 200 INVITE") == 11
    net.run(100)
    assert not alice.timers
    assert not bob.timers


def test_the_caller_hangs_up_although_it_never_saw_the_acceptance_arrive() -> None:
    net, alice, bob, call_id = call_that_is_up()
    net.lose = lambda c: c.what == "200 BYE"
    alice.hang_up(call_id)
    net.run(40)
    assert bob.agent.calls[call_id].state is CallState.ENDED
    assert net.ladder().count("alice BYE") == 11  # timer E: .5 1 2 4 4 4 …
    assert len(bob.told(CallChanged)) == 2


def test_no_timer_survives_a_call_for_long() -> None:
    net, alice, bob, call_id = call_that_is_up()
    alice.do(alice.agent.hold(call_id, net.now))
    net.run(1)
    bob.hang_up(call_id)
    net.run(33)
    assert not alice.timers
    assert not bob.timers
    assert len(alice.agent._transactions) == 0
    assert len(bob.agent._transactions) == 0


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


def test_media_flow_one_way_where_one_side_asks_for_it() -> None:
    net, alice, bob = alice_and_bob()
    media = plans(4000, Direction.SENDONLY)
    call_id = alice.do(alice.agent.call("bob", BOB, media, net.now))
    net.run(1)
    bob.answer(call_id)
    net.run(1)
    assert {s.direction for s in bob.agent.calls[call_id].streams} == {
        Direction.RECVONLY
    }
    assert not bob.agent.calls[call_id].held_by_peer
