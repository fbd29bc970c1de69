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

from labkit.net import clock
from labkit.panels.carrier import Carrier
from labkit.panels.channel import Channel
from labkit.panels.words import (
    LANGUAGES,
    PAGE,
    WORDS,
    language,
    on_change,
    page_speaks,
)

_panels: dict[str, LivePanel] = {}
_panels_lock = threading.Lock()


def page_file(name: str) -> str:
    """The text of a file in `page/`."""
    return resources.files("labkit.panels").joinpath("page", name).read_text("utf-8")


def script(*names: str) -> str:
    """One script: what all pages share, then what this panel needs."""
    return "\n".join(page_file(name) for name in ("carrier.js", "live.js", *names))


STYLE = "\n".join(
    page_file(f"style/{name}.css")
    for name in ("base", "drawers", "phone", "messages", "network", "sound", "devices")
)


class LivePanel(anywidget.AnyWidget):
    """A panel in a notebook; subclasses say what its scene is."""

    _css = STYLE
    scene = traitlets.Dict().tag(sync=True)
    """What the page shows; plain data."""
    _retired = True  # until it has begun: one that was refused can be closed as well
    words = traitlets.Dict().tag(sync=True)
    """What the page itself writes, in the present language."""

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
        self._carrier = Carrier(self, self._on_page)
        self._channel = Channel(
            self._key, self._carrier, self._refresh, streams or {}, every
        )

    def _open(self) -> None:
        """Take the place of a former panel and begin; the subclass is ready."""
        with _panels_lock:
            former = _panels.pop(self._key, None)
            _panels[self._key] = self
        if former is not None:
            former.retire(WORDS["replaced"])
        self._show(self._scene())
        self._channel.start()

    # --- what a subclass says ---

    def _words(self) -> dict[str, Any]:
        """What the page itself writes: whole tables of the catalogue."""
        return {**PAGE}

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
        self._carrier.close()
        self.scene = {**self.scene, "closed": why}

    def unheard(self) -> float:
        """Seconds since a page that shows the panel last said something; infinite
        before the first one did."""
        return self._channel.unheard(clock.now())

    def close(self) -> None:
        """Stop and go from the page. Safe to repeat."""
        self.retire(WORDS["closed"])
        super().close()

    def _refresh(self) -> None:
        if self._retired:
            return
        scene = self._scene()
        self._show(scene)
        if "closed" in scene:  # what it shows has ended for good
            self.retire(scene["closed"])

    def _show(self, scene: dict[str, Any]) -> None:
        with self.hold_sync():  # the page gets new words and the scene in them at once
            if self.words.get("language") != language():
                spoken = {"language": language(), "languages": [*LANGUAGES.items()]}
                self.words = {**self._words(), **spoken}
            if scene != self.scene:
                self.scene = scene

    def _on_page(self, _: object, content: Any, buffers: object) -> None:
        if self._retired or not isinstance(content, dict):
            return
        kind = content.get("kind")
        if kind == "language":
            _choose(content.get("language"))
        elif kind in ("hello", "ack", "bye"):
            self._channel.hear(content)
            if kind == "hello":
                page_speaks(content.get("language"))
        else:
            self._on_command(content)


def _choose(code: object) -> None:
    """A page's menu; what is no language here is ignored."""
    if isinstance(code, str) and code in LANGUAGES:
        language(code)


@on_change
def _repeat() -> None:
    """All panels say what they show again, in the new language."""
    with _panels_lock:
        panels = tuple(_panels.values())
    for panel in panels:
        panel._channel.wake()
