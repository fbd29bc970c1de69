"""What every call of a phone begins with: a studio as the settings are at that moment,
and what may be agreed for it.

Notebook: 03-media.
"""

from __future__ import annotations

from random import Random
from typing import cast

from labkit.dialects import Dialect
from labkit.errors import LocalError
from labkit.media.formats import MediaFormat
from labkit.net.dialect_calls import DialectEndpoint
from labkit.net.dialect_media import DialectSession
from labkit.net.media import MediaSession
from labkit.phone.appearance import Appearance
from labkit.phone.lens import Lens
from labkit.phone.line import Line
from labkit.phone.negotiation import plans
from labkit.phone.notices import Notices
from labkit.phone.studio import Studio
from labkit.phone.switches import Switches
from labkit.phone.worker import Worker
from labkit.signalling.messages.plan import MediaPlan
from labkit.trace import Trace


class StudioMaker:
    """Makes the studio of each new call of one phone."""

    def __init__(
        self,
        host: str,
        formats: tuple[MediaFormat, ...],
        *,
        srtp: bool,
        dialect: Dialect | None,
        trace: Trace,
        random: Random,
        appearance: Appearance,
        switches: Switches,
        lenses: tuple[Lens, Lens],
        worker: Worker,
        notices: Notices,
    ) -> None:
        """`lenses` show our own pictures, and the peer's."""
        self.appearance = appearance
        self._switches, self._lenses = switches, lenses
        self._host, self._formats, self._srtp = host, formats, srtp
        self._dialect, self._trace, self._random = dialect, trace, random
        self._worker, self._notices = worker, notices

    def new(self, line: Line) -> Studio:
        """A studio for a call on this line: its sockets are open, its devices not yet.

        Raises LocalError when the ports cannot be had, or when a device still holds up
        those of former calls.
        """
        if self._worker.is_full:
            raise LocalError(
                "no other call can begin: one of this phone's devices does not come "
                "back from its start; close the phone and make it again, with other "
                "devices."
            )
        look, session = self.appearance, self._new_session(line)
        session.treat(self._switches.wanted, self._switches.auto)
        session.video_paused, session.muted = look.video_paused, look.muted
        for lens in self._lenses:
            lens.latest = None  # of another call, perhaps with somebody else
        own, peer = self._lenses
        session.on_own_picture, session.on_peer_picture = own.show, peer.show
        return Studio(
            session,
            look.devices,
            self._worker,
            self._notices.tell,
            look.picture_quality,
            look.put_back,
        )

    def plans(self, studio: Studio) -> tuple[MediaPlan, ...]:
        """What to offer or answer with, in the session description."""
        look, session = self.appearance, studio.session
        sees = look.devices.camera.fps > 0 and not look.video_paused
        keys = session.keys if self._srtp else None
        return plans(self._formats, session.ports, sends_video=sees, keys=keys)

    def _new_session(self, line: Line) -> MediaSession:
        name, link = self._trace.observer, self._switches.link
        if self._dialect is not None:
            return DialectSession(
                self._host,
                dialect=self._dialect,
                endpoint=cast(DialectEndpoint, line),
                name=name,
                trace=self._trace,
                random=self._random,
                link=link,
            )
        return MediaSession(
            self._host,
            name=name,
            trace=self._trace,
            random=self._random,
            kinds=tuple(dict.fromkeys(media.kind for media in self._formats)),
            link=link,
            treatments=self._switches.wanted,
        )
