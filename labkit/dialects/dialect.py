"""A dialect: how one group's programs speak, on each plane that they have.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from labkit.dialects.wire.language import Language

Transport: TypeAlias = Literal["tcp", "udp"]
ReplyTo: TypeAlias = Literal["invitation", "verified", "source"]
Connections: TypeAlias = Literal["one", "replies", "each"]


@dataclass(frozen=True, slots=True)
class RegistryTalk:
    """Who is where: over TCP, requests one way, replies the other."""

    port: int
    requests: Language
    replies: Language
    lasting: bool
    """Whether a row outlives its connection, and a password renews it."""
    patience: float
    """Seconds after which a message that was begun is taken as it is."""


@dataclass(frozen=True, slots=True)
class CallTalk:
    """May I call you? Phone to phone."""

    transport: Transport
    port: int
    """Where calls are taken by custom; 0: wherever."""
    language: Language
    reply_to: ReplyTo
    """UDP: where an answer goes. To the address inside the invitation (B15); there, but
    only if that is the host it came from; or to where it came from."""
    connections: Connections
    """TCP: one for the call; later commands on new ones; every message on a new one."""
    repeat: float
    """UDP: seconds after which an unanswered invitation is sent again; 0: never."""
    ring_for: float
    """Seconds after which a caller gives up."""
    patience: float
    """Seconds after which a message that was begun is taken as it is."""
    refused: str = ""
    """What a caller reads when refused, where the assignment has words for it (B17)."""


@dataclass(frozen=True, slots=True)
class SoundTalk:
    """Sound, a datagram a frame, as samples of 16 bits, least byte first."""

    language: Language
    port: int
    """What to add to the port that the call named: 0, or -1 for the one below."""
    rate: int
    """Samples a second and channel."""
    channels: int
    samples: int
    """Of each channel, in one datagram."""


@dataclass(frozen=True, slots=True)
class PictureTalk:
    """Pictures, one JPEG a datagram."""

    language: Language
    port: int
    width: int
    height: int
    fps: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """One group's wire formats; a plane that it has not is None."""

    name: str
    about: str
    registry: RegistryTalk | None
    call: CallTalk | None
    audio: SoundTalk | None
    video: PictureTalk | None

    def __repr__(self) -> str:
        planes = ("registry", "call", "audio", "video")
        has = [plane for plane in planes if getattr(self, plane) is not None]
        return f"<Dialect {self.name}: {', '.join(has)}>"
