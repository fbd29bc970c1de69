"""What recording a call costs: processor time, and the call's latency with and without.

    python report/bench/recording.py                   a table
    python report/bench/recording.py --json            one JSON object

Two phones of one kernel talk in 640×480 JPEG at 30 pictures a second. A run is a
stretch without a recording and one with; of each the latency of sound and pictures from
capture to playout is kept, and the processor time of the whole process and of the
recorder's thread alone.
"""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
import psutil

from labkit import Phone, Registry
from labkit.net import clock


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of one stretch."""

    seconds: float
    processor: float
    """Seconds of the whole process."""
    pictures: int
    audio: list[float]
    video: list[float]


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0], runs=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="of a stretch")
    options = parser.parse_args()
    found = common.result(
        "recording",
        measure(options.seconds, options.runs),
        runs=options.runs,
        packages=("av", "numpy", "opencv-python-headless"),
        settings={"seconds": options.seconds, "phones_in_the_process": 2},
    )
    common.report(found, options.json)


def _figures(name: str, one: Kept) -> dict[str, float]:
    return {
        f"{name}_processor_percent": 100 * one.processor / one.seconds,
        f"{name}_fps": one.pictures / one.seconds,
    } | {
        f"{name}_{kind}_p{percent}_ms": 1000 * float(np.percentile(values, percent))
        for kind, values in (("audio", one.audio), ("video", one.video))
        for percent in (50, 95)
    }


def measure(seconds: float, turns: int) -> dict[str, list[float]]:
    """Each figure, turn by turn; in each turn a stretch of either sort."""
    measured: dict[str, list[float]] = {}
    with (
        Registry("127.0.0.1", 0) as registry,
        Phone("alice", registry) as alice,
        Phone("bob", registry) as bob,
        tempfile.TemporaryDirectory() as folder,
    ):
        for phone in (alice, bob):
            phone.register()
        call = alice.call("bob")
        bob.answer()
        call.wait()
        time.sleep(2.0)
        for turn in range(turns):
            common.say(f"turn {turn + 1} of {turns}")
            common.note(measured, _figures("plain", _keep(alice, seconds)))
            alice.record(Path(folder))
            _until(lambda: bob.state.call.recording == "asking")
            bob.allow_recording()
            _until(lambda: alice.state.call.recording == "on")
            time.sleep(1.0)
            begun = _thread_time("labkit-recorder")
            common.note(measured, _figures("recorded", _keep(alice, seconds)))
            share = (_thread_time("labkit-recorder") - begun) / seconds
            common.note(measured, {"recorder_thread_percent": 100 * share})
            common.note(
                measured, {"pictures_skipped": alice._recordings.recorder.skipped}
            )
            alice.stop_recording()
            time.sleep(1.0)
    return measured


def _keep(phone: Phone, seconds: float) -> Kept:
    """A stretch of the call, from now on."""
    begun, process = clock.now(), psutil.Process()
    before = sum(process.cpu_times()[:2])
    seen = phone.media.statistics().video.inbound.framesDecoded
    time.sleep(seconds)
    history, passed = phone.media.history, clock.now() - begun
    return Kept(
        seconds=passed,
        processor=sum(process.cpu_times()[:2]) - before,
        pictures=phone.media.statistics().video.inbound.framesDecoded - seen,
        audio=[latency for at, latency in tuple(history.audio) if at > begun],
        video=[latency for at, latency in tuple(history.video) if at > begun],
    )


def _thread_time(name: str) -> float:
    """Processor time of a thread of this process, in seconds."""
    number = next(t.native_id for t in threading.enumerate() if t.name == name)
    return sum(
        thread.user_time + thread.system_time
        for thread in psutil.Process().threads()
        if thread.id == number
    )


def _until(true, patience: float = 10.0) -> None:
    end = clock.now() + patience
    while not true():
        if clock.now() > end:
            raise SystemExit("the phones did not come to the point")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
