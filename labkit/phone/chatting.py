"""Text during a call, beside sound and pictures: SIP MESSAGE, RFC 3428.

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.effects import Effect
from labkit.net import clock
from labkit.phone.call import Call
from labkit.phone.calls import Calls
from labkit.phone.chat_log import ChatLine
from labkit.phone.notices import Notices
from labkit.phone.present import Present
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import TextDelivered, TextFailed, TextReceived
from labkit.signalling.messages.text import readable


class Chatting:
    """Saying something in writing, and reading what the peer says."""

    def __init__(self, present: Present, calls: Calls, notices: Notices) -> None:
        self._present, self._calls, self._notices = present, calls, notices

    @property
    def lines(self) -> tuple[ChatLine, ...]:
        """What was written in the present (or last) call, oldest first."""
        call = self._present.call
        return call.log.lines if call is not None else ()

    def say(self, call: Call, text: str) -> ChatLine:
        """Say something in writing to the peer of this call."""

        def speak(agent: UserAgent, now: float) -> tuple[ChatLine, list[Effect]]:
            number, effects = agent.say(call.call_id, text, now)
            line = ChatLine(True, readable(text), now, "sending", number=number)
            return call.log.add(line), effects

        line = self._calls.line.do(speak)
        self._notices.refresh()
        return line

    def hear(self, event: object) -> None:
        """What signalling tells, on the loop's thread."""
        match event:
            case TextReceived() if call := self._calls.known(event.call_id):
                call.log.add(ChatLine(False, event.text, clock.now()))
                self._notices.refresh()
            case TextDelivered() if call := self._calls.known(event.call_id):
                call.log.settle(event.number, "delivered")
                self._notices.refresh()
            case TextFailed() if call := self._calls.known(event.call_id):
                call.log.settle(event.number, "failed", event.why)
                self._notices.tell(f"your text did not arrive: {event.why}")
