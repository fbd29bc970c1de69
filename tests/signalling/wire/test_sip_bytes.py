"""SIP messages byte by byte: what the RFC allows, what phones do, what is refused.

After the torture tests of RFC 4475; PROTOCOLS section 2.
"""

from __future__ import annotations

import pytest

from labkit.errors import LocalError, RemoteError
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response, answer_to
from labkit.signalling.messages.uri import Uri
from labkit.signalling.messages.via import Via
from labkit.signalling.wire import sip

INVITE = b"""INVITE sip:bob@biloxi.example.com SIP/2.0\r
Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;branch=z9hG4bK776asdhds\r
Max-Forwards: 70\r
From: "Alice" <sip:alice@atlanta.example.com>;tag=1928301774\r
To: "Bob" <sip:bob@biloxi.example.com>\r
Call-ID: a84b4c76e66710@pc33.atlanta.example.com\r
CSeq: 314159 INVITE\r
Contact: <sip:alice@pc33.atlanta.example.com>\r
Content-Type: application/sdp\r
Content-Length: 4\r
\r
v=0\n"""


def parsed(data: bytes) -> Request:
    message = sip.parse(data)
    assert isinstance(message, Request)
    return message


def test_the_rfcs_own_invite_is_read_and_written_back_byte_for_byte() -> None:
    request = parsed(INVITE)
    assert request.method == "INVITE"
    assert request.uri == Uri("biloxi.example.com", user="bob")
    assert request.branch == "z9hG4bK776asdhds"
    assert (request.from_.name, request.from_.tag) == ("Alice", "1928301774")
    assert (request.cseq.number, request.cseq.method) == (314159, "INVITE")
    assert request.content_type == "application/sdp"
    assert request.body == b"v=0\n"
    assert sip.write(request) == INVITE


# RFC 4475 section 3.1.1.1, shortened: odd blanks, folding, capitals, compact names.
TORTUROUS = b"""\
INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 3
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

abc"""


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_torturous_but_legal_invite_is_read_whole(line_end: bytes) -> None:
    request = parsed(TORTUROUS.replace(b"\n", line_end))
    assert request.to.tag == "1918181833n"
    assert request.from_.display_name == 'J Rosenberg \\"'
    assert request.from_.tag == "98asjd8"
    assert request.max_forwards == 68
    assert (request.cseq.number, request.cseq.method) == (9, "INVITE")
    hops = [(via.transport, via.host, via.branch) for via in request.via]
    assert hops == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert request.header("NewFangledHeader") == (
        "newfangled value continued newfangled value"
    )
    assert request.header("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    assert request.header("Subject") == ""
    [contact] = request.contact
    assert contact.display_name == 'Quoted string ""'
    assert contact.parameters.get("newparam") == "newvalue"
    assert "secondparam" in contact.parameters
    assert request.body == b"abc"
    assert sip.parse(sip.write(request)) == request


@pytest.mark.parametrize(
    ("text", "name", "uri", "tag"),
    [
        ("sip:bob@host;tag=x", "", "sip:bob@host", "x"),
        ("<sip:bob@host;lr>;tag=x", "", "sip:bob@host;lr", "x"),
        ("Bob B. <sip:bob@host>", "Bob B.", "sip:bob@host", ""),
        ('"a, b; <c>" <sip:bob@host>;tag=q', "a, b; <c>", "sip:bob@host", "q"),
        ("João <sip:Jo%C3%A3o@[::1]:5062>", "João", "sip:Jo%C3%A3o@[::1]:5062", ""),
        ("tel:+1-201-555-0123", "", "tel:+1-201-555-0123", ""),
        ("<sips:host?Subject=hi>", "", "sips:host?Subject=hi", ""),
    ],
)
def test_addresses_come_with_and_without_brackets_names_and_tags(
    text: str, name: str, uri: str, tag: str
) -> None:
    address = NameAddress.parse(text)
    assert (address.display_name, str(address.uri), address.tag) == (name, uri, tag)
    assert NameAddress.parse(str(address)) == address


def test_a_name_is_what_people_wrote_and_its_uri_is_escaped() -> None:
    assert Uri.parse("sip:Jo%C3%A3o:secret@host").name == "João"
    assert str(Uri.typed("sip:João@host:5062", None)) == "sip:Jo%C3%A3o@host:5062"  # type: ignore[arg-type]
    assert Uri.parse("sip:João@host").name == "João"


def test_a_response_without_content_length_reaches_to_the_end() -> None:
    head = (
        b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@h>;tag=1\r\n"
        b"t: <sip:b@h>;tag=2\r\ni: x\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n"
    )
    response = sip.parse(head)
    assert isinstance(response, Response)
    assert (response.status, response.reason) == (200, "OK")
    assert response.body == b"v=0\r\n"


def test_what_follows_content_length_is_ignored() -> None:
    assert parsed(INVITE + b"more").body == b"v=0\n"


def test_a_message_above_1300_bytes_is_read_too() -> None:
    header = b"X-Long: " + b"x" * 5000 + b"\r\nContent-Type"
    assert len(parsed(INVITE.replace(b"Content-Type", header)).header("X-Long")) == 5000


def test_an_answer_takes_over_what_belongs_to_its_request() -> None:
    request = parsed(INVITE)
    answer = answer_to(request, 486, to_tag="t")
    assert sip.write(answer).decode() == (
        "SIP/2.0 486 Busy Here\r\n"
        "Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;branch=z9hG4bK776asdhds\r\n"
        'From: "Alice" <sip:alice@atlanta.example.com>;tag=1928301774\r\n'
        'To: "Bob" <sip:bob@biloxi.example.com>;tag=t\r\n'
        "Call-ID: a84b4c76e66710@pc33.atlanta.example.com\r\n"
        "CSeq: 314159 INVITE\r\n"
        "Content-Length: 0\r\n"
        "\r\n"
    )


def without(name: bytes) -> bytes:
    lines = INVITE.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(name + b":"))


