"""Does what a phone's buttons ask for, one thing after another, and keeps the desk.

A button's callback only leaves a command here. Whatever happens ends in words on the
desk, which the panel shows.

Requirements D2, A14. Notebook: 04-videocall.
"""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.errors import LabkitError
from labkit.panels.command_thread import CommandThread
from labkit.panels.view_model import Desk, ListedUser, buttons, headline
from labkit.panels.words import BUTTONS, PAGE, WORDS
from labkit.phone import Phone

_log = logging.getLogger("labkit.panels")


class Commands:
    """The commands of one phone's panel; `desk` is what the panel shows of them."""

    def __init__(
        self, phone: Phone, recordings: Path | None, wake: Callable[[], None]
    ) -> None:
        """`wake` is called whenever the desk has changed."""
        self.desk = Desk(can_record=recordings is not None)
        self._phone, self._recordings, self._wake = phone, recordings, wake
        self._lock = threading.Lock()
        self._worker = CommandThread(phone.name)
        self._commands: Mapping[str, Callable[[], object]] = {
            "register": self._register,
            "take_name": self._take_name,
            "unregister": self._unregister,
            "query": self._query,
            "list": self._list,
            "call": lambda: phone.call(self._name),
            "answer": lambda: phone.answer(0),
            "refuse": lambda: phone.refuse(0),
            "hang_up": phone.hang_up,
            "hold": phone.hold,
            "resume": phone.resume,
            "mute": phone.mute,
            "unmute": phone.unmute,
            "pause_video": phone.pause_video,
            "resume_video": phone.resume_video,
            "record": self._record,
            "stop_recording": phone.stop_recording,
            "allow_recording": phone.allow_recording,
            "refuse_recording": phone.refuse_recording,
        }

    def post(self, command: str) -> concurrent.futures.Future[None] | None:
        """Do a command of BUTTONS soon; None, and words, when too much waits."""
        return self._post(command, lambda: self._do(command))

    def say(self, text: str) -> concurrent.futures.Future[None] | None:
        """Send a line of chat soon; None, and words, when too much waits."""
        return self._post(
            "say", lambda: self._run("say", lambda: self._phone.say(text))
        )

    def note(self, **changes: Any) -> None:
        """Something on the desk has changed."""
        with self._lock:
            self.desk = replace(self.desk, **changes)
        self._wake()

    def close(self) -> None:
        """End after what is being done. Safe to repeat."""
        self._worker.close()

    # --- inside ---

    @property
    def _name(self) -> str:
        return self.desk.typed.strip()

    def _post(
        self, command: str, work: Callable[[], None]
    ) -> concurrent.futures.Future[None] | None:
        done = self._worker.post(work)
        if done is None:
            working = PAGE[self.desk.working or command]
            self.note(error=WORDS["busy_worker"].format(button=working))
        return done

    def _do(self, command: str) -> None:
        """On the worker's thread: whatever happens ends in words on the panel."""
        state = self._phone.state
        if buttons(state, self.desk)[command]:
            self._run(command, self._commands[command])
            return
        stands, _ = headline(state)
        text = WORDS["not_now"].format(button=BUTTONS[command], state=stands)
        self.note(error=text)

    def _run(self, command: str, work: Callable[[], object]) -> None:
        self.note(working=command, error="")
        error = ""
        try:
            work()
        except LabkitError as told:
            error = str(told)
        except Exception as unexpected:
            _log.exception("%s failed", command)
            error = WORDS["unexpected"].format(
                button=PAGE[command], error=type(unexpected).__name__
            )
        self.note(working="", error=error)

    def _register(self) -> None:
        self._phone.register()
        self._fetch_users()

    def _take_name(self) -> None:
        self._phone.rename(self._phone.state.suggestion)
        self._register()

    def _unregister(self) -> None:
        self._phone.unregister()
        self.note(users=None)

    def _query(self) -> None:
        user = self._phone.query(self._name)
        address = f"{user.host}:{user.port}"
        self.note(said=WORDS["found"].format(name=user.name, address=address))

    def _list(self) -> None:
        count = self._fetch_users()
        word = "listed_one" if count == 1 else "listed"
        self.note(said=WORDS[word].format(count=count))

    def _fetch_users(self) -> int:
        users = tuple(
            ListedUser(user.name, f"{user.host}:{user.port}")
            for user in self._phone.users()
        )
        self.note(users=users)
        return len(users)

    def _record(self) -> None:
        if self._recordings is not None:
            self._recordings.mkdir(parents=True, exist_ok=True)
            self._phone.record(self._recordings)  # a file in it, named by the time
