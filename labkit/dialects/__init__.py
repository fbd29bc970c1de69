"""Other groups' wire formats, declared as data: registry, calls, sound and pictures.

| what is said  | how it is written | how it is declared          | what happens next |
|---------------|-------------------|-----------------------------|-------------------|
| `messages.py` | `wire/`           | `declaration/`, `declared/` | `machine/`        |

    calls = load("uam").call.language
    calls.read(b"CALLING bob 6000")     # Message("invite", {"name": "bob", …})

Requirements B12-B18, C1, C5-C7, C10. Notebook: 08-voice-room.
"""

from labkit.dialects.declaration.file import DECLARED, load, parse
from labkit.dialects.dialect import Dialect
from labkit.dialects.messages import Message

__all__ = ["DECLARED", "Dialect", "Message", "load", "parse"]
