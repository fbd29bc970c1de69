"""Repair over real sockets: what it costs, when it sleeps, who does what."""

from __future__ import annotations

import pytest
from net.media_pair import GREEN, Side, talking, two_sides, wait_for

from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.machine.rate_rule import LADDER
from labkit.media.treatments import Treatments
from labkit.net import clock

ASKING = Treatments(nack=True)


def connect(alice: Side, bob: Side, *names: str, treatments: Treatments) -> None:
    for side, other in ((alice, bob), (bob, alice)):
        side.start(other, *names)
        side.session.treat(treatments)


def waiting(side: Side) -> int:
    """Actions that wait for their time on this side."""
    return sum(len(line.later) for line in side.session._lines)


def test_questions_that_lead_to_questions_do_not_multiply():
    """Each lost packet moves an appointment forward; the former one must be void."""
    with two_sides() as (alice, bob):
        connect(alice, bob, "PCMU", treatments=ASKING)
        alice.link.set(there=Conditions(loss=0.3))
        recovery = bob.session._audio.stream.recovery
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: recovery.nacks.requests > 40, "many questions")
            most = max(waiting(side) for side in (alice, bob) for _ in range(50))
        assert most <= 12


def test_who_is_on_hold_asks_for_nothing_and_sleeps():
    """What was missing when the hold began stays missing; nobody waits for it."""
    with two_sides() as (alice, bob):
        connect(alice, bob, "PCMU", treatments=ASKING)
        alice.link.set(there=Conditions(loss=0.3))
        line = bob.session._audio
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: line.stream.recovery.nacks.requests > 5, "questions")
            bob.start(alice, "PCMU", receive_on=False)
        wait_for(lambda: waiting(bob) == 0, "the last appointment to be kept")
        assert line.stream.next_deadline is None


def test_the_rate_rule_lowers_the_pictures_rises_again_and_lets_go_when_it_is_off():
    with two_sides() as (alice, bob):
        connect(alice, bob, "PCMU", "JPEG", treatments=Treatments(rate_rule=True))
        alice.link.set(there=Conditions(loss=0.3))
        encoding = alice.session._video.stream.encoding
        with talking((alice, 440), (bob, 660)):
            wait_for(lambda: encoding.rung.share <= 0.8, "a lower rung")
            least = alice.session.statistics().audio.labkit.rate
            assert least < 1.0
            alice.link.set(there=Conditions())
            wait_for(
                lambda: alice.session.statistics().audio.labkit.rate > least, "a rise"
            )
        alice.session.treat(Treatments())
        assert encoding.rung == LADDER[0]
        assert alice.session.statistics().audio.labkit.rate == 1.0


def test_held_pictures_are_shown_late_in_order_and_none_after_a_newer_one():
    with two_sides() as (alice, bob):
        connect(alice, bob, "JPEG", treatments=Treatments(lip_sync=True))
        lips, video = bob.session._call.lips, bob.session._video

        def held() -> int:
            return sum(len(frames) for _, frames in video._held)

        lips.hold_video = 0.3
        for _ in range(3):
            alice.film(GREEN)
        wait_for(lambda: held() == 3, "three held pictures")
        assert not bob.shown
        wait_for(lambda: bool(bob.shown), "a held picture")
        assert bob.shown[0].arrived + 0.25 < clock.now()
        for _ in range(2):
            alice.film(GREEN)
        wait_for(lambda: held() == 2, "two held pictures")
        lips.hold_video = 0.0
        alice.film(GREEN)
        wait_for(lambda: bob.session._video.stream.shown >= 2, "the newest")
        arrived = [shown.arrived for shown in bob.shown]
        assert arrived == sorted(arrived)
        assert waiting(bob) <= 3


@pytest.mark.parametrize("nonsense", [None, {"red": 2}, "red"])
def test_what_are_no_treatments_is_refused_in_words(nonsense):
    with two_sides() as (alice, _):
        before = alice.session.treatments
        with pytest.raises(LocalError, match=r"Treatments\(red=2, …\)"):
            alice.session.treat(nonsense)
        assert alice.session.treatments == before
