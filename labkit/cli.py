"""The commands: `labkit registry`, `labkit phone`, `labkit doctor`.

Requirements A19, B2, B10, B19-B21. Notebook: 00-start-here.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from labkit.errors import LabkitError
from labkit.screen import Screen
from labkit.trace import Record

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A videocall, taken apart: a registry, phones, and what this machine can do.",
)


@contextmanager
def _on_screen() -> Iterator[Screen]:
    """Where the kit raises, end with a sentence and status 1, not with a traceback."""
    with Screen() as screen:
        try:
            yield screen
        except LabkitError as error:
            screen.show(f"labkit: {error}")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            screen.show("")


@app.command()
def registry(
    host: Annotated[
        str, typer.Option(help="The address to listen on; none: all of them.")
    ] = "",
    port: Annotated[int, typer.Option(help="The TCP port; 0 picks a free one.")] = 5000,
    exclusive_ip: Annotated[
        bool, typer.Option("--exclusive-ip", help="One user an IP address (A1).")
    ] = False,
    any_address: Annotated[
        bool, typer.Option("--any-address", help="Believe whatever address is stated.")
    ] = False,
) -> None:
    """Run a registry: who is where. Ctrl-C ends it."""
    from labkit.net.registry import Registry
    from labkit.trace.log import log_text
    from labkit.trace.table import users_table

    with (
        _on_screen() as screen,
        Registry(
            host, port, exclusive_ip=exclusive_ip, check_address=not any_address
        ) as server,
    ):
        where = ", ".join(str(address) for address in server.addresses)
        screen.show(f"The registry listens on {where} (TCP). Ctrl-C ends it.")
        server.trace.subscribe(lambda record: screen.show(log_text(record)))

        def changed(event: object) -> None:
            screen.show(str(event))
            screen.show(users_table(server.users))

        server.subscribe(changed)
        threading.Event().wait()


@app.command()
def phone(
    name: Annotated[str, typer.Argument(help="The name to register.")],
    registry: Annotated[str, typer.Option(help="The registry: HOST or HOST:PORT.")],
    port: Annotated[int, typer.Option(help="Where to take calls; 0 picks.")] = 0,
    camera: Annotated[str, typer.Option(help="none, auto, test, a film …")] = "none",
    microphone: Annotated[str, typer.Option(help="auto, test, mic, none …")] = "auto",
    speaker: Annotated[str, typer.Option(help="auto, speaker, memory …")] = "auto",
    hang_up_key: Annotated[str, typer.Option(help="The letter that hangs up.")] = "h",
    reports: Annotated[
        bool, typer.Option("--reports", help="Print the reports of RTCP, too.")
    ] = False,
) -> None:
    """A phone for the console: sound, and no screen needed (B20)."""
    from labkit.console import Console
    from labkit.phone import Phone
    from labkit.phone.negotiation import PREFERRED, SOUND
    from labkit.trace.log import log_text

    with (
        _on_screen() as screen,
        Phone(
            name,
            registry,
            port=port,
            camera=camera,
            microphone=microphone,
            speaker=speaker,
            formats=SOUND if camera == "none" else PREFERRED,
        ) as mine,
    ):

        def passed(record: Record) -> None:
            if reports or record.plane != "media":
                screen.show(log_text(record))

        mine.trace.subscribe(passed)
        screen.show(f"{name} takes calls at {mine.address}; the registry: {registry}.")
        console = Console(mine, screen.show, hang_up_key)
        console.start()
        for line in sys.stdin:
            if not console.line(line):
                break


@app.command()
def doctor() -> None:
    """Say what this machine can do, and what to do about the rest."""
    from labkit.doctor import examine, findings_table

    with Screen() as screen:
        screen.show(findings_table(examine()))


if __name__ == "__main__":
    app()
