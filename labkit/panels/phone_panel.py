"""A phone on the page: buttons, pictures, levels, figures.

    PhonePanel(alice)

Buttons only leave commands with a worker; what is shown is a pure function of the
phone's state (`view_model`). Python can press the same buttons: `panel.click("Call")`.

Requirements D1-D3, A10, A13, A14. Notebook: 04-videocall.
"""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from labkit.errors import LabkitError, LocalError, NoAnswer
from labkit.net import clock
from labkit.panels.live import LivePanel, script
from labkit.panels.measures import NOTHING, measured
from labkit.panels.view_model import Desk, Entry, buttons, headline, phone_view
from labkit.panels.words import BUTTONS, WORDS
from labkit.panels.worker import Worker
from labkit.phone import Phone, PhoneState

LONGEST_NAME = 256
_log = logging.getLogger("labkit.panels")


class PhonePanel(LivePanel):
    """One phone's panel; a second one for the same name takes the first one's place."""

    _esm = script("phone.js")

    def __init__(self, phone: Phone) -> None:
        super().__init__(phone.name, {"peer": 30.0, "own": 15.0})
        self.phone = phone
        self._desk = Desk()
        self._desk_lock = threading.Lock()
        self._worker = Worker(phone.name)
        self._commands: Mapping[str, Callable[[], None]] = {
            "register": self._register,
            "unregister": self._unregister,
            "query": self._query,
            "list": self._list,
            "call": lambda: _forget(phone.call(self._name)),
            "answer": lambda: _forget(phone.answer(0)),
            "refuse": lambda: _forget(phone.refuse(0)),
            "hang_up": lambda: _forget(phone.hang_up()),
            "hold": lambda: _forget(phone.hold()),
            "resume": lambda: _forget(phone.resume()),
        }
        offer = self._channel.offer
        self._stops = [
            phone.subscribe(self._phone_changed),
            phone.peer.watch(lambda shown: offer("peer", shown.as_jpeg)),
            phone.own.watch(lambda shown: offer("own", shown.as_jpeg)),
        ]
        self._open()

    # --- for Python: the same as the page does ---

    def click(self, button: str, timeout: float = 10.0) -> None:
        """Press a button by its name, "Call", and wait until that is done.

        What goes wrong is shown in the panel (`error`), as when a person clicks.
        Raises LocalError when the button is disabled or does not exist, NoAnswer when
        it is not done in `timeout` seconds.
        """
        command = next((c for c, name in BUTTONS.items() if name == button), None)
        if command is None:
            known = ", ".join(BUTTONS.values())
            raise LocalError(WORDS["no_button"].format(button=button, buttons=known))
        if not self.enabled(button):
            state, _ = headline(self.phone.state)
            raise LocalError(WORDS["not_now"].format(button=button, state=state))
        done = self._post(command)
        try:
            if done is not None:
                done.result(timeout)
        except concurrent.futures.TimeoutError:
            raise NoAnswer(
                WORDS["settle"].format(button=button, seconds=timeout)
            ) from None

    def type_name(self, name: str) -> None:
        """Fill the field for the name to look up or call."""
        self._note(typed=name, typed_by_us=self._desk.typed_by_us + 1)

    def enabled(self, button: str) -> bool:
        """Whether a button can be pressed now, by its name."""
        return any(
            BUTTONS[command] == button and on
            for command, on in buttons(self.phone.state, self._desk).items()
        )

    @property
    def error(self) -> str:
        """Why the last command failed, as the panel shows it; empty if it did not."""
        return self._desk.error

    @property
    def notice(self) -> str:
        """The last thing the panel told, in words."""
        return self._desk.said

    # --- inside ---

    @property
    def _name(self) -> str:
        return self._desk.typed.strip()

    def _scene(self) -> dict[str, Any]:
        state = self.phone.state
        up = state.call is not None and state.call.state.is_up
        if not up:
            self._channel.forget("peer")
            self._channel.forget("own")
        figures = measured(self.phone, clock.now()) if up else NOTHING
        return phone_view(state, self._desk, figures)

    def _on_command(self, content: Mapping[str, Any]) -> None:
        text = content.get("text")
        if isinstance(text, str):
            self._note(typed=text[:LONGEST_NAME])
        command = str(content.get("command"))
        if content.get("kind") == "command" and command in BUTTONS:
            self._post(command)

    def _post(self, command: str) -> concurrent.futures.Future[None] | None:
        done = self._worker.post(lambda: self._do(command))
        if done is None:
            working = BUTTONS.get(self._desk.working, BUTTONS[command])
            self._note(error=WORDS["busy_worker"].format(button=working))
        return done

    def _do(self, command: str) -> None:
        """On the worker's thread: whatever happens ends in words on the panel."""
        if not buttons(self.phone.state, self._desk)[command]:
            state, _ = headline(self.phone.state)
            text = WORDS["not_now"].format(button=BUTTONS[command], state=state)
            self._note(error=text)
            return
        self._note(working=command, error="")
        error = ""
        try:
            self._commands[command]()
        except LabkitError as told:
            error = str(told)
        except Exception as unexpected:
            _log.exception("%s failed", command)
            error = WORDS["unexpected"].format(
                button=BUTTONS[command], error=type(unexpected).__name__
            )
        self._note(working="", error=error)

    def _note(self, **changes: Any) -> None:
        with self._desk_lock:
            self._desk = replace(self._desk, **changes)
        self._channel.wake()

    def _phone_changed(self, state: PhoneState) -> None:
        self._note(said=state.notice)

    def _register(self) -> None:
        self.phone.register()
        self._fetch_users()

    def _unregister(self) -> None:
        self.phone.unregister()
        self._note(users=None)

    def _query(self) -> None:
        user = self.phone.query(self._name)
        address = f"{user.host}:{user.port}"
        self._note(said=WORDS["found"].format(name=user.name, address=address))

    def _list(self) -> None:
        count = self._fetch_users()
        word = "listed_one" if count == 1 else "listed"
        self._note(said=WORDS[word].format(count=count))

    def _fetch_users(self) -> int:
        users = tuple(
            Entry(user.name, f"{user.host}:{user.port}") for user in self.phone.users()
        )
        self._note(users=users)
        return len(users)

    def _let_go(self) -> None:
        for stop in self._stops:
            stop()
        self._worker.close()


def _forget(_: object) -> None:
    """The phone's methods return a Call; the panel shows the state instead."""
