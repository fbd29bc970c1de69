"""The capture file: what a trace saw, as a pcapng that Wireshark reads.

`packets` wraps messages in IP, UDP and TCP headers, `pcapng` writes the blocks, `view`
puts the two together.
"""

from labkit.trace.capture.view import capture, save

__all__ = ["capture", "save"]
