"""Every packet of a simulated call has exactly one fate, whatever was done to it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from simulation.any_call import conditions, treatments

from labkit.simulation import simulate


@settings(max_examples=25)
@given(conditions, conditions, treatments, st.booleans(), st.integers(0, 999))
def test_sender_link_and_receiver_agree_about_every_packet(
    there, back, chosen, auto, seed
):
    call = simulate(2.0, there, chosen, back=back, auto=auto, seed=seed, fps=10)
    for way in ("there", "back"):
        assert call.record(way).adds_up
        ledger = call.packets(way)
        assert ledger.adds_up, str(ledger)
    for phone in (call.alice, call.bob):
        ledger = call.frames(phone)
        assert ledger.adds_up, str(ledger)


@settings(max_examples=25)
@given(conditions, treatments, st.integers(0, 999))
def test_what_is_counted_by_number_is_counted_by_fate_too(there, chosen, seed):
    call = simulate(3.0, there, chosen, seed=seed, formats=("PCMU",))
    for phone in (call.alice, call.bob):
        totals, playout = phone.sound.sources.totals, phone.sound.receiver.playout
        losses = phone.sound.receiver.runs.counts
        assert totals.received == (
            playout.received + totals.duplicates + totals.repaired_twice
        )
        assert sum(phone.sound.recovery.recovered.values()) == playout.repaired
        assert 0 <= losses.lost <= losses.expected
        assert losses.expected - losses.lost == playout.played
        assert losses.runs <= losses.lost
