"""The way to a phone without a line of code: a name, a registry, and there it is.

    PhoneDoor()                         in a notebook, or as a page of its own by Voilà
    PhoneDoor(registry="192.168.1.7:5000", camera="browser")

The fields begin with what the page's address says, as in
`?name=alice&registry=192.168.1.7:5000`; else with what is given here, or the
environment's LABKIT_REGISTRY. A name that somebody has is not fought for: the door
fills in one that is free and says so.

A page of Voilà's has a kernel of its own, to which nobody comes back: when it is closed
or loaded anew, the phone says goodbye too. In a notebook the call goes on.

Requirements A1, A14, B6, D1. Notebook: 10-two-laptops.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import ipywidgets

from labkit.errors import LabkitError
from labkit.net import clock
from labkit.panels.command_thread import CommandThread
from labkit.panels.live import LivePanel, script
from labkit.panels.phone_panel import PhonePanel
from labkit.panels.words import DOOR, PAGE, say
from labkit.phone import Phone

AWAY = 10.0
"""Seconds after which a page that says nothing is closed."""
LONGEST = 256
"""Characters of a field that a page may send."""
_count = itertools.count(1)


class PhoneDoor:
    """Asks for name and registry, opens that phone, and gives its panel the place."""

    def __init__(self, name: str = "", registry: str = "", **settings: Any) -> None:
        """`settings` are those of Phone: its devices, formats and so on."""
        self.phone: Phone | None = None
        """The phone, once it is open."""
        self._over = threading.Event()
        asked = _of_the_page()
        self.form = Form(
            asked.get("name") or name,
            asked.get("registry") or registry or os.environ.get("LABKIT_REGISTRY", ""),
            lambda who, where: self.open(who, where, **settings),
        )
        self.place = ipywidgets.VBox([self.form])
        """The widget: the form first, the phone's panel later."""

    def open(self, name: str, registry: str, **settings: Any) -> Phone:
        """Make the phone, register it, show its panel in place of the form.

        Without a registry, calls go to addresses only. Raises LocalError for a name or
        an address that cannot be, NameTaken, AddressTaken, NoAnswer.
        """
        phone = Phone(name.strip(), registry.strip() or None, **settings)
        try:
            if phone.state.registry is not None:
                phone.register()
        except LabkitError:
            if phone.state.suggestion:
                self.form.suggest(phone.state.suggestion)
            phone.close()
            raise
        self.phone = phone
        panel = PhonePanel(phone)
        self.place.children = [panel]
        self.form.close()
        if _is_voila():
            threading.Thread(
                target=self._mind, args=(panel,), name="labkit-door", daemon=True
            ).start()
        return phone

    def _mind(self, panel: PhonePanel) -> None:
        """Close when the page has gone."""
        opened = clock.now()
        while not self._over.wait(1.0):
            if min(panel.unheard(), clock.now() - opened) > AWAY:
                self.close()

    def close(self) -> None:
        """Close the phone, its panel and the form. Safe to repeat."""
        self._over.set()
        if self.phone is not None:
            self.phone.close()
        for panel in self.place.children:
            panel.close()
        self.place.close()

    def _repr_mimebundle_(self, **how: Any) -> Any:
        return self.place._repr_mimebundle_(**how)


class Form(LivePanel):
    """Two fields and a button; `enter` is called with what they say, on a thread."""

    _esm = script("door.js")

    def __init__(self, name: str, registry: str, enter: Any) -> None:
        super().__init__(f"{next(_count)}", every=1.0)
        self._name, self._registry, self._enter = name, registry, enter
        self._filled = 1
        self._working, self._error = False, ""
        self._worker = CommandThread("door")
        self._open()

    def _words(self) -> dict[str, Any]:
        return {**PAGE, **DOOR}

    def _scene(self) -> dict[str, Any]:
        return {
            "name": self._name,
            "registry": self._registry,
            "filled": self._filled,
            "working": self._working,
            "error": self._error,
        }

    def _on_command(self, content: Mapping[str, Any]) -> None:
        name, registry = content.get("name"), content.get("registry")
        if content.get("kind") != "enter" or self._working:
            return
        if isinstance(name, str) and isinstance(registry, str):
            self._name, self._registry = name[:LONGEST], registry[:LONGEST]
            self._working = self._worker.post(self._go) is not None
            self._channel.wake()

    def suggest(self, name: str) -> None:
        """Fill in a name that is free."""
        self._name, self._filled = name, self._filled + 1

    def _go(self) -> None:
        """On the worker's thread; whatever happens ends in words."""
        error = ""
        try:
            self._enter(self._name, self._registry)
        except LabkitError as wrong:
            error = say(wrong)
        finally:
            self._working, self._error = False, error
            self._channel.wake()

    def _let_go(self) -> None:
        self._worker.close()


def _is_voila() -> bool:
    """Whether this kernel was started for one page of Voilà's."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def _of_the_page() -> dict[str, str]:
    """What the page's own address says, where a server hands it on, as Voilà does."""
    asked = parse_qs(os.environ.get("QUERY_STRING", "")[:4096])
    return {key: values[0][:LONGEST] for key, values in asked.items()}
