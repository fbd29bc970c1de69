"""Before and after, to listen to: stretches of sound below each other.

    before_after(
        ("as sent", sent, 8000),
        ("10 % lost, silence", plain, 8000, "PESQ 2.1"),
        ("10 % lost, RED-2", repaired, 8000, "PESQ 4.5"),
    )

Another one goes on where the one before was stopped, so that a word can be compared
with itself. All is data in the page: it also plays where the kernel has no sound card,
and in a saved notebook. Requirements A15, D2. Notebook: 06-loss.
"""

from __future__ import annotations

from typing import Any

import anywidget
import numpy as np
import traitlets

from labkit.errors import LocalError
from labkit.panels.live import STYLE, script
from labkit.panels.sound import Samples, Stretch, waveform
from labkit.panels.words import SOUND_PAGE, WORDS

MOST = 12
"""Stretches in one panel."""


class SoundPanel(anywidget.AnyWidget):
    """Some stretches of sound, each with a button, a waveform and a line of text."""

    _esm = script("sound.js")
    _css = STYLE
    scene = traitlets.Dict().tag(sync=True)
    """What the page shows; plain data."""
    words = traitlets.Dict(SOUND_PAGE).tag(sync=True)
    sounds = traitlets.List(traitlets.Bytes()).tag(sync=True)
    """A WAV file for each stretch."""

    def __init__(self, *stretches: Stretch, title: str = WORDS["listen"]) -> None:
        """Raises LocalError for no stretch, or too many."""
        if not 1 <= len(stretches) <= MOST:
            raise LocalError(
                WORDS["how_many_sounds"].format(count=len(stretches), most=MOST)
            )
        self.stretches = stretches
        super().__init__(
            scene=sound_view(stretches, title), sounds=[one.wav for one in stretches]
        )


def before_after(
    *stretches: tuple[str, Samples, int] | tuple[str, Samples, int, str],
    title: str = WORDS["listen"],
) -> SoundPanel:
    """A panel of (name, samples, rate) or (name, samples, rate, text), in this order.

    `samples`: int16, one channel. Raises LocalError for what is no sound.
    """
    made = [Stretch(one[0], np.asarray(one[1]), *one[2:]) for one in stretches]
    return SoundPanel(*made, title=title)


def sound_view(stretches: tuple[Stretch, ...], title: str) -> dict[str, Any]:
    """The scene: names, lengths, waveforms."""
    return {
        "title": title,
        "longest": max(one.seconds for one in stretches),
        "stretches": [
            {
                "name": one.name,
                "text": one.text,
                "seconds": one.seconds,
                "length": WORDS["seconds"].format(seconds=one.seconds),
                "wave": waveform(one.samples),
            }
            for one in stretches
        ],
    }
