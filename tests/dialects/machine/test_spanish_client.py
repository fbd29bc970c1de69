"""Calls of the Spanish client over TCP: three families of client, each as it is."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from dialects.machine.phones import Network, Phone, Stranger, talk
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.dialects.machine.connections import MOST
from labkit.dialects.machine.events import BusyRefused
from labkit.effects import Address, Malformed, Send
from labkit.errors import LocalError
from labkit.signalling.machine.states import CallState

A, B = "10.0.0.1", "10.0.0.2"
P, R, N = "one", "replies", "each"
FAMILIES = list(itertools.product((P, R, N), (P, R, N)))


def pair(ours: str = P, theirs: str = P) -> tuple[Network, Phone, Phone]:
    net = Network()
    alice = net.phone("alice", A, talk("uam", connections=ours))
    return net, alice, net.phone("bob", B, talk("uam", connections=theirs))


def alone(**changed: object) -> tuple[Phone, Stranger]:
    net = Network()
    alice = net.phone("alice", A, talk("uam", **changed))
    # Where the stranger takes calls, by the registry; nothing answers there.
    return alice, Stranger(alice)


def sent(phone: Phone) -> list[bytes]:
    return phone.net.wire


@pytest.mark.parametrize(("ours", "theirs"), FAMILIES)
def test_a_whole_call_between_any_two_families(ours: str, theirs: str) -> None:
    net, alice, bob = pair(ours, theirs)
    alice.call(bob)
    net.wait(3)
    assert bob.state == "INCOMING"
    bob.answer()
    net.wait(3)
    assert (alice.state, bob.state) == ("ACCEPTED", "ACCEPTED")
    assert (alice.view.media, bob.view.media) == (bob.address, alice.address)
    bob.hold()
    assert (alice.state, bob.state) == ("HELD", "HELD")
    alice.hold()
    bob.resume()
    assert (alice.state, bob.state) == ("HELD", "HELD")
    alice.resume()
    assert (alice.state, bob.state) == ("ACCEPTED", "ACCEPTED")
    net.wait(3)
    alice.hang_up()
    assert (alice.state, bob.state) == ("ENDED", "ENDED")
    assert net.wire == [
        b"CALLING alice 6000",
        b"CALL_ACCEPTED bob 6000",
        b"CALL_HOLD bob",
        b"CALL_HOLD alice",
        b"CALL_RESUME bob",
        b"CALL_RESUME alice",
        b"CALL_END alice",
    ]


@pytest.mark.parametrize(("ours", "theirs"), FAMILIES)
def test_the_callee_hangs_up(ours: str, theirs: str) -> None:
    net, alice, bob = pair(ours, theirs)
    alice.call(bob)
    bob.answer()
    net.wait(3)
    bob.hang_up()
    assert (alice.state, bob.state) == ("ENDED", "ENDED")


@pytest.mark.parametrize(("ours", "theirs"), FAMILIES)
def test_a_refusal_between_any_two_families(ours: str, theirs: str) -> None:
    net, alice, bob = pair(ours, theirs)
    alice.call(bob)
    net.wait(3)
    bob.refuse()
    assert (alice.state, alice.view.why) == ("REFUSED", "they refused")
    assert net.wire[-1] == b"CALL_DENIED bob"


def test_who_is_in_a_call_says_busy() -> None:
    net, alice, bob = pair()
    carol = net.phone("carol", "10.0.0.3", talk("uam"))
    alice.call(bob)
    carol.call(bob)
    assert (carol.state, carol.view.why) == ("REFUSED", "they are busy")
    assert bob.rings() == 1
    assert [each.name for each in bob.of(BusyRefused)] == ["carol"]


def test_a_caller_gives_up_after_thirty_seconds() -> None:
    net, alice, bob = pair()
    alice.call(bob)
    net.wait(29.9)
    assert alice.state == "CALLING"
    net.wait(0.2)
    assert (alice.state, bob.state) == ("UNANSWERED", "CANCELLED")


def test_nobody_listens_there() -> None:
    alice, _ = alone()
    alice.do(alice.machine.call, "bob", Address(B, 6000))
    assert alice.state == "FAILED"
    assert "nobody takes calls at 10.0.0.2:6000" in alice.view.why


# --- callers that nobody here wrote ---


def test_p_calls_us_and_closing_its_connection_ends_the_call() -> None:
    alice, p = alone()
    way = p.says(b"CALLING bob 7000")
    alice.answer()
    assert alice.view.media == Address("10.0.0.9", 7000)
    assert sent(alice) == [b"CALL_ACCEPTED alice 6000"]
    p.says(b"CALL_HOLD bob", way)
    assert (alice.state, alice.view.held_by_peer) == ("HELD", True)
    p.says(b"CALL_RESUME bob", way)
    alice.net.wait(10)
    p.closes(way)
    assert (alice.state, alice.view.why) == ("ENDED", "they closed the connection")


def test_p_gives_up_by_closing_its_connection() -> None:
    alice, p = alone()
    way = p.says(b"CALLING bob 7000")
    alice.net.wait(10)
    p.closes(way)
    assert alice.state == "CANCELLED"


def test_r_closes_after_our_answer_and_opens_a_new_connection_a_command() -> None:
    alice, r = alone()
    way = r.says(b"CALLING bob 7000")
    alice.net.wait(5)
    alice.answer()
    r.closes(way)
    assert alice.state == "ACCEPTED"
    r.says(b"CALL_HOLD bob", close=True)
    assert alice.state == "HELD"
    r.says(b"CALL_RESUME bob", close=True)
    r.says(b"CALL_END bob", close=True)
    assert (alice.state, alice.view.why) == ("ENDED", "they hung up")


def test_n_closes_after_calling_and_is_answered_where_it_takes_calls() -> None:
    net = Network()
    alice = net.phone("alice", A, talk("uam"))
    bob = net.phone("bob", "10.0.0.9", talk("uam", connections=N))
    n = Stranger(alice)
    n.says(b"CALLING bob 7000", close=True)
    assert alice.state == "INCOMING"
    alice.answer()
    assert [each.data for each in bob.heard] == [b"CALL_ACCEPTED alice 6000"]
    n.says(b"CALL_END bob", close=True)
    assert alice.state == "ENDED"


def test_an_n_that_no_registry_knows_cannot_be_answered() -> None:
    alice, n = alone()
    n.says(b"CALLING bob 7000", close=True)
    with pytest.raises(LocalError, match="the registry does not know where to answer"):
        alice.answer()
    assert alice.state == "INCOMING"
    n.says(b"CALL_END bob", close=True)
    assert alice.state == "CANCELLED"


def test_the_answer_to_an_n_waits_for_a_slow_registry() -> None:
    alice, n = alone()
    alice.net.registry_is_slow = True
    n.says(b"CALLING bob 7000", close=True)
    alice.answer()
    assert (alice.state, sent(alice)) == ("ACCEPTED", [])
    call_id, where = alice.view.call_id, Address("10.0.0.9", 6001)
    effects = alice.machine.found(call_id, where, alice.net.now)
    assert [each.data for each in effects if isinstance(each, Send)] == [
        b"CALL_ACCEPTED alice 6000"
    ]
    assert alice.machine.found(call_id, where, alice.net.now) == []


def test_an_answer_that_cannot_be_sent_ends_the_call() -> None:
    alice, n = alone()
    alice.net.registry_is_slow = True
    n.says(b"CALLING bob 7000", close=True)
    alice.answer()
    alice.net.apply(alice, alice.machine.found(alice.view.call_id, None, alice.net.now))
    assert alice.state == "FAILED"


# --- callees that nobody here wrote: `Dial` is our connection ---


def calling() -> tuple[Phone, Stranger, object]:
    net = Network()
    alice = net.phone("alice", A, talk("uam"))
    bob = Stranger(alice)
    _, effects = alice.machine.call("bob", Address("10.0.0.9", 6001), net.now)
    (way,) = [each.to for each in effects if isinstance(each, Send)]
    net.apply(alice, [each for each in effects if not isinstance(each, Send)])
    return alice, bob, way


@pytest.mark.parametrize(
    ("wire", "state"),
    [
        (b"CALL_ACCEPTED bob 7000", CallState.ACCEPTED),
        (b"CALL_ACCEPTED bob 7000 V0 640x480", CallState.ACCEPTED),
        (b"CALL_ACCEPTED 10.0.0.9 7000", CallState.ACCEPTED),
        (b"CALL_DENIED bob", CallState.REFUSED),
        (b"CALL_DENIED alice", CallState.REFUSED),  # the caller's nick
        (b"CALL_BUSY", CallState.REFUSED),
        (b"CALL_BUSY bob", CallState.REFUSED),
    ],
)
@pytest.mark.parametrize("on_a_new_connection", [False, True])
def test_every_answer_of_theirs(
    wire: bytes, state: CallState, on_a_new_connection: bool
) -> None:
    """On our connection (P, R), or on one of their own (N)."""
    alice, bob, way = calling()
    if on_a_new_connection:
        bob.closes(way)
        bob.says(wire, close=True)
    else:
        bob.says(wire, way)
    assert alice.view.state is state
    if state is CallState.ACCEPTED:
        assert alice.view.media == Address("10.0.0.9", 7000)


def test_r_answers_on_our_connection_and_closes_it() -> None:
    alice, bob, way = calling()
    bob.says(b"CALL_ACCEPTED bob 7000", way, close=True)
    assert alice.state == "ACCEPTED"
    effects = alice.machine.hold(alice.view.call_id, alice.net.now)
    (hold,) = [each for each in effects if isinstance(each, Send)]
    assert hold.data == b"CALL_HOLD alice"
    assert hold.to != way
    assert hold.to.address == Address("10.0.0.9", 6001)  # type: ignore[attr-defined]


def test_once_they_dial_a_command_so_do_we() -> None:
    alice, bob, way = calling()
    bob.says(b"CALL_ACCEPTED bob 7000", way)
    alice.net.wait(5)
    bob.says(b"CALL_HOLD bob", close=True)
    effects = alice.machine.hold(alice.view.call_id, alice.net.now)
    (hold,) = [each for each in effects if isinstance(each, Send)]
    assert hold.to != way
    bob.closes(way)  # means nothing any more
    assert alice.state == "HELD"


# --- what a stream does, and what strangers do ---


def test_two_messages_in_one_segment_and_one_in_two() -> None:
    alice, p = alone()
    way = p.says(b"CALLING bo")
    p.says(b"b 7000", way)
    alice.answer()
    p.says(b"CALL_HOLD bobCALL_RESUME bob", way)
    assert alice.state == "ACCEPTED"
    assert [each.data for each in alice.heard] == [
        b"CALLING bob 7000",
        b"CALL_HOLD bob",
        b"CALL_RESUME bob",
    ]


def test_half_a_message_that_nothing_follows_is_noted_and_harms_nobody() -> None:
    alice, p = alone()
    p.says(b"CALLING bob")
    alice.net.wait(1)
    assert alice.heard[0].note.startswith("malformed: ")
    assert not alice.rings()


def test_a_caller_may_repeat_its_calling() -> None:
    alice, p = alone()
    way = p.says(b"CALLING bob 7000")
    p.says(b"CALLING bob 7000", way)
    p.says(b"CALLING bob 7000")
    assert alice.rings() == 1
    assert sent(alice) == []


def test_commands_of_others_do_not_touch_the_call() -> None:
    alice, p = alone()
    p.says(b"CALLING bob 7000")
    alice.answer()
    elsewhere, beside = Stranger(alice, "10.0.0.66"), Stranger(alice)
    elsewhere._keys = itertools.count(1000)
    beside._keys = itertools.count(2000)
    elsewhere.says(b"CALL_END bob")  # bob's name, another host
    beside.says(b"CALL_END carol")  # bob's host, another name
    assert alice.state == "ACCEPTED"
    assert len(alice.of(Malformed)) == 2


def test_who_only_connects_does_not_keep_others_out() -> None:
    alice, idle = alone()
    for _ in range(3 * MOST):
        idle.connect()
    idle.says(b"CALLING bob 7000")
    assert alice.state == "INCOMING"
    for _ in range(3 * MOST):
        idle.connect()
    alice.answer()
    assert alice.state == "ACCEPTED"
    assert len(alice.machine._connections._cutters) <= MOST


PIECES = st.sampled_from(
    [
        b"CALLING bob 7000",
        b"CALLING carol 7000",
        b"CALL_ACCEPTED bob 7000",
        b"CALL_BUSY",
        b"CALL_DENIED",
        b"CALL_HOLD bob",
        b"CALL_RESUME bob",
        b"CALL_END bob",
        b"CALL_",
        b"\0\xff",
        b"",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            PIECES,
            st.integers(0, 3),
            st.sampled_from(["answer", "refuse", "hang_up", "hold", "resume", ""]),
            st.floats(0, 2),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_nothing_that_arrives_in_any_order_raises(
    steps: list[tuple[bytes, int, str, float]], outgoing: bool
) -> None:
    alice, bob = alone()
    if outgoing:
        alice.do(alice.machine.call, "bob", Address("10.0.0.9", 6001))
    ways = [bob.connect() for _ in range(3)]
    for data, way, wish, seconds in steps:
        if way < 3:
            bob.says(data, ways[way])
        else:
            bob.closes(ways[0])
        if wish and alice.machine.calls:
            with contextlib.suppress(LocalError):
                getattr(alice, wish)()
        alice.net.wait(seconds)
