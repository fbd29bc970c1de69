"""SIP from strangers on the port of a phone that is in a call.

Every message is dropped or answered with an error; the call hears nothing of it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from random import Random

import pytest
from hostile.rig import (
    STRANGER,
    Stranger,
    header_of,
    on_the_loop,
    request,
    stranger,
    until,
)

from labkit import CallState, Phone
from labkit.effects import Address
from labkit.net.sip_tcp import MOST_CONNECTIONS


@pytest.fixture
def eve() -> Iterator[Stranger]:
    with stranger() as eve:
        yield eve


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def test_no_piece_and_no_mutation_of_real_messages_disturbs_the_call(talk, eve):
    """Cut at every fifth length, one byte in twenty flipped, lines doubled, swapped."""
    random = Random(2)
    for message in talk.messages():
        for length in range(random.randrange(5), len(message), 5):
            eve.send(message[:length], talk.bob.address)
        for place in range(random.randrange(20), len(message), 20):
            mutant = bytearray(message)
            mutant[place] ^= 1 << random.randrange(8)
            eve.send(bytes(mutant), talk.bob.address)
        lines = message.split(b"\r\n")
        for place in range(1, len(lines)):
            twice = [*lines[:place], lines[place], *lines[place:]]
            eve.send(b"\r\n".join(twice), talk.bob.address)
    talk.unharmed()
    assert talk.bob._calls.line.malformed > 100


@pytest.mark.parametrize("method", ["BYE", "CANCEL", "INVITE", "ACK", "OPTIONS"])
def test_who_knows_the_call_id_but_not_the_tags_changes_nothing(talk, eve, method):
    invite, call_id = talk.messages()[0], talk.alice.present_call.call_id
    branch = header_of(invite, b"Via").partition(b"branch=")[2].split(b";")[0]
    for tag in ("", "guessed"):
        for cseq in (1, 2, 70_000):
            message = request(method, eve, f"{method}{tag}{cseq}", tag=tag)
            message = message.replace(b"CSeq: 1", b"CSeq: %d" % cseq)
            own_id = b"Call-ID: " + header_of(message, b"Call-ID")
            message = message.replace(own_id, b"Call-ID: " + call_id.encode())
            eve.send(message, talk.bob.address)
            own = b"z9hG4bK" + f"{method}{tag}{cseq}".encode()
            eve.send(message.replace(own, branch), talk.bob.address)
    talk.unharmed()


def test_a_cancel_of_ones_own_invite_cannot_name_another_call(alice, bob, eve):
    """The branch is the stranger's, the Call-ID that of the call that rings."""
    call = alice.call("bob").wait("ringing")
    eve.send(request("INVITE", eve, "own"), bob.address)
    assert status(eve.answer()) == 486
    cancel = request("CANCEL", eve, "own")
    cancel = cancel.replace(b"Call-ID: own", b"Call-ID: " + call.call_id.encode())
    eve.send(cancel, bob.address)
    eve.answer()
    on_the_loop()
    assert bob.present_call.state is CallState.INCOMING
    bob.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED


