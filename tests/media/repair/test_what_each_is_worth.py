"""What each treatment repairs: two parties over a lossy link, seeded, on virtual time.

The bounds are those of the project's table of treatments, for sound of 20 ms a packet
that is played 150 ms after it was spoken. Same seed, same losses.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from labkit.media.repair.formats import RepairFormats
from tests.media.repair.rig import bursts, call, random_loss

Loss = Callable[[Random], Callable[[], bool]]


def at_random(share: float) -> Loss:
    return lambda random: random_loss(share, random)


def in_bursts(share: float, mean: float = 3.0) -> Loss:
    return lambda random: bursts(share, mean, random)


LOSSES = {
    "10 % at random": at_random(0.10),
    "30 % at random": at_random(0.30),
    "10 % in bursts": in_bursts(0.10),
}


@pytest.mark.parametrize(
    ("treatments", "loss", "least", "most"),
    [
        ({}, "10 % at random", 0.085, 0.115),
        ({}, "30 % at random", 0.28, 0.32),
        ({"parity": 4}, "10 % at random", 0.02, 0.05),  # 1 - 0.9⁴ of the lost: 3.4 %
        ({"parity": 4}, "30 % at random", 0.20, 0.26),  # 1 - 0.7⁴ of the lost: 23 %
        ({"parity": 4}, "10 % in bursts", 0.07, 0.12),  # collapses in bursts
        ({"reed_solomon": 4}, "10 % at random", 0.0, 0.008),
        ({"red": 1}, "10 % at random", 0.005, 0.015),  # 0.1²
        ({"red": 2}, "30 % at random", 0.02, 0.04),  # 0.3³
        ({"red": 3}, "30 % at random", 0.004, 0.014),  # 0.3⁴
        ({"nack": True}, "10 % at random", 0.0, 0.002),
        ({"nack": True}, "30 % at random", 0.0, 0.04),
        ({"nack": True, "copies": 2}, "30 % at random", 0.0, 0.012),
        ({"red": 1, "nack": True, "copies": 2}, "30 % at random", 0.0, 0.005),
        ({"red": 2, "nack": True, "copies": 2}, "30 % at random", 0.0, 0.003),
        ({"nack": True}, "10 % in bursts", 0.0, 0.02),
        ({"red": 1, "nack": True, "copies": 2}, "10 % in bursts", 0.0, 0.003),
    ],
)
def test_sound_lost_for_good_is_as_little_as_the_treatment_promises(
    treatments: dict[str, object], loss: str, least: float, most: float
):
    alice, bob = call(LOSSES[loss], seconds=50, **treatments)
    assert least <= (alice.unrepaired() + bob.unrepaired()) / 2 <= most


def test_the_cost_in_octets_is_what_the_table_says():
    costs = {}
    for name, treatments in {
        "red": {"red": 2},
        "parity": {"parity": 4},
        "reed-solomon": {"reed_solomon": 2},
        "retransmission": {"nack": True},
    }.items():
        alice, _ = call(at_random(0.10), seconds=20, **treatments)
        costs[name] = alice.overhead
        media = sum(len(packet.payload) for _, packet in alice.sent.values())
        counted = sum(alice.protection.octets.values())
        assert counted / media == pytest.approx(alice.overhead)
    assert 2.0 < costs["red"] < 2.2
    assert 0.25 < costs["parity"] < 0.35
    assert 0.25 < costs["reed-solomon"] < 0.35
    assert 0.09 < costs["retransmission"] < 0.16


def test_retransmission_wins_at_a_short_round_trip_and_redundancy_at_a_long_one():
    near, far = (
        {
            name: max(party.unrepaired() for party in parties)
            for name, treatments in {
                "nack": {"nack": True},
                "red": {"red": 2},
            }.items()
            for parties in [
                call(at_random(0.30), 30, round_trip=round_trip, **treatments)
            ]
        }
        for round_trip in (0.002, 0.140)
    )
    assert near["nack"] < 0.004 < near["red"]
    assert far["red"] < 0.05 < 0.27 < far["nack"]


def test_every_packet_has_one_fate_and_it_is_the_links_own_record():
    alice, bob = call(
        at_random(0.20), 30, red=1, parity=4, reed_solomon=2, nack=True, copies=2
    )
    for sender, receiver in ((alice, bob), (bob, alice)):
        totals = receiver.sources.totals
        came = totals.received - totals.duplicates
        assert abs(len(sender.sent) - came - sender.lost["media"]) <= 3  # under way
        assert abs(totals.missing - sender.lost["media"]) <= 9  # or before the first
        assert totals.repaired + totals.repaired_twice == sum(
            receiver.recovery.recovered.values()
        )
        assert len(receiver.got) == came - totals.repaired_twice + (
            totals.repaired + totals.repaired_twice
        )
        assert not receiver.recovery.refused
        assert not receiver.sources.refused


def test_pictures_come_back_by_parity_reed_solomon_and_retransmission():
    for treatments in ({"parity": 4}, {"reed_solomon": 4}, {"nack": True}):
        alice, bob = call(at_random(0.05), 10, kind="video", **treatments)
        lost = alice.lost["media"] / len(alice.sent)
        assert 0.04 < lost < 0.06
        assert bob.recovery.sources.totals.missing > 300
        assert alice.unrepaired() < lost / 4


def test_with_a_peer_that_knows_no_repair_nothing_is_sent_and_nothing_breaks():
    alice, bob = call(
        at_random(0.10), 10, formats=RepairFormats(), red=3, parity=2, nack=True
    )
    assert alice.octets == sum(len(packet.payload) for _, packet in alice.sent.values())
    assert 0.05 < alice.unrepaired() < 0.15
    assert {by for _, by in bob.got.values()} == {"media"}


def test_interleaving_turns_a_burst_into_single_losses_and_costs_delay():
    apart = []
    for depth in (1, 4):
        alice, bob = call(in_bursts(0.10), 40, interleaving=depth)
        lost = sorted(set(alice.sent) - set(bob.got))
        runs = sum(number - 1 not in bob.got for number in lost)
        apart.append(runs / len(lost))
        wait = max(at - alice.sent[number][0] for number, (at, _) in bob.got.items())
        assert wait < 0.011 if depth == 1 else wait > 0.2
    assert apart[1] < apart[0] / 2


def test_the_same_seed_gives_the_same_call():
    calls = [
        call(at_random(0.30), 10, seed=5, red=1, nack=True, parity=4) for _ in range(2)
    ]
    assert calls[0][0].got == calls[1][0].got
    assert calls[0][1].recovery.recovered == calls[1][1].recovery.recovered
