"""A playout buffer one can watch: frames arrive, wait, are played, or come too late.

    BufferPanel(bob)

The page draws frame by frame; the kernel tells it some twelve times a second what has
happened, as plain data through the same paced channel as pictures: a slow page gets the
newest only, and each message tells the last three seconds anew.

Requirements A15, A16, D2. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import json
from typing import Any

from labkit.net import clock
from labkit.panels.asked import PhoneWithSound
from labkit.panels.buffer_view import buffer_text, moment
from labkit.panels.live import LivePanel, script
from labkit.panels.words import BUFFER_PAGE, WORDS

RATE = 12.0
"""Messages a second."""
TEXT_EVERY = 1.0
"""Seconds between two texts: who reads or hears them needs time."""


class BufferPanel(LivePanel):
    """The sound that one phone receives, in its playout buffer."""

    _esm = script("buffer.js")

    def __init__(self, phone: PhoneWithSound) -> None:
        super().__init__(phone.name, {"moments": 2 * RATE}, every=1 / RATE)
        self.phone = phone
        self._text, self._text_due = WORDS["buffer_empty"], 0.0
        self._open()

    @property
    def text(self) -> str:
        """What there is to see, in words."""
        return self._text

    def _words(self) -> dict[str, Any]:
        return {**super()._words(), **BUFFER_PAGE}

    def _scene(self) -> dict[str, Any]:
        state, media = self.phone.state, self.phone.media
        now = clock.now()
        if media is not None:
            self._channel.offer("moments", self._moment)
            if now >= self._text_due:
                self._text_due = now + TEXT_EVERY
                self._text = buffer_text(media.playout_view(now), now)
        label = WORDS["buffer_of"].format(name=self.phone.name)
        scene = {"label": label, "text": self._text}
        return {**scene, "closed": WORDS["phone_closed"]} if state.closed else scene

    def _moment(self) -> bytes:
        """On the panel's thread, and only when a page may have it."""
        media, now = self.phone.media, clock.now()
        if media is None:
            return b"null"
        return json.dumps(moment(media.playout_view(now), now)).encode()
