"""Cameras, microphones and loudspeakers: synthetic, from a file, this machine's."""

from labkit.devices.base import Camera, Microphone, Speaker
from labkit.devices.memory import MemorySpeaker
from labkit.devices.test_card import TestCard
from labkit.devices.tone import Silence, Tone
from labkit.devices.voice import SyntheticVoice

__all__ = [
    "Camera",
    "MemorySpeaker",
    "Microphone",
    "Silence",
    "Speaker",
    "SyntheticVoice",
    "TestCard",
    "Tone",
]
