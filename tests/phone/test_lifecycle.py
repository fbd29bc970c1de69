"""What a phone does when life happens: a cell is interrupted or runs twice, the peer's
machine sleeps or dies, the registry goes and comes back; and nothing is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile.rig import until
from phone.watching import pictures, when

from labkit import CallState, Phone, Registry
from labkit.errors import NoAnswer
from labkit.link import Conditions
from labkit.net import clock
from labkit.phone import patience

PEER = """
import sys
from labkit import Phone
bob = Phone("bob", sys.argv[1], t1=0.1)
bob.subscribe(lambda state: print(state.notice, flush=True))
bob.register()
call = bob.answer(timeout=60)
call.wait("over", 60)
"""


class Peer:
    """Bob, in a process of his own: he registers, answers, and talks until the end."""

    def __init__(self, registry: Registry) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PEER, str(registry.address)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", 0, grace=0.2) as registry:
        yield registry


@pytest.fixture
def bob(registry: Registry) -> Iterator[Peer]:
    peer = Peer(registry)
    try:
        until(lambda: bool(registry.users), "bob to register", 60)
        yield peer
    finally:
        peer.end()


def in_call(alice: Phone) -> None:
    call = alice.call("bob").wait("accepted")
    assert call.state is CallState.ACCEPTED
    pictures(alice, "peer", 2)


# --- the peer goes --------------------------------------------------------------------


def test_a_peer_that_crashed_is_noticed_and_the_name_is_free(registry, bob):
    with Phone("alice", registry, silent=1.0, t1=0.1) as alice:
        in_call(alice)
        bob.signal(signal.SIGKILL)
        call = alice.present_call.wait("over")
        assert call.state is CallState.FAILED
        assert call.why == "nothing came from bob for 1 s"
        until(lambda: len(registry.users) == 0, "bob's name to be free")
        with Phone("bob", registry) as another:
            another.register()
            alice.call("bob")
            another.answer()
            pictures(alice, "peer", 1)


def test_a_silent_peer_is_told_and_told_again_when_heard(registry, alice, monkeypatch):
    monkeypatch.setattr(patience, "TELL_AFTER", 0.3)
    with Phone("carol", registry) as carol:
        carol.register()
        alice.call("carol")
        carol.answer()
        pictures(alice, "peer", 1)
        carol.link.set(there=Conditions(loss=1.0))
        when(alice, lambda state: "nothing has come from carol" in state.notice)
        assert alice.state.call.silent >= 0.3
        carol.link.set(there=Conditions())
        when(alice, lambda state: "carol is heard again" in state.notice)
        assert alice.state.call.silent == 0.0
        assert alice.state.call.state is CallState.ACCEPTED


def test_on_hold_reports_are_enough_to_know_that_they_are_there(registry, alice):
    with Phone("carol", registry, silent=2.5) as carol:
        carol.register()
        call = alice.call("carol")
        carol.answer()
        pictures(carol, "peer", 1)
        alice.hold()
        call.wait("held")
        with pytest.raises(NoAnswer):  # longer than the bound: reports still come
            call.wait("over", 4.0)


# --- a machine sleeps -----------------------------------------------------------------


def test_who_wakes_up_goes_on_with_fresh_pictures_and_no_burst(
    registry, bob, monkeypatch
):
    monkeypatch.setattr(patience, "TELL_AFTER", 1.0)
    with Phone("alice", registry) as alice:
        in_call(alice)
        bob.signal(signal.SIGSTOP)
        when(alice, lambda state: "nothing has come from bob" in state.notice)
        bob.signal(signal.SIGCONT)
        when(alice, lambda state: "bob is heard again" in state.notice)
        begun = clock.now()
        seen = pictures(alice, "peer", 30)
        assert clock.now() - begun > 0.5, "thirty pictures at once are old ones"
        assert seen[-1].latency is not None
        assert seen[-1].latency < 1.0
        assert not any("nothing has come" in said for said in bob.said)
        alice.hang_up()
        assert bob.process.wait(20) == 0


def test_who_sleeps_for_too_long_finds_the_call_ended(registry, bob):
    with Phone("alice", registry, silent=1.0, t1=0.1) as alice:
        in_call(alice)
        bob.signal(signal.SIGSTOP)
        assert alice.present_call.wait("over").state is CallState.FAILED
        bob.signal(signal.SIGCONT)
        assert bob.process.wait(20) == 0
        until(lambda: any("alice hung up" in said for said in bob.said), "the BYE")


# --- a cell is interrupted ------------------------------------------------------------


@contextmanager
def interrupted(after: float = 0.3) -> Iterator[None]:
    """Press the notebook's stop button while the block runs."""
    hand = threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT))
    hand.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        hand.cancel()
        hand.join()


