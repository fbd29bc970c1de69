"""One party of the latency bench: aiortc (VP8 and Opus), in a process of its own.

It is given its pictures and sounds, and asked for the peer's, the way its own examples
do. Sound counts as handed to the loudspeaker when `recv` gives it out, without waiting
for a loudspeaker's pace: a little to its advantage.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from fractions import Fraction

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from latency_party import hear, options, result, senses, tell_peer, tell_up
from marks import BLOCK, FPS, RATE, Ear, Eye, Film


class Paced(MediaStreamTrack):
    """A track whose frames are due at even intervals."""

    period = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.begun = time.perf_counter()

    async def due(self) -> float:
        self.number += 1
        at = self.begun + self.number * self.period
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        return at


class Camera(Paced):
    kind, period = "video", 1 / FPS

    def __init__(self, eye: Eye, film: Film) -> None:
        super().__init__()
        self._eye, self._film = eye, film

    async def recv(self) -> av.VideoFrame:
        await self.due()
        pixels, bears = self._film.next()
        self._eye.captured(bears, time.perf_counter())
        frame = av.VideoFrame.from_ndarray(pixels, "bgr24")
        frame.pts, frame.time_base = self.number * 90_000 // FPS, Fraction(1, 90_000)
        return frame


class Microphone(Paced):
    kind, period = "audio", BLOCK / RATE

    def __init__(self, ear: Ear) -> None:
        super().__init__()
        self._ear = ear

    async def recv(self) -> av.AudioFrame:
        at = await self.due()
        self._ear.said(self.number, at - self.period)
        samples = self._ear.tone(self.number, BLOCK, RATE)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], "s16", "mono")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = self.number * BLOCK
        return frame


async def watch(track: MediaStreamTrack, eye: Eye) -> None:
    while True:
        pixels = (await track.recv()).to_ndarray(format="bgr24")
        eye.look(pixels, time.perf_counter())


async def listen(track: MediaStreamTrack, ear: Ear) -> None:
    while True:
        frame = await track.recv()
        at = time.perf_counter()
        samples = frame.to_ndarray().reshape(-1)  # the channels take turns
        ear.listen(samples, RATE * len(samples) // frame.samples, at)


async def connect(name: str, peer: RTCPeerConnection) -> None:
    """Offer and answer, handed over by the bench."""
    if name == "alice":
        await peer.setLocalDescription(await peer.createOffer())
        tell_peer({"sdp": peer.localDescription.sdp, "type": "offer"})
    told = await asyncio.to_thread(hear)
    await peer.setRemoteDescription(RTCSessionDescription(told["sdp"], told["type"]))
    if name != "alice":
        await peer.setLocalDescription(await peer.createAnswer())
        tell_peer({"sdp": peer.localDescription.sdp, "type": "answer"})


async def main() -> None:
    chosen = options()
    eye, ear, film = senses(chosen)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))  # no server far away
    tasks: list[asyncio.Task[None]] = []

    @peer.on("track")
    def on_track(track: MediaStreamTrack) -> None:
        work = watch(track, eye) if track.kind == "video" else listen(track, ear)
        tasks.append(asyncio.ensure_future(work))

    peer.addTrack(Camera(eye, film))
    peer.addTrack(Microphone(ear))
    await connect(chosen.name, peer)
    while peer.connectionState != "connected":
        await asyncio.sleep(0.05)
    tell_up()
    await asyncio.sleep(chosen.warm_up)
    eye.glimpses.clear()
    ear.blocks.clear()
    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(chosen.seconds)
    cores = (time.process_time() - cpu) / (time.perf_counter() - begun)
    result([eye], [ear], cores, begun)
    await asyncio.to_thread(hear)
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(peer.close(), 5)


if __name__ == "__main__":
    asyncio.run(main())
