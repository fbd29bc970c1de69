"""What may be said in any dialect: meanings, and the fields that go with them.

A dialect is how a group *writes* things; what there is to say is the same for all:

    Message("invite", {"name": "alice", "host": "10.0.0.1", "port": 6000})

is `convite alice 10.0.0.1 6000` to one group and `CALLING alice 6000` to another.

Requirements A1-A3, A7-A10, A13, B4-B8, B13-B18, C1-C7. Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from labkit.dialects.wire.kinds import (
    Host,
    Kind,
    Port,
    Protocols,
    Rate,
    Raw,
    Text,
    Time,
    Value,
    Whole,
    Word,
)

Meanings: TypeAlias = Mapping[str, tuple[str, ...]]
"""Each meaning, and the fields without which it means nothing."""

REQUESTS: Meanings = {
    "register": ("name", "host", "port"),
    "query": ("name",),
    "list": (),
    "unregister": ("name",),
    "quit": (),
}
"""Client to registry."""

REPLIES: Meanings = {
    "registered": (),
    "found": ("host", "port"),
    "users": ("users",),
    "users_begin": (),
    "user": ("name", "host", "port"),
    "users_end": (),
    "unregistered": (),
    "bye": (),
    "name_taken": (),
    "address_taken": (),
    "address_refused": (),
    "wrong_password": (),
    "unknown_user": (),
    "unknown_request": (),
    "malformed": (),
    "refused": (),
}
"""Registry to client. A list is either one message (`users`) or several: its beginning,
one message a user, its end."""

CALLS: Meanings = {
    "invite": ("name",),
    "accept": (),
    "refuse": (),
    "busy": (),
    "hold": (),
    "resume": (),
    "end": (),
}
"""Phone to phone."""

AUDIO: Meanings = {"audio": ("data",)}
VIDEO: Meanings = {"video": ("data",)}

FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "busy": ("refuse",),
    "wrong_password": ("name_taken", "refused", "malformed"),
    "address_taken": ("name_taken", "refused", "malformed"),
    "address_refused": ("refused", "malformed", "name_taken"),
    "name_taken": ("refused", "malformed"),
    "unknown_user": ("refused", "malformed"),
    "unknown_request": ("malformed", "refused"),
    "malformed": ("refused",),
    "refused": ("malformed",),
    "unregister": ("quit",),
    "unregistered": ("bye",),
}
"""What is said by a group that has no word of its own for something, best first."""

FIELDS: Mapping[str, Kind] = {
    "name": Word(64),
    "me": Word(64),
    "host": Host(),
    "port": Port(),
    "password": Word(128),
    "protocols": Protocols(),
    "time": Time(),
    "count": Whole(),
    "status": Whole(),
    "text": Text(),
    "order": Whole(),
    "width": Whole(),
    "height": Whole(),
    "fps": Rate(),
    "data": Raw(),
}
"""Every field, and what may stand in it. `name` is whoever the message is about, `me`
the sender where that is somebody else. `users` exists where `each_user` is declared."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something said, whatever it looks like on the wire."""

    meaning: str
    """One of REQUESTS, REPLIES, CALLS, AUDIO or VIDEO."""
    fields: Mapping[str, Value] = field(default_factory=dict)

    def text(self, name: str, otherwise: str = "") -> str:
        """A field that is text, or `otherwise` where this dialect does not say it."""
        return str(self.fields.get(name, otherwise))

    def number(self, name: str, otherwise: int = 0) -> int:
        """A field that is a number, or `otherwise` where it is not said."""
        value = self.fields.get(name, otherwise)
        return int(value) if isinstance(value, (int, float)) else otherwise

    def __str__(self) -> str:
        shown = [
            f"{name}={f'{len(value)} bytes' if isinstance(value, bytes) else value}"
            for name, value in self.fields.items()
        ]
        return " ".join([self.meaning, *shown])
