"""What recording a call costs: processor time, and the call's latency with and without.

    python report/bench/recording.py                   a table
    python report/bench/recording.py --json            one JSON object

Two phones of one kernel talk in 640×480 JPEG at 30 pictures a second. Stretches without
and with a recording take turns; of each the latency of sound and pictures from capture
to playout is kept, and the processor time of the whole process and of the recorder's
thread alone.
"""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import common
import numpy as np
import psutil

from labkit import Phone, Registry
from labkit.net import clock


@dataclass
class Kept:
    """Of all stretches of one sort."""

    seconds: float = 0.0
    processor: float = 0.0
    audio: list[float] = field(default_factory=list)
    video: list[float] = field(default_factory=list)
    pictures: int = 0


def main() -> None:
    parser = common.arguments(__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of a stretch")
    parser.add_argument("--turns", type=int, default=3, help="stretches of each sort")
    options = parser.parse_args()
    kept, recorder, seconds, skipped = measure(options.seconds, options.turns)
    figures: dict[str, float] = {}
    rows = []
    for name, one in kept.items():
        rows.append({"call": name} | _row(one))
        figures |= {f"{name}_{key}": value for key, value in _figures(one).items()}
    figures["recorder_thread_percent"] = round(100 * recorder / seconds, 1)
    figures["pictures_skipped"] = skipped
    share = figures["recorder_thread_percent"]
    rows.append({"call": "the recorder's thread", "processor": f"{share} %"})
    common.report(
        "What recording costs",
        rows,
        figures | common.circumstances("labkit"),
        options.json,
    )


def _figures(one: Kept) -> dict[str, float]:
    return {
        "processor_percent": round(100 * one.processor / one.seconds, 1),
        "pictures_a_second": round(one.pictures / one.seconds, 1),
    } | {
        f"{kind}_p{percent}_ms": round(1000 * float(np.percentile(values, percent)), 1)
        for kind, values in (("audio", one.audio), ("video", one.video))
        for percent in (50, 95)
    }


def _row(one: Kept) -> dict[str, str]:
    found = _figures(one)
    return {
        "processor": f"{found['processor_percent']} %",
        "pictures/s": str(found["pictures_a_second"]),
        "sound p50, p95 ms": f"{found['audio_p50_ms']}, {found['audio_p95_ms']}",
        "pictures p50, p95 ms": f"{found['video_p50_ms']}, {found['video_p95_ms']}",
    }


def measure(seconds: float, turns: int) -> tuple[dict[str, Kept], float, float, int]:
    """The stretches; the recorder's processor time, for how long it ran, and how many
    pictures it skipped."""
    kept = {"plain": Kept(), "recorded": Kept()}
    recorder_time = recorder_seconds = 0.0
    skipped = 0
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
        for _ in range(turns):
            _keep(alice, kept["plain"], seconds)
            alice.record(Path(folder))
            _until(lambda: bob.state.call.recording == "asking")
            bob.allow_recording()
            _until(lambda: alice.state.call.recording == "on")
            time.sleep(1.0)
            begun = _thread_time("labkit-recorder")
            _keep(alice, kept["recorded"], seconds)
            recorder_time += _thread_time("labkit-recorder") - begun
            recorder_seconds += seconds
            skipped += alice._recorder.skipped
            alice.stop_recording()
            time.sleep(1.0)
    return kept, recorder_time, recorder_seconds, skipped


def _keep(phone: Phone, kept: Kept, seconds: float) -> None:
    begun, process = clock.now(), psutil.Process()
    before = sum(process.cpu_times()[:2])
    seen = phone.media.statistics().video.inbound.framesDecoded
    time.sleep(seconds)
    history, passed = phone.media.history, clock.now() - begun
    kept.processor += sum(process.cpu_times()[:2]) - before
    kept.seconds += passed
    kept.pictures += phone.media.statistics().video.inbound.framesDecoded - seen
    kept.audio += [latency for at, latency in tuple(history.audio) if at > begun]
    kept.video += [latency for at, latency in tuple(history.video) if at > begun]


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


def _pass(seconds: float) -> None:
    time.sleep(seconds)


if __name__ == "__main__":
    main()
