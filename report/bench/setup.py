"""How long from "call bob" to bob's first picture?

Two phones in two processes on loopback, the registry beside the callee. Each call is:
QUERY, INVITE, 180, 200, ACK, cameras and sockets opened on both sides, JPEG, RTP,
decoded. The callee answers at once, so nobody's finger is measured. aiortc is measured
in the same run: offer and answer handed over within one process, without any registry.

The keys count from the call to the first picture: `first_picture_p95_ms`.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import threading
from multiprocessing.connection import Connection

import common
import cv2
import numpy as np
import peers

from labkit import LabkitError, Phone, Registry
from labkit.net import clock

CALLS, AIORTC_CALLS = 50, 10


def callee(pipe: Connection) -> None:
    """Run registry and bob, who answers every call at once, until the pipe closes."""
    with Registry("127.0.0.1", 0) as registry, Phone("bob", registry) as bob:
        bob.register()
        pipe.send(tuple(registry.address))
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                with contextlib.suppress(LabkitError):
                    bob.answer(timeout=0.2).wait("over", timeout=30)

        answering = threading.Thread(target=answer)
        answering.start()
        with contextlib.suppress(EOFError):
            pipe.recv()
        stop.set()
        bob.hang_up() if bob.state.busy else None
        answering.join()


def first_pictures(alice: Phone, calls: int) -> list[float]:
    """Milliseconds from the call to the first picture, call by call."""
    measured = []
    for _ in range(calls):
        first = threading.Event()
        at = [0.0]

        began = clock.now()

        def show(shown: object, first=first, at=at, began=began) -> None:
            if not first.is_set() and shown.arrived > began:
                jpeg = np.frombuffer(shown.as_jpeg(), np.uint8)
                if cv2.imdecode(jpeg, cv2.IMREAD_COLOR) is not None:
                    at[0] = clock.now()
                    first.set()

        stop = alice.peer.watch(show)
        call = alice.call("bob")
        if not first.wait(10):
            raise RuntimeError(f"no picture within 10 s: {call}")
        measured.append((at[0] - began) * 1000)
        stop()
        call.hang_up().wait("over")
    return measured


def kit(calls: int) -> list[float]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=callee, args=(theirs,), daemon=True
    )
    process.start()
    theirs.close()
    host, port = ours.recv()
    with Phone("alice", f"{host}:{port}") as alice:
        alice.register()
        first_pictures(alice, 2)  # the first call loads codecs: not what is measured
        measured = first_pictures(alice, calls)
    ours.close()
    process.join(20)
    return measured


async def aiortc_first_picture() -> float:
    """The same for aiortc: two peers, one process, until a picture is decoded."""
    from aiortc import RTCPeerConnection
    from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

    caller, callee_ = RTCPeerConnection(), RTCPeerConnection()
    first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    reading: list[asyncio.Future[None]] = []

    def receive(track: object) -> None:
        async def read() -> None:
            await track.recv()
            if not first.done():
                first.set_result(clock.now())

        if track.kind == "video":
            reading.append(asyncio.ensure_future(read()))

    caller.on("track", receive)
    for peer in (caller, callee_):
        peer.addTrack(VideoStreamTrack())
        peer.addTrack(AudioStreamTrack())
    began = clock.now()
    await caller.setLocalDescription(await caller.createOffer())
    await callee_.setRemoteDescription(caller.localDescription)
    await callee_.setLocalDescription(await callee_.createAnswer())
    await caller.setRemoteDescription(callee_.localDescription)
    at = await asyncio.wait_for(first, 20)
    await caller.close()
    await callee_.close()
    return (at - began) * 1000


def aiortc(calls: int) -> list[float]:
    async def one_by_one() -> list[float]:
        return [await aiortc_first_picture() for _ in range(calls)]

    return asyncio.run(one_by_one())


def main() -> None:
    options = common.arguments(__doc__.splitlines()[0], runs=3).parse_args()
    measured: dict[str, list[float]] = {}

    def note(prefix: str, run: list[float]) -> None:
        for share in (50, 95):
            value = common.percentile(run, share / 100)
            common.note(measured, {f"{prefix}first_picture_p{share}_ms": value})

    for run in range(options.runs):
        common.say(f"run {run + 1} of {options.runs}")
        note("", kit(CALLS))
        if peers.is_here(peers.AIORTC):
            note("aiortc_", aiortc(AIORTC_CALLS))
    found = common.result(
        "setup",
        measured,
        runs=options.runs,
        to_reach={"first_picture_p95_ms": "≤ 120"},
        packages=("aiortc", "av", "opencv-python-headless"),
        absent=peers.absent([peers.AIORTC]),
        settings={"calls": CALLS, "aiortc_calls": AIORTC_CALLS},
    )
    common.report(found, options.json)


if __name__ == "__main__":
    main()
