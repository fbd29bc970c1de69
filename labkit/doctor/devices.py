"""The doctor looks at camera, microphone and loudspeaker, by opening them.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from labkit.doctor.finding import Finding
from labkit.errors import DeviceError


def camera() -> Finding:
    """Is there one, and may we open it?"""
    from labkit.devices import find_cameras
    from labkit.devices.local_camera import advice

    found = find_cameras()
    if not found:
        return Finding("camera", False, "none", advice(0))
    names = ", ".join(f"{device.name} ({device.spec})" for device in found)
    device = Path(f"/dev/video{found[0].index}")
    if sys.platform == "linux" and not os.access(device, os.R_OK | os.W_OK):
        return Finding("camera", False, names, advice(found[0].index))
    return Finding("camera", True, names)


def microphone() -> Finding:
    """Is there one, and does it start?"""
    from labkit.devices import LocalMicrophone, find_microphones

    microphone = LocalMicrophone()
    return _sound(
        "microphone",
        [f"{device.name} ({device.spec})" for device in find_microphones()],
        lambda: microphone.start(lambda sound: None, 48_000, 960),
        microphone.stop,
    )


def loudspeaker() -> Finding:
    """Is there one, and does it start?"""
    import numpy as np

    from labkit.devices import LocalSpeaker, find_speakers

    speaker = LocalSpeaker()
    return _sound(
        "loudspeaker",
        [f"{device.name} ({device.spec})" for device in find_speakers()],
        lambda: speaker.start(
            lambda count, rate: np.zeros(count, np.int16), 48_000, 960
        ),
        speaker.stop,
    )


def _sound(
    topic: str, names: list[str], start: Callable[[], None], stop: Callable[[], None]
) -> Finding:
    """Open the default device for a moment: a device that is listed may not work."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    found = (", ".join(names[:3]) + more) or "none"
    try:
        start()
    except DeviceError as error:
        return Finding(topic, False, found, str(error))
    stop()
    return Finding(topic, True, found)
