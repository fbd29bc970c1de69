"""NTP's time format, in which RTCP tells the time.

Seconds since 1 January 1900 in 32 bits, then the fraction in 32 bits. RFC 3550,
section 4. Notebook: 03-media.
"""

from __future__ import annotations

SECONDS_1900_TO_1970 = 2_208_988_800
_WHOLE = 1 << 64


def to_ntp(seconds: float) -> int:
    """A time on the kit's clock (since 1970) as 64 bits of NTP time.

    Whole seconds and fraction are scaled apart: together they need more digits than a
    float has.
    """
    whole = int(seconds // 1)
    fraction = int((seconds - whole) * (1 << 32))
    return (((whole + SECONDS_1900_TO_1970) << 32) + fraction) % _WHOLE


def from_ntp(ntp_time: int) -> float:
    """The inverse of `to_ntp`, to about a quarter of a microsecond.

    The seconds run over in 2036; small ones are therefore taken for later than that
    (RFC 4330, section 3), which is right until 2104.
    """
    whole, fraction = divmod(ntp_time, 1 << 32)
    if whole < 1 << 31:
        whole += 1 << 32
    return whole - SECONDS_1900_TO_1970 + fraction / (1 << 32)


def middle(ntp_time: int) -> int:
    """The middle 32 of the 64 bits, by which a report names the one it answers."""
    return (ntp_time >> 16) & 0xFFFF_FFFF


def short(seconds: float) -> int:
    """A duration in units of 1/65536 s, as in a report's DLSR; at most 18 hours."""
    return min(max(round(seconds * 65_536), 0), 0xFFFF_FFFF)
