"""The console phone: digits and letters for those who have no notebook at hand (B20).

    1  query a name and call it        Y / N  answer or refuse a call that rings
    0  close the connection            h      hang up
                                       a longer line is said to the peer in writing

What a line of input means depends on how the phone stands at that moment; that is all
the state there is. The program around it (`labkit phone`) reads the lines and prints.

Requirements B7, B8, B14, B17-B21. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.errors import LabkitError
from labkit.phone import Phone, PhoneState
from labkit.phone.state import CallSnapshot
from labkit.signalling.machine.states import CallState


class Console:
    """Turns typed lines into what the phone does, and its changes into words.

    `say` prints one line; `hang_up_key` is the letter that ends a call, so that several
    consoles on one machine can have their own (B21).
    """

    GOODBYE = "Goodbye."
    END_FIRST = "End the call first: {key} hangs up."
    ANSWER = "{peer} is calling. Answer? Y or N"
    HANGS_UP = "{key} hangs up"
    WHOM = "Whom do you want to call? (a name; empty to go back)"
    MENU = "1 query a name and call it    0 close the connection"

    def __init__(
        self, phone: Phone, say: Callable[[str], None], hang_up_key: str = "h"
    ) -> None:
        self._phone = phone
        self._say = say
        self._key = hang_up_key.lower()
        self._asked_for_name = False
        self._told = ""
        self._read_until = 0.0
        """When the last text of the peer came that was printed."""
        self._stop: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Register and show the menu. Raises what `Phone.register` raises (B6)."""
        self._phone.register()
        self._stop = self._phone.subscribe(self._changed)
        self._changed(self._phone.state)

    def line(self, text: str) -> bool:
        """Act on one typed line; False when it was the last one."""
        text = text.strip()
        try:
            return self._act(text)
        except LabkitError as error:
            self._say(str(error))
            self._say(self._question())
        return True

    def _act(self, text: str) -> bool:
        state = self._phone.state
        call = state.call
        if call is not None and call.state is CallState.INCOMING:
            self._answer_or_refuse(text)
        elif call is not None and not call.state.is_over:
            self._in_call(text, call)
        elif self._asked_for_name:
            self._asked_for_name = False
            if text:
                self._phone.call(text)
            else:
                self._say(self._question())
        elif text == "0":
            self._stop()
            self._phone.close()
            self._say(self.GOODBYE)
            return False
        elif text == "1":
            self._asked_for_name = True
            self._say(self._question())
        else:
            self._say(self._question())
        return True

    def _answer_or_refuse(self, text: str) -> None:
        match text.lower():
            case "y":
                self._phone.answer()
            case "n":
                self._phone.refuse()
            case _:
                self._say(self._question())

    def _allow_or_refuse(self, allows: bool) -> None:
        if allows:
            self._phone.allow_recording()
        else:
            self._phone.refuse_recording()

    def _in_call(self, text: str, call: CallSnapshot) -> None:
        if text.lower() == self._key:
            self._phone.hang_up()
        elif call.recording == "asking" and text.lower() in ("y", "n"):
            self._allow_or_refuse(text.lower() == "y")
        elif len(text) > 1:
            self._phone.say(text)
        elif text == "0":
            self._say(self.END_FIRST.format(key=self._key))
        else:
            self._say(self._question())

    def _changed(self, state: PhoneState) -> None:
        """Say what changed, once, and what can be typed now."""
        if state.call is not None:
            self._read(state.call)
        if state.notice and state.notice != self._told:
            self._told = state.notice
            self._say(state.notice)
            if not state.closed:
                self._say(self._question())

    def _read(self, call: CallSnapshot) -> None:
        """Say what the peer has written since."""
        for line in call.chat:
            if not line.mine and line.at > self._read_until:
                self._read_until = line.at
                text = line.text.replace("\n", "\n    ")  # looks like no other line
                self._say(f"{call.peer}: {text}")

    def _question(self) -> str:
        call = self._phone.state.call
        if call is not None and call.state is CallState.INCOMING:
            return self.ANSWER.format(peer=call.peer)
        if call is not None and call.recording == "asking":
            return f"{call.peer} would like to record the call. Allow it? Y or N"
        if call is not None and call.state.is_up:
            return f"{self._key} hangs up; a longer line is said in writing"
        if call is not None and not call.state.is_over:
            return self.HANGS_UP.format(key=self._key)
        if self._asked_for_name:
            return self.WHOM
        return self.MENU
