"""One source is believed; strangers, leaps and duplicates are counted and dropped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labkit.media.formats import FORMATS
from labkit.media.machine.source_lock import SILENCE, SourceLock
from labkit.media.messages import RtpPacket

PCMU, OPUS = FORMATS["PCMU"], FORMATS["opus"]
NUMBERS = st.integers(0, 0xFFFF)


def packet(number: int, ssrc: int = 7, payload_type: int = 0) -> RtpPacket:
    number &= 0xFFFF
    return RtpPacket(payload_type, number, number * 160, ssrc, b"x" * 10)


def feed(lock: SourceLock, *packets: RtpPacket, start: float = 100.0) -> list[bool]:
    return [
        lock.admit(each, start + index * 0.02) is not None
        for index, each in enumerate(packets)
    ]


def test_what_is_sent_is_what_came_and_what_is_missing():
    lock = SourceLock({0: PCMU})
    numbers = [65_530 + n for n in range(100) if n % 10 != 3]
    feed(lock, *(packet(n) for n in numbers))
    source = lock.source
    assert source.expected == 100
    assert (source.received, source.missing) == (90, 10)
    assert source.highest == 65_529 + 100  # wrapped once, counted on


def test_a_duplicate_is_counted_and_dropped_even_when_it_comes_out_of_order():
    lock = SourceLock({0: PCMU})
    admitted = feed(lock, packet(1), packet(3), packet(2), packet(2), packet(1))
    assert admitted == [True, True, True, False, False]
    assert lock.source.duplicates == 2
    assert lock.source.missing == 0


def test_a_packet_overtaken_by_the_first_one_still_belongs_to_the_stream():
    lock = SourceLock({0: PCMU})
    assert feed(lock, packet(1), packet(0)) == [True, True]
    assert lock.source.expected == 2
    assert lock.source.missing == 0


def test_a_payload_type_that_was_not_agreed_is_refused():
    lock = SourceLock({0: PCMU})
    assert feed(lock, packet(1, payload_type=99)) == [False]
    assert lock.refused == {"unknown payload type": 1}
    assert lock.source is None


def test_a_stranger_cannot_take_over_while_the_source_speaks():
    lock = SourceLock({0: PCMU})
    for n in range(200):
        feed(lock, packet(n), packet(n, ssrc=666), start=100 + n * 0.02)
    assert lock.source.ssrc == 7
    assert lock.refused["unknown source"] == 200
    assert lock.source.received == 200


def test_a_new_source_takes_over_when_the_old_one_is_silent_and_two_packets_came():
    lock = SourceLock({0: PCMU})
    feed(lock, packet(1), packet(2))
    late = 100.02 + SILENCE + 0.01
    assert feed(lock, packet(50, 8), packet(51, 8), start=late) == [False, True]
    assert lock.source.ssrc == 8
    assert lock.totals.received == 3


def test_a_new_source_takes_over_at_once_when_the_old_one_said_goodbye():
    lock = SourceLock({0: PCMU})
    feed(lock, packet(1), packet(2))
    assert lock.goodbye([7])
    assert feed(lock, packet(50, 8), packet(51, 8), start=100.03) == [False, True]


def test_a_leap_of_the_numbers_is_believed_when_a_second_packet_confirms_it():
    lock = SourceLock({0: PCMU})
    feed(lock, *(packet(n) for n in range(10)))
    assert feed(lock, packet(30_000)) == [False]
    admitted = lock.admit(packet(30_001), 101)
    assert admitted.begins
    assert lock.refused["number out of range"] == 1
    assert lock.totals.missing == 0  # the leap is no loss


def test_a_packet_that_is_too_old_does_not_disturb_the_stream():
    lock = SourceLock({0: PCMU})
    feed(lock, *(packet(n) for n in range(5000)))
    assert feed(lock, packet(100), packet(5000)) == [False, True]
    assert lock.source.missing == 0


def test_what_was_sent_while_we_did_not_listen_is_not_counted_as_lost():
    lock = SourceLock({0: PCMU})
    feed(lock, *(packet(n) for n in range(10)))
    lock.restart()
    assert feed(lock, packet(500), packet(501), start=110) == [True, True]
    assert lock.totals.received == 12
    assert lock.totals.missing == 0


def test_another_clock_rate_means_that_timestamps_begin_anew():
    lock = SourceLock({0: PCMU, 96: OPUS})
    feed(lock, packet(1), packet(2))
    admitted = [lock.admit(packet(n, payload_type=96), 100.1) for n in (3, 4)]
    assert admitted[0] is None
    assert admitted[1].begins
    assert admitted[1].format == OPUS


def test_jitter_is_the_rfc_s():
    lock = SourceLock({0: PCMU})
    expected, before = 0.0, None
    for n in range(50):
        now = 100 + n * 0.02 + (n % 3) * 0.005
        lock.admit(packet(n), now)
        transit = now - n * 0.02
        if before is not None:
            expected += (abs(transit - before) - expected) / 16
        before = transit
    assert abs(lock.source.jitter - expected) < 1e-9
    assert lock.source.jitter > 0.003


@given(
    st.lists(
        st.tuples(
            NUMBERS, st.integers(0, 2), st.sampled_from([0, 96, 5]), st.floats(0, 1)
        ),
        max_size=200,
    )
)
def test_whatever_comes_is_admitted_or_refused_and_the_sums_are_right(items):
    lock, now, counted = SourceLock({0: PCMU, 96: OPUS}), 100.0, 0
    for number, ssrc, payload_type, pause in items:
        now += pause
        counted += lock.admit(packet(number, ssrc, payload_type), now) is not None
    totals = lock.totals
    assert totals.received - totals.duplicates == counted
    assert totals.received + sum(lock.refused.values()) == len(items)
    assert totals.missing >= 0


def places(lock: SourceLock, *packets: RtpPacket) -> list[int | None]:
    found = (lock.place(each) for each in packets)
    return [None if each is None else each.number for each in found]


def test_a_repaired_packet_has_a_place_but_was_not_received():
    lock = SourceLock({0: PCMU})
    feed(lock, packet(0xFFFE), packet(3))
    assert places(lock, packet(0xFFFF), packet(0), packet(0)) == [0xFFFF, 0x10000, None]
    source = lock.source
    assert (source.received, source.missing) == (2, 4)
    assert (source.repaired, source.unrepaired) == (2, 2)
    assert source.has(0x10000)
    assert not source.has(0x10001)


def test_what_comes_after_its_repair_is_dropped_and_no_longer_missing():
    lock = SourceLock({0: PCMU})
    feed(lock, packet(1), packet(4))
    assert places(lock, packet(2), packet(3)) == [2, 3]
    assert feed(lock, packet(3), packet(3)) == [False, False]
    assert lock.totals[:6] == (4, 1, 1, 40, 1, 1)
    assert (lock.source.missing, lock.source.repaired) == (1, 1)


def test_a_repaired_packet_may_be_newer_than_all_that_came():
    lock = SourceLock({0: PCMU})
    feed(lock, packet(1))
    assert places(lock, packet(2)) == [2]
    assert (lock.source.expected, lock.source.missing) == (2, 1)
    assert feed(lock, packet(3), packet(2)) == [True, False]
    assert (lock.source.repaired, lock.source.repaired_twice) == (0, 1)


def test_repair_is_for_the_source_alone_and_for_what_it_sent_while_we_listened():
    lock = SourceLock({0: PCMU, 96: OPUS})
    assert places(lock, packet(1)) == [None]  # nobody is believed yet
    feed(lock, packet(10), packet(12))
    strangers = packet(11, ssrc=666), packet(11, payload_type=5)
    far = packet(11, payload_type=96), packet(2000), packet(30_000)
    assert places(lock, *strangers, *far, packet(9)) == [None] * 6
    assert lock.refused == {"repair of another source": 3, "repair out of range": 3}
    assert lock.source.repaired == 0


def test_repaired_packets_do_not_disturb_jitter_and_time():
    lock, other = SourceLock({0: PCMU}), SourceLock({0: PCMU})
    for each in (lock, other):
        feed(each, *(packet(n) for n in range(20) if n != 7))
    lock.place(packet(7))
    lock.place(RtpPacket(0, 20, 0x7000_0000, 7, b"a time from nowhere"))
    last = [each.admit(packet(21), 100.5) for each in (lock, other)]
    assert last[0] == last[1]
    assert lock.source.jitter == other.source.jitter


def test_one_damaged_timestamp_does_not_show_in_the_jitter_for_seconds():
    """Half a circle of 32 bits is three days: it would take 300 packets to forget."""
    lock = SourceLock({0: PCMU})
    feed(lock, *(packet(n) for n in range(20)))
    before = lock.jitter
    damaged = RtpPacket(0, 20, 20 * 160 ^ 1 << 30, 7, b"x" * 10)
    assert feed(lock, damaged, start=100.4) == [True]
    feed(lock, *(packet(n) for n in range(21, 30)), start=100.42)
    assert lock.jitter <= before + 0.001
