"""Codecs: sound and pictures into few bytes and back.

OpenCV does JPEG, PyAV (libvpx, libx264, libopus) VP8, H264 and Opus; G.711 is a table
of 256 numbers.

Notebook: 03-media.
"""

from __future__ import annotations

from labkit.errors import LocalError
from labkit.media.codecs.base import (
    AudioDecoder,
    AudioEncoder,
    VideoDecoder,
    VideoEncoder,
)
from labkit.media.codecs.g711 import G711Decoder, G711Encoder
from labkit.media.codecs.h264 import H264Decoder, H264Encoder
from labkit.media.codecs.jpeg import JpegDecoder, JpegEncoder
from labkit.media.codecs.opus import OpusDecoder, OpusEncoder
from labkit.media.codecs.vp8 import Vp8Decoder, Vp8Encoder

__all__ = [
    "AudioDecoder",
    "AudioEncoder",
    "VideoDecoder",
    "VideoEncoder",
    "new_audio_decoder",
    "new_audio_encoder",
    "new_video_decoder",
    "new_video_encoder",
]


def new_video_encoder(
    name: str, *, quality: int = 50, bit_rate: int = 1_000_000
) -> JpegEncoder | Vp8Encoder | H264Encoder:
    """An encoder for the video format of this name.

    `quality` (1 to 99) matters to JPEG, `bit_rate` (bits a second) to VP8 and H264.
    Raises LocalError for another name.
    """
    match name:
        case "JPEG":
            return JpegEncoder(quality)
        case "VP8":
            return Vp8Encoder(bit_rate)
        case "H264":
            return H264Encoder(bit_rate)
    raise LocalError(f"no video codec {name!r}; there are JPEG, VP8 and H264")


def new_video_decoder(name: str) -> VideoDecoder:
    """A decoder for the video format of this name; LocalError for another name."""
    match name:
        case "JPEG":
            return JpegDecoder()
        case "VP8":
            return Vp8Decoder()
        case "H264":
            return H264Decoder()
    raise LocalError(f"no video codec {name!r}; there are JPEG, VP8 and H264")


def new_audio_encoder(name: str, *, bit_rate: int = 32_000) -> AudioEncoder:
    """An encoder for the audio format of this name.

    `bit_rate` (bits a second) matters to Opus. Raises LocalError for another name.
    """
    match name:
        case "opus":
            return OpusEncoder(bit_rate)
        case "PCMU":
            return G711Encoder("PCMU")
        case "PCMA":
            return G711Encoder("PCMA")
    raise LocalError(f"no audio codec {name!r}; there are opus, PCMU and PCMA")


def new_audio_decoder(name: str) -> AudioDecoder:
    """A decoder for the audio format of this name; LocalError for another name."""
    match name:
        case "opus":
            return OpusDecoder()
        case "PCMU":
            return G711Decoder("PCMU")
        case "PCMA":
            return G711Decoder("PCMA")
    raise LocalError(f"no audio codec {name!r}; there are opus, PCMU and PCMA")
