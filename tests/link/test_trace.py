"""Delay traces: read, written, refused with the line that is wrong, replayed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.link import (
    Conditions,
    DelayTrace,
    Path,
    parse_trace,
    trace_file,
    write_trace,
)

TEXT = b"""\
# labkit delays: round trips to 192.168.1.7:9000
seconds,round_trip_ms
0.000000,3.400
0.020000,lost
0.040000,23.400
"""


def test_a_trace_is_read_and_written_as_the_docstring_shows_it():
    trace = parse_trace(TEXT)
    assert trace.times == (0.0, 0.04)
    assert trace.delays == (0.0034, 0.0234)
    assert trace.round_trip
    assert trace.lost == (0.02,)
    assert trace.source == "round trips to 192.168.1.7:9000"
    assert write_trace(trace) == TEXT


def test_a_file_from_a_spreadsheet_is_read_too():
    trace = parse_trace(b"\xef\xbb\xbfseconds,one_way_ms\r\n0,1\r\n1, 2.5\r\n\r\n")
    assert trace.delays == (0.001, 0.0025)
    assert not trace.round_trip
    assert parse_trace(b"0,1\n1,-2\n").delays == (0.001, -0.002)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has 0 samples"),
        (b"0,1\n", "has 1 samples"),
        (b"0,1\n1,x\n", "line 2 of the delay trace is '1,x'"),
        (b"0,1\n\n1;2\n", "line 3 of the delay trace"),
        (b"0,1\n1,nan\n", "line 2"),
        (b"0,1\n1,1e999\n", "line 2"),
        (b"1,1\n1,1\n", "line 2 of the delay trace: the time 1 s is not after"),
        (
            b"seconds,ms\n",
            "line 1 .*: the second column is round_trip_ms or one",
        ),
        (b"0,1\n\xff\n", "line 2 of the delay trace is not text"),
        (b"0,0\n1,61000\n", "differ by 60 s at most"),
        (b"PK\x03\x04 a zip file", "line 1"),
    ],
)
def test_nonsense_is_told_with_its_line(content, words):
    with pytest.raises(LocalError, match=words):
        parse_trace(content)


def test_a_file_too_long_is_not_read(monkeypatch):
    monkeypatch.setattr(trace_file, "LARGEST", 10)
    with pytest.raises(LocalError, match="at most 10 bytes, this one 11"):
        parse_trace(bytes(11))


@given(st.binary() | st.from_regex(rb"([0-9.,\n-]|lost|#){1,60}", fullmatch=True))
def test_any_bytes_are_a_trace_or_a_local_error(content):
    try:
        parse_trace(content)
    except LocalError:
        pass


microseconds = st.integers(0, 50_000_000)
labels = st.text(st.characters(categories=["L", "N"]), max_size=20)


@given(
    st.lists(microseconds, min_size=2, max_size=20, unique=True),
    st.data(),
    st.booleans(),
    st.lists(microseconds, max_size=3, unique=True),
    labels,
)
def test_what_is_written_is_read_as_it_was(times, data, round_trip, lost, source):
    delays = data.draw(st.lists(microseconds, min_size=len(times), max_size=len(times)))
    trace = DelayTrace(
        tuple(sorted(time / 1e6 for time in times)),
        tuple(delay / 1e6 for delay in delays),
        round_trip,
        tuple(sorted(time / 1e6 for time in lost)),
        source,
    )
    assert parse_trace(write_trace(trace)) == trace


def test_the_delays_count_from_the_least_and_run_in_a_loop():
    trace = DelayTrace((10.0, 10.1, 10.2), (0.5, 0.6, 0.5))
    assert trace.duration == pytest.approx(0.3)
    found = [trace.extra(step * 0.05) for step in range(12)]
    once = [0, 0.05, 0.1, 0.05, 0, 0]
    assert found == pytest.approx([*once, *once], abs=1e-9)


def test_each_way_gets_half_of_a_round_trip():
    trace = DelayTrace((0.0, 1.0), (0.010, 0.030), round_trip=True)
    assert trace.extra(1.0) == pytest.approx(0.010)


def test_a_path_replays_a_trace_on_top_of_its_delay():
    trace = DelayTrace((0.0, 1.0, 2.0), (0.0, 0.1, 0.0))
    path = Path(Conditions(delay=0.05, trace=trace))
    found = [path.offer(b"", 50.0 + n)[0].at - 50 - n for n in range(6)]
    assert found == pytest.approx([0.05, 0.15, 0.05, 0.05, 0.15, 0.05])


@pytest.mark.parametrize(
    ("times", "delays", "words"),
    [
        ((0.0,), (0.0,), "2 to 200000 samples"),
        ((0.0, 1.0), (0.0,), "not 2 times and 1 delays"),
        ((0.0, 0.0), (0.0, 0.0), "must rise"),
        ((0.0, float("nan")), (0.0, 0.0), "finite"),
    ],
)
def test_a_trace_that_cannot_be_is_refused(times, delays, words):
    with pytest.raises(LocalError, match=words):
        DelayTrace(times, delays)
