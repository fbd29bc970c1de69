"""A phone of another make: it accepts one call, byte by byte, and says nothing more."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from labkit import CallState, Phone


@contextmanager
def in_a_call_with(phone: Phone) -> Iterator[socket.socket]:
    """`phone` has called "old", who accepted: PCMU, nothing of MESSAGE or recording."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as old:
        old.bind(("127.0.0.1", 0))
        old.settimeout(5)
        port = old.getsockname()[1]
        call = phone.call(f"sip:old@127.0.0.1:{port}")
        invite, where = old.recvfrom(65_535)
        old.sendto(_accepting(invite, port), where)
        assert call.wait("accepted").state is CallState.ACCEPTED
        yield old


def _accepting(invite: bytes, port: int) -> bytes:
    wanted = (b"Via:", b"From:", b"Call-ID:", b"CSeq:", b"To:")
    lines = [line for line in invite.split(b"\r\n") if line.startswith(wanted)]
    lines = [line + b";tag=old" if line[:3] == b"To:" else line for line in lines]
    body = (
        "v=0\r\no=old 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port + 2 if port < 65_000 else port - 2} RTP/AVP 0\r\n"
    ).encode()
    lines += [
        b"Contact: <sip:old@127.0.0.1:%d>" % port,
        b"Content-Type: application/sdp",
        b"Content-Length: %d" % len(body),
    ]
    return b"SIP/2.0 200 OK\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + body
