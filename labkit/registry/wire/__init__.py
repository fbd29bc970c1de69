"""How the registry's messages are written: UTF-8, one request a line, ≤ 512 bytes.

`nc HOST 5000` and a keyboard make a client. Notebook: 01-registry.
"""

from labkit.registry.wire.lines import MOST_BYTES, LineReader
from labkit.registry.wire.replies import ReplyReader, parse_reply, write_reply
from labkit.registry.wire.requests import REQUESTS, parse_request, write_request
from labkit.registry.wire.wire import LINES, ClientWire, Reader, Wire

__all__ = [
    "LINES",
    "MOST_BYTES",
    "REQUESTS",
    "ClientWire",
    "LineReader",
    "Reader",
    "ReplyReader",
    "Wire",
    "parse_reply",
    "parse_request",
    "write_reply",
    "write_request",
]
