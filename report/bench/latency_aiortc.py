"""One party of the latency bench: aiortc (VP8 and Opus), in a process of its own.

It is given its pictures and sounds, and asked for the peer's, the way its own examples
do. Sound counts as handed to the loudspeaker when `recv` gives it out, without waiting
for a loudspeaker's pace: a little to its advantage. With `--pairs 5` there are five
calls in the process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import time
from dataclasses import asdict
from fractions import Fraction

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from marks import BLOCK, RATE, Ear, Eye, Film
from party import hear, measured, options, senses, tell_peer, tell_up


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
    kind = "video"

    def __init__(self, eye: Eye, film: Film, fps: int) -> None:
        super().__init__()
        self.period = 1 / fps
        self._eye, self._film = eye, film

    async def recv(self) -> av.VideoFrame:
        await self.due()
        pixels, bears = self._film.next()
        self._eye.captured(bears, time.perf_counter())
        frame = av.VideoFrame.from_ndarray(pixels, "bgr24")
        frame.pts = round(self.number * 90_000 * self.period)
        frame.time_base = Fraction(1, 90_000)
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


class Party:
    """A peer connection with a camera and a microphone, an eye and an ear."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.eye, self.ear, film = senses(chosen)
        # No server far away.
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.peer.on("track", self._on_track)
        self.peer.addTrack(Camera(self.eye, film, chosen.fps))
        self.peer.addTrack(Microphone(self.ear))
        self._tasks: list[asyncio.Task[None]] = []

    def _on_track(self, track: MediaStreamTrack) -> None:
        taking = watch(track, self.eye) if track.kind == "video" else None
        self._tasks.append(asyncio.ensure_future(taking or listen(track, self.ear)))

    async def offer(self) -> RTCSessionDescription:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return self.peer.localDescription

    async def answer(self, offer: RTCSessionDescription) -> RTCSessionDescription:
        await self.peer.setRemoteDescription(offer)
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return self.peer.localDescription

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.peer.close(), 5)


async def connect(name: str, party: Party) -> None:
    """Offer and answer, handed over by the bench."""

    async def heard() -> RTCSessionDescription:
        return RTCSessionDescription(**await asyncio.to_thread(hear))

    if name == "alice":
        tell_peer(asdict(await party.offer()))
        await party.peer.setRemoteDescription(await heard())
    else:
        tell_peer(asdict(await party.answer(await heard())))


async def main() -> None:
    chosen = options()
    parties = [Party(chosen) for _ in range(2 * chosen.pairs or 1)]
    if chosen.pairs:
        for alice, bob in zip(parties[::2], parties[1::2], strict=True):
            answer = await bob.answer(await alice.offer())
            await alice.peer.setRemoteDescription(answer)
    else:
        await connect(chosen.name, parties[0])
    while any(party.peer.connectionState != "connected" for party in parties):
        await asyncio.sleep(0.05)
    tell_up()
    await asyncio.sleep(chosen.warm_up)
    with measured([(party.eye, party.ear) for party in parties]):
        await asyncio.sleep(chosen.seconds)
    await asyncio.to_thread(hear)
    await asyncio.gather(*(party.close() for party in parties))


if __name__ == "__main__":
    asyncio.run(main())
