"""A call that is up: hold, resume, change, glare, and the way of a 2xx to its ACK.

Requirements A12, A13, B18; RFC 3261 sections 13, 14 and 15; RFC 3264 section 8.
"""

from __future__ import annotations

from labkit.signalling import (
    CallChanged,
    CallState,
    ChangeRefused,
    Direction,
    MediaAgreed,
    MediaPlan,
)
from labkit.signalling.wire import sdp
from tests.signalling.pair import (
    ALICE,
    BOB,
    H264,
    PCMA,
    VP8,
    alice_and_bob,
    call_that_is_up,
    plans,
)


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
