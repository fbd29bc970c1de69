"""Text during a call, beside sound and pictures: SIP MESSAGE, RFC 3428.

The base of `Phone`, for what is said in writing. Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.effects import Effect
from labkit.net import clock
from labkit.phone.calls import Calls
from labkit.phone.chat import ChatLine
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import (
    TextDelivered,
    TextFailed,
    TextReceived,
)
from labkit.signalling.messages.text import readable


class Chatting(Calls):
    """Saying something in writing, and reading what the peer says."""

    _notice: str

    def say(self, text: str) -> ChatLine:
        """Say something in writing to the peer of the present call; also on hold.

        Returns at once; the line of `chat` tells later whether it arrived. Raises
        LocalError in no call, for a text that is empty or too long (about 800 bytes),
        when too many wait, or when the peer's phone takes no text.
        """
        call = self._present()

        def speak(agent: UserAgent, now: float) -> tuple[ChatLine, list[Effect]]:
            number, effects = agent.say(call.call_id, text, now)
            line = ChatLine(True, readable(text), now, "sending", number=number)
            return call.log.add(line), effects

        line = self._endpoint.do(speak)
        self._tell(self._notice)
        return line

    @property
    def chat(self) -> tuple[ChatLine, ...]:
        """What was written in the present (or last) call, oldest first."""
        return self._call.log.lines if self._call is not None else ()

    def _on_event(self, event: object) -> None:
        match event:
            case TextReceived() if event.call_id in self._calls:
                line = ChatLine(False, event.text, clock.now())
                self._calls[event.call_id].log.add(line)
                self._tell(self._notice)
            case TextDelivered() if event.call_id in self._calls:
                self._calls[event.call_id].log.settle(event.number, "delivered")
                self._tell(self._notice)
            case TextFailed() if event.call_id in self._calls:
                log = self._calls[event.call_id].log
                log.settle(event.number, "failed", event.why)
                self._tell(f"your text did not arrive: {event.why}")
            case _:
                super()._on_event(event)
