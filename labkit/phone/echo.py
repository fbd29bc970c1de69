"""The echo: a phone that answers every call and gives back what it gets.

    echo = Echo("echo", registry, delay=2.0)
    echo.register()
    alice.call("echo")          # alice sees and hears herself, two seconds later

So one person alone can try a whole call, camera and microphone included, and two
machines can tell which direction between them is dead. Between calls it waits; while
one lasts, the next caller is told "busy". A caller who vanished without a word, a
closed lid or a pulled cable, does not keep the line for ever.

Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from labkit.devices.mirror import MirrorCamera, MirrorMicrophone, MirrorSpeaker
from labkit.errors import LabkitError, NoAnswer
from labkit.net import clock, loop
from labkit.net.shown import Shown
from labkit.phone.directory import RegistryLike
from labkit.phone.phone import Phone
from labkit.signalling.machine.states import CallState

LOOK = 0.5
"""Seconds between two looks at whether the caller is still there."""
SILENT = 30.0
"""Seconds without a packet of the caller after which the echo hangs up."""
_log = logging.getLogger("labkit.echo")


class Echo(Phone):
    """Answers every call by itself, from its construction until `close`.

    Picture and sound come back after `delay` seconds, 0 to 10, in the format in which
    they came. `settings` are those of Phone, but for the devices.
    """

    def __init__(
        self,
        name: str = "echo",
        registry: RegistryLike | None = None,
        *,
        delay: float = 0.0,
        silent: float = SILENT,
        **settings: Any,
    ) -> None:
        camera, microphone = MirrorCamera(delay), MirrorMicrophone()
        super().__init__(
            name,
            registry,
            camera=camera,
            microphone=microphone,
            speaker=MirrorSpeaker(microphone, delay),
            **settings,
        )
        self._mirror = camera
        self._silent = silent
        self._came, self._came_at = 0, 0.0
        """Packets of the present caller, and when their number last changed."""
        self._ended = threading.Event()
        self.peer.watch(self._seen)
        self._service = threading.Thread(
            target=self._serve, name=f"labkit-{name}-echo", daemon=True
        )
        self._service.start()

    def close(self) -> None:
        """Hang up and free everything; see Phone."""
        super().close()
        self._ended.set()
        if not loop.shared().is_current:
            self._service.join(2 * LOOK)

    def _seen(self, shown: Shown) -> None:
        self._mirror.show(shown.jpeg, shown.pixels)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                self.answer(timeout=LOOK)
                self._came, self._came_at = 0, clock.now()
            except NoAnswer:
                self._look()
            except LabkitError as error:  # closed, or out of ports
                _log.info("%s: %s", self.name, error)
                self._ended.wait(LOOK)

    def _look(self) -> None:
        """Hang up on a caller of whom nothing has come for long."""
        call, media = self.present_call, self.media
        if call is None or media is None or call.state is not CallState.ACCEPTED:
            self._came_at = clock.now()  # on hold, silence is no sign
            return
        found = media.statistics()
        lines = [line for line in (found.audio, found.video) if line is not None]
        came = sum(line.inbound.packetsReceived for line in lines)
        if came != self._came:
            self._came, self._came_at = came, clock.now()
        elif clock.now() - self._came_at > self._silent:
            _log.info("nothing has come from %s for %g s", call.peer, self._silent)
            call.hang_up()
