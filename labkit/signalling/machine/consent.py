"""Recording with consent: who asks, who allows, and when it is over (RFC 7866).

The RFC tells the other side that it is recorded, and lets it say what it prefers. The
kit asks first, with the same words:

    asks      a=record:paused         "I would record, and do not yet"
    allows    a=recordpref:on         and only now: a=record:on
    refuses   a=recordpref:off        also later; then a=record:off at once

They travel in the session descriptions of re-INVITEs. What a description does not say
again stays as it was said.

Notebook: 04-videocall.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

from labkit.errors import LocalError
from labkit.signalling.machine.offer_answer import Wish
from labkit.signalling.messages.recording import Recording, RecordingPreference
from labkit.signalling.messages.sdp import SessionDescription

Ours: TypeAlias = Literal["", "asked", "on", "refused"]
Theirs: TypeAlias = Literal["", "asking", "on"]


class Consent:
    """What both sides have said of recording so far."""

    def __init__(self) -> None:
        self._theirs: Recording | None = None
        self._was_refused = False

    # --- for whoever watches ---

    def ours(self, wish: Wish, agreed: Wish) -> Ours:
        """Whether we record: "on" only when we want to, may, and have said so."""
        if wish.record is Recording.ON and agreed.record is Recording.ON:
            return "on"
        if wish.record in (Recording.ON, Recording.PAUSED):
            return "asked"
        return "refused" if self._was_refused else ""

    def theirs(self, wish: Wish) -> Theirs:
        """Whether the peer records, or waits for our word."""
        if self._theirs is Recording.ON:
            return "on"
        answers = (RecordingPreference.ON, RecordingPreference.OFF)
        is_open = self._theirs is Recording.PAUSED and wish.preference not in answers
        return "asking" if is_open else ""

    # --- what our user wants ---

    def asked(self, wish: Wish) -> Wish:
        """The wish of one who asks; raises LocalError if that was done already."""
        if wish.record in (Recording.ON, Recording.PAUSED):
            done = "are recording" if wish.record is Recording.ON else "have asked"
            raise LocalError(f"you {done} already; stop first to begin again")
        self._was_refused = False
        return replace(wish, record=Recording.PAUSED)

    def stopped(self, wish: Wish) -> Wish:
        """The wish of one who records no more, or takes the question back."""
        self._was_refused = False
        return replace(wish, record=wish.record and Recording.OFF)

    def decided(self, wish: Wish, allows: bool) -> Wish:
        """The wish of one who was asked; raises LocalError if nobody asked."""
        if self._theirs not in (Recording.ON, Recording.PAUSED):
            raise LocalError("the other side neither records nor asks to")
        word = RecordingPreference.ON if allows else RecordingPreference.OFF
        return replace(wish, preference=word)

    # --- what the other side says ---

    def heard(
        self, remote: SessionDescription, wish: Wish, agreed: Wish
    ) -> tuple[Wish, Wish]:
        """A description came; returns what we want, and what our answer is to say."""
        said, theirs = preference_of(remote), record_of(remote) or self._theirs
        if theirs is not self._theirs and wish.preference is not None:
            begins = self._theirs in (None, Recording.OFF)
            allowed = wish.preference is RecordingPreference.ON
            if begins or (theirs is Recording.OFF and allowed):
                # What we said was for that time, not for the next.
                none = RecordingPreference.NOPREFERENCE
                wish, agreed = (replace(w, preference=none) for w in (wish, agreed))
        self._theirs = theirs
        now = self._follow(said, wish, agreed)
        if now is not None:
            wish, agreed = (replace(w, record=now) for w in (wish, agreed))
        return wish, agreed

    def _follow(
        self, said: RecordingPreference | None, wish: Wish, agreed: Wish
    ) -> Recording | None:
        """What becomes of our recording by what they prefer; None: nothing new."""
        asked_or_on = (Recording.PAUSED, Recording.ON)
        if wish.record not in asked_or_on or agreed.record not in asked_or_on:
            return None  # not wanted, or they do not know of it yet
        if said is RecordingPreference.ON:
            return Recording.ON
        if said in (RecordingPreference.OFF, RecordingPreference.PAUSE) or (
            said is RecordingPreference.NOPREFERENCE and wish.record is Recording.ON
        ):
            self._was_refused = True
            return Recording.OFF
        return None


def record_of(description: SessionDescription) -> Recording | None:
    """Whether any medium is recorded, or would be; None: not a word of it."""
    said = [m.record or description.record for m in description.media if m.port]
    for word in (Recording.ON, Recording.PAUSED, Recording.OFF):
        if word in said:
            return word
    return None


def preference_of(description: SessionDescription) -> RecordingPreference | None:
    """What is preferred: "on" only if it is said of every medium; None: no word."""
    said = [m.preference or description.preference for m in description.media if m.port]
    for word in (RecordingPreference.OFF, RecordingPreference.PAUSE):
        if word in said:
            return word
    if said and all(word is RecordingPreference.ON for word in said):
        return RecordingPreference.ON
    return RecordingPreference.NOPREFERENCE if any(said) else None
