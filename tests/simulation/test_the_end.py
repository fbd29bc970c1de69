"""How a simulated call ends: what a lost goodbye costs is no loss of sound."""

from __future__ import annotations

from labkit import Conditions, Treatments, simulate

BYE_IS_LOST = 1
"""With this seed, at this loss, alice's first BYE does not come."""


def test_nothing_is_missed_while_a_lost_bye_is_repeated() -> None:
    mends_all = Treatments(
        red=1, nack=True, copies=2, playout="fixed", playout_delay=0.150
    )
    call = simulate(
        10.0,
        Conditions(loss=0.3, delay=0.01),
        mends_all,
        seed=BYE_IS_LOST,
        formats=("PCMU",),
    )
    assert call.alice.signalling.messages > 2 + 2, "the BYE was not repeated"
    for phone in (call.alice, call.bob):
        assert phone.over
        assert phone.sound is not None
        turns = phone.sound.receiver.runs.counts
        assert 480 < turns.expected <= 500, "somebody listened on"
        assert turns.share < 0.005
