"""A phone's devices and a page: what is wanted gets there, what is captured comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from devices.browser.saying import frame, here, voice

from labkit import devices
from labkit.devices.browser import (
    BrowserCamera,
    BrowserMicrophone,
    BrowserSpeaker,
    Page,
    page_of,
)
from labkit.frames import Picture, Sound
from labkit.net import clock

PATIENCE = 5.0


def jpeg(grey: int) -> bytes:
    return cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))[1].tobytes()


def wishes(said: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = said.get("wishes", {})
    return wanted


class Wire:
    """The panel between kernel and page: keeps what is sent to the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self._changed = threading.Condition()
        self.unplug = page.plug(self._send)

    def _send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        with self._changed:
            self.sent.append((content, buffers))
            self._changed.notify_all()

    def wait(
        self, matches: Callable[[dict[str, Any]], bool]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The first message from now on, or before, of which this is true."""

        def found() -> tuple[dict[str, Any], list[bytes]] | None:
            return next((one for one in list(self.sent) if matches(one[0])), None)

        with self._changed:
            one = self._changed.wait_for(found, PATIENCE)
        assert one is not None, f"not among {[content for content, _ in self.sent]}"
        return one


class Got:
    """What a device delivered."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._changed = threading.Condition()

    def __call__(self, item: Any) -> None:
        with self._changed:
            self.items.append(item)
            self._changed.notify_all()

    def wait(self, count: int) -> list[Any]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.items) >= count, PATIENCE)
        return self.items


@pytest.fixture
def page() -> Page:
    return Page("alice")


@pytest.fixture
def wire(page: Page) -> Iterator[Wire]:
    wire = Wire(page)
    yield wire
    wire.unplug()


@pytest.fixture
def camera(page: Page) -> Iterator[BrowserCamera]:
    camera = BrowserCamera(page)
    yield camera
    camera.stop()


def test_what_a_device_wants_is_told_to_the_page(
    wire: Wire, camera: BrowserCamera
) -> None:
    wire.page.hear(here(ping=0))
    camera.start(Got())
    wish, _ = wire.wait(lambda said: bool(wishes(said).get("camera")))
    assert wish["to"] == "p1"
    wanted = wish["wishes"]["camera"]
    assert (wanted["width"], wanted["height"], wanted["fps"]) == (640, 480, 30)
    camera.stop()
    wire.sent.clear()
    wire.wait(lambda said: said["kind"] == "wish" and not wishes(said)["camera"])


def test_a_page_that_comes_later_is_told_as_well(page: Page) -> None:
    camera = BrowserCamera(page)
    camera.start(Got())
    assert camera.state == "away"
    wire = Wire(page)
    page.hear(here(ping=0))
    wire.wait(lambda said: said["to"] == "p1" and bool(wishes(said).get("camera")))
    assert camera.state == "on"
    wire.unplug()
    camera.stop()


def test_pictures_come_with_the_time_at_which_the_page_took_them(
    wire: Wire, camera: BrowserCamera
) -> None:
    got = Got()
    began = clock.now()  # the page's clock is 0

    def answer(ping: int) -> None:
        wire.page.hear(here(ping=ping, at=1000 * (clock.now() - began)))

    answer(0)
    camera.start(got)
    wish, _ = wire.wait(lambda said: said["kind"] == "wish" and said["ping"] > 1)
    answer(wish["ping"])
    taken = clock.now()
    wire.page.hear(frame(at=1000 * (taken - began)), [jpeg(200)])
    (picture,) = got.wait(1)
    assert isinstance(picture, Picture)
    assert picture.pixels.shape == (480, 640, 3)
    assert np.abs(picture.pixels.astype(int) - 200).max() < 5
    assert picture.captured == pytest.approx(taken, abs=0.25)
    ack, _ = wire.wait(lambda said: said["taken"]["camera"] == 1)
    assert ack["to"] == "p1"


def test_a_picture_that_was_overtaken_is_not_shown(
    wire: Wire, camera: BrowserCamera
) -> None:
    got = Got()
    wire.page.hear(here())
    camera.start(got)
    for number, grey in ((1, 50), (3, 150), (2, 100), (4, 200)):
        wire.page.hear(frame(number=number), [jpeg(grey)])
    shown = [round(float(picture.pixels.mean())) for picture in got.wait(3)]
    assert shown == pytest.approx([50, 150, 200], abs=3)


def test_a_broken_picture_is_counted_and_the_camera_goes_on(
    wire: Wire, camera: BrowserCamera
) -> None:
    got = Got()
    wire.page.hear(here())
    camera.start(got)
    wire.page.hear(frame(number=1), [b"no picture"])
    wire.page.hear(frame(number=2), [jpeg(90)])
    got.wait(1)
    assert camera.refused == 1


def test_only_the_page_that_has_the_devices_is_heard(
    wire: Wire, camera: BrowserCamera
) -> None:
    got = Got()
    wire.page.hear(here("p1", ping=0))
    wire.page.hear(here("p2", ping=0))
    camera.start(got)
    wire.page.hear(frame("p2", number=1), [jpeg(10)])
    wire.page.hear(frame("p1", number=1), [jpeg(200)])
    (picture,) = got.wait(1)
    assert picture.pixels.mean() > 150
    wire.page.hear({"kind": "claim", "page": "p2"})
    wire.wait(lambda said: said["to"] == "p2")
    wire.page.hear(frame("p2", number=1), [jpeg(10)])
    assert got.wait(2)[1].pixels.mean() < 50
    wire.page.hear({"kind": "bye", "page": "p2"})
    assert wire.page.owner == "p1"


