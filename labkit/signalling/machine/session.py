"""The media side of one call: what was offered, what was agreed, who holds whom.

RFC 3264 as a small machine above `offer_answer.py`. A wish becomes an offer; once the
other side agrees, it becomes the session. A refused wish leaves the session as it was.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import replace

from labkit.errors import RemoteError
from labkit.signalling.machine.consent import Consent, Ours, Theirs
from labkit.signalling.machine.offer_answer import (
    Wish,
    agreed_streams,
    answered_media,
    direction_of,
    offered_media,
)
from labkit.signalling.machine.profile import Profile
from labkit.signalling.messages.plan import AgreedStream
from labkit.signalling.messages.recording import Recording, RecordingPreference
from labkit.signalling.messages.sdp import (
    MediaDescription,
    Origin,
    SessionDescription,
)


class Session:
    """Offers made and answered by one side of a call."""

    def __init__(self, profile: Profile) -> None:
        self._host = profile.contact.host
        self._user = profile.uri.user or "-"
        self._id = profile.random.getrandbits(31)
        self._version = self._id
        self._local: SessionDescription | None = None
        self._offer: SessionDescription | None = None
        self._peer_received = True
        self.wish = Wish()
        """What we want now."""
        self.agreed = Wish()
        """What the other side agreed to last."""
        self._offered = Wish()
        self.streams: tuple[AgreedStream, ...] = ()
        self.held_by_peer = False
        self.peer_video_paused = False
        """Whether they keep their pictures back, or have none to send."""
        self.consent = Consent()
        """Who records whom, and may."""

    @property
    def is_offering(self) -> bool:
        """Whether an offer of ours waits for its answer."""
        return self._offer is not None

    @property
    def wants_change(self) -> bool:
        """Whether our wish is something that the other side was not asked yet."""
        return self.wish != self.agreed

    @property
    def recording(self) -> Ours:
        """Whether we record the call."""
        return self.consent.ours(self.wish, self.agreed)

    @property
    def recorded(self) -> Theirs:
        """Whether the other side records it."""
        return self.consent.theirs(self.wish)

    def offer(self) -> SessionDescription:
        """A description of what we want."""
        former = self._local.media if self._local is not None else ()
        self._offer = self._describe(offered_media(self.wish, former), self.wish)
        self._offered = self.wish
        return self._offer

    def answered(self, answer: SessionDescription) -> None:
        """The other side answered our offer; raises RemoteError if it does not fit."""
        offer, self._offer = self._offer, None
        if offer is None:
            raise RemoteError("an answer came where nothing was offered")
        streams = agreed_streams(offer, answer)
        if not any(stream.remote for stream in streams):
            raise RemoteError("the other side accepted the call, but no medium of it")
        asked = any(each.port and each.direction.sends for each in offer.media)
        self._agree(offer, self._offered, answer, streams)
        self.wish, _ = self.consent.heard(answer, self.wish, self.agreed)
        if asked:  # where we send nothing, their not receiving says nothing
            self._note_hold(answer)
        self._note_pause(offer, answer, is_answer=True)

    def answer(self, offer: SessionDescription) -> SessionDescription:
        """Our answer to their offer; raises RemoteError if nothing can be shared."""
        wish = self.agreed if self._local is not None else self.wish
        media = answered_media(wish, offer)
        self.wish, wish = self.consent.heard(offer, self.wish, wish)
        answer = self._describe(media, wish)
        self._agree(answer, wish, offer, agreed_streams(answer, offer))
        self._note_hold(offer)
        self._note_pause(answer, offer)
        return answer

    def withdraw(self) -> None:
        """Our offer came to nothing; it may be made again."""
        self._offer = None

    def forget(self) -> None:
        """The call is over: nothing of it is described, agreed or held any more."""
        self._local = self._offer = None
        self.wish = self.agreed = self._offered = Wish()
        self.streams, self.held_by_peer = (), False

    def give_up_wish(self) -> None:
        """Our offer was refused: want again what was agreed."""
        self._offer = None
        former, self.wish = self.wish, self.agreed
        # Nobody can refuse us to stop recording, nor to take back our consent.
        if former.record is Recording.OFF:
            self.wish = replace(self.wish, record=Recording.OFF)
        if former.preference is RecordingPreference.OFF:
            self.wish = replace(self.wish, preference=RecordingPreference.OFF)

    def _agree(
        self,
        local: SessionDescription,
        wish: Wish,
        remote: SessionDescription,
        streams: tuple[AgreedStream, ...],
    ) -> None:
        if self._local is None:
            self._peer_received = _receives(remote)
        self._local, self.agreed, self.streams = local, wish, streams

    def _note_hold(self, remote: SessionDescription) -> None:
        """Who received at first and does not now has put us on hold."""
        self.held_by_peer = self._peer_received and not _receives(remote)

    def _note_pause(
        self,
        local: SessionDescription,
        remote: SessionDescription,
        is_answer: bool = False,
    ) -> None:
        """Who goes on receiving pictures and sends none has paused them: no hold.

        An answer tells nothing where we did not want to receive: nobody may send then.
        """
        for ours, theirs in zip(local.media, remote.media, strict=False):
            if ours.kind != "video":
                continue
            if not ours.port or not theirs.port:
                self.peer_video_paused = False  # no pictures in this call at all
            elif ours.direction.receives or not is_answer:
                self.peer_video_paused = not direction_of(remote, theirs).sends

    def _describe(
        self, media: tuple[MediaDescription, ...], wish: Wish
    ) -> SessionDescription:
        """A description of ours; its version rises with each (RFC 3264 section 8)."""
        self._version += 1
        origin = Origin(self._user, self._id, self._version, self._host)
        return SessionDescription(
            origin, self._host, media, record=wish.record, preference=wish.preference
        )


def _receives(description: SessionDescription) -> bool:
    return any(
        media.port and direction_of(description, media).receives
        for media in description.media
    )