@pytest.mark.parametrize(
    ("data", "said", "answered"),
    [
        (b"hello", "no empty line", None),
        (b"hello\r\n\r\n", "neither a SIP request nor an answer", None),
        (INVITE.replace(b"bob@b", b"b\xff@b"), "is not UTF-8", None),
        (without(b"Via"), "has no Via", None),
        (without(b"From"), "has no From", None),
        (without(b"CSeq"), "has no CSeq", None),
        (without(b"Call-ID"), "has no Call-ID", None),
        (INVITE.replace(b"314159", b"36893488147419103232"), "too large", None),
        (INVITE.replace(b"314159 INVITE", b"1 BYE"), "CSeq says BYE", 400),
        (INVITE.replace(b"Contact: <", b"Contact: <<"), "Contact cannot be read", 400),
        (INVITE.replace(b": 70", b": 300"), "Max-Forwards '300'", 400),
        (INVITE.replace(b": 4\r", b": 5\r"), "promises 5 bytes, but only 4", 400),
        (INVITE.replace(b": 4\r", b": -4\r"), "'-4' is not a number", 400),
        (INVITE.replace(b"SIP/2.0\r", b"SIP/3.0\r", 1), "version 3.0", 505),
        (INVITE.replace(b"INVITE sip:bob@", b"INVITE sip:bob@@"), "address like", 400),
        (INVITE.replace(b"Max-F", b"From: <sip:x@y>\r\nMax-F"), "one From", 400),
        (INVITE.replace(b"Max-Forwards: 70", b"no header"), "not a header", None),
        (INVITE.replace(b"com:5060;", b"com:99999;"), "port 99999", None),
        (INVITE.replace(b"Alice", b'Al"ice'), "From cannot be read", None),
        (INVITE.replace(b"Max-F", b"X: y\r\n" * 300 + b"Max-F"), "header lines", None),
    ],
)
def test_what_is_wrong_is_said_and_answered_where_one_can(
    data: bytes, said: str, answered: int | None
) -> None:
    with pytest.raises(RemoteError) as caught:
        sip.parse(data)
    assert said in str(caught.value)
    reply = caught.value.reply
    assert (reply.status if isinstance(reply, Response) else None) == answered


def test_a_line_break_in_a_name_cannot_forge_a_header() -> None:
    request = parsed(INVITE)
    forged = NameAddress(request.uri, "Bob\r\nContact: <sip:eve@evil>")
    with pytest.raises(LocalError, match="line break"):
        sip.write(answer_to(request, 200, contact=forged))


def test_hostile_lines_are_read_in_no_time() -> None:
    """No pattern may take more than linear time: each of these is 60 kB."""
    for piece in (b" ", b"<", b'"', b",", b";", b"a=", b"\\", b"%41", b":", b"@"):
        flood = piece * (60_000 // len(piece))
        for name in (b"Via: ", b"To: ", b"Contact: ", b"Call-ID: ", b"CSeq: ", b"X"):
            data = INVITE.replace(b"Max-Forwards: ", name + flood + b"\r\nX: ")
            try:
                sip.parse(data)
            except RemoteError:
                pass


def test_via_says_where_the_answer_goes() -> None:
    via = Via.parse("SIP/2.0/UDP [2001:db8::9]:5070;received=192.0.2.1;rport=99999")
    assert via.answer_to == ("192.0.2.1", 5070)  # that rport is no port
    assert str(via) == "SIP/2.0/UDP [2001:db8::9]:5070;received=192.0.2.1;rport=99999"
