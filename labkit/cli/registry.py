"""`labkit registry`: who is where, until Ctrl-C.

Requirements B2, B5, B10. Notebook: 00-start-here.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.output import on_screen
from labkit.cli.screen import Screen
from labkit.errors import LabkitError

if TYPE_CHECKING:
    from labkit.net.registry import Registry


def registry(
    host: Annotated[
        str, typer.Option(help="The address to listen on; none: all of them.")
    ] = "",
    port: Annotated[
        int | None,
        typer.Option(help="The TCP port; 0 picks one; none: 5000, or the dialect's."),
    ] = None,
    dialect: Annotated[
        str | None, typer.Option(help="Another group's bytes: uam, bars …, or a FILE.")
    ] = None,
    exclusive_ip: Annotated[
        bool, typer.Option("--exclusive-ip", help="One user an IP address (A1).")
    ] = False,
    any_address: Annotated[
        bool, typer.Option("--any-address", help="Believe whatever address is stated.")
    ] = False,
    no_announce: Annotated[
        bool, typer.Option("--no-announce", help="Do not tell the local network.")
    ] = False,
    sip: Annotated[
        int | None,
        typer.Option(help="A port for SIP phones of other people, 5060 by custom."),
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option(help="A file with a name and its password a line, for --sip."),
    ] = None,
    digest: Annotated[
        str, typer.Option(help="How passwords are proved: MD5, or SHA-256.")
    ] = "MD5",
) -> None:
    """Run a registry: who is where. Ctrl-C ends it."""
    from labkit.net.registry import Registry
    from labkit.net.sip_door import read_passwords
    from labkit.trace.log import log_text
    from labkit.trace.table import users_table

    with (
        on_screen() as screen,
        Registry(
            host,
            port,
            dialect=dialect,
            exclusive_ip=exclusive_ip,
            check_address=not any_address,
            sip=sip,
            passwords=read_passwords(passwords) if passwords is not None else None,
            digest=digest,
        ) as server,
    ):
        where = ", ".join(str(address) for address in server.addresses)
        screen.show(f"The registry listens on {where} (TCP). Ctrl-C ends it.")
        if server.sip_address is not None:
            screen.show(f"SIP phones register at {server.sip_address} (UDP and TCP).")
        server.trace.subscribe(lambda record: screen.show(log_text(record)))

        def changed(event: object) -> None:
            screen.show(str(event))
            screen.show(users_table(server.users))

        server.subscribe(changed)
        if not (no_announce or dialect):  # phones that find it would not understand it
            _announce(server, screen)
        threading.Event().wait()


def _announce(server: Registry, screen: Screen) -> None:
    """Let phones find the registry; where that fails, they still know its address."""
    try:
        server.announce()
    except LabkitError as error:
        screen.show(str(error))
    else:
        screen.show(
            f"The local network is told of it, as {server.announced_as!r}: a phone "
            "without --registry finds it. --no-announce keeps it quiet."
        )
