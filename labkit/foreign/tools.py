"""ffmpeg and GStreamer as peers: the words that make them send RTP, or receive it.

    TOOLS["ffmpeg"].receives(FORMATS["VP8"], Address("127.0.0.9", 6000))
    # ("ffmpeg", "-protocol_whitelist", …): decoded pictures go to the file `decoded`

Both are told the same of a stream as a session description says: address, payload
number, format. They say a tone of TONE Hz, and show the picture `stripes.png`.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from labkit.effects import Address
from labkit.media.formats import MediaFormat

TONE = 440
WIDTH, HEIGHT, FPS = 320, 240, 15
DECODED, SHOWN, DESCRIPTION = "decoded", "stripes.png", "stream.sdp"
"""Files in the tool's folder: what it received, what it shows, what it is told."""
Words: TypeAlias = tuple[str, ...]
"""A program's name and what is said to it."""


def description(media: MediaFormat, at: Address) -> str:
    """The session description (RFC 8866) of one stream to `at`, for ffmpeg."""
    channels = f"/{media.channels}" if media.channels > 1 else ""
    number = media.payload_type
    lines = [
        "v=0",
        f"o=- 0 0 IN IP4 {at.host}",
        "s=-",
        f"c=IN IP4 {at.host}",
        "t=0 0",
        f"m={media.kind} {at.port} RTP/AVP {number}",
        f"a=rtpmap:{number} {media.name}/{media.clock_rate}{channels}",
    ]
    if media.parameters:
        lines.append(f"a=fmtp:{number} {media.parameters}")
    return "\r\n".join([*lines, ""])


def ffmpeg_receives(media: MediaFormat, at: Address) -> Words:
    """ffmpeg as receiver; it reads DESCRIPTION."""
    made = (
        ("-f", "s16le", "-ac", "1", "-ar", str(media.sample_rate))
        if media.kind == "audio"
        else ("-f", "rawvideo", "-pix_fmt", "bgr24", "-fps_mode", "passthrough")
    )
    return (
        *("ffmpeg", "-hide_banner", "-y", "-protocol_whitelist", "file,udp,rtp"),
        *("-probesize", "5000", "-analyzeduration", "500000"),
        *("-i", DESCRIPTION, *made, "-flush_packets", "1", DECODED),
    )


_FFMPEG_ENCODERS = {
    "opus": ("libopus", "-ac", "2", "-ar", "48000"),
    "PCMU": ("pcm_mulaw", "-ac", "1", "-ar", "8000"),
    "PCMA": ("pcm_alaw", "-ac", "1", "-ar", "8000"),
    "JPEG": ("mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p", "-q:v", "3"),
    "VP8": ("libvpx", "-deadline", "realtime", "-b:v", "500k", "-g", str(FPS)),
    "H264": (
        *("libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
        *("-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", str(FPS)),
    ),
}


def ffmpeg_sends(media: MediaFormat, to: Address) -> Words:
    """ffmpeg as sender."""
    if media.kind == "audio":
        source: Words = ("-f", "lavfi", "-i", f"sine=frequency={TONE}")
        option = "-c:a"
    else:
        source = ("-framerate", str(FPS), "-loop", "1", "-i", SHOWN)
        option = "-c:v"
    number = str(media.payload_type)
    return (
        *("ffmpeg", "-hide_banner", "-re", *source, option),
        *(*_FFMPEG_ENCODERS[media.name], "-f", "rtp", "-payload_type", number),
        f"rtp://{to}?pkt_size=1200",
    )


_GST_DECODERS = {
    "opus": "rtpopusdepay ! opusdec",
    "PCMU": "rtppcmudepay ! mulawdec",
    "PCMA": "rtppcmadepay ! alawdec",
    "JPEG": "rtpjpegdepay ! jpegdec",
    "VP8": "rtpvp8depay ! vp8dec",
    "H264": "rtph264depay ! avdec_h264",
}
_GST_ENCODERS = {
    "opus": "opusenc ! rtpopuspay",
    "PCMU": "mulawenc ! rtppcmupay",
    "PCMA": "alawenc ! rtppcmapay",
    "JPEG": "jpegenc ! rtpjpegpay",
    "VP8": f"vp8enc deadline=1 keyframe-max-dist={FPS} ! rtpvp8pay",
    "H264": (
        f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max={FPS} ! "
        "video/x-h264,profile=baseline ! rtph264pay config-interval=1"
    ),
}


def gstreamer_receives(media: MediaFormat, at: Address) -> Words:
    """GStreamer as receiver."""
    caps = (
        f"application/x-rtp,media={media.kind},clock-rate={media.clock_rate},"
        f"encoding-name={media.name.upper()},payload={media.payload_type}"
    )
    made = (
        "audioconvert ! audioresample ! "
        f"audio/x-raw,format=S16LE,channels=1,rate={media.sample_rate}"
        if media.kind == "audio"
        else "videoconvert ! video/x-raw,format=BGR"
    )
    return _pipeline(
        f"udpsrc address={at.host} port={at.port} caps={caps} ! "
        f"rtpjitterbuffer latency=50 ! {_GST_DECODERS[media.name]} ! {made} ! "
        f"filesink location={DECODED} buffer-mode=unbuffered sync=false"
    )


def gstreamer_sends(media: MediaFormat, to: Address) -> Words:
    """GStreamer as sender."""
    made = (
        f"audiotestsrc is-live=true freq={TONE} ! audioconvert ! audioresample ! "
        f"audio/x-raw,rate={media.sample_rate},channels={media.channels}"
        if media.kind == "audio"
        else f"filesrc location={SHOWN} ! pngdec ! imagefreeze is-live=true ! "
        f"video/x-raw,framerate={FPS}/1 ! videoconvert ! video/x-raw,format=I420"
    )
    return _pipeline(
        f"{made} ! {_GST_ENCODERS[media.name]} pt={media.payload_type} mtu=1200 ! "
        f"udpsink host={to.host} port={to.port}"
    )


def _pipeline(text: str) -> Words:
    return ("gst-launch-1.0", "-q", *text.split())


@dataclass(frozen=True, slots=True)
class Tool:
    """How one program is told to send and to receive."""

    program: str
    receives: Callable[[MediaFormat, Address], Words]
    sends: Callable[[MediaFormat, Address], Words]


TOOLS = {
    "ffmpeg": Tool("ffmpeg", ffmpeg_receives, ffmpeg_sends),
    "GStreamer": Tool("gst-launch-1.0", gstreamer_receives, gstreamer_sends),
}
