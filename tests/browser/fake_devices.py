"""Files that Chromium takes for a camera and a microphone: a colour, a tone.

`--use-file-for-fake-video-capture` wants .y4m, `--use-file-for-fake-audio-capture` a
.wav; both are played over and over.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

ORANGE = (30, 140, 230)
"""What the camera sees, blue, green, red."""
TONE = 620
"""Hz: what the microphone hears, in bursts, as speech is: a tone that never ends is
taken for noise and removed."""
RATE = 48_000
WIDTH, HEIGHT, FPS, FRAMES = 640, 480, 30, 15


def write_camera(path: Path) -> Path:
    """Half a second of orange, along whose lower edge a white square moves."""
    luma, blue, red = _yuv(ORANGE)
    chroma = bytes([blue]) * (WIDTH * HEIGHT // 4) + bytes([red]) * (
        WIDTH * HEIGHT // 4
    )
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in range(FRAMES):
            grey = np.full((HEIGHT, WIDTH), luma, np.uint8)
            left = frame * (WIDTH - 64) // FRAMES
            grey[-64:, left : left + 64] = 235
            file.write(b"FRAME\n" + grey.tobytes() + chroma)
    return path


def write_microphone(path: Path) -> Path:
    """Two seconds: a quarter of each second the tone, and then silence."""
    times = np.arange(2 * RATE) / RATE
    sound = 9000 * np.sin(2 * np.pi * TONE * times) * (times % 1 < 0.25)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
    return path


def _yuv(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """BT.601, studio range."""
    blue, green, red = (value / 255 for value in colour)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.772),
        round(128 + 224 * (red - luma) / 1.402),
    )
