"""The echo: a phone that answers every call and gives back what it gets.

    echo = Echo("echo", registry, delay=2.0)
    echo.register()
    alice.call("echo")          # alice sees and hears herself, two seconds later

So one person alone can try a whole call, camera and microphone included, and two
machines can tell which direction between them is dead. What is written comes back too,
and the caller may record. Between calls it waits; while one lasts, the next caller is
told "busy". A caller who vanished without a word, a closed lid or a pulled cable, does
not keep the line for ever.

Notebook: 04-videocall.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from labkit.devices.mirror import MirrorCamera, MirrorMicrophone, MirrorSpeaker
from labkit.errors import LabkitError, NoAnswer
from labkit.net import loop
from labkit.net.shown import Shown
from labkit.phone.directory import RegistryLike
from labkit.phone.phone import Phone
from labkit.signalling.machine.events import RecordingChanged, TextReceived

LOOK = 0.5
"""Seconds between two looks at whether the echo was closed."""
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

    def _on_event(self, event: object) -> None:
        super()._on_event(event)
        try:
            match event:
                case TextReceived():
                    self.say(event.text)
                case RecordingChanged(recorded="asking"):
                    self.allow_recording()
        except LabkitError as error:
            _log.info("%s: %s", self.name, error)

    def _seen(self, shown: Shown) -> None:
        self._mirror.show(shown.jpeg, shown.pixels)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                self.answer(timeout=LOOK)
            except NoAnswer:
                pass  # nobody calls just now, or somebody is in a call
            except LabkitError as error:  # closed, or out of ports
                _log.info("%s: %s", self.name, error)
                self._ended.wait(LOOK)
