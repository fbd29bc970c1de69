"""Exchanging a device while it runs: nothing is missing, nothing comes twice (C9)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import pytest

from labkit.devices import Camera
from labkit.errors import DeviceError
from labkit.frames import Picture
from labkit.net import clock
from labkit.phone import plug as plug_module
from labkit.phone.plug import DeviceGate, Plug


class FakeCamera(Camera):
    """Delivers when a test says so."""

    fps, width, height = 30.0, 16, 16

    def __init__(self, name: str, hardware: str = "", fails: int = 0) -> None:
        self.name, self.hardware, self.fails = name, hardware, fails
        self.deliver: Callable[[Picture], None] | None = None
        self.started = self.stopped = 0

    def start(self, deliver: Callable[[Picture], None]) -> None:
        self.started += 1
        if self.started <= self.fails:
            raise DeviceError(f"{self.name} is taken")
        self.deliver = deliver

    def stop(self) -> None:
        self.stopped += 1

    @property
    def runs(self) -> bool:
        return self.started > self.stopped

    def films(self) -> None:
        assert self.deliver is not None
        self.deliver(Picture(np.zeros((16, 16, 3), np.uint8), clock.now()))


class Scene:
    """A plug, what came out of it, and the work that it left for later."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.work: deque[Callable[[], None]] = deque()
        self.gave_up: list[tuple[str, str]] = []
        self.plug: Plug[Camera] = Plug(
            self.start,
            self.work.append,
            lambda silent, going: self.gave_up.append((silent.name, going.name)),
        )

    def start(self, camera: Camera, gate: DeviceGate) -> None:
        camera.start(gate.of(lambda _: self.seen.append(camera.name), None))

    def later(self) -> None:
        while self.work:
            self.work.popleft()()


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def going(scene: Scene) -> FakeCamera:
    """A camera that was put in and delivers."""
    camera = FakeCamera("former")
    scene.plug.put(camera)
    camera.films()
    scene.seen.clear()
    return camera


def test_the_former_goes_on_until_the_new_one_delivers(
    scene: Scene, going: FakeCamera
) -> None:
    new = FakeCamera("new")
    scene.plug.put(new)
    going.films()
    assert new.started
    new.films()
    going.films()  # not stopped yet, but it is not its turn any more
    new.films()
    assert scene.seen == ["former", "new", "new"]
    scene.later()
    assert new.runs
    assert not going.runs


def test_one_that_cannot_be_used_changes_nothing(
    scene: Scene, going: FakeCamera
) -> None:
    with pytest.raises(DeviceError, match="taken"):
        scene.plug.put(FakeCamera("new", fails=9))
    going.films()
    scene.later()
    assert scene.seen == ["former"]
    assert (going.started, going.stopped) == (1, 0)


def test_the_same_hardware_is_let_go_before_it_is_taken(scene: Scene) -> None:
    former, new = FakeCamera("small", "camera 0"), FakeCamera("large", "camera 0")
    scene.plug.put(former)
    former.films()
    new.start = lambda deliver: (  # type: ignore[method-assign]
        pytest.fail("still taken") if former.runs else None
    )
    scene.plug.put(new)


def test_the_same_hardware_comes_back_if_the_new_one_fails(scene: Scene) -> None:
    former = FakeCamera("small", "camera 0")
    scene.plug.put(former)
    former.films()
    with pytest.raises(DeviceError):
        scene.plug.put(FakeCamera("large", "camera 0", fails=9))
    former.films()
    assert scene.seen == ["small", "small"]
    assert (former.started, former.stopped) == (2, 1)


def test_one_that_never_delivers_gives_its_place_up(
    scene: Scene, going: FakeCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(plug_module.clock, "now", lambda: now)
    silent = FakeCamera("silent")
    scene.plug.put(silent)
    now += plug_module.PATIENCE - 1
    going.films()
    scene.later()
    assert not scene.gave_up
    now += 2
    going.films()
    scene.later()
    assert scene.gave_up == [("silent", "former")]
    assert not silent.runs
    silent.films()  # too late
    going.films()
    assert scene.seen == ["former"] * 3


def test_a_change_of_mind_before_the_first_picture(
    scene: Scene, going: FakeCamera
) -> None:
    second, third = FakeCamera("second"), FakeCamera("third")
    scene.plug.put(second)
    scene.plug.put(third)
    assert not second.runs
    second.films()
    third.films()
    scene.later()
    assert scene.seen == ["third"]
    scene.plug.put(second)
    scene.plug.put(third)  # back to the one that goes: the other never comes
    second.films()
    third.films()
    scene.later()
    assert scene.seen == ["third", "third"]
    assert (third.runs, second.runs, going.runs) == (True, False, False)


def test_back_and_forth_between_the_same_two(scene: Scene, going: FakeCamera) -> None:
    other = FakeCamera("other")
    for camera in (other, going) * 5:
        scene.plug.put(camera)
        camera.films()
    scene.later()
    assert scene.seen == ["other", "former"] * 5
    assert (going.runs, other.runs) == (True, False)


def test_after_the_end_nothing_comes_through_and_everything_is_stopped(
    scene: Scene, going: FakeCamera
) -> None:
    new = FakeCamera("new")
    scene.plug.put(new)
    scene.plug.stop()
    going.films()
    new.films()
    scene.later()
    assert scene.seen == []
    assert not going.runs
    assert not new.runs
    assert not scene.plug.is_used
