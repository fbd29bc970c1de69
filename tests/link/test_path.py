"""A path: same seed, same fates; every packet exactly one; changeable while it runs."""

from __future__ import annotations

import heapq
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.link import PRESETS, Chain, Conditions, DelayTrace, Link, Path
from labkit.link import path as path_module

TRACE = DelayTrace((0.0, 0.02, 0.04), (0.001, 0.030, 0.004))
EVERYTHING = Conditions(
    loss=0.1,
    burst=2,
    lose=1,
    every=20,
    corrupt=0.1,
    rate=2e5,
    queue=0.1,
    delay=0.03,
    jitter=0.05,
    trace=TRACE,
    reorder=0.05,
    duplicate=0.1,
)
shares = st.sampled_from([0.0, 0.05, 0.5])
conditions = st.builds(
    Conditions,
    loss=shares,
    burst=st.sampled_from([0, 1, 4]),
    lose=st.integers(0, 3),
    every=st.integers(3, 10),
    corrupt=shares,
    rate=st.sampled_from([0, 50_000, 1e6]),
    queue=st.sampled_from([0.0, 0.05, 1.0]),
    queue_bytes=st.sampled_from([0, 1000]),
    delay=st.sampled_from([0.0, 0.01, 0.3]),
    jitter=st.sampled_from([0.0, 0.05]),
    jitter_kind=st.sampled_from(["uniform", "normal", "pareto", "spikes"]),
    in_order=st.booleans(),
    trace=st.sampled_from([None, TRACE]),
    reorder=shares,
    duplicate=shares,
)


def run(path: Path, count: int = 500, first: int = 0):
    """What comes out for each packet sent every 20 ms."""
    return [
        path.offer(n.to_bytes(2, "big") * 50, n * 0.02)
        for n in range(first, first + count)
    ]


@given(conditions, st.integers())
def test_same_seed_same_fates_byte_for_byte(where, seed):
    assert run(Path(where, seed), 60) == run(Path(where, seed), 60)


def test_another_seed_and_the_other_direction_have_other_fates():
    link = Link(EVERYTHING, seed=1)
    assert run(link.there) != run(link.back)
    assert run(Path(EVERYTHING, 1)) != run(Path(EVERYTHING, 2))
    again = Link(EVERYTHING, seed=1)
    assert [link.there.log, link.back.log] != [again.there.log, again.back.log]
    run(again.there), run(again.back)
    assert [link.there.log, link.back.log] == [again.there.log, again.back.log]


@pytest.mark.parametrize(
    "changed",
    [
        {"delay": 0.2},
        {"jitter": 0.0},
        {"jitter_kind": "pareto"},
        {"in_order": True},
        {"trace": None},
        {"reorder": 0.5},
        {"duplicate": 0.9},
        {"corrupt": 0.9},
    ],
    ids=str,
)
def test_moving_another_slider_loses_the_same_packets(changed):
    before, after = Path(EVERYTHING, 7), Path(replace(EVERYTHING, **changed), 7)
    run(before), run(after)
    assert [fate.lost for fate in before.log] == [fate.lost for fate in after.log]


@pytest.mark.parametrize("name", ["loss", "duplicate", "jitter"])
def test_moving_another_slider_flips_the_same_bits(name):
    where = Conditions(corrupt=0.3, delay=0.01)
    plain = run(Path(where, 7))
    changed = run(Path(replace(where, **{name: 0.2}), 7))
    both = [
        (one[0].data, other[0].data)
        for one, other in zip(plain, changed, strict=True)
        if other
    ]
    assert len(both) > 300
    assert all(one == other for one, other in both)


def test_a_path_that_is_changed_goes_on_as_if_it_had_always_been_so():
    path = Path(Conditions(loss=0.3, jitter=0.1), 7)
    run(path, 250)
    path.set(Conditions(loss=0.1))
    late = run(path, 250, 250)
    assert late == run(Path(Conditions(loss=0.1), 7))[250:]


def test_what_is_under_way_stays_under_way_when_the_path_is_switched_off():
    path = Path(Conditions(delay=1.0), 7)
    (slow,) = path.offer(b"slow", 0.0)
    path.set(Conditions())
    assert path.is_off
    (quick,) = path.offer(b"quick", 0.1)
    assert quick.at == 0.1
    assert slow.at == 1.0
    record = path.record(0.5)
    assert (record.offered, record.delivered, record.under_way) == (2, 1, 1)
    assert path.record(1.0).under_way == 0
    assert path.record(1.0).delivered == 2


