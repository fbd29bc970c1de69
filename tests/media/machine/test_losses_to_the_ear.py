"""A turn without a frame is a loss only if a later frame's number says so."""

from __future__ import annotations

import pytest

from labkit.media.formats import FORMATS
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.media_clock import MediaClock
from labkit.media.messages import RtpPacket
from labkit.media.quality.loss_runs import Losses
from labkit.media.treatments import Treatments

FRAME = 0.020
PCMU = FORMATS["PCMU"]


def heard(sent: dict[int, tuple[int, float]], **treatments: object) -> Losses:
    """What the ear counts of packets by number: each its frame, and when it comes."""
    receiver = AudioReceiver({0: PCMU}, MediaClock(ClockOffset()))
    receiver.use(Treatments(**treatments))  # type: ignore[arg-type]
    coming = sorted((at, number, frame) for number, (frame, at) in sent.items())
    for turn in range(300):
        now = 50.005 + turn * FRAME
        while coming and 50 + coming[0][0] <= now:
            at, number, frame = coming.pop(0)
            packet = RtpPacket(0, number, frame * 160, 1, bytes(160))
            receiver.received(packet, 50 + at)
        receiver.next(now)
    return receiver.runs.counts


def even(*numbers: int) -> dict[int, tuple[int, float]]:
    return {number: (number, number * FRAME) for number in numbers}


FIXED = {"playout": "fixed", "playout_delay": 0.04}


def test_what_is_missing_in_the_middle_is_lost():
    assert heard(even(*range(20), *range(23, 40)), **FIXED) == Losses(40, 3, 1)


def test_what_comes_too_late_is_lost():
    packets = even(*range(40)) | {20: (20, 25 * FRAME)}
    assert heard(packets, **FIXED) == Losses(40, 1, 1)


def test_the_silence_after_the_last_is_not_lost():
    assert heard(even(*range(40)), **FIXED) == Losses(40, 0, 0)


@pytest.mark.parametrize("pause", [10, 100])
def test_a_pause_without_a_gap_in_the_numbers_is_not_lost(pause):
    talk = {n: (n + pause, (n + pause) * FRAME) for n in range(20, 40)}
    assert heard(even(*range(20)) | talk, **FIXED) == Losses(40, 0, 0)


def test_a_frame_that_was_waited_for_and_came_is_not_lost():
    stalled = {n: (n, max(n * FRAME, 24 * FRAME)) for n in range(20, 60)}
    counts = heard(even(*range(20)) | stalled, playout="quantile", catch_up="stretch")
    assert counts == Losses(60, 0, 0)


def test_without_a_buffer_each_turn_in_vain_counts():
    packets = {n: (n, n * FRAME + (0.065 if n >= 20 else 0.0)) for n in range(40)}
    counts = heard(packets, playout="none")
    assert counts == Losses(43, 3, 1)


def test_another_source_begins_anew():
    receiver = AudioReceiver({0: PCMU}, MediaClock(ClockOffset()))
    for ssrc, first, begin in ((1, 7, 50.0), (2, 40_000, 60.0)):
        for n in range(10):
            packet = RtpPacket(0, first + n, n * 160, ssrc, bytes(160))
            receiver.received(packet, begin + n * FRAME)
            receiver.next(begin + n * FRAME + 0.005)
    assert receiver.runs.counts.lost == 0
    assert receiver.runs.counts.expected > 15
