"""Whether a message is from the other party of a call, which dialects hardly say.

Notebook: 08-voice-room.
"""

from __future__ import annotations

from ipaddress import ip_address

from labkit.dialects.machine.call import Call
from labkit.dialects.messages import Message
from labkit.effects import Address


def is_from(
    mine: str, over_tcp: bool, call: Call, source: Address, message: Message
) -> bool:
    """Whether the other party of this call said it.

    By name, if it states one (some state ours, or an address); by address; and by
    the host alone where only one phone can be expected on it.
    """
    name = message.text("name")
    if name and name not in (call.peer, mine) and not _is_address(name):
        return False
    known = {call.address, call.media} - {None}
    if source in known or (name == call.peer and over_tcp):
        return source in known or _same_host(source, known)
    loopback = ip_address(source.host).is_loopback
    return _same_host(source, known) and (over_tcp or not loopback)


def _same_host(source: Address, known: set[Address | None]) -> bool:
    return any(each is not None and each.host == source.host for each in known)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
