"""Cameras, microphones and loudspeakers: synthetic, from a file, this machine's,
the browser's.

`camera("test")`, `microphone("file:talk.wav")`, `speaker("memory")` make one from a few
letters; `find_cameras()` and its like say what this machine has.

Notebook: 00-start-here.
"""

from labkit.devices.base import Camera, Microphone, Speaker
from labkit.devices.browser import BrowserCamera, BrowserMicrophone, BrowserSpeaker
from labkit.devices.chosen import camera, microphone, speaker
from labkit.devices.found import (
    FoundDevice,
    find_cameras,
    find_microphones,
    find_speakers,
)
from labkit.devices.local_camera import LocalCamera
from labkit.devices.local_sound import LocalMicrophone, LocalSpeaker
from labkit.devices.memory import MemorySpeaker
from labkit.devices.no_camera import NoCamera
from labkit.devices.sound_file import SoundFile
from labkit.devices.test_card import TestCard
from labkit.devices.tone import Silence, Tone
from labkit.devices.video_file import VideoFile
from labkit.devices.voice import SyntheticVoice

__all__ = [
    "BrowserCamera",
    "BrowserMicrophone",
    "BrowserSpeaker",
    "Camera",
    "FoundDevice",
    "LocalCamera",
    "LocalMicrophone",
    "LocalSpeaker",
    "MemorySpeaker",
    "Microphone",
    "NoCamera",
    "Silence",
    "SoundFile",
    "Speaker",
    "SyntheticVoice",
    "TestCard",
    "Tone",
    "VideoFile",
    "camera",
    "find_cameras",
    "find_microphones",
    "find_speakers",
    "microphone",
    "speaker",
]
