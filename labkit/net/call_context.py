"""What the media lines of one call have in common. Notebook: 03-media."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random

from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.history import History
from labkit.media.machine.lip_sync import LipSync
from labkit.media.machine.peer_silence import PeerSilence
from labkit.net.call_link import CallLink
from labkit.trace import Trace


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call: whose it is, its network, and what sound and pictures find out."""

    name: str
    """Ours: the CNAME, the same for sound and picture."""
    host: str
    trace: Trace
    random: Random
    link: CallLink = field(default_factory=CallLink)
    lips: LipSync = field(default_factory=LipSync)
    """How much earlier sound is heard than its picture is seen."""
    lips_lock: threading.Lock = field(default_factory=threading.Lock)
    offset: ClockOffset = field(default_factory=ClockOffset)
    """Taught by reports of both lines, on the loop thread; read from any."""
    history: History = field(default_factory=History)
    silence: PeerSilence = field(default_factory=PeerSilence)
    """Of the peer, over both lines."""
