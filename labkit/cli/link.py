"""`labkit link`: a bad network between any two programs.

Requirements A15, A16. Notebook: 06-loss.
"""

from __future__ import annotations

import sys
import threading
from typing import Annotated

import typer

from labkit.cli.output import on_screen


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
    from labkit.console.link import LinkConsole, both_ways, fates_table
    from labkit.net.link import LinkProxy

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
    with on_screen() as screen:
        conditions = both_ways(settings, there, back)
        with LinkProxy(
            listen,
            to,
            *conditions,
            seed=seed,
            udp=udp or both or not tcp,
            tcp=tcp or both or not udp,
            companion=rtcp,
            tell=screen.show,
        ) as proxy:
            console = LinkConsole(proxy, screen.show, every)
            console.start()
            try:
                for line in sys.stdin:
                    if not console.line(line):
                        break
                else:
                    threading.Event().wait()  # nobody types: Ctrl-C ends it
            finally:
                console.close()
                screen.show(fates_table(proxy.records()))
