"""Two threads, two hands on the same button, two people at the same moment.

Whoever comes too late gets an error in words or nothing at all; no socket, thread or
name is left behind, and the phone works as before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile.rig import Talk, on_the_loop, until

from labkit import CallState, Phone, Registry
from labkit.errors import LabkitError, LocalError
from labkit.net import loop


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all at the same moment; what each returned, or the kit's error it raised.

    Any other exception fails the test.
    """
    start = threading.Barrier(len(acts))
    outcome: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait(10.0)
        try:
            outcome[place] = act()
        except BaseException as error:
            outcome[place] = error

    threads = [
        threading.Thread(target=run, args=(place, act), name="hand")
        for place, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30.0)
        assert not thread.is_alive(), "it never came back"
    for result in outcome:
        if isinstance(result, BaseException):
            assert isinstance(result, LabkitError), repr(result)
    return outcome


def kits_threads() -> set[str]:
    return {t.name for t in threading.enumerate() if t.name.startswith("labkit-")}


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.fixture
def nothing_left(registry):
    """After the phones are closed: no thread, no socket, no name."""
    on_the_loop()
    threads, files = kits_threads(), open_files()
    yield
    until(lambda: kits_threads() <= threads, f"threads to end, not {kits_threads()}")
    until(lambda: open_files() <= files, "sockets to be closed")
    assert registry.users == []


@pytest.fixture
def pair(nothing_left, registry):
    with (
        Phone("alice", registry, t1=0.1) as alice,
        Phone("bob", registry, t1=0.1) as bob,
    ):
        alice.register()
        bob.register()
        yield alice, bob


def over(*phones: Phone) -> None:
    for phone in phones:
        if phone.present_call is not None:
            phone.present_call.wait("over")


def errors(outcome: list[object]) -> int:
    return sum(isinstance(result, LabkitError) for result in outcome)


def test_call_twice_at_once_makes_one_call(pair):
    alice, bob = pair
    for _ in range(5):
        outcome = at_once(lambda: alice.call("bob"), lambda: alice.call("bob"))
        assert errors(outcome) == 1
        bob.answer()
        alice.present_call.wait("accepted")
        alice.hang_up()
        over(alice, bob)


def test_answer_twice_at_once_answers_once_and_the_media_run(pair):
    alice, bob = pair
    for _ in range(4):
        alice.call("bob").wait("ringing")
        assert errors(at_once(*[lambda: bob.answer(0)] * 3)) == 2
        alice.present_call.wait("accepted")
        Talk(alice, bob).unharmed()
        bob.hang_up()
        over(alice, bob)


def test_answer_and_refuse_at_once_is_one_of_the_two(pair):
    alice, bob = pair
    for _ in range(6):
        call = alice.call("bob").wait("ringing")
        assert errors(at_once(lambda: bob.answer(0), lambda: bob.refuse(0))) == 1
        call.wait("accepted")
        assert call.state in (CallState.ACCEPTED, CallState.REFUSED)
        alice.hang_up()
        over(alice, bob)


def test_both_hang_up_at_once(pair):
    alice, bob = pair
    for _ in range(8):
        call = alice.call("bob")
        bob.answer()
        call.wait("accepted")
        hands = (alice.hang_up, bob.hang_up, alice.hang_up, call.hang_up)
        assert errors(at_once(*hands)) == 0
        over(alice, bob)
        assert call.state is CallState.ENDED


def test_hanging_up_crosses_the_answer(pair):
    alice, bob = pair
    for _ in range(8):
        alice.call("bob").wait("ringing")
        at_once(alice.hang_up, lambda: bob.answer(0))
        over(alice, bob)


def test_both_call_each_other_at_once(pair):
    alice, bob = pair
    for _ in range(6):
        at_once(lambda: alice.call("bob"), lambda: bob.call("alice"))
        for phone in (alice, bob):
            if phone.state.busy:
                phone.hang_up()
        over(alice, bob)
    call = alice.call("bob")
    bob.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED


