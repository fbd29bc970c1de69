"""Programs that nobody here wrote, as peers: a SIP phone, and tools that speak RTP.

    with foreign_phone("127.0.0.3") as bob:     # baresip, or a stand-in for it
        alice.call(bob.uri)

`baresip` is the phone, `stand_in` who takes its place; `tools` are ffmpeg and
GStreamer, to which `exchange` sends and from which it receives. `senses` tells what
arrived.

Notebook: 11-real-phones.
"""

from labkit.foreign.baresip import Baresip
from labkit.foreign.senses import Stripes, colours_of, pitch_of
from labkit.foreign.stand_in import StandIn, foreign_phone

__all__ = [
    "Baresip",
    "StandIn",
    "Stripes",
    "colours_of",
    "foreign_phone",
    "pitch_of",
]
