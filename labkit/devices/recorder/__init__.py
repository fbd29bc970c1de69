"""A recorder: both pictures and both voices of a call, into one WebM file.

Notebook: 04-videocall.
"""

from labkit.devices.recorder.recorder import Recorder, Whose

__all__ = ["Recorder", "Whose"]
