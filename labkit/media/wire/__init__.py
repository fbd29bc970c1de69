"""How media messages are written: bytes in, frozen values out, and back.

Begin with `rtp`; `rtcp` puts `rtcp_reports`, `rtcp_sources` and `rtcp_feedback` into
one datagram. `jpeg_file`, `vp8_frame` and `h264_stream` read the headers of frames.

Notebook: 03-media.
"""
