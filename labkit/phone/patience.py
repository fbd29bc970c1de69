"""What a phone says, and when it gives up, while nothing comes from the peer.

A machine that crashed or sleeps says no goodbye, and a cut cable carries none. The
call must not stand for ever, nor end because somebody's network hiccups: the user is
told soon, the call ends late (RFC 3550, section 6.3.5, as far as it can be had).

Notebook: 04-videocall.
"""

from __future__ import annotations

from labkit.phone.call import Call

TELL_AFTER = 5.0
"""Seconds without a packet of the peer after which the user is told."""
SILENT = 30.0
"""… and after which, if nothing else is wished, the call ends."""


def notice(call: Call, seconds: float, limit: float) -> str:
    """What to tell the user of this silence; empty when they know. Notes that it was
    told, and takes that back when the peer is heard."""
    if call.is_silent == (seconds >= TELL_AFTER):
        return ""
    call.is_silent = not call.is_silent
    if not call.is_silent:
        return f"{call.peer} is heard again"
    return (
        f"nothing has come from {call.peer} for {TELL_AFTER:g} s: their machine "
        "sleeps, or the network is cut. Wait, or hang up; "
        f"after {limit:g} s the call ends by itself"
    )
