"""One set of messages and how they are written: what one side of a plane speaks.

    calls = load("uam").call.language
    calls.write("invite", name="alice", port=6000)     # b"CALLING alice 6000"
    calls.read(b"CALLING alice 6000")                  # Message("invite", {…})

Notebook: 08-voice-room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labkit.dialects.messages import FALLBACKS, Message
from labkit.dialects.wire.framing import Cutter, Framing
from labkit.dialects.wire.kinds import Value
from labkit.dialects.wire.rows import counted
from labkit.dialects.wire.shape import Shape
from labkit.dialects.wire.template import Template
from labkit.errors import LocalError, RemoteError
from labkit.registry.messages import quoted

Pattern = Template | Shape


@dataclass(frozen=True, slots=True)
class Language:
    """Reads and writes messages; of several forms all are read, and the
    first that can be is written."""

    name: str
    """Whose it is and for what: `uam, call`."""
    forms: Mapping[str, Sequence[Pattern]]
    framing: Framing
    defaults: Mapping[str, Value] = field(default_factory=dict)
    """Fields that are written where nobody gave them."""
    _in_order: Sequence[tuple[str, Pattern]] = field(init=False, repr=False)
    """All forms as they are tried: those that ask for most first."""

    def __post_init__(self) -> None:
        each = [(name, form) for name, forms in self.forms.items() for form in forms]
        each.sort(key=lambda one: -one[1].weight)
        object.__setattr__(self, "_in_order", tuple(each))

    def read(self, piece: bytes) -> Message:
        """The message of one piece, as a cutter or a datagram gives it.

        Raises RemoteError for all that is none, and nothing else.
        """
        try:
            body = self.framing.unwrap(piece)
        except ValueError as error:
            raise RemoteError(f"no message of {self.name}: {error}") from None
        reasons = []
        for meaning, form in self._in_order:
            try:
                return Message(meaning, counted(form.read(body)))
            except ValueError as error:
                if form.begins and body.startswith(form.begins):
                    reasons.append(f"it looks like {meaning}, but {error}")
        shown = quoted(body[:80].decode(errors="replace"))
        why = reasons[0] if reasons else f"it is none of {', '.join(self.forms)}"
        raise RemoteError(f"{shown} is no message of {self.name}: {why}")

    def write(self, meaning: str, **fields: object) -> bytes:
        """The message, framed. Fields that this dialect does not say are left out.

        Raises LocalError when it has no such message, a field is missing, or the
        message would be read as another one.
        """
        form, body, wire = self._composed(meaning, fields)
        self._read_back(meaning, form, body, wire)
        return wire

    def write_unread(self, meaning: str, **fields: object) -> bytes:
        """The same without reading it back: for a long list whose rows were tried."""
        return self._composed(meaning, fields)[2]

    def cutter(self) -> Cutter:
        """Cuts a stream into pieces for `read`."""
        return self.framing.cutter()

    def says(self, meaning: str) -> str | None:
        """The meaning by which this dialect says it: itself, or a more general one."""
        known = (meaning, *FALLBACKS.get(meaning, ()))
        return next((each for each in known if each in self.forms), None)

    def names(self, meaning: str) -> tuple[str, ...]:
        """The fields that are written for it."""
        forms = self.forms.get(meaning)
        return forms[0].names if forms else ()

    def _composed(
        self, meaning: str, fields: Mapping[str, object]
    ) -> tuple[Pattern, bytes, bytes]:
        forms = self.forms.get(meaning)
        if not forms:
            raise LocalError(
                f"{self.name} has no message {meaning!r}; there are "
                f"{', '.join(self.forms)}"
            )
        given, why = {**self.defaults, **fields}, ""
        for form in forms:
            try:
                body = form.write(given)
                return form, body, self.framing.wrap(body)
            except ValueError as error:
                why = why or str(error)
        raise LocalError(f"{self.name} cannot say {meaning}: {why}")

    def _read_back(self, meaning: str, form: Pattern, body: bytes, wire: bytes) -> None:
        """Whoever receives it must understand what was meant."""
        cutter = self.cutter()
        pieces = cutter.feed(wire) + cutter.rest()
        try:
            read = self.read(pieces[0]) if len(pieces) == 1 else None
        except RemoteError as error:
            raise LocalError(f"{self.name} cannot say {meaning}: {error}") from None
        understood = read is not None and read.meaning == meaning
        if read is not None and understood and _again(form, read) == body:
            return
        as_what = f"{len(pieces)} messages" if read is None else str(read)
        raise LocalError(
            f"{self.name} cannot say {meaning} with these fields: it would be read as "
            f"{as_what}"
        )


def _again(form: Pattern, message: Message) -> bytes | None:
    try:
        return form.write(message.fields)
    except ValueError:  # it was read by another form, which says less
        return None
