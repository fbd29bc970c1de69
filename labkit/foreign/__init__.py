"""Programs that nobody here wrote, as peers: a SIP phone, and tools that speak RTP."""

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
