"""A SIP phone of other people where there is one, else a phone of the kit in its place.

    with foreign_phone("127.0.0.3") as bob:     # Baresip, or a StandIn, and it says so
        alice.call(bob.uri)
        bob.wait_for("CALL_ESTABLISHED")

So a notebook runs to its end on every machine.

Notebook: 11-real-phones.
"""

from __future__ import annotations

import atexit
import threading

from labkit.devices import MemorySpeaker, Tone
from labkit.devices.base import Pixels, Samples
from labkit.effects import Address
from labkit.errors import LabkitError, NoAnswer
from labkit.foreign.baresip import TONE, Baresip
from labkit.foreign.baresip_control import PATIENCE
from labkit.foreign.program import PACKAGES, is_here
from labkit.foreign.senses import Stripes
from labkit.net.registry import Registry
from labkit.phone.phone import Phone

LOOK = 0.2
"""Seconds between two looks at whether somebody calls."""
SHOWS = ("red", "green", "blue")
_going: dict[str, Baresip | StandIn] = {}
"""By name: a cell that is run again ends what it started before, and so does the end
of Python."""


def foreign_phone(
    host: str,
    name: str = "bob",
    *,
    registry: Registry | None = None,
    password: str = "",
    srtp: bool = False,
) -> Baresip | StandIn:
    """A phone on `host` that answers every call by itself.

    With `registry`, one that has a SIP door, it registers there, with `password` if it
    is asked for one. With `srtp` its media are encrypted, or it takes no call. Raises
    NoAnswer when it does not start.
    """
    former = _going.pop(name, None)
    if former is not None:
        former.close()
    elif not is_here("baresip"):
        print(
            "baresip is not on this machine, so a phone of the kit takes its place. "
            f"On Debian and Ubuntu: sudo apt install {PACKAGES['baresip']}"
        )
    _going[name] = phone = _started(host, name, registry, password, srtp)
    return phone


def _started(
    host: str, name: str, registry: Registry | None, password: str, srtp: bool
) -> Baresip | StandIn:
    if not is_here("baresip"):
        return StandIn(host, name, registry=registry, password=password, srtp=srtp)
    account = ";answermode=auto"
    if password:
        account += f';auth_pass="{password}"'
    if srtp:
        account += ";mediaenc=srtp-mand"
    door = str(registry.sip_address) if registry is not None else ""
    return Baresip(host, name, registrar=door, account=account)


class StandIn:
    """A phone of the kit with the face of Baresip: says a tone, shows stripes."""

    def __init__(
        self,
        host: str,
        name: str = "bob",
        *,
        registry: Registry | None = None,
        password: str = "",
        srtp: bool = False,
    ) -> None:
        self.host, self.name = host, name
        self.speaker = MemorySpeaker(seconds=5)
        self.phone = Phone(
            name,
            registry,
            host=host,
            camera=Stripes(*SHOWS),
            microphone=Tone(TONE),
            speaker=self.speaker,
            formats=("PCMU", "VP8"),
            t1=0.1,
            srtp=srtp,
            password=password,
        )
        if registry is not None:
            self.phone.register()
        self._ended = threading.Event()
        self._service = threading.Thread(
            target=self._serve, name=f"labkit-{name}-stand-in", daemon=True
        )
        self._service.start()

    @property
    def address(self) -> Address:
        """Where it takes calls."""
        return self.phone.address

    @property
    def uri(self) -> str:
        """What to dial to reach it."""
        return f"sip:{self.name}@{self.address}"

    def dial(self, uri: str) -> None:
        """Call somebody."""
        self.phone.call(uri)

    def hang_up(self) -> None:
        """End its call."""
        self.phone.hang_up()

    def hold(self) -> None:
        """Put its peer on hold."""
        self.phone.hold()

    def resume(self) -> None:
        """Take its peer off hold."""
        self.phone.resume()

    def wait_for(self, *kinds: str, timeout: float = PATIENCE) -> dict[str, str]:
        """The first of "CALL_ESTABLISHED", "CALL_CLOSED" that is so.

        Raises NoAnswer after `timeout`.
        """
        pause = threading.Event()
        for _ in range(int(timeout / LOOK) + 1):
            call = self.phone.state.call
            up = call is not None and call.state.is_up
            over = call is not None and call.state.is_over
            for kind, is_so in (("CALL_ESTABLISHED", up), ("CALL_CLOSED", over)):
                if is_so and kind in kinds:
                    return {"type": kind}
            pause.wait(LOOK)
        raise NoAnswer(f"{self.name} did not report {' or '.join(kinds)}")

    def heard(self) -> tuple[Samples, int]:
        """The last seconds that it heard, mono, and how many samples a second."""
        return self.speaker.heard, self.speaker.rate

    def sees(self, timeout: float = PATIENCE) -> Pixels:
        """The picture that it shows its user: BGR, shape (height, width, 3).

        Raises NoAnswer when none comes.
        """
        pause = threading.Event()
        for _ in range(int(timeout / LOOK) + 1):
            latest = self.phone.peer.latest
            if latest is not None and latest.pixels is not None:
                return latest.pixels
            pause.wait(LOOK)
        raise NoAnswer(f"no picture came to {self.name}")

    def close(self) -> None:
        """End it. Safe to repeat."""
        self._ended.set()
        self.phone.close()
        self._service.join(PATIENCE)

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                self.phone.answer(timeout=LOOK)
            except NoAnswer:
                pass  # nobody calls just now
            except LabkitError:
                self._ended.wait(LOOK)  # closed, or the caller has gone again


@atexit.register
def _end_all() -> None:
    while _going:
        _going.popitem()[1].close()
