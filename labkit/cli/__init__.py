"""The commands: `labkit registry`, `phone`, `voice-room`, `link`, `delays`, `doctor`.

One command a file. Each imports what it runs only when it runs, so that `labkit --help`
does not wait for the video codecs. `output` is how all of them end, `screen` where they
print.

Requirements A15, A16, A19, B2, B10, B19-B21. Notebook: 00-start-here.
"""

from __future__ import annotations

import typer

from labkit.cli import delays
from labkit.cli.doctor import doctor
from labkit.cli.link import link
from labkit.cli.phone import phone
from labkit.cli.registry import registry
from labkit.cli.voice_room import voice_room

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A videocall, taken apart: a registry, phones, and what this machine can do.",
)
for command in (registry, phone, voice_room, link, doctor):
    app.command()(command)
app.add_typer(delays.app, name="delays")
