"""Each impairment does what it says, in the mean and packet by packet."""

from __future__ import annotations

import itertools
import statistics

import pytest

from labkit.errors import LocalError
from labkit.link import (
    BurstLoss,
    Chance,
    Conditions,
    Corruption,
    Delivery,
    ExactLoss,
    Packet,
    Path,
    RandomLoss,
    Rate,
    Spikes,
)
from labkit.link.burst_loss import from_mean

MANY = 40_000
GAP = 0.020


def through(conditions: Conditions, count: int = MANY, seed: int = 7):
    """The deliveries of each of `count` packets, sent every 20 ms."""
    path = Path(conditions, seed)
    return [path.offer(b"packet", n * GAP) for n in range(count)]


def fates(conditions: Conditions, seed: int = 7) -> list[bool]:
    return [not deliveries for deliveries in through(conditions, seed=seed)]


def delays(conditions: Conditions, count: int = MANY) -> list[float]:
    return [
        deliveries[0].at - n * GAP
        for n, deliveries in enumerate(through(conditions, count))
    ]


def rows(lost: list[bool]) -> list[int]:
    """The lengths of the rows of lost packets."""
    return [len(list(row)) for gone, row in itertools.groupby(lost) if gone]


# --- chance -------------------------------------------------------------------------


def test_the_draws_are_the_same_on_every_system_and_in_every_version():
    """SplitMix64's published sequence for the seed 1234567."""
    chance = Chance(0, "")
    chance._key = 1234567
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [chance.at(n) for n in range(3)] == [
        (number >> 11) / 2**53 for number in published
    ]


def test_the_draws_are_spread_evenly_and_each_name_has_its_own():
    loss, jitter = Chance(1, "loss"), Chance(1, "jitter")
    draws = [loss.at(n) for n in range(MANY)]
    tenths = [
        sum(tenth / 10 <= d < (tenth + 1) / 10 for d in draws) for tenth in range(10)
    ]
    assert min(tenths) > MANY / 10 * 0.95
    assert max(tenths) < MANY / 10 * 1.05
    others = [jitter.at(n) for n in range(MANY)]
    assert abs(statistics.correlation(draws, others)) < 0.02
    assert abs(statistics.correlation(draws[1:], draws[:-1])) < 0.02


# --- loss ---------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.9])
def test_random_loss_loses_its_share_each_packet_for_itself(share):
    lost = fates(Conditions(loss=share))
    assert statistics.mean(lost) == pytest.approx(share, abs=0.006)
    assert statistics.mean(rows(lost)) == pytest.approx(1 / (1 - share), rel=0.05)


def test_who_raises_the_loss_loses_the_same_packets_and_more():
    little, much = fates(Conditions(loss=0.1)), fates(Conditions(loss=0.2))
    assert all(more for less, more in zip(little, much, strict=True) if less)


def test_all_and_nothing_can_be_lost():
    assert all(fates(Conditions(loss=1.0)))
    assert all(fates(Conditions(loss=1.0, burst=3))[10:])
    assert not any(fates(Conditions(loss=0.0, burst=3)))


@pytest.mark.parametrize(("share", "burst"), [(0.1, 3), (0.05, 10), (0.3, 2), (0.5, 1)])
def test_bursts_have_their_mean_length_and_lose_their_share(share, burst):
    lost = fates(Conditions(loss=share, burst=burst))
    assert statistics.mean(lost) == pytest.approx(share, rel=0.07)
    assert statistics.mean(rows(lost)) == pytest.approx(burst, rel=0.05)


def test_the_model_of_gilbert_and_elliott_loses_in_both_states_what_it_says():
    """Loss is k' in GOOD and h' in BAD, where a share p/(p+r) of the packets is."""
    p, r, h, k = 0.05, 0.2, 0.4, 0.98
    model = BurstLoss(Chance(3, "change"), Chance(3, "loss"), p, r, h, k)
    lost = [not model.apply(Packet(n, b"", 0.0)) for n in range(MANY)]
    bad = p / (p + r)
    expected = bad * (1 - h) + (1 - bad) * (1 - k)
    assert statistics.mean(lost) == pytest.approx(expected, rel=0.07)


