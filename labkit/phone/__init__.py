"""One user's phone: registry, calls, media and devices behind a dozen plain methods.

Notebook: 04-videocall.
"""

from labkit.phone.call import Call
from labkit.phone.echo import Echo
from labkit.phone.phone import Phone
from labkit.phone.picture_quality import PICTURE_QUALITIES, PictureQuality
from labkit.phone.state import PhoneState

__all__ = [
    "PICTURE_QUALITIES",
    "Call",
    "Echo",
    "Phone",
    "PhoneState",
    "PictureQuality",
]
