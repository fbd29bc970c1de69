"""A whole call on virtual time: both phones, the link between them, sound and pictures.

    call = simulate(600, Conditions(loss=0.1, delay=0.02), Treatments(red=2), seed=7)
    print(call.bob.statistics().audio.labkit.opinion)
    open("call.csv", "w").write(call.csv())

The phones register nowhere, but all else is real: an INVITE is sent, repeated when it
is lost, answered; codecs encode and decode; reports travel both ways. Ten minutes take
seconds, and the same arguments give the same call: byte for byte the same CSV.

Requirements A15, A16. Notebook: 05-latency.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Literal, TypeAlias

import numpy as np

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.link import Conditions, Link, PathRecord
from labkit.media.formats import find
from labkit.media.quality import accounting
from labkit.media.quality.accounting import Ledger
from labkit.media.treatments import Treatments
from labkit.simulation.phone import SimulatedPhone
from labkit.simulation.rows import Row, rows_of, write_csv
from labkit.simulation.scene import (
    Pixels,
    Samples,
    Scene,
    recorded,
    synthetic_voices,
    test_film,
)
from labkit.simulation.world import Clock, World

ALICE, BOB = Address("192.0.2.1", 5060), Address("192.0.2.2", 5060)
"""Addresses that documentation may use and nobody has (RFC 5737)."""
PATIENCE = 64.0
"""Seconds that setting up and hanging up may take: SIP gives up after 32 each."""
EVERY = 1.0
"""Seconds between two rows of figures."""
LONGEST = 24 * 3600.0
Way: TypeAlias = Literal["there", "back"]
Step: TypeAlias = Callable[["SimulatedCall"], object]


class SimulatedCall:
    """A call that is being, or was, simulated. Print it to see how it went."""

    def __init__(
        self, world: World, link: Link, alice: SimulatedPhone, bob: SimulatedPhone
    ) -> None:
        self.alice, self.bob = alice, bob
        self.rows: list[Row] = []
        """Each second's figures of each phone and kind; see `csv`."""
        self.set_up_seconds: float | None = None
        """From the INVITE to its acceptance, at the caller; None: it never came."""
        self._world, self._link = world, link
        self._begun_at = world.now

    # --- while it runs: for a script ------------------------------------------------

    def set(
        self, there: Conditions | None = None, back: Conditions | None = None
    ) -> None:
        """Change the link; what is not given stays as it is."""
        if there is not None:
            self._link.there.set(there)
        if back is not None:
            self._link.back.set(back)

    def use(self, treatments: Treatments) -> None:
        """Change the treatments of both phones."""
        self.alice.use(treatments)
        self.bob.use(treatments)

    def do(self, step: Step) -> None:
        """Do what the script says."""
        step(self)

    def note(self, second: float) -> None:
        """Take down the figures of this second of the conversation."""
        self.rows += rows_of((self.alice, self.bob), second)

    # --- what became of it ----------------------------------------------------------

    def record(self, way: Way) -> PathRecord:
        """The link's own record of one direction: `there` is from alice to bob."""
        path = self._link.there if way == "there" else self._link.back
        return path.record(self._world.now)

    def packets(self, way: Way) -> Ledger:
        """What became of every packet that went this way, SIP and reports included."""
        sender, receiver = (
            (self.alice, self.bob) if way == "there" else (self.bob, self.alice)
        )
        duplicates = sum(
            stream.sources.totals.duplicates
            for stream in (receiver.sound, receiver.pictures)
            if stream is not None
        )
        refused = receiver.wire.refused.total()
        return accounting.packets(
            sent=sender.wire.sent.total(),
            received=receiver.wire.received.total() - refused,
            duplicate=duplicates,
            refused=refused,
            link=self.record(way),
        )

    def frames(self, who: SimulatedPhone) -> Ledger:
        """What became of every frame of sound that came to a phone."""
        if who.sound is None:
            raise LocalError("this call had no sound")
        playout, recovered = who.sound.receiver.playout, who.sound.recovery.recovered
        return accounting.sound(
            received=playout.received,
            repaired={str(by): count for by, count in recovered.items()},
            played=playout.played,
            late=playout.late,
            duplicate=playout.duplicate,
            left_out=playout.left_out,
            waiting=len(playout),
        )

    def csv(self) -> str:
        """The rows as text, the first line naming the columns."""
        return write_csv(self.rows)

    def said(self, who: SimulatedPhone) -> Samples:
        """What a phone's microphone gave, int16, at `who.scene.rate`."""
        return _joined(who.scene.said[who.name])

    def heard(self, who: SimulatedPhone) -> Samples:
        """What a phone's loudspeaker played, int16, at `who.scene.rate`."""
        return _joined(who.scene.sounds[who.name])

    def pairs(self, who: SimulatedPhone) -> list[tuple[Pixels, Pixels]]:
        """Each picture that `who` saw, beside the peer's as it was filmed.

        Empty unless the call was simulated with `watch=True`.
        """
        assert who.peer is not None
        scene, found = who.scene, []
        for seen in scene.shown[who.name]:
            number = scene.number_of(who.peer.name, seen.timestamp)
            if number is not None and seen.pixels is not None:
                found.append((scene.picture(number), seen.pixels))
        return found

    def __repr__(self) -> str:
        if self.set_up_seconds is None:
            return "<simulated call: never accepted>"
        seconds = self._world.now - self._begun_at
        there, back = self.record("there"), self.record("back")
        return (
            f"<simulated call of {seconds:.0f} s, accepted after "
            f"{self.set_up_seconds:.2f} s; there {there.lost_in_all} of "
            f"{there.offered} packets lost, back {back.lost_in_all} of {back.offered}>"
        )


