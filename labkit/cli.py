"""The commands: `labkit registry`, `phone`, `link`, `delays` and `doctor`.

Requirements A15, A16, A19, B2, B10, B19-B21. Notebook: 00-start-here.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.errors import LabkitError
from labkit.screen import Screen
from labkit.trace import Record

if TYPE_CHECKING:
    from labkit.net.registry import Registry

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
    from labkit.net.registry_door import read_passwords
    from labkit.trace.log import log_text
    from labkit.trace.table import users_table

    with (
        _on_screen() as screen,
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


@app.command()
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
    from labkit.console import Console
    from labkit.phone import Phone
    from labkit.phone.negotiation import PREFERRED, SOUND

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
            dialect=dialect,
        ) as mine,
    ):
        mine.trace.subscribe(_shown(screen, reports))
        screen.show(
            f"{name} takes calls at {mine.address}; the registry: {mine.registry}."
        )
        console = Console(mine, screen.show, hang_up_key)
        console.start()
        for line in sys.stdin:
            if not console.line(line):
                break


@app.command()
def voice_room(
    name: Annotated[str, typer.Option(prompt="Seu nome", help="Whom to register.")],
    server: Annotated[
        str, typer.Option(prompt="Endereço do servidor", help="HOST or HOST:PORT.")
    ],
    port: Annotated[int, typer.Option(help="UDP; 0: 6000, or a free one.")] = 0,
    microphone: Annotated[str, typer.Option(help="auto, test, mic, none …")] = "auto",
    speaker: Annotated[str, typer.Option(help="auto, speaker, memory …")] = "auto",
    hang_up_key: Annotated[str, typer.Option(help="The letter that hangs up.")] = "h",
) -> None:
    """The voice room's console program, in Portuguese: its own bytes, its own words."""
    from labkit.phone import Phone
    from labkit.voice_room_console import VoiceRoomConsole

    with (
        _on_screen() as screen,
        Phone(
            name,
            server,
            port=port,
            microphone=microphone,
            speaker=speaker,
            dialect="voice-room",
        ) as mine,
    ):
        mine.trace.subscribe(_shown(screen, reports=False))
        screen.show(f"{name} espera convites em {mine.address} (UDP).")
        console = VoiceRoomConsole(mine, screen.show, hang_up_key)
        console.start()
        for line in sys.stdin:
            if not console.line(line):
                break


def _shown(screen: Screen, reports: bool) -> Callable[[Record], None]:
    """Prints each message that passes; RTCP's only if `reports`."""
    from labkit.trace.log import log_text

    def passed(record: Record) -> None:
        if reports or record.plane != "media":
            screen.show(log_text(record))

    return passed


def _echo(name: str, registry: str, port: int, delay: str, reports: bool) -> None:
    """A phone that nobody needs to sit at: `labkit phone echo --answer`."""
    from labkit.link.units import parse_time
    from labkit.phone import Echo

    with (
        _on_screen() as screen,
        Echo(name, registry, port=port, delay=parse_time(delay)) as mine,
    ):
        mine.trace.subscribe(_shown(screen, reports))
        mine.register()
        screen.show(
            f"{name} answers every call at {mine.address} and gives back sound and "
            f"pictures; the registry: {mine.registry}. Ctrl-C ends it."
        )
        mine.subscribe(lambda state: screen.show(state.notice))
        threading.Event().wait()


