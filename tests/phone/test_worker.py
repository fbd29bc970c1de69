"""A device that hangs: what waits behind it is bounded, and the user is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from labkit import Phone
from labkit.devices import Camera
from labkit.errors import DeviceError, LocalError
from labkit.frames import Picture
from labkit.phone.worker import MOST, Worker

WAIT = 10.0


class HangingCamera(Camera):
    """Does not come back from its start until it is let go."""

    name, hardware = "the hanging camera", ""
    fps, width, height = 30.0, 16, 16

    def __init__(self) -> None:
        self.starting, self.let_go = threading.Event(), threading.Event()

    def start(self, deliver: Callable[[Picture], None]) -> None:
        self.starting.set()
        self.let_go.wait()

    def stop(self) -> None:
        pass


@pytest.fixture
def camera() -> Iterator[HangingCamera]:
    camera = HangingCamera()
    yield camera
    camera.let_go.set()


def test_work_is_done_in_order_and_what_is_left_at_the_end_too() -> None:
    worker, done = Worker("test"), list[int]()
    for number in range(5):
        assert worker.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    worker.close()
    assert done == [0, 1, 2, 3, 4]
    assert not worker.submit(lambda: None)


def test_a_worker_is_full_when_much_waits_behind_one_piece() -> None:
    worker, held, held_up = Worker("test"), threading.Event(), threading.Event()
    worker.submit(held_up.set)
    worker.submit(lambda: held.wait() and None)
    assert held_up.wait(WAIT)
    while not worker._work.empty():  # until the one that is held has begun
        pass
    for _ in range(MOST):
        assert not worker.is_full
        worker.submit(lambda: None)
    assert worker.is_full
    assert worker.submit(lambda: None), "what ends something is taken in any case"
    held.set()
    worker.close()
    assert not worker.is_full


def test_behind_a_camera_that_hangs_new_agreements_do_not_pile_up(
    alice: Phone, bob: Phone, camera: HangingCamera
) -> None:
    alice.use(camera=camera)
    call = alice.call("bob")
    bob.answer()
    call.wait("accepted")
    assert camera.starting.wait(WAIT)
    for _ in range(3):
        bob.hold()
        call.wait("held")
        bob.resume()
        call.wait("accepted")
    assert alice._worker._work.qsize() <= 1


def test_while_the_worker_is_full_nothing_new_begins_and_calls_still_end(
    alice: Phone, bob: Phone, camera: HangingCamera
) -> None:
    alice.use(camera=camera)
    call = alice.call("bob")
    bob.answer()
    assert camera.starting.wait(WAIT)
    while not alice._worker.is_full:
        alice._worker.submit(lambda: None)
    with pytest.raises(DeviceError, match=r"has to wait too long: .*close the phone"):
        alice.use(microphone="none")
    call.hang_up()
    call.wait("over")
    with pytest.raises(LocalError, match="no other call can begin"):
        alice.call("bob")
    camera.let_go.set()
