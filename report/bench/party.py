"""What every party of the latency bench does, whatever program it is of.

It talks to `latency.py` in lines of JSON on standard input and output: what it has to
say to its peer (where it receives), and in the end what it saw and heard, and when.

Pictures and sounds bear marks (`marks.py`, or `numbered.py` for bad networks); latency
counts from the moment at which the camera hands a picture over. So what is measured is
what was really shown and played, whatever the program in between believes. Times are
those of `time.perf_counter`, which is one clock for all processes of a machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from marks import FPS, HEIGHT, WIDTH, Ear, Eye, Film
from numbered import NumberedEar, NumberedEye, NumberedFilm

LONG = 4
"""Seconds of film where many calls in one process may make pictures very late."""
Senses = tuple[Eye, Ear]


def options() -> argparse.Namespace:
    """What `latency.py` tells a party on its command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="alice")
    parser.add_argument("--host", default="127.0.0.1", help="where it receives")
    parser.add_argument("--audio", default="opus")
    parser.add_argument("--video", default="JPEG")
    parser.add_argument("--size", default=f"{WIDTH}x{HEIGHT}", help="of the pictures")
    parser.add_argument("--fps", type=int, default=FPS, help="pictures a second")
    parser.add_argument("--treatments", help="JSON: the fields of Treatments")
    parser.add_argument("--numbered", action="store_true", help="see numbered.py")
    parser.add_argument("--warm-up", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--spin", action="store_true")
    parser.add_argument(
        "--pairs", type=int, default=0, help="so many whole calls in this process"
    )
    chosen = parser.parse_args()
    chosen.width, chosen.height = map(int, chosen.size.split("x"))
    return chosen


def senses(chosen: argparse.Namespace) -> tuple[Eye, Ear, Film]:
    """What recognises pictures and sounds, and what is shown."""
    if chosen.numbered:
        return NumberedEye(), NumberedEar(), NumberedFilm()
    seconds = LONG if chosen.pairs else 1
    return Eye(), Ear(), Film(chosen.width, chosen.height, chosen.fps, seconds)


def tell_peer(message: dict[str, object]) -> None:
    """One line of JSON that the bench hands to the other party."""
    print(json.dumps({"to_peer": message}), flush=True)


def tell_up() -> None:
    """Tell the bench that the call is up; it answers nothing."""
    print(json.dumps({"up": True}), flush=True)


def hear() -> dict:
    """The next line from the peer, or from the bench; none means that it is gone."""
    line = sys.stdin.readline()
    if not line:
        raise SystemExit("the bench is gone")
    return json.loads(line)


@contextmanager
def measured(
    parties: Sequence[Senses],
    spent: Callable[[], float] = time.process_time,
    hang_up: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """What happens inside is measured, and told to the bench at the end.

    `spent` tells the processor seconds that all these parties have taken so far.
    `hang_up` ends the calls that nobody else measures: reading what was seen would
    take long beside them.
    """
    for eye, ear in parties:
        eye.glimpses.clear()
        ear.blocks.clear()
    begun, processor = time.perf_counter(), spent()
    yield
    ended = time.perf_counter()
    cores = (spent() - processor) / (ended - begun) / len(parties)
    hang_up()
    for eye, ear in parties:  # what came while they hung up does not count
        eye.glimpses[:] = [glimpse for glimpse in eye.glimpses if glimpse[-1] <= ended]
        ear.blocks[:] = [block for block in ear.blocks if block[-1] <= ended]
    told = [
        {"sent": eye.sent, "seen": eye.seen, "spoken": ear.sent, "heard": ear.heard}
        for eye, ear in parties
    ]
    found = {"cores": cores, "begun": begun, "ended": ended, "parties": told}
    print(json.dumps({"result": found}), flush=True)