def test_sound_comes_in_order_and_in_the_calls_blocks(wire: Wire) -> None:
    got = Got()
    microphone = BrowserMicrophone(wire.page)
    wire.page.hear(here())
    microphone.start(got, 8000, 160)
    for number in (1, 3, 2, 4):
        samples = np.full(80, number, "<i2").tobytes()
        wire.page.hear(voice(number=number), [samples])
    first, second = got.wait(2)
    assert isinstance(first, Sound)
    assert first.samples.tolist() == [1] * 80 + [2] * 80
    assert second.samples.tolist() == [3] * 80 + [4] * 80
    wire.wait(lambda said: said["taken"]["microphone"] == 4)
    microphone.stop()


def test_the_loudspeakers_sound_goes_to_the_page(wire: Wire) -> None:
    speaker = BrowserSpeaker(wire.page)
    wire.page.hear(here())
    value = iter(range(1, 10_000))
    speaker.start(lambda n, rate: np.full(n, next(value), np.int16), 8000, 160)
    head, (data,) = wire.wait(lambda said: said["kind"] == "sound")
    assert (head["to"], head["number"], head["rate"]) == ("p1", 1, 8000)
    assert np.frombuffer(data, "<i2")[0] == 1
    wire.page.hear({"kind": "played", "page": "p1", "played": 1, "waiting": 42})
    assert speaker.waiting == pytest.approx(0.042)
    speaker.stop()
    wire.sent.clear()
    wire.wait(lambda said: said["kind"] == "wish" and not wishes(said)["speaker"])


def test_the_screen_can_be_chosen_while_the_camera_goes_on(
    wire: Wire, camera: BrowserCamera
) -> None:
    seen, shared = Got(), Got()
    wire.page.hear(here())
    screen = BrowserCamera(wire.page, "screen")
    camera.start(seen)
    screen.start(shared)
    wire.wait(lambda said: bool(wishes(said).get("screen")))
    wire.page.hear(frame(number=1), [jpeg(60)])
    wire.page.hear(frame(device="screen", number=1), [jpeg(200)])
    assert seen.wait(1)[0].pixels.mean() < 100
    assert shared.wait(1)[0].pixels.shape == (720, 1280, 3)
    screen.stop()


def test_a_device_that_was_replaced_does_not_stop_the_one_after_it(
    wire: Wire, camera: BrowserCamera
) -> None:
    got = Got()
    wire.page.hear(here())
    former = BrowserCamera(wire.page)
    former.start(Got())
    camera.start(got)
    former.stop()
    wire.page.hear(frame(), [jpeg(60)])
    got.wait(1)


def test_hostile_words_are_counted_and_change_nothing(
    wire: Wire, camera: BrowserCamera
) -> None:
    got = Got()
    wire.page.hear(here())
    camera.start(got)
    for content in (None, "frame", {"kind": "frame"}, frame(number=-1), [here()]):
        wire.page.hear(content, [b"x"])
    assert wire.page.refused == 5
    wire.page.hear(frame(), [jpeg(60)])
    got.wait(1)


def test_a_thousand_pages_are_not_all_remembered(page: Page) -> None:
    for number in range(1000):
        page.hear(here(f"p{number}"))
        page.hear({"kind": "claim", "page": f"c{number}"})
    assert len(page._here) <= 16


def test_a_flood_of_pictures_costs_no_memory(page: Page) -> None:
    camera, blocked = BrowserCamera(page), threading.Event()
    first = threading.Event()

    def slow(_: Picture) -> None:
        first.set()
        blocked.wait(PATIENCE)

    page.hear(here())
    camera.start(slow)
    page.hear(frame(number=1), [jpeg(60)])
    assert first.wait(PATIENCE)
    receiver: Any = page._receivers["camera"]
    (inbox,) = receiver.args
    for number in range(2, 500):
        page.hear(frame(number=number), [jpeg(60)])
    assert len(inbox._items) <= 4
    blocked.set()
    camera.stop()


def test_devices_are_chosen_by_name_and_share_their_owners_page() -> None:
    camera = devices.camera("browser", "carol")
    screen = devices.camera("screen", "carol")
    microphone = devices.microphone("browser", "carol")
    speaker = devices.speaker("browser", "carol")
    assert isinstance(camera, BrowserCamera)
    assert isinstance(screen, BrowserCamera)
    assert isinstance(microphone, BrowserMicrophone)
    assert isinstance(speaker, BrowserSpeaker)
    assert screen.name == "screen"
    assert camera.coding == "jpeg"
    narrow = devices.camera("browser:vp8", "carol")
    assert isinstance(narrow, BrowserCamera)
    assert narrow.coding == "vp8"
    assert {one.page for one in (camera, screen, microphone, speaker)} == {
        page_of("carol")
    }
    assert page_of("dave") is not page_of("carol")
