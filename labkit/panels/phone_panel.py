"""A phone on the page: pictures, buttons, chat, sources, figures.

    PhonePanel(alice)
    PhonePanel(alice, files="clips", recordings="recordings")

Buttons only leave commands (`commands.py`); what is shown is a pure function of the
phone's state (`view_model`). Python can press the same buttons: `panel.click("Call")`.

Requirements D1-D3, A10, A13, A14, C2-C9. Notebook: 04-videocall.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import traitlets

from labkit.errors import LocalError, NoAnswer
from labkit.net import clock
from labkit.panels.commands import Commands
from labkit.panels.live import LivePanel, script
from labkit.panels.measures import NOTHING, Measuring
from labkit.panels.page_devices import SCRIPTS, devices_view, line_of
from labkit.panels.source_drawer import KEYS, SourceDrawer
from labkit.panels.view_model import buttons, headline, phone_view
from labkit.panels.words import BUTTONS, DEVICES_PAGE, WORDS, button_named
from labkit.phone import Phone, PhoneState

LONGEST_NAME = 256
LONGEST_LINE = 1000
"""Letters of one line of chat."""


SELDOM = ("chat", "studio")
"""Parts of the scene that are sent by themselves, when they change."""


class PhonePanel(LivePanel):
    """One phone's panel; a second one for the same name takes the first one's place."""

    _esm = script(
        "controls.js",
        *SCRIPTS,
        *(f"phone/{name}.js" for name in (
            "icons", "commands", "stage", "ring", "people", "chat", "studio",
            "figures", "tabs", "keys",
        )),
        "phone.js",
    )  # fmt: skip
    rest = traitlets.Dict().tag(sync=True)
    """What of the scene is large and changes seldom: the chat, the menus."""
    line = traitlets.Unicode("").tag(sync=True)
    """The model through which the browser's devices speak."""

    def __init__(
        self,
        phone: Phone,
        *,
        files: str | Path | None = None,
        recordings: str | Path | None = None,
    ) -> None:
        """`files`: a folder whose films and sounds can be chosen as sources, and no
        others. `recordings`: the folder that recordings are written into; it is made
        when the first begins. Raises LocalError when `files` is no folder.
        """
        folder = None if files is None else Path(files).expanduser()
        if folder is not None and not folder.is_dir():
            raise LocalError(WORDS["no_such_folder"].format(folder=folder))
        super().__init__(phone.name, {"peer": 30.0, "own": 15.0})
        self.phone = phone
        self._line = line_of(phone)
        self.line = self._line.reference
        wake = self._channel.wake
        keep = None if recordings is None else Path(recordings).expanduser()
        self._commands = Commands(phone, keep, wake)
        self._drawer = SourceDrawer(phone, folder, wake)
        self._measuring = Measuring(phone)
        offer = self._channel.offer
        self._stops = [
            phone.subscribe(self._phone_changed),
            phone.peer.watch(lambda shown: offer("peer", shown.as_jpeg)),
            phone.own.watch(lambda shown: offer("own", shown.as_jpeg)),
        ]
        self._open()

    # --- for Python: the same as the page does ---

    def click(self, button: str, timeout: float = 10.0) -> None:
        """Press a button by its name, "Call", and wait until that is done. The name may
        be English or of the present language.

        What goes wrong is shown in the panel (`error`), as when a person clicks.
        Raises LocalError when the button is disabled or does not exist, NoAnswer when
        it is not done in `timeout` seconds.
        """
        command = button_named(button)
        if command is None:
            known = ", ".join(BUTTONS.values())
            raise LocalError(WORDS["no_button"].format(button=button, buttons=known))
        if not self.enabled(button):
            state, _ = headline(self.phone.state)
            raise LocalError(WORDS["not_now"].format(button=button, state=state))
        _wait(self._commands.post(command), button, timeout)

    def type_name(self, name: str) -> None:
        """Fill the field for the name to look up or call."""
        desk = self._commands.desk
        self._commands.note(typed=name, typed_by_us=desk.typed_by_us + 1)

    def enabled(self, button: str) -> bool:
        """Whether a button can be pressed now, by its name."""
        command = button_named(button)
        return command is not None and self._enabled[command]

    @property
    def error(self) -> str:
        """Why the last command failed, as the panel shows it; empty if it did not."""
        return self._commands.desk.error

    @property
    def notice(self) -> str:
        """The last thing the panel told, in words."""
        return self._commands.desk.said

    # --- inside ---

    @property
    def _enabled(self) -> dict[str, bool]:
        return buttons(self.phone.state, self._commands.desk)

    def _words(self) -> dict[str, Any]:
        return {**super()._words(), **DEVICES_PAGE}

    def _scene(self) -> dict[str, Any]:
        state = self.phone.state
        up = state.call is not None and state.call.state.is_up
        if not up:
            self._channel.forget("peer")
            self._channel.forget("own")
        figures = self._measuring.measured(clock.now()) if up else NOTHING
        studio = self._drawer.view(figures.codec)
        scene = phone_view(state, replace(self._commands.desk, studio=studio), figures)
        return {**scene, "devices": devices_view(self.phone)}

    def _show(self, scene: dict[str, Any]) -> None:
        with self.hold_sync():  # the page gets both at once
            rest = {key: scene.pop(key) for key in SELDOM if key in scene}
            if rest and rest != self.rest:
                self.rest = rest
            super()._show(scene)

    def _on_command(self, content: Mapping[str, Any]) -> None:
        kind, text = content.get("kind"), content.get("text")
        if kind == "set":
            self._drawer.wishes.hear(content, KEYS)
        if kind == "say" and isinstance(text, str):
            if text.strip() and len(text) <= LONGEST_LINE:
                self._commands.say(text)
        elif isinstance(text, str):
            self._typed(str(kind), text[:LONGEST_NAME])
        command = str(content.get("command"))
        if kind == "command" and command in BUTTONS:
            self._commands.post(command)

    def _typed(self, kind: str, text: str) -> None:
        match kind:
            case "typed":
                self._commands.note(typed=text, search=text)
            case "chosen" | "command":
                self._commands.note(typed=text)

    def _phone_changed(self, state: PhoneState) -> None:
        self._commands.note(said=state.notice)

    def _let_go(self) -> None:
        for stop in self._stops:
            stop()
        self._line.leave()
        self._commands.close()
        self._drawer.wishes.close()


def _wait(
    done: concurrent.futures.Future[None] | None, button: str, timeout: float
) -> None:
    if done is None:
        return
    try:
        done.result(timeout)
    except concurrent.futures.TimeoutError:
        text = WORDS["settle"].format(button=button, seconds=timeout)
        raise NoAnswer(text) from None
