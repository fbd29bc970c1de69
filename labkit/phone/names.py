"""Which phones this kernel has: one a name, whatever cells are run twice.

Notebook: 04-videocall.
"""

from __future__ import annotations

import atexit
from typing import Protocol
from weakref import WeakValueDictionary


class Named(Protocol):
    """A phone, as far as its name goes."""

    name: str

    def close(self) -> None:
        """Let go of the name, and of all else."""


_phones: WeakValueDictionary[str, Named] = WeakValueDictionary()


def free(name: str, mine: Named | None = None) -> None:
    """Close whoever has this name, unless it is `mine`."""
    former = _phones.pop(name, None)
    if former is not None and former is not mine:
        former.close()


def give(name: str, phone: Named) -> None:
    """The phone has this name from now on, and not the one it had."""
    if _phones.get(phone.name) is phone:
        del _phones[phone.name]
    _phones[name] = phone


@atexit.register
def _close_all() -> None:
    for phone in tuple(_phones.values()):
        phone.close()