def test_both_hold_at_once_and_both_are_held(pair):
    """RFC 3261 section 14.1: 491 to one or both, then again after a while."""
    alice, bob = pair
    alice.call("bob")
    bob.answer()
    alice.present_call.wait("accepted")
    assert errors(at_once(alice.hold, bob.hold)) == 0
    for phone in (alice, bob):
        until(
            lambda p=phone: p.state.call.held_by_me and p.state.call.held_by_peer,
            "both to hold",
        )
    for phone in (alice, bob):
        phone.resume()
        until(lambda p=phone: not p.state.call.held_by_me, "the hold to end")
    for phone in (alice, bob):
        until(lambda p=phone: p.state.call.state is CallState.ACCEPTED, "both to talk")
    Talk(alice, bob).unharmed()


def test_hold_crosses_hanging_up(pair):
    alice, bob = pair
    for _ in range(6):
        alice.call("bob")
        bob.answer()
        alice.present_call.wait("accepted")
        at_once(alice.hold, bob.hang_up, alice.resume, bob.hold)
        over(alice, bob)


@pytest.mark.parametrize("moment", ["ringing", "answering", "talking", "calling"])
def test_closing_at_any_moment_leaves_nothing(nothing_left, registry, moment):
    for _ in range(2):
        with (
            Phone("alice", registry, t1=0.1) as alice,
            Phone("bob", registry, t1=0.1) as bob,
        ):
            alice.register()
            bob.register()
            if moment == "calling":
                at_once(lambda a=alice: a.call("bob"), alice.close, alice.close)
                continue
            alice.call("bob").wait("ringing")
            if moment == "answering":
                at_once(lambda b=bob: b.answer(0), bob.close, alice.close)
            elif moment == "talking":
                bob.answer()
                at_once(alice.close, bob.close, alice.close, bob.close)
            else:
                at_once(alice.close, bob.close)
            with pytest.raises(LocalError, match="closed"):
                alice.call("bob")


def test_registering_from_many_threads_makes_one_row_and_one_connection(
    nothing_left, registry
):
    with Phone("alice", registry) as alice:
        at_once(*[alice.register] * 6, *[alice.users] * 4)
        assert [user.name for user in registry.users] == ["alice"]
        assert registry.connections == 1
        at_once(*[alice.register] * 3, *[alice.unregister] * 3)
        until(lambda: registry.connections <= 1, "connections to end")
    at_once(alice.close, alice.register)


def test_registering_while_the_registry_dies_ends_in_words():
    for _ in range(4):
        with Registry("127.0.0.1", 0) as registry:
            phones = [Phone(name, registry) for name in ("alice", "bob")]
            phones[0].register()
            at_once(registry.close, *[phone.register for phone in phones])
            for phone in phones:
                phone.close()


def test_a_name_that_cannot_be_opened_leaves_no_thread(nothing_left, registry):
    with Phone("alice", registry) as alice:
        before = kits_threads()
        for _ in range(5):
            with pytest.raises(LocalError, match="cannot take calls"):
                Phone("eve", registry, host=alice.host, port=alice.address.port)
        assert kits_threads() == before


def test_subscribers_that_raise_are_slow_or_press_buttons_do_no_harm(pair, caplog):
    alice, bob = pair
    slow = threading.Event()
    stops: list[Callable[[], None]] = []

    def fails(state):
        raise RuntimeError("a student's mistake")

    def sleeps(state):
        slow.wait(0.05)

    def hangs_up(state):
        if state.call is not None and state.call.state is CallState.HELD:
            bob.hang_up()

    for phone in (alice, bob):
        stops.append(phone.subscribe(fails))
        stops.append(phone.subscribe(sleeps))
        stops.append(phone.trace.subscribe(fails))
        stops.append(phone.peer.watch(fails))
    bob.subscribe(hangs_up)
    alice.call("bob")
    bob.answer()
    alice.present_call.wait("accepted")
    Talk(alice, bob).unharmed()
    alice.hold()
    over(alice, bob)
    assert caplog.text.count("a watcher of pictures failed") == 2
    for stop in stops:
        stop()
    on_the_loop()
    caplog.clear()  # these failures were wanted


def test_closing_from_a_subscriber_closes(nothing_left, registry):
    with Phone("alice", registry) as alice, Phone("bob", registry, t1=0.1) as bob:
        bob.register()
        alice.register()
        bob.subscribe(lambda state: state.busy and bob.close())
        call = alice.call("bob")
        until(lambda: bob.state.closed, "bob to close")
        call.wait("over")
        assert not loop.shared().is_current
        until(lambda: [u.name for u in registry.users] == ["alice"], "bob to be gone")
