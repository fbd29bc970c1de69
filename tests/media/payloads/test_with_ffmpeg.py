"""A stranger at the other end: ffmpeg sends to the kit and shows what the kit sends.

Real sockets on 127.0.0.1. Nothing here waits longer than its deadline.
"""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from labkit.frames import Picture
from labkit.media import codecs, payloads
from labkit.media.codecs.jpeg import JpegEncoder
from labkit.media.formats import FORMATS
from labkit.media.messages import RtpPacket, SenderReport, SourceDescription
from labkit.media.wire.rtcp import parse_rtcp
from labkit.media.wire.rtp import parse_rtp, write_rtp

Pixels = npt.NDArray[np.uint8]

pytestmark = pytest.mark.skipif(
    shutil.which("ffmpeg") is None,
    reason="ffmpeg is not installed (apt install ffmpeg): no stranger to talk to",
)
HOST = "127.0.0.1"
DEADLINE = 20.0
FFMPEG = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error")
JPEG = ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-huffman", "default", "-q:v", "3")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency")


@contextlib.contextmanager
def port_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two bound sockets: RTP on an even port, RTCP on the next one."""
    for _ in range(100):
        with contextlib.ExitStack() as opened:
            rtp, rtcp = (
                opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                for _ in range(2)
            )
            rtp.bind((HOST, 0))
            port = rtp.getsockname()[1]
            if port % 2:
                continue
            try:
                rtcp.bind((HOST, port + 1))
            except OSError:
                continue
            rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            rtp.settimeout(DEADLINE)
            rtcp.settimeout(DEADLINE)
            yield rtp, rtcp
            return
    pytest.fail("no even port with a free neighbour")


@contextlib.contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone at the end, whatever happened."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def card(kind: str, settings: tuple[str, ...], port: int) -> tuple[str, ...]:
    """The command that sends ffmpeg's test card for two seconds."""
    source = ("-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=2")
    number = str(FORMATS[kind].payload_type)
    target = ("-payload_type", number, "-cname", "ffmpeg@here", "-f", "rtp")
    return (*FFMPEG, *source, *settings, *target, f"rtp://{HOST}:{port}?pkt_size=1200")


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        pytest.param("JPEG", JPEG, id="JPEG, one table"),
        pytest.param("JPEG", (*JPEG, "-force_duplicated_matrix", "1"), id="JPEG, two"),
        pytest.param("VP8", VP8, id="VP8"),
        pytest.param("H264", (*H264, "-pix_fmt", "yuv420p"), id="H264"),
        pytest.param("H264", (*H264, "-pix_fmt", "yuv444p"), id="H264, 4:4:4"),
    ],
)
def test_the_kit_shows_what_ffmpeg_sends(kind: str, settings: tuple[str, ...]):
    decoder = codecs.new_video_decoder(kind)
    with port_pair() as (rtp, rtcp):
        port = rtp.getsockname()[1]
        with running(*card(kind, settings, port)):
            frames = list(received_frames(kind, rtp, count=5))
            reports = parse_rtcp(rtcp.recv(2_048))
    pictures = [decoder.decode(frame) for frame in frames]
    assert all(picture is not None for picture in pictures)
    assert all(_is_test_card(picture) for picture in pictures if picture is not None)
    assert isinstance(reports[0], SenderReport)
    (description,) = (each for each in reports if isinstance(each, SourceDescription))
    assert description.chunks[0] == (reports[0].ssrc, "ffmpeg@here")


def received_frames(kind: str, rtp: socket.socket, count: int) -> Iterator[bytes]:
    """The first frames that arrive, joined; packets are in order on loopback."""
    assembler = payloads.for_format(kind).new_assembler()
    for _ in range(count):
        packets = [parse_rtp(rtp.recv(2_048))]
        while not packets[-1].marker:
            packets.append(parse_rtp(rtp.recv(2_048)))
        assert {packet.payload_type for packet in packets} == {
            FORMATS[kind].payload_type
        }
        assert len({packet.timestamp for packet in packets}) == 1
        yield assembler.join([packet.payload for packet in packets])


def _is_test_card(picture: Pixels) -> bool:
    """Whether the colour bars of ffmpeg's `testsrc` are where they belong."""
    assert picture.shape == (240, 320, 3)
    bars = picture[30, [60, 100, 140, 180]].astype(int)
    return bool(np.all(np.ptp(bars, axis=0) > 100))


@pytest.mark.parametrize("kind", ["JPEG", "JPEG, cut at markers", "VP8", "H264"])
def test_ffmpeg_shows_what_the_kit_sends(kind: str, pixels: Pixels, tmp_path: Path):
    wanted = 3 * pixels.nbytes
    with port_pair() as (rtp, _):
        port = rtp.getsockname()[1]  # free again when ffmpeg starts
    description = tmp_path / "kit.sdp"
    description.write_text(session_description(kind, port))
    command = (
        *FFMPEG, "-protocol_whitelist", "file,udp,rtp",
        "-fflags", "nobuffer", "-analyzeduration", "200000",
        "-i", str(description), "-frames:v", "3",
        "-f", "rawvideo", "-pix_fmt", "bgr24", "pipe:1",
    )  # fmt: skip
    with (
        running(*command) as process,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        assert process.stdout is not None
        shown = b""
        for datagrams in endless(kind, pixels):
            for datagram in datagrams:
                with contextlib.suppress(ConnectionRefusedError):  # not there yet
                    sender.sendto(datagram, (HOST, port))
            if select.select([process.stdout], [], [], 1 / 30)[0]:
                part = process.stdout.read1(wanted - len(shown))
                assert part, "ffmpeg ended early; its reason is in the captured output"
                shown += part
            if len(shown) == wanted:
                break
    pictures = np.frombuffer(shown, np.uint8).reshape(3, *pixels.shape)
    assert all(cv2.PSNR(picture, pixels) > 28 for picture in pictures)


def endless(kind: str, pixels: Pixels) -> Iterator[list[bytes]]:
    """The same picture over and over, as datagrams, until the deadline."""
    kind, _, how = kind.partition(", ")
    encoder, payload = codecs.new_video_encoder(kind), payloads.for_format(kind)
    if isinstance(encoder, JpegEncoder):
        encoder.restart_intervals = bool(how)
    number = 0
    start = time.monotonic()
    while (passed := time.monotonic() - start) < DEADLINE:
        frame = encoder.encode(Picture(pixels, passed), keyframe=True)
        assert frame is not None
        parts = payload.packetise(frame)
        yield [
            write_rtp(
                RtpPacket(
                    payload_type=FORMATS[kind].payload_type,
                    sequence_number=(number + index) & 0xFFFF,
                    timestamp=round(passed * 90_000),
                    ssrc=2435,
                    payload=part,
                    marker=index == len(parts) - 1,
                )
            )
            for index, part in enumerate(parts)
        ]
        number += len(parts)
    pytest.fail(f"ffmpeg showed nothing within {DEADLINE:g} seconds")


def session_description(kind: str, port: int) -> str:
    format = FORMATS[kind.partition(",")[0]]
    parameters = f"a=fmtp:{format.payload_type} {format.parameters}\r\n"
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=kit\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=video {port} RTP/AVP {format.payload_type}\r\n"
        f"a=rtpmap:{format.payload_type} {format.name}/{format.clock_rate}\r\n"
        f"{parameters if format.parameters else ''}"
    )
