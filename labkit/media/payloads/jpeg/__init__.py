"""JPEG pictures in RTP packets (RFC 2435).

A camera's JPEG header hardly ever changes, so it does not travel: each packet carries 8
bytes (size, quality, where its data belongs), and the receiver writes the header again.

Notebook: 03-media.
"""

from labkit.media.payloads.jpeg.assembler import JpegAssembler
from labkit.media.payloads.jpeg.payload import JpegPayload

__all__ = ["JpegAssembler", "JpegPayload"]
