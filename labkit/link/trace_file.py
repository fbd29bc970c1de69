"""A delay trace as a text file that any spreadsheet opens.

    # labkit delays: round trips to 192.168.1.7:9000
    seconds,round_trip_ms
    0.000,3.412
    0.020,lost
    0.040,2.907

The title of the second column is `round_trip_ms` or `one_way_ms`; lines that begin with
`#` are remarks, the first of which is kept. Without a title line the delays count as
one way.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import re

from labkit.errors import LocalError
from labkit.link.trace import MOST_SAMPLES, DelayTrace

LARGEST = 16_000_000
"""Octets."""
LOST = "lost"
ROUND_TRIP, ONE_WAY = "round_trip_ms", "one_way_ms"
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_TITLE = "# labkit delays:"
_EXAMPLE = "such as 0.020,3.412 or 0.020,lost (seconds, milliseconds)"


def parse_trace(content: bytes) -> DelayTrace:
    """Read a trace. Raises LocalError with the number of the line that is wrong."""
    if len(content) > LARGEST:
        raise LocalError(
            f"a delay trace has at most {LARGEST} bytes, this one {len(content)}"
        )
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise LocalError(f"line {number} of the delay trace is not text") from None
    times: list[float] = []
    delays: list[float] = []
    lost: list[float] = []
    round_trip, source = False, ""
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("#"):
            source = source or _remark(line)
        elif line.startswith("seconds"):
            round_trip = _title(line, number)
        elif line:
            time, delay = _sample(line, number)
            if delay is None:
                lost.append(time)
                continue
            if times and time <= times[-1]:
                raise LocalError(
                    f"line {number} of the delay trace: the time {time:g} s is not "
                    f"after the one before ({times[-1]:g} s)"
                )
            times.append(time)
            delays.append(delay)
    if len(times) < 2:
        raise LocalError(
            f"the delay trace has {len(times)} samples ({len(lost)} lost); it needs 2 "
            f"at least and {MOST_SAMPLES} at most, {_EXAMPLE}"
        )
    return DelayTrace(tuple(times), tuple(delays), round_trip, tuple(lost), source)


def write_trace(trace: DelayTrace) -> bytes:
    """The text of a trace, to the microsecond."""
    lines = [f"{_TITLE} {trace.source}".rstrip()] if trace.source else []
    lines.append(f"seconds,{ROUND_TRIP if trace.round_trip else ONE_WAY}")
    samples = [
        (time, f"{delay * 1000:.3f}")
        for time, delay in zip(trace.times, trace.delays, strict=True)
    ]
    samples += [(time, LOST) for time in trace.lost]
    lines += [f"{time:.6f},{delay}" for time, delay in sorted(samples)]
    return ("\n".join(lines) + "\n").encode()


def _remark(line: str) -> str:
    return " ".join(line.removeprefix(_TITLE).lstrip("# ").split())[:200]


def _title(line: str, number: int) -> bool:
    """Whether the title line announces round trips."""
    column = line.partition(",")[2].strip()
    if column not in (ROUND_TRIP, ONE_WAY):
        raise LocalError(
            f"line {number} of the delay trace: the second column is {ROUND_TRIP} or "
            f"{ONE_WAY}, not {column[:40]!r}"
        )
    return column == ROUND_TRIP


def _sample(line: str, number: int) -> tuple[float, float | None]:
    """Seconds and seconds of delay, None for a lost probe."""
    time, _, delay = (part.strip() for part in line.partition(","))
    if _NUMBER.fullmatch(time) and delay.lower() in (LOST, ""):
        return float(time), None
    if not (_NUMBER.fullmatch(time) and _NUMBER.fullmatch(delay)):
        raise LocalError(
            f"line {number} of the delay trace is {line[:40]!r}; a sample is a time "
            f"and a delay, {_EXAMPLE}"
        )
    return float(time), float(f"{delay}e-3")