def test_a_queue_that_is_full_stays_full_when_the_rate_changes():
    path = Path(Conditions(rate=80_000, queue=1.0))
    for _ in range(5):
        (last,) = path.offer(bytes(972), 0.0)
    path.set(Conditions(rate=800_000, queue=1.0))
    (after,) = path.offer(bytes(972), 0.0)
    assert last.at == pytest.approx(0.5)
    assert after.at == pytest.approx(0.51)


@given(st.lists(conditions, min_size=1, max_size=4), st.integers(0, 99))
def test_every_packet_has_one_fate_at_any_moment(each, seed):
    """Counted by a receiver that knows nothing of the path's own counts."""
    path, random = Path(seed=seed), Random(seed)
    now, offered, received, lost, copies = 0.0, 0, 0, 0, 0
    due: list[float] = []
    for where in each:
        path.set(where)
        for _ in range(40):
            now += random.choice([0.0, 0.001, 0.02, 0.5])
            deliveries = path.offer(bytes(random.randrange(200)), now)
            offered += 1
            lost += not deliveries
            copies += max(len(deliveries) - 1, 0)
            for delivery in deliveries:
                assert delivery.at >= now
                heapq.heappush(due, delivery.at)
            while due and due[0] <= now:
                heapq.heappop(due)
                received += 1
            record = path.record(now)
            assert record.adds_up
            assert record.offered == offered
            assert record.delivered == received
            assert record.lost_in_all == lost
            assert record.under_way == len(due)
            assert record.duplicated == copies


def test_the_log_tells_the_fate_of_each_packet_and_is_bounded(monkeypatch):
    monkeypatch.setattr(path_module, "FATES", 100)
    path = Path(EVERYTHING, 7)
    out = run(path)
    assert [fate.number for fate in path.log] == list(range(400, 500))
    for fate, deliveries in zip(path.log, out[400:], strict=True):
        assert fate.due == tuple(at for at, _ in deliveries)
        assert bool(fate.lost) == (not deliveries)
        assert fate.size == 100
        sent = fate.number.to_bytes(2, "big") * 50
        assert all((data != sent) == fate.corrupted for _, data in deliveries)
    causes = {fate.lost for fate in path.log}
    assert causes >= {"", "burst", "k of n"}


def test_what_is_under_way_is_bounded(monkeypatch):
    monkeypatch.setattr(path_module, "MOST_UNDER_WAY", 10)
    path = Path(Conditions(delay=1.0))
    for _ in range(15):
        path.offer(b"", 0.0)
    record = path.record(0.0)
    assert record.under_way == 10
    assert record.lost == {"too many": 5}
    assert record.adds_up
    assert path.offer(b"", 1.0)


def test_another_seed_while_it_runs_changes_the_fates_to_come():
    path = Path(Conditions(loss=0.5), 1)
    first = run(path, 100)
    path.reseed(2)
    assert run(path, 100, 100) == run(Path(Conditions(loss=0.5), 2), 200)[100:]
    path.reseed(1)
    assert first == run(Path(Conditions(loss=0.5), 1), 100)


def test_a_link_takes_one_set_of_conditions_for_both_ways_or_two():
    link = Link(Conditions(loss=0.1), seed=9)
    assert link.there.conditions == link.back.conditions == Conditions(loss=0.1)
    link.set(Conditions(delay=0.1), Conditions())
    assert link.there.conditions.delay == 0.1
    assert link.back.is_off
    link.set(Conditions(delay=0.2))
    assert link.back.conditions.delay == 0.2
    link.reseed(10)
    assert link.seed == link.back.seed == 10


def test_links_of_one_seed_are_told_apart_by_their_names():
    sound, picture = (Link(EVERYTHING, seed=1, name=name) for name in ("a", "v"))
    assert (sound.there.name, picture.back.name) == ("a there", "v back")
    assert run(sound.there) != run(picture.there)


def test_only_what_has_something_to_do_is_in_the_way():
    chain = Chain(1, "")
    assert chain.tune(Conditions()) == ()
    assert len(chain.tune(EVERYTHING)) == 9
    assert chain.tune(Conditions(jitter=0.1, jitter_kind="spikes")) == (chain.spikes,)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_works_and_can_be_told(name):
    path = Path(PRESETS[name], 7)
    run(path, 2000)
    assert path.record(1e9).adds_up
    assert path.record(1e9).delivered > 1700
    assert (PRESETS[name].describe() == "a perfect network") == path.is_off


def test_what_nobody_waits_for_any_more_is_lost_not_delivered():
    path = Path(Conditions(delay=0.1, duplicate=1.0))
    path.offer(b"a", 0.0)
    path.offer(b"b", 0.05)
    path.abandon(0.12)
    record = path.record(10.0)
    assert record.adds_up
    assert (record.delivered, record.lost) == (2, {"call over": 2})
    path.abandon(20.0)
    assert path.record(20.0) == record
