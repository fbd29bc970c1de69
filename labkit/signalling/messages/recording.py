"""What two phones say of recording: that they do it, and whether they want it.

RFC 7866, sections 6.3 and 7: `a=record:` is said by who records, `a=recordpref:` by who
is recorded. Only a phone that says `Supported: record-aware` understands them.

Notebook: 04-videocall.
"""

from __future__ import annotations

from enum import StrEnum

RECORD_AWARE = "record-aware"
"""The option tag of a phone that shows its user what it is told (section 6.3)."""


class Recording(StrEnum):
    """What the describer does with the call (`a=record:`, section 7.1.2)."""

    ON = "on"
    OFF = "off"
    PAUSED = "paused"


class RecordingPreference(StrEnum):
    """What the describer wants of the one who records (`a=recordpref:`, 7.1.3)."""

    ON = "on"
    OFF = "off"
    PAUSE = "pause"
    NOPREFERENCE = "nopreference"