def test_nobody_else_can_accept_a_call(alice, bob, eve):
    """A 2xx that belongs to no transaction needs more than the Call-ID."""
    call = alice.call("bob").wait("ringing")
    body = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n"
        "m=audio 40000 RTP/AVP 0\r\n"
    )
    answer = (
        f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {alice.address};branch=z9hG4bKx\r\n"
        f"From: <sip:alice@h>;tag=x\r\nTo: <sip:bob@h>;tag=eve\r\n"
        f"Call-ID: {call.call_id}\r\nCSeq: 1 INVITE\r\n"
        f"Contact: <sip:eve@{eve.address}>\r\nContent-Type: application/sdp\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )
    eve.send(answer.encode(), alice.address)
    for code in (100, 180, 302, 404, 487, 603):
        eve.send(answer.replace("200 OK", f"{code} Eh").encode(), alice.address)
    on_the_loop()
    assert call.state is CallState.RINGING
    bob.answer()
    assert call.wait("accepted").state is CallState.ACCEPTED


def test_a_flood_of_callers_is_told_busy_and_the_call_goes_on(talk, eve):
    """B16; each has its own Call-ID, and none ever sends an ACK."""
    for number in range(1500):
        eve.send(request("INVITE", eve, f"flood{number}"), talk.bob.address)
    assert status(eve.answer()) == 486
    talk.unharmed()


BAD_NUMBERS = {
    "Content-Length: 0": (b"Content-Length: 999999999", b"Content-Length: -1"),
    "CSeq: 1": (b"CSeq: -1", b"CSeq: 4294967296", b"CSeq: " + b"9" * 5000),
    "Via: SIP/2.0/UDP": (b"Via: SIP/9.9/UDP", b"Via: SIP/2.0/UDP [::", b"Via: "),
    "sip:bob@127.0.0.1": (b"sip:bob@127.0.0.1:0", b"sip:@:99999", b"data:,x", b"x"),
}


@pytest.mark.parametrize("field", BAD_NUMBERS)
def test_absurd_numbers_are_refused(talk, eve, field):
    for value in BAD_NUMBERS[field]:
        for method in ("INVITE", "BYE", "OPTIONS", "FROBNICATE"):
            message = request(method, eve, f"{method}{len(value)}", "Max-Forwards: 70")
            eve.send(message.replace(field.encode(), value, 1), talk.bob.address)
    talk.unharmed()


def sdp(*media: str, c: str = "IN IP4 127.0.0.9") -> str:
    head = ("v=0", "o=- 1 1 IN IP4 127.0.0.9", "s=-", f"c={c}", "t=0 0")
    return "\r\n".join((*head, *media)) + "\r\n"


AUDIO = "m=audio 40000 RTP/AVP 0"
DESCRIPTIONS = {
    "no port": sdp("m=audio 0 RTP/AVP 0"),
    "a port that is none": sdp("m=audio 70000 RTP/AVP 0"),
    "no port above for RTCP": sdp("m=audio 65535 RTP/AVP 0"),
    "a name for an address": sdp(AUDIO, c="IN IP4 slow.name.server.invalid"),
    "a name too long to ask for": sdp(AUDIO, c=f"IN IP4 {'a' * 300}.invalid"),
    "everybody": sdp(AUDIO, c="IN IP4 224.0.0.1"),
    "hundreds of media": sdp(*[AUDIO] * 400),
    "payload that is no number": sdp("m=audio 40000 RTP/AVP x ٣ -1 999"),
    "unknown transport": sdp("m=audio 40000 UDP/TLS/RTP/SAVPF 0"),
    "no lines": "\0\0\0",
    "no text": "v=0\r\n\udc80",
}


@pytest.mark.parametrize("what", DESCRIPTIONS)
def test_a_description_that_leads_nowhere_makes_no_call(bob: Phone, eve, what):
    """400 at once, or 488 when bob accepts; his phone is free again."""
    body = DESCRIPTIONS[what].encode("utf-8", "surrogateescape")
    head = request("INVITE", eve, "sdp", "Content-Type: application/sdp")
    head = head.replace(b"Content-Length: 0", b"Content-Length: %d" % len(body))
    eve.send(head + body, bob.address)
    first = status(eve.answer())
    if first == 180:
        bob.answer()
        bob.present_call.wait("over")
        first = status(eve.answer())
    assert first in (400, 488)
    assert not bob.state.busy


def test_two_media_with_one_number_and_a_second_line_of_a_kind_are_taken(bob, eve):
    """A phone that offers encrypted sound first and plain sound second is served."""
    lines = ("m=audio 40000 RTP/SAVP 0", AUDIO, "m=video 40002 RTP/AVP 0")
    body = sdp(*lines, "a=rtpmap:0 JPEG/90000")
    eve.send(
        request("INVITE", eve, "two", "Content-Type: application/sdp", body=body),
        bob.address,
    )
    assert status(eve.answer()) == 180
    bob.answer()
    accepted = eve.answer()
    assert status(accepted) == 200
    ports = [
        int(line.split(b" ")[1]) for line in accepted.splitlines() if line[:2] == b"m="
    ]
    assert [bool(port) for port in ports] == [False, True, True]


def test_names_cannot_speak_to_the_terminal_or_the_page(bob, eve):
    """B10: what is shown of a caller is printable, whatever they call themselves."""
    names = ("\x1b[2J\x1b]0;owned\x07", "<script>alert(1)</script>", "a\u202eb\u2028")
    for number, name in enumerate(names):
        message = request("INVITE", eve, f"name{number}")
        own = f"<sip:eve@{STRANGER}>;".encode()
        spoken = f'"{name}" <sip:%0a%1b%5b2J@{STRANGER}>;'.encode()
        eve.send(message.replace(own, spoken, 1), bob.address)
        until(lambda: bob.state.busy, "the call to ring")
        shown = (bob.state.notice, repr(bob), bob.present_call.peer)
        assert all(text.isprintable() for text in shown)
        bob.refuse()
        bob.present_call.wait("over")


def test_answers_to_nothing_are_dropped(talk, eve):
    for code in range(100, 700, 7):
        message = request("INVITE", eve, f"stray{code}")
        start = message.split(b"\r\n")[0]
        answer = message.replace(start, b"SIP/2.0 %d Eh" % code)
        eve.send(answer, talk.alice.address)
    talk.unharmed()


# --- TCP ---


def connected(to: Address) -> socket.socket:
    opened = socket.create_connection(to, 5.0, (STRANGER, 0))
    opened.settimeout(5.0)
    return opened


def test_garbage_over_tcp_closes_that_connection_only(talk):
    random = Random(3)
    for piece in (
        random.randbytes(3000),
        b"INVITE sip:b@h SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n",
        b"INVITE sip:b@h SIP/2.0\r\nl: 5\r\nContent-Length: 6\r\n\r\n",
        b"a" * 20_000,
        b"\r\n" * 30_000 + b"\r\n\r\n\0\r\n\r\n",
    ):
        with connected(talk.bob.address) as line:
            line.sendall(piece)
            line.shutdown(socket.SHUT_WR)
            try:
                while line.recv(4096):
                    pass
            except ConnectionResetError:
                pass
    talk.unharmed()


def test_a_thousand_connections_take_no_more_than_their_share(talk):
    """The longest idle makes place; none is kept because its owner does not read."""
    lines = [connected(talk.bob.address) for _ in range(MOST_CONNECTIONS)]
    question = b"".join(
        b"OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK%d\r\n"
        b"From: <sip:e@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: %d\r\nCSeq: 1 OPTIONS\r\n"
        b"Content-Length: 0\r\n\r\n" % (number, number)
        for number in range(300)
    )
    for line in lines[:8]:  # who asks and asks, and never reads the answers
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(question)
    lines += [connected(talk.bob.address) for _ in range(300)]
    open_here = talk.bob._calls.line._connections.open
    until(lambda: len(open_here) <= MOST_CONNECTIONS, "the oldest to be closed")
    talk.unharmed()
    for line in lines:
        line.close()
    until(lambda: not open_here, "all of them to be forgotten")
