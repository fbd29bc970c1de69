"""One party of the latency bench: vidstream (JPEG over TCP, raw sound over TCP).

vidstream *unpickles what the network sends*: whoever can connect to its port can run
any program on the machine. It is measured against itself only, on loopback or between
two network namespaces that nobody else can reach.

It wants a camera, a window, a sound card and a mouse; a bench has none of them. Its own
code runs as it is, with stand-ins in their places: `cv2.imshow` notes when a picture is
ready, `pyaudio` is a sound card that records tones and takes what it is given at once.
(A real window adds its `waitKey(1)`, a millisecond or more, to each picture.) JPEG
quality is set to 50 as for the others.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import types

import cv2
import numpy as np
import peers
from marks import STRETCH
from party import hear, measured, options, senses, tell_peer, tell_up

CHOSEN = options()
HOST = CHOSEN.host
EYE, EAR, FILM = senses(CHOSEN)


class StandInStream:
    """A sound card's stream: reads as time goes by, takes at once what is written."""

    def __init__(self, rate: int, **_: object) -> None:
        self._rate = rate
        self._begun = time.perf_counter()
        self._samples = 0

    def read(self, frames: int) -> bytes:
        begin = self._samples
        self._samples += frames
        due = self._begun + self._samples / self._rate
        time.sleep(max(0.0, due - time.perf_counter()))
        count = int(STRETCH * self._rate)
        first, last = begin // count, (self._samples - 1) // count
        for number in range(-(-begin // count), last + 1):
            EAR.said(number, self._begun + number * STRETCH)
        tones = [EAR.tone(n, count, self._rate) for n in range(first, last + 1)]
        offset = begin - first * count
        return np.concatenate(tones)[offset : offset + frames].astype("<i2").tobytes()

    def write(self, data: bytes) -> None:
        at = time.perf_counter()
        samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2")
        EAR.listen(samples, self._rate, at)


class StandInAudio:
    def open(self, rate: int, **settings: object) -> StandInStream:
        return StandInStream(rate, **settings)


def stand_ins() -> None:
    """Put our things in the places of camera, window, sound card and mouse."""
    sound = types.ModuleType("pyaudio")
    sound.PyAudio, sound.paInt16 = StandInAudio, 8
    sys.modules["pyaudio"] = sound
    sys.modules["pyautogui"] = types.ModuleType("pyautogui")
    cv2.imshow = lambda _, pixels: EYE.look(pixels, time.perf_counter())
    cv2.waitKey = lambda _: -1
    cv2.destroyAllWindows = lambda: None


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind((HOST, 0))
        return chosen.getsockname()[1]


def main() -> None:
    stand_ins()
    sys.path.append(str(peers.VIDSTREAM_FOLDER))
    from vidstream.audio import AudioReceiver, AudioSender
    from vidstream.streaming import StreamingClient, StreamingServer

    class Camera(StreamingClient):
        def _configure(self) -> None:
            super()._configure()
            self._StreamingClient__encoding_parameters[1] = 50
            self._begun, self._number = time.perf_counter(), 0

        def _get_frame(self) -> np.ndarray:
            self._number += 1
            due = self._begun + self._number / CHOSEN.fps
            time.sleep(max(0.0, due - time.perf_counter()))
            pixels, bears = FILM.next()
            EYE.captured(bears, time.perf_counter())
            return pixels

    ports = {"video": free_port(), "audio": free_port()}
    StreamingServer(HOST, ports["video"]).start_server()
    AudioReceiver(HOST, ports["audio"]).start_server()
    tell_peer({"host": HOST, "ports": ports})
    told = hear()
    peer, address = told["ports"], told["host"]
    time.sleep(0.5)  # its servers listen some time after they were told to
    Camera(address, peer["video"]).start_stream()
    AudioSender(address, peer["audio"]).start_stream()
    time.sleep(0.5)  # its clients connect in their own time as well
    tell_up()
    time.sleep(CHOSEN.warm_up)
    with measured([(EYE, EAR)]):
        time.sleep(CHOSEN.seconds)
    hear()
    os._exit(0)  # its threads do not end by themselves


if __name__ == "__main__":
    main()
