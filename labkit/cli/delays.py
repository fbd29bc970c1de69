"""`labkit delays`: record the delay of a real way, to be replayed by `labkit link`.

Requirement A15. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import threading
from statistics import median
from typing import Annotated

import typer

from labkit.cli.output import on_screen

app = typer.Typer(no_args_is_help=True, help="Record the delay of a real way.")


@app.command()
def echo(
    host: Annotated[str, typer.Option(help="Where to listen; none: everywhere.")] = "",
    port: Annotated[int, typer.Option(help="The UDP port; 0 picks.")] = 9000,
) -> None:
    """Answer the probes of another machine. Ctrl-C ends it."""
    from labkit.net.delay_probe import EchoServer

    with on_screen() as screen, EchoServer(host, port) as server:
        screen.show(f"Probes are answered on {server.address} (UDP). Ctrl-C ends it.")
        threading.Event().wait()


@app.command()
def record(
    target: Annotated[str, typer.Argument(help="HOST or HOST:PORT.")],
    file: Annotated[str, typer.Argument(help="The trace to write, a CSV file.")],
    way: Annotated[str, typer.Option(help="echo, ping or unreachable.")] = "echo",
    seconds: Annotated[float, typer.Option(help="How long.")] = 30.0,
    pace: Annotated[str, typer.Option(help="The time from probe to probe.")] = "20ms",
) -> None:
    """Record round trips, to be replayed: labkit link --trace FILE."""
    from labkit.link.units import parse_time, write_time
    from labkit.net.delay_file import save_trace
    from labkit.net.delay_probe import record_delays

    with on_screen() as screen:
        screen.show(f"Probing {target} for {seconds:g} s …")
        trace = record_delays(target, seconds, parse_time(pace), way)
        save_trace(trace, file)
        least, middle, most = (f(trace.delays) for f in (min, median, max))
        screen.show(
            f"{len(trace.times)} answers, {len(trace.lost)} probes lost; round trips "
            f"of {write_time(least)} at least, {write_time(middle)} in the middle, "
            f"{write_time(most)} at most. Written to {file}; replay it with "
            f"labkit link --trace {file}"
        )
