"""Waiting for things to happen, without sleeping."""

import threading
from collections.abc import Callable

import numpy as np

from labkit import Phone, PhoneState
from labkit.devices import MemorySpeaker


def when(phone: Phone, true: Callable[[PhoneState], bool], timeout: float = 5) -> None:
    """Return once the phone's state makes `true` true; fail after `timeout` seconds."""
    reached = threading.Event()

    def look(state: PhoneState) -> None:
        if true(state):
            reached.set()

    stop = phone.subscribe(look)
    look(phone.state)
    assert reached.wait(timeout), f"it never came to pass: {phone.state}"
    stop()


def pictures(phone: Phone, whose: str, count: int, timeout: float = 10) -> list:
    """The next `count` pictures that `phone` shows of its "own" or its "peer"."""
    seen: list = []
    enough = threading.Event()

    def keep(shown: object) -> None:
        seen.append(shown)
        if len(seen) >= count:
            enough.set()

    stop = getattr(phone, whose).watch(keep)
    assert enough.wait(timeout), f"only {len(seen)} of {count} pictures came"
    stop()
    return seen[:count]


def pictures_stop(phone: Phone, timeout: float = 10) -> None:
    """Return once no picture of the peer has come for a quarter of a second."""
    came = threading.Event()
    stop = phone.peer.watch(lambda _: came.set())
    for _ in range(int(timeout / 0.25)):
        came.clear()
        if not came.wait(0.25):
            stop()
            return
    raise AssertionError("the pictures go on")


class Ear(MemorySpeaker):
    """A loudspeaker that says when it has heard enough that is not silence."""

    def __init__(self) -> None:
        super().__init__(seconds=30)
        self._loud = 0
        self._changed = threading.Condition()

    def start(self, fetch, rate, samples):
        def listen(count, at_rate):
            block = fetch(count, at_rate)
            with self._changed:
                self._loud += bool(np.abs(block).max() > 300) * count / at_rate
                self._changed.notify_all()
            return block

        super().start(listen, rate, samples)

    def hears(self, seconds: float, timeout: float = 15) -> bool:
        """Whether `seconds` of sound came before the time was up."""
        with self._changed:
            return self._changed.wait_for(lambda: self._loud >= seconds, timeout)
