"""A videocall, taken apart so that a class can see every part work.

    from labkit import Phone, Registry

    registry = Registry("127.0.0.1", port=0)
    alice, bob = Phone("alice", registry), Phone("bob", registry)

The names below are loaded at their first use: whoever only wants the registry does not
wait for the video codecs.

Notebook: 00-start-here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.effects import Address
    from labkit.errors import (
        DeviceError,
        LabkitError,
        LocalError,
        NoAnswer,
        RemoteError,
    )
    from labkit.link import Conditions
    from labkit.media.treatments import Treatments
    from labkit.net.registry import Registry
    from labkit.phone import (
        PICTURE_QUALITIES,
        Call,
        Echo,
        Phone,
        PhoneState,
        PictureQuality,
    )
    from labkit.signalling.machine.states import CallState
    from labkit.simulation import simulate

__version__ = "0.1.0"
__all__ = [
    "PICTURE_QUALITIES",
    "Address",
    "Call",
    "CallState",
    "Conditions",
    "DeviceError",
    "Echo",
    "LabkitError",
    "LocalError",
    "NoAnswer",
    "Phone",
    "PhoneState",
    "PictureQuality",
    "Registry",
    "RemoteError",
    "Treatments",
    "simulate",
]
_HOMES = {
    "PICTURE_QUALITIES": "labkit.phone",
    "Address": "labkit.effects",
    "Call": "labkit.phone",
    "CallState": "labkit.signalling.machine.states",
    "Conditions": "labkit.link",
    "Echo": "labkit.phone",
    "Phone": "labkit.phone",
    "PhoneState": "labkit.phone",
    "PictureQuality": "labkit.phone",
    "Registry": "labkit.net.registry",
    "Treatments": "labkit.media.treatments",
    "simulate": "labkit.simulation",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'labkit' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "labkit.errors")), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
