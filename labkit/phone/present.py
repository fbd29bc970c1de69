"""The present call of a phone: calls begin and end it, the other parts look at it.

Notebook: 04-videocall.
"""

from __future__ import annotations

from labkit.errors import LocalError
from labkit.net.media import MediaSession
from labkit.phone.call import Call
from labkit.phone.studio import Studio


class Present:
    """A place for one call: the one in progress or, when it is over, the last one."""

    def __init__(self) -> None:
        self.call: Call | None = None

    @property
    def media(self) -> MediaSession | None:
        """Its media: statistics, levels, history."""
        call = self.call
        return call.studio.session if call is not None and call.studio else None

    @property
    def studio(self) -> Studio | None:
        """Its studio, while it is not over."""
        call = self.call
        return None if call is None or call.state.is_over else call.studio

    def demanded(self, name: str) -> Call:
        """The call; LocalError where `name`, whose phone it is, has had none yet."""
        if self.call is None:
            raise LocalError(f"{name} is in no call")
        return self.call
