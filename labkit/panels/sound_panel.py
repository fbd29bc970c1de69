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
from weakref import WeakSet

import anywidget
import numpy as np
import traitlets

from labkit.errors import LocalError
from labkit.panels.live import STYLE, script
from labkit.panels.sound import Samples, Stretch, waveform
from labkit.panels.words import SOUND_PAGE, WORDS, language, number, on_change

MOST = 12
"""Stretches in one panel."""


class SoundPanel(anywidget.AnyWidget):
    """Some stretches of sound, each with a button, a waveform and a line of text."""

    _esm = script("sound.js")
    _css = STYLE
    scene = traitlets.Dict().tag(sync=True)
    """What the page shows; plain data."""
    words = traitlets.Dict().tag(sync=True)
    """What the page itself writes, in the present language."""
    sounds = traitlets.List(traitlets.Bytes()).tag(sync=True)
    """A WAV file for each stretch."""

    def __init__(self, *stretches: Stretch, title: str = "") -> None:
        """Raises LocalError for no stretch, or too many."""
        if not 1 <= len(stretches) <= MOST:
            raise LocalError(
                WORDS["how_many_sounds"].format(count=len(stretches), most=MOST)
            )
        self.stretches, self._title = stretches, title
        super().__init__(sounds=[one.wav for one in stretches])
        self._show()
        _shown.add(self)

    def _show(self) -> None:
        """In the present language; called again when it changes."""
        title = self._title or WORDS["listen"]
        with self.hold_sync():
            self.words = {**SOUND_PAGE, "language": language()}
            self.scene = sound_view(self.stretches, title)


_shown: WeakSet[SoundPanel] = WeakSet()


@on_change
def _repeat() -> None:
    for panel in tuple(_shown):
        panel._show()


def before_after(
    *stretches: tuple[str, Samples, int] | tuple[str, Samples, int, str],
    title: str = "",
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
                "length": WORDS["seconds"].format(seconds=number(one.seconds, 1)),
                "wave": waveform(one.samples),
            }
            for one in stretches
        ],
    }
