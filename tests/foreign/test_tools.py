"""RTP with ffmpeg and GStreamer: told apart by what comes out of the decoder.

All twenty-four streams are in report/bench/interop.py; here is one of each kind.
"""

from __future__ import annotations

import pytest

from labkit.effects import Address
from labkit.foreign.exchange import tool_receives, tool_sends
from labkit.foreign.tools import TOOLS, description
from labkit.media.formats import FORMATS
from tests.foreign.conftest import need


@pytest.mark.parametrize(
    ("tool", "format"),
    [("ffmpeg", "JPEG"), ("ffmpeg", "H264"), ("GStreamer", "VP8"), ("ffmpeg", "opus")],
)
def test_a_tool_decodes_what_we_send(tool: str, format: str) -> None:
    need(TOOLS[tool].program)
    with tool_receives(tool, format) as stream:
        assert stream.objection() == ""


@pytest.mark.parametrize(
    ("tool", "format"),
    [
        ("ffmpeg", "JPEG"),
        ("GStreamer", "H264"),
        ("ffmpeg", "VP8"),
        ("GStreamer", "PCMU"),  # 128 ms a packet
        ("GStreamer", "opus"),
    ],
)
def test_we_decode_what_a_tool_sends(tool: str, format: str) -> None:
    need(TOOLS[tool].program)
    with tool_sends(tool, format) as stream:
        assert stream.objection() == ""


def test_a_stream_is_described_as_in_a_call() -> None:
    assert description(FORMATS["opus"], Address("127.0.0.9", 6000)) == (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n"
        "m=audio 6000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n"
    )
