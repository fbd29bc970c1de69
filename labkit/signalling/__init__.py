"""May I call you? A subset of SIP with SDP, without a socket in sight.

| what is said | how it is written | what happens next |
|--------------|-------------------|-------------------|
| `messages/`  | `wire/`           | `machine/`        |

`labkit.net.sip` puts the machine on real sockets. Requirements A10-A13. What other
rooms need is exported here: the user agent, what it is told about media, and what it
tells.

Notebook: 02-signalling.
"""

from labkit.effects import Malformed
from labkit.signalling.machine.agent import UserAgent
from labkit.signalling.machine.events import (
    BusyRefused,
    CallChanged,
    CallView,
    ChangeRefused,
    IncomingCall,
    MediaAgreed,
    Party,
    RecordingChanged,
    TextDelivered,
    TextFailed,
    TextReceived,
)
from labkit.signalling.machine.states import TRANSITIONS, CallEvent, CallState
from labkit.signalling.messages.plan import AgreedStream, MediaPlan
from labkit.signalling.messages.sdp import Direction, Format
from labkit.signalling.messages.uri import Uri

__all__ = [
    "TRANSITIONS",
    "AgreedStream",
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
    "TextDelivered",
    "TextFailed",
    "TextReceived",
    "Uri",
    "UserAgent",
]