WAITING: dict[str, Callable[[Phone], object]] = {
    "answer": lambda phone: phone.answer(timeout=30),
    "refuse": lambda phone: phone.refuse(timeout=30),
    "wait": lambda phone: phone.call("carol").wait("accepted", 30),
}


@pytest.mark.parametrize("what", WAITING)
def test_an_interrupted_wait_leaves_everything_usable(registry, alice, what):
    with Phone("carol", registry) as carol:
        carol.register()
        with interrupted():
            WAITING[what](alice)
        if alice.state.busy:
            alice.hang_up()
            alice.present_call.wait("over")
            when(carol, lambda state: not state.busy)
        carol.call("alice").wait("ringing")
        alice.answer()
        pictures(alice, "peer", 1)


@contextmanager
def deaf() -> Iterator[str]:
    """A registry that takes connections and never says a word; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("ask", ["register", "users"])
def test_an_interrupted_question_to_the_registry_can_be_asked_again(registry, ask):
    with deaf() as address, Phone("alice", address) as alice:
        with interrupted():
            getattr(alice, ask)()
        alice._directory._client.close()
        alice._directory.address = registry.address  # it is well again
        alice.register()
        assert [user.name for user in alice.users()] == ["alice"]


def test_a_register_that_was_interrupted_too_late_is_no_rival_of_its_own(registry):
    with Phone("alice", registry) as alice:
        alice.register()
        alice._directory.registered = False  # as if the answer had never been seen
        alice._directory._unsure = True
        alice.register()
        assert alice.state.registered


def test_closing_is_finished_even_when_it_is_interrupted(registry):
    before = kits_threads(), descriptors()
    alice = Phone("alice", registry)
    alice.register()
    alice._calls.line.close, close = _interrupted, alice._calls.line.close
    with pytest.raises(KeyboardInterrupt):
        alice.close()
    close()
    assert registry.users == []
    until(lambda: (kits_threads(), descriptors()) == before, "everything to end")


def _interrupted() -> None:
    raise KeyboardInterrupt


# --- nothing is left ------------------------------------------------------------------


def kits_threads() -> list[str]:
    return sorted(t.name for t in threading.enumerate() if "labkit" in t.name)


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_after_close_threads_and_descriptors_are_as_before():
    Registry("127.0.0.1", 0).close()  # the loop's own thread and descriptors stay
    before = kits_threads(), descriptors()
    with Registry("127.0.0.1", 0) as registry, Phone("alice", registry) as alice:
        alice.register()
        with Phone("bob", registry) as bob:
            bob.register()
            alice.call("bob")
            bob.answer()
            pictures(alice, "peer", 2)
            alice.hang_up()
            when(bob, lambda state: not state.busy)
            bob.call("alice")  # and one that still rings at the end
            when(alice, lambda state: state.call.state is CallState.INCOMING)
    until(lambda: (kits_threads(), descriptors()) == before, "everything to end")


def test_the_same_cell_twice_frees_the_name_at_once_and_ends_the_call(registry):
    with Phone("carol", registry) as carol:
        carol.register()
        for _ in range(2):
            alice = Phone("alice", registry)
            alice.register()
            call = alice.call("carol")
            carol.answer()
            pictures(carol, "peer", 1)
        assert call.state is CallState.ACCEPTED
        assert [user.name for user in registry.users] == ["carol", "alice"]
        alice.close()