def test_a_loss_that_bursts_so_short_cannot_make_is_refused_with_a_way_out():
    assert from_mean(0.75, 3) == (pytest.approx(1.0), pytest.approx(1 / 3))
    with pytest.raises(LocalError, match="at most 75% are lost; ask for longer"):
        Conditions(loss=0.8, burst=3)


@pytest.mark.parametrize(("lose", "every"), [(0, 10), (1, 10), (2, 8), (7, 7)])
def test_exactly_k_of_every_n_are_lost(lose, every):
    lost = ExactLoss(Chance(5, "k of n"), lose, every)
    gone = [not lost.apply(Packet(n, b"", 0.0)) for n in range(every * 500)]
    blocks = [sum(gone[first : first + every]) for first in range(0, len(gone), every)]
    assert set(blocks) == {lose}


def test_chance_says_which_of_n_is_lost():
    lost = fates(Conditions(lose=1, every=10))
    places = {n % 10 for n, gone in enumerate(lost) if gone}
    assert places == set(range(10))


# --- delay and jitter ---------------------------------------------------------------


def test_a_delay_is_the_same_for_all():
    assert set(delays(Conditions(delay=0.05), 1)) == {0.05}
    assert delays(Conditions(delay=0.05)) == pytest.approx([0.05] * MANY)


def test_uniform_jitter_is_spread_from_nothing_to_its_size():
    found = delays(Conditions(delay=0.01, jitter=0.1))
    assert min(found) >= 0.01 - 1e-9
    assert max(found) <= 0.11 + 1e-9
    quarters = statistics.quantiles(found, n=4)
    assert quarters == pytest.approx([0.035, 0.060, 0.085], abs=0.002)


def test_normal_jitter_is_a_bell_in_the_middle():
    found = delays(Conditions(jitter=0.06, jitter_kind="normal"))
    assert statistics.mean(found) == pytest.approx(0.030, abs=0.0005)
    assert statistics.stdev(found) == pytest.approx(0.010, abs=0.0003)
    assert 0 <= min(found) <= max(found) <= 0.06 + 1e-9


def test_pareto_jitter_has_the_same_mean_a_small_median_and_a_long_tail():
    found = delays(Conditions(jitter=0.02, jitter_kind="pareto"))
    assert statistics.mean(found) == pytest.approx(0.010, rel=0.05)
    median = 0.015 * (2 ** (1 / 2.5) - 1)
    assert statistics.median(found) == pytest.approx(median, rel=0.03)
    assert 0.1 < max(found) <= 0.2 + 1e-9


def test_a_spike_holds_all_back_and_lets_them_out_at_once():
    found = delays(Conditions(jitter=0.2, jitter_kind="spikes"))
    spikes = [n for n, delay in enumerate(found) if delay == pytest.approx(0.2)]
    assert 100 < len(spikes) < MANY * GAP / 3 * 1.1
    first = spikes[0]
    falling = [0.2 - step * GAP for step in range(11)]
    assert found[first : first + 11] == pytest.approx(falling, abs=1e-9)


def test_spikes_do_not_depend_on_how_many_packets_a_second_are_sent():
    def count(gap: float) -> int:
        spikes = Spikes(Chance(1, "spikes"), 0.1)
        delayed = (
            spikes.apply(Packet(n, b"", n * gap))[0].at - n * gap
            for n in range(int(600 / gap))
        )
        return sum(delay > 0.1 - 1e-9 for delay in delayed)

    assert count(0.02) == pytest.approx(600 / 3.1, rel=0.2)
    assert count(0.005) == pytest.approx(600 / 3.1, rel=0.2)


