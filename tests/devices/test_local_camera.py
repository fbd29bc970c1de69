"""This machine's camera: the real OpenCV, reading a film where the driver would be."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from labkit.devices import LocalCamera, find_cameras, local_camera
from labkit.devices.found import FoundDevice, _listed_cameras
from labkit.errors import DeviceError
from labkit.frames import Picture
from labkit.net import clock
from tests.devices.collecting import Collector, labkit_threads

ABSENT = 99


def test_a_camera_that_is_not_there_is_a_sentence_and_no_thread() -> None:
    camera = LocalCamera(ABSENT)
    with pytest.raises(DeviceError, match=r'camera 99 cannot.*camera="test"'):
        camera.start(lambda picture: None)
    camera.stop()
    assert labkit_threads() == []


def test_pictures_of_a_camera_are_stamped_and_made_to_fit(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        local_camera, "open_capture", lambda index: cv2.VideoCapture(str(film))
    )
    camera = LocalCamera(0, 160, 120)
    collect: Collector[Picture] = Collector(10)
    before = clock.now()
    camera.start(collect)
    pictures = collect.wait()
    camera.stop()
    camera.stop()
    assert labkit_threads() == []
    assert {picture.pixels.shape for picture in pictures} == {(120, 160, 3)}
    times = [picture.captured for picture in pictures]
    assert before < times[0]
    assert (np.diff(times) > 0).all()


def test_a_driver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()

    def never(index: int) -> cv2.VideoCapture:
        hang.wait(20)
        return cv2.VideoCapture()

    monkeypatch.setattr(local_camera, "open_capture", never)
    monkeypatch.setattr(local_camera, "PATIENCE", 0.1)
    with pytest.raises(DeviceError):
        LocalCamera(0).start(lambda picture: None)
    hang.set()


def test_a_camera_without_pictures_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dark:
        def isOpened(self) -> bool:
            return True

        def set(self, setting: int, value: float) -> None:
            pass

        def read(self) -> tuple[bool, None]:
            return False, None

        def release(self) -> None:
            released.set()

    released = threading.Event()
    monkeypatch.setattr(local_camera, "open_capture", lambda index: Dark())
    monkeypatch.setattr(local_camera, "DEAF", 0.1)
    with pytest.raises(DeviceError):
        LocalCamera(0).start(lambda picture: None)
    assert released.wait(5)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_advice_fits_the_system(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    words = {"linux": "/dev/video99", "darwin": "System Settings", "win32": "desktop"}
    assert words[platform] in local_camera.advice(ABSENT)


def test_linux_cameras_are_listed_by_the_kernel_s_names(tmp_path: Path) -> None:
    nodes = [(2, "HD Webcam", 0), (3, "HD Webcam", 1), (0, "Built-in", 0)]
    for number, name, index in nodes:
        folder = tmp_path / f"video{number}"
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n")
        (folder / "index").write_text(f"{index}\n")
    (tmp_path / "video-odd").mkdir()
    assert _listed_cameras(tmp_path) == [
        FoundDevice("camera", "Built-in", 0),
        FoundDevice("camera", "HD Webcam", 2),
    ]
    assert _listed_cameras(tmp_path / "absent") == []


def test_cameras_are_tried_one_by_one_where_no_list_is_kept(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two(index: int) -> cv2.VideoCapture:
        return cv2.VideoCapture(str(film)) if index < 2 else cv2.VideoCapture()

    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("labkit.devices.found.open_capture", two)
    assert [device.spec for device in find_cameras()] == ["camera:0", "camera:1"]
