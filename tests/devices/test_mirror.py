"""A mirror gives back what it gets, `delay` later, and never holds more than that."""

from __future__ import annotations

import queue

import cv2
import numpy as np
import pytest

from labkit.devices import mirror
from labkit.devices.mirror import MirrorCamera, MirrorMicrophone, MirrorSpeaker
from labkit.errors import LocalError
from labkit.net import clock

GREY = np.full((48, 64, 3), 100, np.uint8)


def test_a_picture_comes_back_after_the_delay_whether_pixels_or_jpeg():
    camera, seen = MirrorCamera(delay=0.1), queue.SimpleQueue()
    camera.start(seen.put)
    jpeg = cv2.imencode(".jpg", GREY)[1].tobytes()
    for shown in ((None, GREY), (jpeg, None)):
        begun = clock.now()
        camera.show(*shown)
        picture = seen.get(timeout=5)
        assert picture.captured - begun >= 0.1
        assert picture.pixels.shape == (48, 64, 3)
        assert abs(int(picture.pixels.mean()) - 100) < 3
    camera.stop()


def test_nothing_is_kept_of_what_is_shown_to_a_camera_that_does_not_run():
    camera, seen = MirrorCamera(), queue.SimpleQueue()
    camera.show(None, GREY)
    camera.start(seen.put)
    camera.show(None, GREY + 1)
    assert seen.get(timeout=5).pixels[0, 0, 0] == 101
    camera.stop()


def test_what_is_no_jpeg_is_left_out_and_the_next_picture_comes():
    camera, seen = MirrorCamera(), queue.SimpleQueue()
    camera.start(seen.put)
    camera.show(b"\xff\xd8 no picture", None)
    camera.show(None, GREY)
    assert seen.get(timeout=5).pixels[0, 0, 0] == 100
    camera.stop()


def test_pictures_under_way_are_bounded_in_octets_and_the_oldest_goes(monkeypatch):
    monkeypatch.setattr(mirror, "MOST_OCTETS", 3 * GREY.nbytes)
    camera = MirrorCamera(delay=10)
    camera.start(lambda picture: None)
    for _ in range(10):
        camera.show(None, GREY)
    assert camera.dropped == 7
    camera.stop()


def test_what_was_played_is_said_so_much_later():
    said, microphone = queue.SimpleQueue(), MirrorMicrophone()
    microphone.start(said.put, 8000, 160)
    numbers = iter(range(1, 10_000))

    def fetch(count: int, rate: int):
        return np.full(count, next(numbers), np.int16)

    speaker = MirrorSpeaker(microphone, delay=0.06)
    speaker.start(fetch, 8000, 160)
    blocks = [said.get(timeout=5) for _ in range(5)]
    assert [int(block.samples[0]) for block in blocks] == [0, 0, 0, 1, 2]
    assert {block.rate for block in blocks} == {8000}
    speaker.stop()
    microphone.stop()
    microphone.say(blocks[0])  # nobody listens any more
    assert len(blocks[0].samples) == 160


@pytest.mark.parametrize("delay", [-0.1, 10.1, float("nan")])
def test_a_delay_that_cannot_be_is_refused_in_words(delay):
    with pytest.raises(LocalError, match="0 to 10 seconds"):
        MirrorCamera(delay)
