"""The drawer of sources: where a phone's picture and sound come from, and how good they
are, changed by menus and sliders while the call goes on.

Requirements C8, C9, D2. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labkit.devices import find_cameras
from labkit.errors import LabkitError
from labkit.panels import quality_view, sources
from labkit.panels.wishes import Wishes
from labkit.panels.words import say
from labkit.phone import PICTURE_QUALITIES, Phone

KEYS = quality_view.KEYS | frozenset(sources.KINDS) | {"look"}


class SourceDrawer:
    """The wishes of one phone's panel for its devices and its pictures."""

    def __init__(
        self, phone: Phone, folder: Path | None, done: Callable[[], None]
    ) -> None:
        """`folder` holds the files that can be chosen; `done` is called after each
        change."""
        self._phone, self._folder = phone, folder
        self._offered = sources.offered(folder)
        self.wishes = Wishes(f"{phone.name}-studio", self._fulfil, done)

    def view(self, codec: str) -> dict[str, Any]:
        """Plain data for the page: menus, values, what is wrong."""
        devices = self._phone.devices
        qualities = quality_view.quality_view(
            self._phone.picture_quality, PICTURE_QUALITIES, codec
        )
        chosen = {
            kind: sources.name_of(getattr(devices, kind), kind, self._offered)
            for kind in sources.KINDS
        }
        menus = {
            kind: [[source.name, source.label] for source in self._offered[kind]]
            for kind in sources.KINDS
        }
        for kind, name in chosen.items():
            if not name:  # a device of the user's own making
                menus[kind].insert(0, ["", str(getattr(devices, kind).name)[:120]])
        return {
            **qualities,
            "menus": menus,
            "values": {**qualities["values"], **chosen},
            "errors": {key: say(why) for key, why in self.wishes.errors.items()},
            "heard": dict(self.wishes.heard),
        }

    def _fulfil(self, wanted: Mapping[str, Any]) -> Mapping[str, str]:
        """On the worker's thread; what is wrong with which wish."""
        errors: dict[str, str] = {}
        if "look" in wanted:
            cameras = [(found.spec, found.name) for found in find_cameras()]
            self._offered = sources.offered(self._folder, cameras)
        for kind in sources.KINDS:
            if not wanted.get(kind):
                continue
            try:
                spec = sources.spec(kind, wanted[kind], self._offered, self._folder)
                self._phone.use(**{kind: spec})
            except LabkitError as told:
                errors[kind] = str(told)
        if wanted.keys() & quality_view.KEYS:
            quality, wrong = quality_view.changed(
                self._phone.picture_quality, PICTURE_QUALITIES, wanted
            )
            errors.update(wrong)
            self._phone.picture_quality = quality
        return errors
