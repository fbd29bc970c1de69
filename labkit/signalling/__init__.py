"""May I call you? A subset of SIP with SDP.

What other rooms need is exported here: the user agent, what it is told about media, and
what it tells.

Notebook: 02-signalling.
"""

from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import (
    BusyRefused,
    CallChanged,
    CallView,
    ChangeRefused,
    IncomingCall,
    Malformed,
    MediaAgreed,
    Party,
    RecordingChanged,
    TextDelivered,
    TextFailed,
    TextReceived,
)
from labkit.signalling.machine.states import TRANSITIONS, CallEvent, CallState
from labkit.signalling.messages.plan import MediaPlan, Stream
from labkit.signalling.messages.sdp import Direction, Format
from labkit.signalling.messages.uri import Uri

__all__ = [
    "TRANSITIONS",
    "BusyRefused",
    "CallChanged",
    "CallEvent",
    "CallState",
    "CallView",
    "ChangeRefused",
    "Direction",
    "Format",
    "IncomingCall",
    "Malformed",
    "MediaAgreed",
    "MediaPlan",
    "Party",
    "RecordingChanged",
    "Stream",
    "TextDelivered",
    "TextFailed",
    "TextReceived",
    "Uri",
    "UserAgent",
]
