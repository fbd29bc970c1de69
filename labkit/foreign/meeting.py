"""A call between a phone of the kit and baresip, asked at both ends what arrives.

    with Baresip("127.0.0.3") as bob, phone_for(["opus", "VP8"]) as alice:
        connect(alice, bob, outgoing=True)
        assert objections(alice, bob) == []

Notebook: 02-signalling.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from labkit.devices import MemorySpeaker, Tone
from labkit.devices.base import Samples
from labkit.errors import NoAnswer
from labkit.foreign import baresip
from labkit.foreign.baresip import Baresip
from labkit.foreign.senses import Stripes, colours_of, pitch_of
from labkit.phone.phone import Phone

TONE = 1000
"""Hertz that the kit's phone says."""
SHOWN = ("blue", "yellow", "red")
"""What its camera shows."""
BARESIP_SHOWS = ("red", "green", "blue")
NEAR = 15.0
"""Hertz that a pitch may be off: half a second tells no more."""
PATIENCE = 10.0
TICK = 0.1


def phone_for(
    formats: Sequence[str],
    host: str = "127.0.0.1",
    name: str = "alice",
    srtp: bool = False,
) -> Phone:
    """A phone of the kit that says and shows what can be recognised."""
    return Phone(
        name,
        host=host,
        camera=Stripes(*SHOWN),
        microphone=Tone(TONE),
        speaker=MemorySpeaker(seconds=5),
        formats=formats,
        t1=0.1,
        srtp=srtp,
    )


def connect(phone: Phone, bob: Baresip, outgoing: bool) -> None:
    """One calls the other, who answers. Raises NoAnswer when nothing comes of it."""
    if outgoing:
        phone.call(bob.uri).wait(timeout=PATIENCE)
    else:
        bob.dial(f"sip:{phone.name}@{phone.address}")
        phone.answer(PATIENCE)
    bob.wait_for("CALL_ESTABLISHED")


def objections(
    phone: Phone, bob: Baresip, pictures: bool = True, timeout: float = PATIENCE
) -> list[str]:
    """What is wrong with the media of their call, in words; empty when all is well.

    Sound and, if `pictures`, pictures are looked at where they arrive, on both sides.
    """
    found = [
        _objection(f"{phone.name} hears", lambda: hears(phone), baresip.TONE, timeout),
        _objection("baresip hears", lambda: pitch_of(*_last(bob)), TONE, timeout),
    ]
    if pictures:
        found += [
            _objection(
                f"{phone.name} sees", lambda: sees(phone), BARESIP_SHOWS, timeout
            ),
            _objection("baresip sees", lambda: baresip_sees(bob), SHOWN, timeout),
        ]
    return [why for why in found if why]


def hears(phone: Phone, seconds: float = 0.5) -> float:
    """The pitch of what a phone with a MemorySpeaker heard last, in Hz; 0: silence."""
    speaker = phone.devices.speaker
    assert isinstance(speaker, MemorySpeaker)
    return pitch_of(speaker.heard[-round(seconds * speaker.rate) :], speaker.rate)


def sees(phone: Phone) -> tuple[str, ...]:
    """The colours of the newest picture of the peer; none before there is one."""
    latest = phone.peer.latest
    if latest is None or latest.pixels is None:
        return ()
    return colours_of(latest.pixels)


def baresip_sees(bob: Baresip, timeout: float = PATIENCE) -> tuple[str, ...]:
    """The colours of the next picture there; none when no picture comes."""
    try:
        return colours_of(bob.sees(timeout))
    except NoAnswer:
        return ()


def until(true: Callable[[], bool], timeout: float = PATIENCE) -> bool:
    """Whether it became true in time; asked ten times a second."""
    pause = threading.Event()
    for _ in range(int(timeout / TICK)):
        if true():
            return True
        pause.wait(TICK)
    return true()


def _last(bob: Baresip, seconds: float = 0.5) -> tuple[Samples, int]:
    samples, rate = bob.heard()
    return samples[-round(seconds * rate) :], rate


def _objection(
    what: str,
    asked: Callable[[], float | tuple[str, ...]],
    expected: float | tuple[str, ...],
    timeout: float,
) -> str:
    def as_expected() -> bool:
        found = asked()
        if isinstance(found, float) and isinstance(expected, int | float):
            return abs(found - expected) < NEAR
        return found == expected

    if until(as_expected, timeout):
        return ""
    return f"{what} {asked() or 'nothing'}, not {expected}"
