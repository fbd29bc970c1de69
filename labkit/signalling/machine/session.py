"""The media side of one call: what was offered, what was agreed, who holds whom.

RFC 3264 as a small machine above `offer_answer.py`. A wish becomes an offer; once the
other side agrees, it becomes the session. A refused wish leaves the session as it was.

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.errors import RemoteError
from labkit.signalling.machine.offer_answer import (
    Wish,
    agreed_streams,
    answered_media,
    direction_of,
    offered_media,
)
from labkit.signalling.machine.profile import Profile
from labkit.signalling.messages.plan import Stream
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
        self.streams: tuple[Stream, ...] = ()
        self.held_by_peer = False

    @property
    def is_offering(self) -> bool:
        """Whether an offer of ours waits for its answer."""
        return self._offer is not None

    @property
    def wants_change(self) -> bool:
        """Whether our wish is something that the other side was not asked yet."""
        return self.wish != self.agreed

    def offer(self) -> SessionDescription:
        """A description of what we want."""
        former = self._local.media if self._local is not None else ()
        self._offer = self._describe(offered_media(self.wish, former))
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
        if asked:  # where we send nothing, their not receiving says nothing
            self._note_hold(answer)

    def answer(self, offer: SessionDescription) -> SessionDescription:
        """Our answer to their offer; raises RemoteError if nothing can be shared."""
        wish = self.agreed if self._local is not None else self.wish
        answer = self._describe(answered_media(wish, offer))
        self._agree(answer, wish, offer, agreed_streams(answer, offer))
        self._note_hold(offer)
        return answer

    def withdraw(self) -> None:
        """Our offer came to nothing; it may be made again."""
        self._offer = None

    def give_up_wish(self) -> None:
        """Our offer was refused: want again what was agreed."""
        self._offer = None
        self.wish = self.agreed

    def _agree(
        self,
        local: SessionDescription,
        wish: Wish,
        remote: SessionDescription,
        streams: tuple[Stream, ...],
    ) -> None:
        if self._local is None:
            self._peer_received = _receives(remote)
        self._local, self.agreed, self.streams = local, wish, streams

    def _note_hold(self, remote: SessionDescription) -> None:
        """Who received at first and does not now has put us on hold."""
        self.held_by_peer = self._peer_received and not _receives(remote)

    def _describe(self, media: tuple[MediaDescription, ...]) -> SessionDescription:
        """A description of ours; its version rises with each (RFC 3264 section 8)."""
        self._version += 1
        origin = Origin(self._user, self._id, self._version, self._host)
        return SessionDescription(origin, self._host, media)


def _receives(description: SessionDescription) -> bool:
    return any(
        media.port and direction_of(description, media).receives
        for media in description.media
    )
