"""What cameras, microphones and loudspeakers this machine has.

Notebook: 00-start-here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from labkit.devices.local_camera import open_capture
from labkit.devices.local_sound import enter, leave
from labkit.errors import DeviceError

MOST_CAMERAS = 4
"""How many numbers are tried where the system keeps no list of cameras."""


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device of this machine, and the number to choose it by."""

    kind: Literal["camera", "microphone", "speaker"]
    name: str
    index: int

    @property
    def spec(self) -> str:
        """How to ask for it: `camera:0`, `mic:2`, `speaker:1`."""
        word = "mic" if self.kind == "microphone" else self.kind
        return f"{word}:{self.index}"


def find_cameras() -> list[FoundDevice]:
    """The cameras; on Windows and macOS each is opened for a moment to know."""
    listed = sys.platform == "linux"
    return (
        _listed_cameras(Path("/sys/class/video4linux")) if listed else _tried_cameras()
    )


def _tried_cameras() -> list[FoundDevice]:
    found: list[FoundDevice] = []
    for index in range(MOST_CAMERAS):
        capture = open_capture(index)
        there = capture.isOpened()
        capture.release()
        if not there:
            break
        found.append(FoundDevice("camera", f"camera {index}", index))
    return found


def _listed_cameras(folder: Path) -> list[FoundDevice]:
    found: list[FoundDevice] = []
    for device in folder.glob("video*"):
        try:
            name = (device / "name").read_text().strip()
            # A camera has further nodes, for its own data, numbered from 1.
            is_picture = (device / "index").read_text().strip() == "0"
            number = int(device.name.removeprefix("video"))
        except (OSError, ValueError):
            continue
        if is_picture:
            found.append(FoundDevice("camera", name, number))
    return sorted(found, key=lambda device: device.index)


def find_microphones() -> list[FoundDevice]:
    """The microphones; none where PyAudio is missing."""
    return _find_sound("microphone", "maxInputChannels")


def find_speakers() -> list[FoundDevice]:
    """The loudspeakers; none where PyAudio is missing."""
    return _find_sound("speaker", "maxOutputChannels")


def _find_sound(
    kind: Literal["microphone", "speaker"], channels: str
) -> list[FoundDevice]:
    try:
        library = enter()
    except DeviceError:
        return []
    try:
        all_of_them = [
            library.get_device_info_by_index(number)
            for number in range(library.get_device_count())
        ]
    finally:
        leave(library)
    return [
        FoundDevice(kind, str(info["name"]), int(info["index"]))
        for info in all_of_them
        if info[channels] > 0
    ]
