"""`labkit phone`: a phone without a notebook, or an echo that answers by itself.

Requirements A19, B19-B21. Notebook: 00-start-here.
"""

from __future__ import annotations

import sys
import threading
from typing import Annotated

import typer

from labkit.cli.output import on_screen, printing


def phone(
    name: Annotated[str, typer.Argument(help="The name to register.")],
    registry: Annotated[
        str, typer.Option(help="HOST or HOST:PORT; lan: the one that announces itself.")
    ] = "lan",
    port: Annotated[int, typer.Option(help="Where to take calls; 0 picks.")] = 0,
    camera: Annotated[str, typer.Option(help="none, auto, test, a film …")] = "none",
    microphone: Annotated[str, typer.Option(help="auto, test, mic, none …")] = "auto",
    speaker: Annotated[str, typer.Option(help="auto, speaker, memory …")] = "auto",
    hang_up_key: Annotated[str, typer.Option(help="The letter that hangs up.")] = "h",
    reports: Annotated[
        bool, typer.Option("--reports", help="Print the reports of RTCP, too.")
    ] = False,
    dialect: Annotated[
        str | None, typer.Option(help="Another group's bytes: uam, bars …, or a FILE.")
    ] = None,
    answer: Annotated[
        bool, typer.Option("--answer", help="An echo: answers, gives back all it gets.")
    ] = False,
    delay: Annotated[str, typer.Option(help="The echo comes later by: 2s")] = "0",
) -> None:
    """A phone for the console: sound, and no screen needed (B20)."""
    if answer:
        _echo(name, registry, port, delay, reports)
        return
    from labkit.console.phone import Console
    from labkit.phone import Phone
    from labkit.phone.negotiation import PREFERRED, SOUND

    with (
        on_screen() as screen,
        Phone(
            name,
            registry,
            port=port,
            camera=camera,
            microphone=microphone,
            speaker=speaker,
            formats=SOUND if camera == "none" else PREFERRED,
            dialect=dialect,
        ) as mine,
    ):
        mine.trace.subscribe(printing(screen, reports))
        screen.show(
            f"{name} takes calls at {mine.address}; the registry: {mine.registry}."
        )
        console = Console(mine, screen.show, hang_up_key)
        console.start()
        for line in sys.stdin:
            if not console.line(line):
                break


def _echo(name: str, registry: str, port: int, delay: str, reports: bool) -> None:
    """A phone that nobody needs to sit at: `labkit phone echo --answer`."""
    from labkit.link.units import parse_time
    from labkit.phone import Echo

    with (
        on_screen() as screen,
        Echo(name, registry, port=port, delay=parse_time(delay)) as mine,
    ):
        mine.trace.subscribe(printing(screen, reports))
        mine.register()
        screen.show(
            f"{name} answers every call at {mine.address} and gives back sound and "
            f"pictures; the registry: {mine.registry}. Ctrl-C ends it."
        )
        mine.subscribe(lambda state: screen.show(state.notice))
        threading.Event().wait()
