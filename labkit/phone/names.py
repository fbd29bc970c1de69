"""Which phones this kernel has: one a name, whatever cells are run twice.

Notebook: 04-videocall.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from labkit.phone.phone import Phone

_phones: WeakValueDictionary[str, Phone] = WeakValueDictionary()


def free(name: str, mine: Phone | None = None) -> None:
    """Close whoever has this name, unless it is `mine`."""
    former = _phones.pop(name, None)
    if former is not None and former is not mine:
        former.close()


def give(name: str, phone: Phone) -> None:
    """The phone has this name from now on, and not the one it had."""
    if _phones.get(phone.name) is phone:
        del _phones[phone.name]
    _phones[name] = phone


@atexit.register
def _close_all() -> None:
    for phone in tuple(_phones.values()):
        phone.close()
