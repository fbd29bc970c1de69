"""Which packets are repaired together, and which groups wait for what."""

from __future__ import annotations

from labkit.media.repair.grouping import Grouping
from labkit.media.repair.groups import ParityGroup, ReedSolomonGroup, WaitingGroups
from labkit.media.repair.parity import parity_of
from labkit.media.repair.reed_solomon import repair_blocks
from tests.media.repair.packets import SSRC, packet


def test_a_group_is_full_after_so_many_packets_or_at_its_end():
    grouping = Grouping()
    full = [len(grouping.add(packet(n), 3, ends=n == 4)) for n in range(8)]
    assert full == [0, 0, 3, 0, 2, 0, 0, 3]


def test_packets_that_do_not_follow_one_another_are_no_group():
    grouping = Grouping()
    full = [grouping.add(packet(n), 2, ends=False) for n in (65_535, 65_536, 1, 5, 6)]
    assert [len(group) for group in full] == [0, 2, 0, 0, 2]


def test_a_group_waits_until_little_enough_is_missing():
    group = ParityGroup(10, parity_of([packet(n) for n in range(10, 13)]))
    waiting, here = WaitingGroups(), {}
    assert waiting.add(group, here)
    assert not waiting.is_solvable(group)
    for number in (10, 12):
        here[number] = packet(number)
        assert waiting.here(number) == [group]
    assert waiting.is_solvable(group)
    assert group.solve(here, SSRC) == [packet(11)]


def test_a_whole_group_is_forgotten():
    packets = [packet(n) for n in range(4)]
    waiting, group = WaitingGroups(), ParityGroup(0, parity_of(packets))
    assert not waiting.add(group, dict(enumerate(packets)))
    waiting.add(group, dict(enumerate(packets[:3])))
    waiting.here(3)
    assert not waiting.is_solvable(group)
    assert len(waiting) == 0


def test_blocks_of_another_shape_do_not_join_a_group():
    packets = [packet(n) for n in range(4)]
    blocks = repair_blocks(packets, 2)
    waiting, group = WaitingGroups(), ReedSolomonGroup(0, blocks[0])
    waiting.add(group, {})
    assert waiting.find(tuple(range(4))) is group
    assert waiting.find(tuple(range(5))) is None
    group.add(blocks[1]._replace(repair=3))
    group.add(blocks[1]._replace(block=bytes(99)))
    assert group.strength == 1
    group.add(blocks[1])
    assert group.solve({0: packets[0], 3: packets[3]}, SSRC) == packets[1:3]
