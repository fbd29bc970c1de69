"""What all panels have in common: a scene as data, pictures beside it, pages that come
and go.

A panel's state is one dictionary, the scene, which the page draws; pictures and
commands travel as messages of their own. Making a panel again (a cell that runs twice)
retires the former one of the same key.

Requirements D1-D3, A14. Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib import resources
from typing import Any

import anywidget
import traitlets

from labkit.panels.channel import Channel
from labkit.panels.words import PAGE, WORDS

_panels: dict[str, LivePanel] = {}
_panels_lock = threading.Lock()


def page_file(name: str) -> str:
    """The text of a file in `page/`."""
    return resources.files("labkit.panels").joinpath("page", name).read_text("utf-8")


def script(*names: str) -> str:
    """One script: what all pages share, then what this panel needs."""
    return "\n".join(page_file(name) for name in ("live.js", *names))


STYLE = page_file("style.css")


class LivePanel(anywidget.AnyWidget):
    """A panel in a notebook; subclasses say what its scene is."""

    _css = STYLE
    scene = traitlets.Dict().tag(sync=True)
    """What the page shows; plain data."""
    _retired = True  # until it has begun: one that was refused can be closed as well
    words: traitlets.Dict[str, Any] = traitlets.Dict(PAGE).tag(sync=True)

    def __init__(
        self,
        key: str,
        streams: Mapping[str, float] | None = None,
        every: float = 0.2,
    ) -> None:
        """`key`: who is shown; a later panel of this class and key takes its place.
        `streams`: its moving pictures, name → pictures a second at most."""
        super().__init__()
        self._key = f"{type(self).__name__} {key}"
        self._retired = False
        self._channel = Channel(
            self._key, self.send, self._refresh, streams or {}, every
        )
        self.on_msg(self._on_page)

    def _open(self) -> None:
        """Take the place of a former panel and begin; the subclass is ready."""
        with _panels_lock:
            former = _panels.pop(self._key, None)
            _panels[self._key] = self
        if former is not None:
            former.retire(WORDS["replaced"])
        self.scene = self._scene()
        self._channel.start()

    # --- what a subclass says ---

    def _scene(self) -> dict[str, Any]:
        """What there is to see now; called on the panel's thread."""
        raise NotImplementedError

    def _on_command(self, content: Mapping[str, Any]) -> None:
        """The page asks for something; must return at once."""

    def _let_go(self) -> None:
        """Stop watching what was shown; called once."""

    # --- life ---

    def retire(self, why: str) -> None:
        """Stop, but leave the panel on the page with the reason in words."""
        with _panels_lock:
            if self._retired:
                return
            self._retired = True
            if _panels.get(self._key) is self:
                del _panels[self._key]
        self._let_go()
        self._channel.close()
        self.scene = {**self.scene, "closed": why}

    def close(self) -> None:
        """Stop and go from the page. Safe to repeat."""
        self.retire(WORDS["closed"])
        super().close()

    def _refresh(self) -> None:
        if self._retired:
            return
        scene = self._scene()
        if scene != self.scene:
            self.scene = scene
        if "closed" in scene:  # what it shows has ended for good
            self.retire(scene["closed"])

    def _on_page(self, _: object, content: Any, buffers: object) -> None:
        if self._retired or not isinstance(content, dict):
            return
        if content.get("kind") in ("hello", "ack", "bye"):
            self._channel.hear(content)
        else:
            self._on_command(content)
