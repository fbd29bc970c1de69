"""`labkit doctor`: what this machine can do, or what passes between two.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Annotated

import typer

from labkit.cli.output import on_screen, printing
from labkit.cli.screen import Screen
from labkit.errors import LabkitError


def doctor(
    peer: Annotated[
        str, typer.Option(help="HOST or HOST:PORT of another machine that listens.")
    ] = "",
    listen: Annotated[
        bool, typer.Option("--listen", help="Let another machine examine the way here.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="With --listen: which of our addresses.")
    ] = "",
    port: Annotated[
        int, typer.Option(help="With --listen: the port for calls; 0 picks.")
    ] = 5060,
    registry_port: Annotated[int, typer.Option(help="The registry's TCP port.")] = 5000,
) -> None:
    """Say what this machine can do, or what passes between two, and what to do."""
    if listen:
        _listen(host, port, registry_port)
    elif peer:
        _examine(peer, registry_port)
    else:
        from labkit.doctor import examine, findings_table

        with Screen() as screen:
            screen.show(findings_table(examine()))


def _examine(peer: str, registry_port: int) -> None:
    from labkit.doctor import findings_table
    from labkit.doctor.peer import SIP_PORT, examine_peer
    from labkit.net.addresses import parse_address

    with on_screen() as screen:
        found = list(examine_peer(parse_address(peer, SIP_PORT), registry_port))
        screen.show(findings_table(found, f"What passes between here and {peer}"))
        if not all(finding.ok for finding in found):
            raise typer.Exit(1)


def _listen(host: str, port: int, registry_port: int) -> None:
    """The other end of an examination: a registry and an echo."""
    from labkit.net.addresses import own_networks
    from labkit.net.registry import Registry
    from labkit.phone import Echo

    with on_screen() as screen, ExitStack() as open_here:
        host = host or str(own_networks()[0].ip)
        try:
            open_here.enter_context(Registry(host, registry_port))
        except LabkitError as error:  # one that runs here already does as well
            screen.show(f"No registry of the doctor's: {error}")
        echo = open_here.enter_context(Echo("echo", host=host, port=port))
        echo.trace.subscribe(printing(screen, reports=False))
        echo.subscribe(lambda state: screen.show(state.notice))
        screen.show(
            f"On the other machine, run: labkit doctor --peer {echo.address}\n"
            "What arrives from there is printed here. Ctrl-C ends it."
        )
        threading.Event().wait()
