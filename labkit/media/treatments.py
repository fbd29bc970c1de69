"""Every treatment of latency and loss, each one switch that can be flipped in a call.

A treatment buys something and costs something: bytes, delay, or work. They are put
together freely, so that a class can see what each is worth alone and beside others.
Requirements A15, A16. Notebook: 05-latency, 06-loss, 07-jitter-buffer.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias, get_args

from labkit.errors import LocalError

PlayoutRule: TypeAlias = Literal["none", "fixed", "adaptive", "quantile"]
CatchUp: TypeAlias = Literal["skip", "silence", "stretch"]
Concealment: TypeAlias = Literal["silence", "repeat", "pitch"]

MOST_RED = 3
MOST_PARITY = 16
MOST_REED_SOLOMON = 8
MOST_INTERLEAVING = 8
MOST_COPIES = 3
LONGEST_PLAYOUT = 1.0


@dataclass(frozen=True, slots=True)
class Treatments:
    """One phone's switches, for what it sends and for what it makes of what comes.

    Change one with `dataclasses.replace`. Raises LocalError for a value that cannot be,
    and says which ones can.
    """

    # --- for what we send -----------------------------------------------------------
    red: int = 0
    """Sound: how many earlier frames each packet carries again, 0 to 3 (RFC 2198)."""
    parity: int = 0
    """One XOR packet after so many packets, 2 to 16; 0: none (RFC 5109 in spirit)."""
    reed_solomon: int = 0
    """So many repair packets after every 8 packets, 1 to 8; 0: none."""
    interleaving: int = 1
    """Sound: the order of depth × depth packets is turned, 2 to 8; 1: none."""
    retransmission: bool = True
    """Send again what the peer asks for (RFC 4588)."""
    copies: int = 1
    """How often each retransmission is sent, 1 to 3."""
    restart_intervals: bool = False
    """JPEG: every packet can be decoded without its neighbours (RFC 2435, 3.1.7)."""
    rate_rule: bool = False
    """Send less when more than 10 % are lost, more when less than 2 % are."""

    # --- for what comes -------------------------------------------------------------
    reordering: bool = True
    """Put packets that overtook each other back into order; else drop the late one."""
    nack: bool = False
    """Ask for what is missing, as long as it can still come in time (RFC 4585)."""
    playout: PlayoutRule = "quantile"
    """How long sound waits: not at all, a fixed time, Kurose–Ross, or a quantile."""
    playout_delay: float = 0.060
    """Seconds that the fixed rule waits."""
    playout_least: float = 0.0
    """Seconds that Kurose–Ross and the quantile wait at least; 0: for as long as it
    turns out that repairs take."""
    playout_most: float = 0.500
    """Seconds that no rule waits longer than."""
    catch_up: CatchUp = "stretch"
    """How the delay is changed: leave frames out, play silence, or stretch in time."""
    concealment: Concealment = "pitch"
    """What is played for a missing frame: silence, the last one, or its pitch."""
    keep_old_pixels: bool = True
    """Pictures: where a packet is missing, show what was there before."""
    keyframe_requests: bool = True
    """VP8, H264: ask for a keyframe when pictures were lost (RFC 4585, PLI)."""
    lip_sync: bool = False
    """Hold the earlier of sound and picture back until the other is due."""

    def __post_init__(self) -> None:
        _range("red", self.red, 0, MOST_RED)
        _range("reed_solomon", self.reed_solomon, 0, MOST_REED_SOLOMON)
        _range("interleaving", self.interleaving, 1, MOST_INTERLEAVING)
        _range("copies", self.copies, 1, MOST_COPIES)
        if self.parity:
            _range("parity", self.parity, 2, MOST_PARITY)
        for name in ("playout_delay", "playout_least", "playout_most"):
            _range(name, getattr(self, name), 0.0, LONGEST_PLAYOUT)
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                known = ", ".join(choices)
                raise LocalError(
                    f"{name} is one of {known}, not {getattr(self, name)!r}"
                )
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise LocalError(
                    f"{name} is True or False, not {getattr(self, name)!r}"
                )


def checked(treatments: object) -> Treatments:
    """These treatments; LocalError for anything else."""
    if isinstance(treatments, Treatments):
        return treatments
    raise LocalError(
        f"treatments are Treatments(red=2, …), not {treatments!r}; change one of those "
        "that hold with dataclasses.replace"
    )


CHOICES: dict[str, tuple[str, ...]] = {
    "playout": get_args(PlayoutRule),
    "catch_up": get_args(CatchUp),
    "concealment": get_args(Concealment),
}
"""The treatments that are one of several words."""
SWITCHES = tuple(field.name for field in fields(Treatments) if field.type == "bool")
"""The treatments that are on or off."""


def _range(name: str, value: float, least: float, most: float) -> None:
    whole = isinstance(least, int)
    is_number = isinstance(value, int if whole else int | float)
    if not is_number or isinstance(value, bool) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise LocalError(f"{name} is {kind} from {least} to {most}, not {value!r}")
