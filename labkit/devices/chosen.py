"""A device from a few letters: `test`, `clip.mp4`, `camera:1`, `mic`, `none`.

`auto` is this machine's own device where it has one, and otherwise the kit's.

Notebook: 00-start-here.
"""

from __future__ import annotations

from pathlib import Path

from labkit.devices.base import Camera, Microphone, Speaker
from labkit.devices.browser import (
    BrowserCamera,
    BrowserMicrophone,
    BrowserSpeaker,
    page_of,
)
from labkit.devices.browser.messages import FORMATS, Source
from labkit.devices.found import find_cameras, find_microphones, find_speakers
from labkit.devices.local_camera import LocalCamera
from labkit.devices.local_sound import LocalMicrophone, LocalSpeaker
from labkit.devices.memory import MemorySpeaker
from labkit.devices.no_camera import NoCamera
from labkit.devices.sound_file import SoundFile
from labkit.devices.test_card import TestCard
from labkit.devices.tone import Silence, Tone
from labkit.devices.video_file import VideoFile
from labkit.devices.voice import SyntheticVoice
from labkit.errors import DeviceError

CAMERAS = (
    "auto, test, none, camera or camera:1, browser or screen (those of the page that "
    "shows the phone's panel; browser:vp8 where its line is narrow), and any video "
    'file ("file:clip.mp4")'
)
MICROPHONES = (
    "auto, test, tone:440, none, mic or mic:1, browser (that of the page that shows "
    'the phone\'s panel), and any sound file ("file:talk.wav")'
)
SPEAKERS = (
    "auto, memory, none, speaker or speaker:1, or browser (that of the page that shows "
    "the phone's panel)"
)
_WORDS = {
    *("test", "none", "file", "camera", "mic", "speaker", "browser", "screen"),
    *("voice", "silence", "tone", "memory"),
}


def camera(spec: Camera | str = "test", name: str = "alice") -> Camera:
    """The camera that `spec` names; `name` is the owner's, written on the test card.

    Raises DeviceError, which says what can be chosen.
    """
    if isinstance(spec, Camera):
        return spec
    unknown = _unknown("camera", spec, CAMERAS)
    if spec == "auto":
        found = find_cameras()
        spec = found[0].spec if found else "test"
    match _parted(spec):
        case "test", "":
            return TestCard(label=name)
        case "none", "":
            return NoCamera()
        case (("browser" | "screen") as word, ("" | "vp8") as coding):
            source: Source = "camera" if word == "browser" else "screen"
            return BrowserCamera(page_of(name), source, FORMATS.get(coding, "jpeg"))
        case "camera", number:
            return LocalCamera(_number(number or "0", unknown))
        case "file", path:
            return VideoFile(path)
    raise unknown


def microphone(
    spec: Microphone | str = "test",
    name: str = "alice",
    beside: Camera | None = None,
) -> Microphone:
    """The microphone that `spec` names; `name` is the owner's, who speaks so.

    `beside` is the camera of the same phone: if both are the same film, they play
    together. Raises DeviceError, which says what can be chosen.
    """
    if isinstance(spec, Microphone):
        return spec
    unknown = _unknown("microphone", spec, MICROPHONES)
    if spec == "auto":
        spec = "mic" if find_microphones() else "test"
    match _parted(spec):
        case (("test" | "voice"), ""):
            return SyntheticVoice(name)
        case (("none" | "silence" | "browser") as word, ""):
            return BrowserMicrophone(page_of(name)) if word == "browser" else Silence()
        case "tone", frequency:
            return Tone(_number(frequency or "440", unknown))
        case "mic", number:
            return LocalMicrophone(_choice(number, unknown))
        case "file", path:
            return _sound_of(Path(path).expanduser(), beside)
    raise unknown


def speaker(spec: Speaker | str = "memory", name: str = "alice") -> Speaker:
    """The loudspeaker that `spec` names; `name` is the owner's, whose page has it.

    Raises DeviceError, which says what can be chosen.
    """
    if isinstance(spec, Speaker):
        return spec
    unknown = _unknown("speaker", spec, SPEAKERS)
    if spec == "auto":
        spec = "speaker" if find_speakers() else "memory"
    match _parted(spec):
        case "memory", "":
            return MemorySpeaker()
        case "none", "":
            return MemorySpeaker(seconds=0, name="none")
        case "browser", "":
            return BrowserSpeaker(page_of(name))
        case "speaker", number:
            return LocalSpeaker(_choice(number, unknown))
    raise unknown


def _sound_of(path: Path, beside: Camera | None) -> Microphone:
    if isinstance(beside, VideoFile) and beside.path == path:
        return beside.sound()
    return SoundFile(path)


def _parted(spec: str) -> tuple[str, str]:
    """`mic:2` → (`mic`, `2`); a bare path, `clip.mp4`, → (`file`, `clip.mp4`)."""
    word, _, rest = spec.strip().partition(":")
    if word in _WORDS:
        return word, rest
    is_path = Path(spec).suffix or "/" in spec or "\\" in spec or Path(spec).is_file()
    return ("file", spec.strip()) if is_path else (spec.strip(), "")


def _choice(number: str, error: DeviceError) -> int | None:
    """The number of a device; None, the system's default, when none is given."""
    return _number(number, error) if number else None


def _number(number: str, error: DeviceError) -> int:
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise error
    return int(number)


def _unknown(kind: str, spec: str, choices: str) -> DeviceError:
    return DeviceError(f'there is no {kind} "{spec}": choose {choices}')
