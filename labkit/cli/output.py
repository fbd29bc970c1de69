"""How a command shows what happens, and how it ends when something cannot be.

Notebook: 00-start-here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from labkit.cli.screen import Screen
from labkit.errors import LabkitError
from labkit.trace import Record


@contextmanager
def on_screen() -> Iterator[Screen]:
    """Where the kit raises, end with a sentence and status 1, not with a traceback."""
    with Screen() as screen:
        try:
            yield screen
        except LabkitError as error:
            screen.show(f"labkit: {error}")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            screen.show("")


def printing(screen: Screen, reports: bool) -> Callable[[Record], None]:
    """Prints each message that passes; RTCP's only if `reports`."""
    from labkit.trace.log import log_text

    def passed(record: Record) -> None:
        if reports or record.plane != "media":
            screen.show(log_text(record))

    return passed