def arrivals(conditions: Conditions) -> list[float]:
    return [deliveries[0].at for deliveries in through(conditions)]


def test_jitter_reorders_as_udp_may_and_does_not_when_told():
    jitter = Conditions(jitter=0.1)
    assert arrivals(jitter) != sorted(arrivals(jitter))
    kept = Conditions(jitter=0.1, in_order=True)
    assert arrivals(kept) == sorted(arrivals(kept))


def test_a_share_of_the_packets_is_overtaken():
    found = delays(Conditions(reorder=0.1))
    assert {round(delay, 6) for delay in found} == {0.0, 0.03}
    held = [delay > 0.01 for delay in found]
    assert statistics.mean(held) == pytest.approx(0.1, abs=0.005)
    order = arrivals(Conditions(reorder=0.1))
    assert order != sorted(order)


# --- rate ---------------------------------------------------------------------------


def test_a_bottleneck_lets_one_packet_out_after_the_other():
    """972 octets and 28 of headers are 8,000 bits: 8 ms at 1 Mbit/s."""
    rate = Rate(1e6, longest=1.0)
    out = [rate.apply(Packet(n, bytes(972), 5.0))[0].at for n in range(4)]
    assert out == pytest.approx([5.008, 5.016, 5.024, 5.032])
    (idle,) = rate.apply(Packet(4, bytes(972), 9.0))
    assert idle.at == pytest.approx(9.008)


def test_a_queue_in_seconds_drops_who_would_wait_longer():
    rate = Rate(1e6, longest=0.020)
    passed = [bool(rate.apply(Packet(n, bytes(972), 0.0))) for n in range(6)]
    assert passed == [True, True, True, False, False, False]
    assert rate.apply(Packet(6, bytes(972), 0.008))


def test_a_queue_in_octets_drops_what_does_not_fit():
    rate = Rate(8000, most=2_500)
    passed = [bool(rate.apply(Packet(n, bytes(972), 0.0))) for n in range(4)]
    assert passed == [True, True, False, False]


def test_the_bottleneck_never_lets_more_than_its_rate_through():
    path = Path(Conditions(rate=1e6, queue=0.1))
    for n in range(10_000):  # 8 Mbit/s offered for ten seconds
        path.offer(bytes(972), n * 0.001)
    record = path.record(10.0)
    assert record.delivered == pytest.approx(1250, abs=2)
    assert record.lost["queue full"] == pytest.approx(10_000 - 1250 - 13, abs=3)


# --- copies and bits ----------------------------------------------------------------


def test_a_share_of_the_packets_arrives_twice():
    out = through(Conditions(duplicate=0.1))
    assert {len(deliveries) for deliveries in out} == {1, 2}
    twice = [len(deliveries) == 2 for deliveries in out]
    assert statistics.mean(twice) == pytest.approx(0.1, abs=0.005)


def test_a_corrupted_packet_differs_in_one_bit_anywhere():
    data = bytes(range(20))
    corruption = Corruption(Chance(1, "a"), Chance(1, "b"), 1.0)
    places = set()
    for number in range(4000):
        (out,) = corruption.apply(Packet(number, data, 0.0))
        difference = int.from_bytes(out.data) ^ int.from_bytes(data)
        assert difference.bit_count() == 1
        places.add(difference.bit_length())
    assert len(places) == 160
    assert corruption.apply(Packet(0, b"", 0.0)) == (Packet(0, b"", 0.0),)


def test_off_hands_over_the_very_bytes_at_once():
    data = bytes(100)
    (delivery,) = Path().offer(data, 3.0)
    assert delivery == Delivery(3.0, data)
    assert delivery.data is data


def test_loss_says_by_its_name_what_it_is():
    assert RandomLoss(Chance(1, "x"), 1.0).apply(Packet(0, b"", 0.0)) == ()
    assert RandomLoss.cause == "random"
