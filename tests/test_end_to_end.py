"""The main job on real input: a face and a voice go from alice to bob.

A talking-head clip is alice's camera and a recorded human voice her microphone. What
bob receives is held against what went in: the structure of the pictures (SSIM) and the
envelope of the voice. A12, D3.
"""

import threading
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from phone.watching import Ear
from skimage.metrics import structural_similarity

from labkit import CallState, Phone, Registry
from labkit.devices import Camera, SoundFile, VideoFile
from labkit.net.media import Shown

PICTURES = 60
BLOCK = 0.020


class Witness(Camera):
    """A camera that remembers what it delivered, by capture time."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self.name, self.fps = camera.name, camera.fps
        self.width, self.height = camera.width, camera.height
        self.delivered: dict[float, np.ndarray] = {}

    def start(self, deliver):
        def keep(picture):
            self.delivered[picture.captured] = picture.pixels.copy()
            deliver(picture)

        self._camera.start(keep)

    def stop(self):
        self._camera.stop()

    def nearest(self, captured: float) -> tuple[float, np.ndarray]:
        time = min(self.delivered, key=lambda known: abs(known - captured))
        return abs(time - captured), self.delivered[time]


def envelope(samples: np.ndarray, rate: int) -> np.ndarray:
    """Root mean square of each 20 ms."""
    block = round(rate * BLOCK)
    whole = samples[: len(samples) // block * block].astype(float)
    return np.sqrt((whole.reshape(-1, block) ** 2).mean(axis=1))


def likeness(heard: np.ndarray, said: np.ndarray) -> float:
    """The best correlation of two envelopes over all shifts; `said` repeats."""
    repeated = np.tile(said, len(heard) // len(said) + 2)
    return max(
        float(np.corrcoef(heard, repeated[shift : shift + len(heard)])[0, 1])
        for shift in range(len(said))
    )


def spoken(path: Path, rate: int) -> np.ndarray:
    """The recording itself, mono at `rate`, as another library reads it."""
    with av.open(str(path)) as recording:
        resampler = av.AudioResampler("s16", "mono", rate)
        frames = [
            part.to_ndarray().ravel()
            for frame in [*recording.decode(audio=0), None]
            for part in resampler.resample(frame)
        ]
    return np.concatenate(frames)


@pytest.fixture
def witness(carphone_clip: Path) -> Witness:
    return Witness(VideoFile(carphone_clip))


def test_bob_sees_the_face_and_hears_the_voice(
    witness: Witness, human_voice: Path
) -> None:
    shown: list[Shown] = []
    enough = threading.Event()

    def watch(picture: Shown) -> None:
        shown.append(picture)
        if len(shown) == PICTURES:
            enough.set()

    speaker = Ear()
    with (
        Registry("127.0.0.1", 0) as registry,
        Phone(
            "alice", registry, camera=witness, microphone=SoundFile(human_voice)
        ) as alice,
        Phone("bob", registry, speaker=speaker) as bob,
    ):
        alice.register()
        bob.register()
        bob.peer.watch(watch)
        call = alice.call("bob")
        bob.answer()
        assert call.wait("accepted").state is CallState.ACCEPTED
        assert enough.wait(30), f"bob saw {len(shown)} of {PICTURES} pictures"
        assert speaker.hears(seconds=3)
        call.hang_up().wait("over")

    later = shown[PICTURES // 2 :: 5]  # by then RTCP has told bob what the time is
    for picture in later:
        apart, sent = witness.nearest(picture.captured)
        assert apart < 0.5 / witness.fps
        received = cv2.imdecode(np.frombuffer(picture.as_jpeg(), np.uint8), 1)
        assert received.shape == sent.shape
        assert structural_similarity(sent, received, channel_axis=2) > 0.85

    heard = envelope(speaker.heard[-4 * speaker.rate :], speaker.rate)
    said = envelope(spoken(human_voice, speaker.rate), speaker.rate)
    assert likeness(heard, said) > 0.9
