"""The formats, their numbers and their clocks (RFC 3551 tables 4 and 5, RFC 7587)."""

from __future__ import annotations

import pytest

from labkit.media import formats
from labkit.media.formats import FORMATS


@pytest.mark.parametrize(
    ("name", "payload_type", "clock_rate", "channels"),
    [
        ("PCMU", 0, 8_000, 1),
        ("PCMA", 8, 8_000, 1),
        ("JPEG", 26, 90_000, 1),
        ("opus", 96, 48_000, 2),
        ("VP8", 97, 90_000, 1),
        ("H264", 102, 90_000, 1),
    ],
)
def test_numbers_and_clocks_are_the_rfcs(
    name: str, payload_type: int, clock_rate: int, channels: int
):
    format = FORMATS[name]
    assert format.payload_type == payload_type
    assert format.clock_rate == clock_rate
    assert format.channels == channels


def test_sound_runs_on_the_clock_of_its_samples():
    assert all(format.sample_rate == format.clock_rate for format in formats.AUDIO)


def test_the_best_format_of_each_kind_is_first():
    assert [format.name for format in formats.AUDIO] == ["opus", "PCMU", "PCMA"]
    assert [format.name for format in formats.VIDEO] == ["JPEG", "VP8", "H264"]


def test_no_two_formats_share_a_number():
    assert len({format.payload_type for format in FORMATS.values()}) == len(FORMATS)


def test_a_name_is_found_in_any_case():
    assert formats.find("OPUS") is FORMATS["opus"]
    assert formats.find("jpeg") is FORMATS["JPEG"]
    assert formats.find("telephone-event") is None
