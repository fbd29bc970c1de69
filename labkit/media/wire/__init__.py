"""How media messages are written: RTP, RTCP, and the headers of JPEG and VP8 frames.

Notebook: 03-media.
"""
