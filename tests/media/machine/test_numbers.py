"""Wrapping numbers, NTP time, durations and timestamps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.frames import EncodedFrame
from labkit.media.formats import FORMATS
from labkit.media.machine import ntp
from labkit.media.machine.durations import duration_of
from labkit.media.machine.sequence import Unwrapper, signed_difference
from labkit.media.machine.timestamps import PictureStamps, SoundStamps

OPUS, PCMU, JPEG = FORMATS["opus"], FORMATS["PCMU"], FORMATS["JPEG"]


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-3000, 3000), max_size=50))
def test_numbers_are_unwrapped_whatever_order_they_come_in(first, steps):
    unwrapper, true = Unwrapper(16), first
    assert unwrapper.extend(first) == first
    greatest = first
    for step in steps:
        true = greatest + step
        assert unwrapper.extend(true & 0xFFFF) == true
        greatest = max(greatest, true)


@given(st.integers(0, 0xFFFF_FFFF), st.integers(-(2**31), 2**31 - 1))
def test_the_signed_difference_is_the_shorter_way_round(start, step):
    assert signed_difference((start + step) & 0xFFFF_FFFF, start, 32) == step


@given(st.floats(0, 4.2e9))
def test_ntp_time_keeps_microseconds_beyond_the_year_2036_too(seconds):
    assert ntp.from_ntp(ntp.to_ntp(seconds)) == pytest.approx(seconds, abs=1e-6)


def test_ntp_time_is_written_as_the_rfc_has_it():
    assert ntp.to_ntp(0.5) == 2_208_988_800 << 32 | 0x8000_0000
    assert ntp.middle(0x1122_3344_5566_7788) == 0x3344_5566
    assert ntp.short(1.5) == 0x0001_8000
    assert ntp.short(-1.0) == 0
    assert ntp.short(1e9) == 0xFFFF_FFFF


@pytest.mark.parametrize(
    ("payload", "seconds"),
    [
        (bytes([0b11111_0_00]), 0.020),  # CELT fullband, 20 ms, one frame
        (bytes([0b11100_0_00]), 0.0025),
        (bytes([0b00011_0_00]), 0.060),  # SILK narrowband
        (bytes([0b01101_0_01]), 0.040),  # hybrid, two frames
        (bytes([0b11111_0_11, 3]), 0.060),  # three frames
        (bytes([0b11111_0_11, 63]), 0.020),  # 1.26 s cannot be: the usual
        (b"", 0.020),
    ],
)
def test_an_opus_packet_says_how_long_it_lasts(payload, seconds):
    assert duration_of(OPUS, payload) == pytest.approx(seconds)


def test_a_g711_packet_lasts_as_long_as_its_octets():
    assert duration_of(PCMU, bytes(160)) == pytest.approx(0.020)
    assert duration_of(PCMU, bytes(240)) == pytest.approx(0.030)


@given(st.binary(max_size=1300))
def test_no_payload_lasts_nothing_or_for_ever(payload):
    for media in (OPUS, PCMU):
        assert 0 < duration_of(media, payload) <= 0.120


def stamps_of(times: list[float]) -> list[tuple[int, bool]]:
    stamps = SoundStamps(OPUS, 0xFFFF_FFFF - 959)
    return [stamps.stamp(EncodedFrame(b"\xf8", time)) for time in times]


def test_sound_is_stamped_by_counting_samples_though_the_microphone_is_uneven():
    times = [10.0, 10.021, 10.039, 10.060, 10.081]
    assert stamps_of(times) == [
        (0xFFFF_FFFF - 959, True), (0, False), (960, False), (1920, False),
        (2880, False),
    ]  # fmt: skip


def test_after_a_pause_the_timestamp_has_gone_on_with_time_and_a_spurt_begins():
    (_, _), (second, spurt) = stamps_of([10.0, 11.0])
    assert spurt
    assert second == 48_000 - 960


def test_frames_that_were_never_captured_are_counted_and_do_not_add_up():
    """A busy machine leaves out a frame now and then: each is less than a pause."""
    captured = [10 + 0.020 * n for n in range(3000) if n % 40 != 7]
    stamps = stamps_of(captured)
    began, _ = stamps[0]
    for time, (stamp, _) in zip(captured, stamps, strict=True):
        ticks = (stamp - began) & 0xFFFF_FFFF
        assert ticks / 48_000 == pytest.approx(time - 10, abs=0.001)
    assert sum(spurt for _, spurt in stamps) == 1


@given(st.lists(st.floats(-0.010, 0.010), min_size=2, max_size=200))
def test_however_uneven_a_microphone_is_the_count_stays_near_the_clock(offs):
    captured = [10 + 0.020 * n + off for n, off in enumerate(offs)]
    began, _ = stamps_of(captured)[0]
    for time, (stamp, _) in zip(captured, stamps_of(captured), strict=True):
        ticks = (stamp - began + 2**31) % 2**32 - 2**31
        assert abs(ticks / 48_000 - (time - captured[0])) < 0.045


def test_a_sound_timestamp_names_the_moment_though_the_sample_clock_drifts():
    stamps = SoundStamps(OPUS, 0)
    for number in range(1000):
        stamp, _ = stamps.stamp(EncodedFrame(b"\xf8", 5 + number * 0.020002))
    assert stamp == 999 * 960
    assert stamps.at(5 + 999 * 0.020002) == pytest.approx(stamp, abs=1)


def test_pictures_are_stamped_by_the_clock_without_adding_up_errors():
    stamps = PictureStamps(JPEG, 7)
    begin, _ = stamps.stamp(EncodedFrame(b"", 1_700_000_000.0))
    end, _ = stamps.stamp(EncodedFrame(b"", 1_700_000_000.0 + 3600 + 1 / 30))
    assert (end - begin) & 0xFFFF_FFFF == 3600 * 90_000 + 3_000
