"""Formats that repair others, as an m= line lists them: their numbers refer to numbers.

RED's parameters name what is in it (`96/96`, RFC 2198 section 5), a retransmission's
what is sent again (`apt=96`, RFC 4588 section 8). Parity (RFC 5109) and the kit's own
Reed–Solomon are for whatever is sent. Nobody can make a call with these alone.

Notebook: 02-signalling, 06-loss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from labkit.signalling.messages.sdp import Format

RED, RTX, PARITY, REED_SOLOMON = "red", "rtx", "ulpfec", "x-rs"
REPAIR = (RED, RTX, PARITY, REED_SOLOMON)

# RFC 2198 section 5: the numbers of the formats in it
_red = re.compile(r"\d{1,3}(?:/\d{1,3})+")
# RFC 4588 section 8.6: "apt=" <apt-value> [";" "rtx-time=" <rtx-time-val>]
_apt = re.compile(r"(?:^|[; ])apt=(\d{1,3})(?:$|[; ])")


def is_repair(format: Format) -> bool:
    """Whether this format only repairs others."""
    return format.name.lower() in REPAIR


def referred(format: Format) -> tuple[int, ...]:
    """The payload numbers that a repair format names; empty: none, or not legibly."""
    name = format.name.lower()
    if name == RED and _red.fullmatch(format.parameters):
        return tuple(map(int, format.parameters.split("/")))
    if name == RTX and (match := _apt.search(format.parameters)):
        return (int(match[1]),)
    return ()


def shared_repair(
    ours: Iterable[Format], theirs: Iterable[Format], numbers: Mapping[int, int]
) -> tuple[Format, ...]:
    """The repair formats that both know, in their order and under their numbers.

    `numbers`: our payload number of each shared format → theirs. Only what refers to
    shared formats is shared.
    """
    known = [(own, _renumbered(own, numbers)) for own in ours if is_repair(own)]
    return tuple(
        replace(found, payload_type=their.payload_type)
        for their in theirs
        for own, found in known
        if found is not None and own.matches(their) and _same(found, their)
    )


def _same(found: Format, their: Format) -> bool:
    """Whether both refer to the same formats, be it once or several times."""
    return set(referred(found)) == set(referred(their))


def _renumbered(format: Format, numbers: Mapping[int, int]) -> Format | None:
    """The format with other numbers in its parameters; None if one has no other."""
    old = referred(format)
    if not set(old) <= numbers.keys():
        return None
    if not old:
        return format
    new = [str(numbers[number]) for number in old]
    is_red = format.name.lower() == RED
    return replace(format, parameters="/".join(new) if is_red else f"apt={new[0]}")
