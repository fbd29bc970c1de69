"""`labkit voice-room`: the voice room's console program, in Portuguese.

Requirements B19-B21. Notebook: 08-voice-room.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from labkit.cli.output import on_screen, printing


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
    from labkit.console.voice_room import VoiceRoomConsole
    from labkit.phone import Phone

    with (
        on_screen() as screen,
        Phone(
            name,
            server,
            port=port,
            microphone=microphone,
            speaker=speaker,
            dialect="voice-room",
        ) as mine,
    ):
        mine.trace.subscribe(printing(screen, reports=False))
        screen.show(f"{name} espera convites em {mine.address} (UDP).")
        console = VoiceRoomConsole(mine, screen.show, hang_up_key)
        console.start()
        for line in sys.stdin:
            if not console.line(line):
                break
