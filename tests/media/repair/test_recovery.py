"""The receiver's chain: what is recovered, counted, and refused."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.machine.source_lock import SourceLock
from labkit.media.messages import RtpPacket
from labkit.media.repair.groups import MOST_WAITING
from labkit.media.repair.protection import Protection
from labkit.media.repair.recovery import MOST_REMEMBERED, Recovery
from labkit.media.treatments import Treatments
from tests.media.repair.packets import SSRC, packet
from tests.media.repair.rig import ALL, JPEG, PCMU


def receiver(**treatments: object) -> Recovery:
    sources = SourceLock({0: PCMU, 26: JPEG})
    return Recovery(sources, ALL, Treatments(**treatments))  # type: ignore[arg-type]


def sent(*numbers: int, **treatments: object) -> list[RtpPacket]:
    """What goes out for these packets."""
    switches = Treatments(**treatments)  # type: ignore[arg-type]
    protection = Protection("audio", ALL, switches, random=Random(1))
    return [
        each
        for number in numbers
        for each in protection.protect([packet(number, bytes([number & 255]) * 9)], 0.0)
    ]


def got(recovery: Recovery, *packets: RtpPacket, now: float = 1.0) -> list[object]:
    """Number and way of everything that these bring."""
    return [
        (each.packet.sequence_number, each.by)
        for packet in packets
        for each in recovery.received(packet, now)
    ]


def test_red_brings_what_was_lost_and_says_which_was_here():
    recovery = receiver()
    packets = sent(*range(65_534, 65_540), red=2)
    del packets[2:4]
    assert got(recovery, *packets) == [
        (65_534, "media"),
        (65_535, "media"),
        (2, "media"),
        (0, "red"),
        (1, "red"),
        (3, "media"),
    ]
    assert recovery.recovered == {"red": 2}
    assert recovery.superfluous == {"red": 1 + 2}
    totals = recovery.sources.totals
    assert (totals.received, totals.missing, totals.repaired) == (4, 2, 2)


def test_a_packet_that_comes_after_its_repair_is_dropped_and_not_missing_any_more():
    recovery = receiver()
    first, late, last = sent(1, 2, 3, red=1)
    assert got(recovery, first, last, late) == [
        (1, "media"),
        (3, "media"),
        (2, "red"),
    ]
    source = recovery.sources.source
    assert (source.missing, source.repaired, source.repaired_twice) == (0, 0, 1)


def test_parity_may_come_before_the_last_packet_of_its_group():
    recovery = receiver()
    packets = sent(*range(12), parity=4)
    assert len(packets) == 15
    got(recovery, *packets[:5])
    a, _lost, c, d, parity = packets[5:10]
    assert got(recovery, parity, a, c, d) == [
        (4, "media"),
        (6, "media"),
        (7, "media"),
        (5, "parity"),
    ]


def test_parity_brings_the_last_packet_of_a_group_before_any_later_one_comes():
    recovery = receiver()
    packets = sent(*range(8), parity=4)
    got(recovery, *packets[:5])
    del packets[8]
    assert got(recovery, *packets[5:])[-1] == (7, "parity")
    assert recovery.sources.source.highest == 7


def test_one_treatment_helps_the_other():
    recovery = receiver()
    packets = sent(*range(12), parity=4, red=1)
    got(recovery, *packets[:5])
    media, parity = packets[5:9], packets[9]
    assert got(recovery, media[0], parity) == [(4, "media")]
    assert got(recovery, media[3]) == [(7, "media"), (6, "red"), (5, "parity")]


def test_reed_solomon_brings_as_many_as_blocks_came_in_any_order():
    recovery = receiver()
    packets = sent(*range(16), reed_solomon=3)
    got(recovery, *packets[:11])
    media, blocks = packets[11:19], packets[19:]
    assert got(recovery, blocks[2], *media[3:], blocks[0]) == [
        *((n, "media") for n in range(11, 16))
    ]
    assert got(recovery, blocks[1]) == [(n, "reed-solomon") for n in (8, 9, 10)]
    assert got(recovery, *blocks) == []


def test_the_media_is_kept_only_while_repair_comes():
    recovery = receiver()
    got(recovery, *sent(*range(4), parity=4))
    got(recovery, *(packet(n) for n in range(4, 4 + MOST_REMEMBERED + 5)))
    assert recovery._remember == 0
    assert len(recovery._here) <= MOST_REMEMBERED


def test_a_retransmission_is_taken_when_it_was_asked_for_and_once():
    recovery = receiver(nack=True)
    protection = Protection("audio", ALL, Treatments(), random=Random(1))
    for number in range(4):
        protection.protect([packet(number)], 0.0)
    first, early = protection.resend([1, 2], 0.02)
    got(recovery, packet(0), now=1.0)
    assert got(recovery, early) == []
    assert recovery.refused == {"retransmission not asked for": 1}
    got(recovery, packet(3), now=1.02)
    assert recovery.numbers_to_ask(1.02, 0.02, 0.15) == [1, 2]
    assert got(recovery, first, first, early) == [
        (1, "retransmission"),
        (2, "retransmission"),
    ]
    assert recovery.superfluous == {"retransmission": 1}
    assert recovery.numbers_to_ask(1.08, 0.02, 0.15) == []
    assert recovery.packets == {"retransmission": 4}


def test_numbers_to_ask_are_those_of_the_wire():
    recovery = receiver(nack=True)
    got(recovery, packet(65_534), packet(65_538))
    assert recovery.numbers_to_ask(1.0, 0.02, 0.15) == [65_535, 0, 1]
    assert recovery.next_deadline > 1.0


def test_while_the_source_is_on_hold_nothing_is_due():
    """It would be due for ever: what is missing of a source that is gone is not asked
    for, so the time to ask for it would never pass."""
    recovery = receiver(nack=True)
    got(recovery, packet(1), packet(4))
    assert recovery.next_deadline is not None
    recovery.sources.restart()
    assert recovery.next_deadline is None
    assert recovery.numbers_to_ask(9.0, 0.02, 1.0) == []


def test_nobody_is_asked_unless_it_is_switched_on():
    recovery = receiver()
    got(recovery, packet(1), packet(5))
    assert recovery.numbers_to_ask(1.0, 0.02, 0.15) == []
    recovery.treatments = Treatments(nack=True)
    got(recovery, packet(6), packet(8))
    assert recovery.numbers_to_ask(1.0, 0.02, 0.15) == [7]


def test_a_new_source_begins_with_nothing_of_the_old_one():
    recovery = receiver(nack=True)
    got(recovery, *sent(*range(6), parity=4), packet(9))
    recovery.sources.goodbye([SSRC])
    newcomers = [packet(n)._replace(ssrc=99) for n in (400, 401)]
    got(recovery, *newcomers)
    assert recovery.sources.source.ssrc == 99
    assert recovery.numbers_to_ask(1.0, 0.02, 0.15) == []
    old_parity = sent(*range(8), parity=4)[-1]
    assert got(recovery, old_parity) == []
    assert recovery.refused == {"parity of another source": 1}


@pytest.mark.parametrize(
    ("treatment", "switches"),
    [("parity", {"parity": 8}), ("reed-solomon", {"reed_solomon": 1})],
)
@pytest.mark.parametrize("csrcs", [(), (5,), (SSRC, 5)])
def test_repair_that_does_not_name_the_source_is_refused(
    treatment: str, switches: dict[str, int], csrcs: tuple[int, ...]
):
    recovery = receiver()
    packets = sent(*range(16), **switches)
    got(recovery, *packets[:16])
    repair = packets[17]
    assert got(recovery, repair._replace(csrcs=csrcs)) == []
    assert recovery.refused == {f"{treatment} of another source": 1}
    assert got(recovery, repair) == [(15, treatment)]


def test_repair_before_any_media_is_refused():
    recovery = receiver()
    packets = [*sent(*range(4), parity=4)[-1:], packet(1, b"\0\1x", payload_type=104)]
    assert got(recovery, *packets) == []
    assert recovery.sources.source is None
    assert sum(recovery.refused.values()) == 2


def test_parity_of_other_sound_brings_nothing():
    recovery = receiver()
    packets = sent(*range(8), parity=4)
    got(recovery, *packets[:5])
    forged = packets[9]._replace(payload=packets[9].payload[:-3] + b"\1\2\3")
    forged = forged._replace(payload=forged.payload[:8] + b"\0\1" + forged.payload[10:])
    assert got(recovery, *packets[5:8], forged)[3:] == []
    assert recovery.refused == {"parity that does not fit": 1}


def test_groups_that_never_become_whole_are_given_up():
    recovery = receiver()
    for first in range(0, 4 * (MOST_WAITING + 20), 4):
        packets = sent(*range(first, first + 4), parity=4)
        got(recovery, packets[0], packets[-1])
    assert len(recovery._groups) <= MOST_WAITING
    assert len(recovery._groups._wanted) <= 3 * MOST_WAITING


PAYLOADS = (
    st.binary(max_size=40)
    | st.binary(min_size=2, max_size=30).map(lambda tail: b"\x80\x02\x80\x02" + tail)
    | st.binary(min_size=12, max_size=40).map(lambda tail: b"\0\x08\x01\0" + tail)
)


@given(
    st.lists(
        st.builds(
            RtpPacket,
            payload_type=st.sampled_from([0, 26, 102, 104, 105, 106, 107, 99]),
            sequence_number=st.integers(0, 40) | st.integers(0, 0xFFFF),
            timestamp=st.integers(0, 0xFFFF_FFFF),
            ssrc=st.sampled_from([SSRC, 1]),
            payload=PAYLOADS,
            marker=st.booleans(),
            csrcs=st.sampled_from([(), (SSRC,), (1,)]),
        ),
        max_size=60,
    )
)
def test_whatever_comes_the_sums_are_right_and_no_number_is_handed_on_twice(
    packets: list[RtpPacket],
):
    recovery, now, handed_on = receiver(nack=True), 1.0, 0
    seen: set[tuple[int, int]] = set()
    for each in packets:
        now += 0.001
        for recovered, place, _ in recovery.received(each, now):
            if place.begins:
                seen.clear()
            assert (recovered.ssrc, place.number) not in seen
            assert recovered.ssrc == recovery.sources.source.ssrc
            seen.add((recovered.ssrc, place.number))
            handed_on += 1
        recovery.numbers_to_ask(now, 0.02, 0.15)
    totals = recovery.sources.totals
    assert handed_on == totals.received - totals.duplicates + totals.repaired
    assert 0 <= totals.repaired <= totals.missing
