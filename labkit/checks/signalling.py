"""Checks of signalling's exercises: find the ports in an SDP, put a call on hold.

Requirement A11; RFC 8866 section 5.14, RFC 3264 sections 5, 6 and 8.4.

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.checks.frame import Case, CheckResult, Student, check


def _sdp(*lines: str, version: int = 1) -> str:
    head = (
        "v=0",
        f"o=bob 4711 {version} IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
    )
    return "".join(f"{line}\r\n" for line in (*head, *lines))


AUDIO = ("m=audio 40000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000")
VIDEO = ("m=video 40002 RTP/AVP 26", "a=rtpmap:26 JPEG/90000")
BOTH = "a=sendrecv"
HELD = "a=sendonly"

MEDIA_PORTS = (
    Case(
        "an answer that takes audio and video",
        (_sdp(*AUDIO, BOTH, *VIDEO, BOTH),),
        {"audio": 40_000, "video": 40_002},
        "which lines begin with m= ? Their first field is the kind, the second the "
        "port; is the port an int?",
    ),
    Case(
        "an answer that takes audio only",
        (_sdp(*AUDIO),),
        {"audio": 40_000},
        "only what has an m= line is in the answer.",
    ),
    Case(
        "an answer that refuses video: port 0",
        (_sdp(*AUDIO, "m=video 0 RTP/AVP 26"),),
        {"audio": 40_000},
        "port 0 says no (RFC 3264 section 6): leave that kind out.",
    ),
    Case(
        "video before audio",
        (_sdp(*VIDEO, *AUDIO),),
        {"video": 40_002, "audio": 40_000},
        "is the kind read from the line, or counted?",
    ),
    Case(
        "an attribute that talks about m=audio 1",
        (_sdp(*AUDIO, "a=note:m=audio 1 RTP/AVP 0"),),
        {"audio": 40_000},
        "a line is of the kind m= only if it begins so.",
    ),
    Case(
        "no media at all",
        (_sdp(),),
        {},
        "no m= line: an empty dict.",
    ),
)

PUT_ON_HOLD = (
    Case(
        "audio, both ways until now",
        (_sdp(*AUDIO, BOTH),),
        _sdp(*AUDIO, HELD, version=2),
        "two lines change: a=sendrecv becomes a=sendonly, and the third field of o= "
        "rises by 1 (RFC 3264 section 8). All others stay, ends of lines too.",
    ),
    Case(
        "audio and video",
        (_sdp(*AUDIO, BOTH, *VIDEO, BOTH),),
        _sdp(*AUDIO, HELD, *VIDEO, HELD, version=2),
        "is each medium put on hold, or only the first?",
    ),
    Case(
        "the tenth edition: o= … 9 …",
        (_sdp(*AUDIO, BOTH, version=9),),
        _sdp(*AUDIO, HELD, version=10),
        "the edition is a number, not a letter: 9 is followed by 10.",
    ),
    Case(
        "a medium that only receives",
        (_sdp(*AUDIO, BOTH, *VIDEO, "a=recvonly"),),
        _sdp(*AUDIO, HELD, *VIDEO, "a=inactive", version=2),
        "on hold we receive nothing: of recvonly remains inactive (RFC 3264 section "
        "8.4).",
    ),
)


def check_media_ports(function: Student) -> CheckResult:
    """`media_ports(sdp: str) -> {"audio": port, …}`: where to send (A11)."""
    return check(function, MEDIA_PORTS)


def check_put_on_hold(function: Student) -> CheckResult:
    """`put_on_hold(sdp: str) -> str`: the description that a hold offers."""
    return check(function, PUT_ON_HOLD)