def simulate(
    seconds: float = 60.0,
    there: Conditions | None = None,
    treatments: Treatments | None = None,
    *,
    back: Conditions | None = None,
    auto: bool = False,
    seed: int = 7,
    formats: Sequence[str] = ("PCMU", "JPEG"),
    voice: Samples | None = None,
    film: Sequence[Pixels] | None = None,
    fps: float = 15.0,
    quality: int = 50,
    watch: bool = False,
    ahead: float = 0.0,
    skew: float = 0.0,
    t1: float = 0.5,
    script: Mapping[float, Step] | None = None,
) -> SimulatedCall:
    """Let alice call bob, talk for so many seconds, and hang up, on virtual time.

    `there` is the link from alice to bob, `back` the other way, by default alike.
    `treatments` are both phones'; `auto` lets them choose. `formats` are offered, best
    first; leave the pictures' out to be quicker. `voice` is a recording (int16, one
    channel, at the codec's rate: 8000 for PCMU, 48000 for opus) in place of synthetic
    voices, `film` a list of BGR pictures in place of a 320×240 test card. `watch`
    decodes and keeps what is shown. Bob's clock is `ahead` seconds and gains `skew`
    seconds a second. By `script`, something is done with the call after so many seconds
    of conversation.

    Raises LocalError for what cannot be.
    """
    if not 0 < seconds <= LONGEST or not 0 < fps <= 120:
        raise LocalError(
            "a simulated call takes from 0 to 86400 seconds at up to 120 pictures a "
            f"second, not {seconds!r} at {fps!r}"
        )
    rate = _rate(formats)
    scene = Scene(
        formats=tuple(formats),
        film=tuple(film) if film is not None else test_film(320, 240, fps),
        fps=fps,
        rate=rate,
        voice=synthetic_voices() if voice is None else recorded(voice, rate),
        quality=quality,
        watches=watch,
    )
    world = World()
    link = Link(there, back, seed)
    alice, bob = (
        SimulatedPhone(
            name,
            address,
            clock,
            scene,
            random=Random(f"{seed} {name}"),
            treatments=treatments or Treatments(),
            auto=auto,
            t1=t1,
        )
        for name, address, clock in (
            ("alice", ALICE, Clock(world)),
            ("bob", BOB, Clock(world, ahead, skew)),
        )
    )
    alice.join(bob, link.there)
    bob.join(alice, link.back)
    call = SimulatedCall(world, link, alice, bob)
    _run(call, world, seconds, dict(script or {}))
    return call


def _run(
    call: SimulatedCall, world: World, seconds: float, script: dict[float, Step]
) -> None:
    alice, bob = call.alice, call.bob
    invited = world.now
    alice.invite()
    while alice.accepted_at is None and not alice.over:
        if world.now - invited > PATIENCE or not world.step():
            break
    if alice.accepted_at is None:
        world.run_until(world.now + 1.0)  # what is under way arrives
        return
    accepted = world.now
    call.set_up_seconds = accepted - invited
    for at, step in script.items():
        world.at(accepted + at, partial(call.do, step))
    for number in range(1, int(seconds / EVERY) + 1):
        world.at(accepted + number * EVERY, partial(call.note, number * EVERY))
    world.run_until(accepted + seconds)
    # While a lost BYE is repeated, nobody listens to the silence and counts it as loss.
    alice.rest()
    bob.rest()
    alice.hang_up()
    ended = world.now
    while not (alice.over and bob.over) and world.now - ended < PATIENCE:
        if not world.step():
            break
    world.run_until(world.now + 1.0)  # what is under way arrives


def _rate(formats: Sequence[str]) -> int:
    known = [media for name in formats if (media := find(name)) is not None]
    if len(known) != len(formats) or not known:
        raise LocalError(
            f"a call needs formats that the kit knows, not {', '.join(formats) or '–'}"
        )
    return next((media.sample_rate for media in known if media.kind == "audio"), 8_000)


def _joined(stretches: Sequence[Samples]) -> Samples:
    return np.concatenate(stretches) if stretches else np.zeros(0, np.int16)
