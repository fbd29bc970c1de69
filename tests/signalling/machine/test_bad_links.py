"""Hundreds of calls over a link that loses, doubles and overtakes (issue: loss is
handled by the RFC's timers). Every call is established, and ended on both sides."""

from __future__ import annotations

from collections import Counter

import pytest

from labkit.signalling import CallChanged, CallState, IncomingCall
from labkit.signalling.machine.call_book import MOST_ENDED
from tests.signalling.pair import BOB, Quality, alice_and_bob

CALLS = 300


@pytest.mark.parametrize(
    "quality",
    [
        Quality(loss=0.15),
        Quality(loss=0.30),
        Quality(duplicates=0.5, jitter=0.4),
        Quality(loss=0.15, duplicates=0.2, jitter=0.2),
    ],
    ids=lambda q: f"loss {q.loss}, doubled {q.duplicates}, jitter {q.jitter}",
)
@pytest.mark.parametrize("t1", [0.5, 0.05])
def test_every_call_is_established_and_ended(quality: Quality, t1: float) -> None:
    net, alice, bob = alice_and_bob(seed=11, quality=quality, t1=t1)
    bob.on_event = lambda event: (
        bob.answer(event.call_id) if isinstance(event, IncomingCall) else None
    )
    ends: Counter[tuple[CallState, CallState]] = Counter()
    for number in range(CALLS):
        call_id = alice.call("bob", BOB)
        net.run(70)
        assert alice.agent.calls[call_id].state is CallState.ACCEPTED, number
        assert bob.agent.calls[call_id].state is CallState.ACCEPTED, number
        (alice if number % 2 else bob).hang_up(call_id)
        net.run(70)
        states = [phone.agent.calls[call_id].state for phone in (alice, bob)]
        ends[states[0], states[1]] += 1
    assert ends == {(CallState.ENDED, CallState.ENDED): CALLS}
    changes = [change.after for change in bob.told(CallChanged)]
    assert changes == [CallState.ACCEPTED, CallState.ENDED] * CALLS
    assert not alice.timers
    assert not bob.timers


@pytest.mark.parametrize("loss", [0.15, 0.30])
def test_calls_given_up_while_ringing_are_cancelled_on_both_sides(loss: float) -> None:
    """At 30 % one call in a hundred hears nothing at all for 32 s; then no CANCEL may
    be sent (RFC 3261 section 9.1), and the callee's own patience ends it."""
    net, alice, bob = alice_and_bob(seed=5, quality=Quality(loss, jitter=0.05))
    ends: Counter[tuple[CallState, CallState]] = Counter()
    for _ in range(100):
        call_id = alice.call("bob", BOB)
        net.run(20)
        alice.hang_up(call_id)
        net.run(100)
        states = [phone.agent.calls[call_id].state for phone in (alice, bob)]
        ends[states[0], states[1]] += 1
    assert ends[CallState.CANCELLED, CallState.CANCELLED] >= 98
    assert set(ends) <= {
        (CallState.CANCELLED, CallState.CANCELLED),
        (CallState.CANCELLED, CallState.UNANSWERED),
    }
    assert not alice.timers
    assert not bob.timers


def test_hold_and_resume_survive_heavy_loss() -> None:
    net, alice, bob = alice_and_bob(seed=2, quality=Quality(loss=0.30))
    call_id = alice.call("bob", BOB)
    net.run(20)
    bob.answer(call_id)
    net.run(40)
    for number in range(60):
        one, other = (alice, bob) if number % 2 else (bob, alice)
        one.do(one.agent.hold(call_id, net.now))
        net.run(70)
        assert other.agent.calls[call_id].held_by_peer
        one.do(one.agent.resume(call_id, net.now))
        net.run(70)
        assert other.agent.calls[call_id].state is CallState.ACCEPTED


def test_a_long_row_of_calls_does_not_fill_the_memory() -> None:
    net, alice, bob = alice_and_bob()
    bob.on_event = lambda event: (
        bob.answer(event.call_id) if isinstance(event, IncomingCall) else None
    )
    for _ in range(400):
        call_id = alice.call("bob", BOB)
        net.run(0.2)
        alice.hang_up(call_id)
        net.run(0.2)
    net.run(40)
    for phone in (alice, bob):
        assert len(phone.agent.calls) == len(phone.agent._calls) == MOST_ENDED
        assert len(phone.agent._transactions) == 0
        assert not phone.timers
        for call in phone.agent._calls._calls.values():  # nothing large is kept
            assert call.session.wish.plans == call.session.streams == ()