@app.command()
def link(
    listen: Annotated[str, typer.Option(help="Where: PORT or HOST:PORT; 0 picks.")],
    to: Annotated[str, typer.Option(help="Who is to be reached: HOST:PORT.")],
    udp: Annotated[bool, typer.Option("--udp", help="UDP only.")] = False,
    tcp: Annotated[bool, typer.Option("--tcp", help="TCP only.")] = False,
    both: Annotated[
        bool, typer.Option("--both", help="UDP and TCP, as usual.")
    ] = False,
    rtcp: Annotated[
        bool, typer.Option("--rtcp", help="The next port of UDP, too.")
    ] = False,
    preset: Annotated[
        str | None, typer.Option(help="bad-wifi, mobile, classic … (help names all).")
    ] = None,
    loss: Annotated[str | None, typer.Option(help="10%")] = None,
    burst: Annotated[str | None, typer.Option(help="Lost in a row: 3")] = None,
    lose: Annotated[str | None, typer.Option(help="Exactly: 1/10")] = None,
    delay: Annotated[str | None, typer.Option(help="50ms")] = None,
    jitter: Annotated[str | None, typer.Option(help="20ms")] = None,
    jitter_kind: Annotated[
        str | None, typer.Option(help="uniform, normal, pareto, spikes")
    ] = None,
    in_order: Annotated[
        str | None, typer.Option(help="on: jitter does not reorder")
    ] = None,
    trace: Annotated[str | None, typer.Option(help="A recorded delay: FILE")] = None,
    rate: Annotated[str | None, typer.Option(help="1Mbit")] = None,
    queue: Annotated[str | None, typer.Option(help="200ms or 64kB")] = None,
    reorder: Annotated[str | None, typer.Option(help="1%")] = None,
    duplicate: Annotated[str | None, typer.Option(help="1%")] = None,
    corrupt: Annotated[str | None, typer.Option(help="1%")] = None,
    there: Annotated[str, typer.Option(help='There only: "loss 10% delay 5ms"')] = "",
    back: Annotated[str, typer.Option(help='Back only: "rate 1Mbit"')] = "",
    seed: Annotated[int, typer.Option(help="Same seed, same fates.")] = 1,
    every: Annotated[float, typer.Option(help="Seconds between counts; 0: none.")] = 5,
) -> None:
    """A bad network between anyone's programs; change it by typing, `help` says how."""
    from labkit.link_console import run_link

    settings = {
        "preset": preset,
        "loss": loss,
        "burst": burst,
        "lose": lose,
        "delay": delay,
        "jitter": jitter,
        "jitter-kind": jitter_kind,
        "in-order": in_order,
        "trace": trace,
        "rate": rate,
        "queue": queue,
        "reorder": reorder,
        "duplicate": duplicate,
        "corrupt": corrupt,
    }
    only = (udp or both or not tcp, tcp or both or not udp)
    with _on_screen() as screen:
        ways = (settings, there, back)
        run_link(listen, to, ways, only, rtcp, seed, every, screen.show, sys.stdin)


delays = typer.Typer(no_args_is_help=True, help="Record the delay of a real way.")
app.add_typer(delays, name="delays")


@delays.command()
def echo(
    host: Annotated[str, typer.Option(help="Where to listen; none: everywhere.")] = "",
    port: Annotated[int, typer.Option(help="The UDP port; 0 picks.")] = 9000,
) -> None:
    """Answer the probes of another machine. Ctrl-C ends it."""
    from labkit.net.delay_probe import EchoServer

    with _on_screen() as screen, EchoServer(host, port) as server:
        screen.show(f"Probes are answered on {server.address} (UDP). Ctrl-C ends it.")
        threading.Event().wait()


@delays.command()
def record(
    target: Annotated[str, typer.Argument(help="HOST or HOST:PORT.")],
    file: Annotated[str, typer.Argument(help="The trace to write, a CSV file.")],
    way: Annotated[str, typer.Option(help="echo, ping or unreachable.")] = "echo",
    seconds: Annotated[float, typer.Option(help="How long.")] = 30.0,
    pace: Annotated[str, typer.Option(help="The time from probe to probe.")] = "20ms",
) -> None:
    """Record round trips, to be replayed: labkit link --trace FILE."""
    from labkit.link_console import run_record

    with _on_screen() as screen:
        run_record(target, file, way, seconds, pace, screen.show)


@app.command()
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
    from labkit.doctor_peer import SIP_PORT, examine_peer
    from labkit.net.addresses import parse_address

    with _on_screen() as screen:
        found = list(examine_peer(parse_address(peer, SIP_PORT), registry_port))
        screen.show(findings_table(found, f"What passes between here and {peer}"))
        if not all(finding.ok for finding in found):
            raise typer.Exit(1)


def _listen(host: str, port: int, registry_port: int) -> None:
    """The other end of an examination: a registry and an echo."""
    from labkit.net.addresses import own_networks
    from labkit.net.registry import Registry
    from labkit.phone import Echo

    with _on_screen() as screen, ExitStack() as open_here:
        host = host or str(own_networks()[0].ip)
        try:
            open_here.enter_context(Registry(host, registry_port))
        except LabkitError as error:  # one that runs here already does as well
            screen.show(f"No registry of the doctor's: {error}")
        echo = open_here.enter_context(Echo("echo", host=host, port=port))
        echo.trace.subscribe(_shown(screen, reports=False))
        echo.subscribe(lambda state: screen.show(state.notice))
        screen.show(
            f"On the other machine, run: labkit doctor --peer {echo.address}\n"
            "What arrives from there is printed here. Ctrl-C ends it."
        )
        threading.Event().wait()


if __name__ == "__main__":
    app()
