"""The programs typed at, without their terminal: lines go in, words come out.

`phone` is the console phone, `voice_room` the same in the words of its assignment,
`link` changes a running bad network. `labkit.cli` gives them a keyboard and a screen.
"""

from labkit.console.phone import Console

__all__ = ["Console"]
