"""What a call carries besides its media: texts, and the consent to a recording.

Texts are requests of their own, MESSAGE (RFC 3428, `chat.py`); consent is a line of the
session descriptions in re-INVITEs (RFC 7866, `consent.py`).

Notebook: 02-signalling, 04-videocall.
"""

from __future__ import annotations

from labkit.effects import Effect, Notify
from labkit.errors import LocalError
from labkit.signalling.machine.conversation import Conversation
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.events import TextReceived
from labkit.signalling.machine.server_transaction import ServerTransaction
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.text import readable


class Talk(Conversation):
    """A conversation in which one can also write, and record with consent."""

    # --- texts ---

    def say(self, text: str, now: float) -> tuple[int, list[Effect]]:
        """Say something in writing; also returns its number in this call."""
        dialog = self._must_be_up("carry text")
        if not self._takes_text:
            raise LocalError(
                f"{self.peer.name}'s phone takes no text (its Allow header does not "
                "name MESSAGE); say it aloud"
            )
        number = self.chat.say(text, dialog)
        return number, self._chat_on(now)

    def _chat_on(self, now: float) -> list[Effect]:
        """Send the next text, but not while a re-INVITE of ours is under way: overtaken
        by a later number it would be refused (section 12.2.2)."""
        if self.dialog is None or self._reinvite is not None or not self.state.is_up:
            return []
        return self.chat.go_on(self.dialog, now)

    def _text_came(self, transaction: ServerTransaction, now: float) -> list[Effect]:
        """The other side says something in writing (RFC 3428 section 7)."""
        if not self.state.is_up:
            return self._answer(transaction, 481, now)
        refusal = self.chat.refusal_of(transaction.request, now)
        if refusal is not None:
            status, *headers = refusal
            return self._answer(transaction, status, now, headers=tuple(headers))
        text = readable(transaction.request.body.decode())
        effects = self._answer(transaction, 200, now)
        if text:
            effects.append(Notify(TextReceived(self.call_id, text)))
        return effects

    def _other_request(
        self, transaction: ServerTransaction, now: float
    ) -> list[Effect]:
        if transaction.request.method == "MESSAGE":
            return self._text_came(transaction, now)
        return super()._other_request(transaction, now)

    def responded(
        self, response: Response, source: Destination | None, now: float
    ) -> list[Effect]:
        """An answer to a request of ours; no source: a timer's or transport's word."""
        if response.cseq.method != "MESSAGE" or self.dialog is None:
            return super().responded(response, source, now)
        effects = self.chat.responded(response, self.dialog, now)
        return effects + self._chat_on(now)

    def _reinvite_answered(
        self, response: Response, is_own: bool, now: float
    ) -> list[Effect]:
        effects = super()._reinvite_answered(response, is_own, now)
        return effects + self._chat_on(now)

    # --- recording ---

    def record(self, wanted: bool, now: float) -> list[Effect]:
        """Ask the peer whether we may record the call; or stop, or ask no more."""
        self._must_be_up("be recorded")
        if wanted and not self._is_record_aware:
            raise LocalError(
                f"{self.peer.name}'s phone cannot be asked for consent (it is not "
                "record-aware, RFC 7866), so the call is not recorded"
            )
        consent, wish = self.session.consent, self.session.wish
        self.session.wish = consent.asked(wish) if wanted else consent.stopped(wish)
        return self._negotiate(now)

    def allow_recording(self, allows: bool, now: float) -> list[Effect]:
        """Let the peer record the call, or not; also later, in the midst of it."""
        self._must_be_up("be recorded")
        session = self.session
        session.wish = session.consent.decided(session.wish, allows)
        return self._negotiate(now)
