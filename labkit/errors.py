"""What can go wrong, in words a student can act on.

Two errors, after the model of HTTP and SIP engines: a `LocalError` says *you* asked for
something that makes no sense now; a `RemoteError` says that *the other side* sent
something it should not have, and carries the reply it deserves. A message says what
happened, in which message or at which line, and what to do now.

Notebook: 01-registry.
"""

from __future__ import annotations


class LabkitError(Exception):
    """The root of every error the kit raises on purpose."""


class LocalError(LabkitError):
    """You asked for something that is not possible in the present state."""


class RemoteError(LabkitError):
    """The other side sent something that cannot be accepted.

    `reply` is the message (of the same plane) to answer with, or None for silence.
    """

    def __init__(self, message: str, reply: object | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class NoAnswer(LabkitError):
    """The other side did not answer in time, or cannot be reached."""


class DeviceError(LabkitError):
    """A camera, microphone or loudspeaker cannot be used; the text says what to do."""
