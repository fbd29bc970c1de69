"""A live figure in a notebook: a picture some times a second, and the same in words.

Subclasses say which figure, and where its numbers come from. matplotlib takes its time
to be imported, and the other panels do without it: hence imports inside functions.

Requirement D3. Notebook: 05-latency, 06-loss, 07-jitter-buffer.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from labkit.errors import LocalError
from labkit.net import clock
from labkit.panels.live import LivePanel, script
from labkit.panels.words import WORDS
from labkit.phone import Phone

RATE = 5.0
"""Pictures a second: a reader sees no more, and each costs the processor."""

Data_contra = TypeVar("Data_contra", contravariant=True)


class LiveFigure(Protocol[Data_contra]):
    """A figure that draws itself anew (`labkit.plots.live.Live`)."""

    text: str

    def update(self, data: Data_contra, now: float | None = None) -> bytes:
        """The picture of this moment, as PNG."""


class DrawnPanel(LivePanel):
    """One live figure of what a phone receives."""

    _esm = script("plot.js")
    _title = ""
    """Of `WORDS`: what the figure is of."""
    _size = (640, 240)
    """In pixels."""

    def __init__(
        self, phone: Phone, figure: LiveFigure[Any], rate: float = RATE
    ) -> None:
        super().__init__(phone.name, {"plot": 2 * rate}, every=1 / rate)
        self.phone = phone
        self._figure = figure
        self._session: object = None
        self._open()

    @property
    def text(self) -> str:
        """What the figure shows, in words."""
        return self._figure.text

    def _data(self) -> Any:
        """What the figure is to show; LocalError when there is nothing yet."""
        raise NotImplementedError

    def _scene(self) -> dict[str, Any]:
        state, media = self.phone.state, self.phone.media
        up = state.call is not None and state.call.state.is_up
        if media is not None and (up or media is not self._session):
            self._session = media
            self._channel.offer("plot", self._draw)
        label = WORDS[self._title].format(name=state.name)
        text, (width, height) = self.text or WORDS["no_plot"], self._size
        scene = {"label": label, "text": text, "shape": f"{width} / {height}"}
        return {**scene, "closed": WORDS["phone_closed"]} if state.closed else scene

    def _draw(self) -> bytes:
        """On the panel's thread, and only when a page may have it."""
        try:
            return self._figure.update(self._data(), clock.now())
        except LocalError:  # nothing was sent or played yet
            return b""
