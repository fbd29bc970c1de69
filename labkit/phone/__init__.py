"""One user's phone: registry, calls, media and devices behind two dozen plain methods.

Begin with `phone` and `buttons`: what a student types. Each method passes on to a part:
`directory` (the registry), `calls`, `chatting`, `recording`, `appearance` (devices,
pause, mute), `switches` (treatments). The `studio_maker` gives every call its `studio`:
media, with the devices.

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
