"""Messages after the manner of the torture tests (RFC 4475), class by class.

The messages are the kit's own, the classes the RFC's: each test bears the section. What
is valid is read whole, what is not gets the answer that it deserves or none, and
nothing raises. Where the RFC leaves it open, the kit reads what means only one thing.
"""

from __future__ import annotations

import pytest

from labkit.errors import RemoteError
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.wire import sip
from tests.signalling.literal import SDP, STRANGER, Bob, request

BOUNDARY = "--b0undary"


def read(data: bytes) -> Request:
    message = sip.parse(data)
    assert isinstance(message, Request)
    assert sip.parse(sip.write(message)) == message
    return message


def statuses(data: bytes) -> list[int]:
    """What a phone answers at once: the last is its verdict."""
    return [answer.status for answer in Bob().gets(data)]


# --- 3.1.1: valid messages -----------------------------------------------------------


def test_3_1_1_1_blanks_folds_and_leading_zeros_wherever_they_may_be() -> None:
    message = read(
        b"INVITE sip:bob@127.0.0.3;odd SIP/2.0\r\n"
        b'tO   :\r\n\t"Bob \\\\ \\" B"    <sip:bob@127.0.0.3>\r\n ;  tag  =\r\n  t1\r\n'
        b"v  :  SIP  /   2.0\r\n /UDP\r\n   127.0.0.9  ;  branch =\r\n z9hG4bKa ,\r\n"
        b"  SIP/2.0/TCP  other.example.com  ;branch=z9hG4bKb\r\n"
        b"f:sip:x@127.0.0.9;tag=f1\r\n"
        b"CSEQ\t: 00007\r\n   INVITE\r\n"
        b"max-forwards: 0000070\r\n"
        b"i: t1@127.0.0.9\r\n"
        b"S :\r\n"
        b'X-Nobody-Knows: ;;,,";\r\n'
        b'Route: <sip:p.example.com;lr;a=b>, "P, Q" <sip:q.example.com;lr>\r\n'
        b"m: sip:x@127.0.0.9 ; q = 0.5\r\n"
        b"l : 0\r\n\r\n"
    )
    assert message.to.display_name == 'Bob \\ " B'
    assert (message.to.tag, message.from_.tag) == ("t1", "f1")
    assert [via.branch for via in message.via] == ["z9hG4bKa", "z9hG4bKb"]
    assert (message.cseq.number, message.max_forwards) == (7, 70)
    assert [route.uri.host for route in message.route] == [
        "p.example.com",
        "q.example.com",
    ]
    assert message.contact[0].parameters.get("q") == "0.5"
    assert message.header("X-Nobody-Knows") == ';;,,";'


def test_3_1_1_2_every_character_that_may_be_in_its_place() -> None:
    odd = "!in-%Teresting.*word_`'~+"
    user = "1_u-n.r!e~s*e'r(v)e&d=+$,;?/%20"
    message = read(
        request(
            odd,
            uri=f"sip:{user}:p&a=s+s$,@example.com;p-_.!~*'()=[]/:&+$",
            via=f"SIP/2.0/{odd} example.com;branch=z9hG4bK-.!%*_+`'~;x={odd}",
            to='"\u00bfQui\u00e9n? \\\u00df \x07\\\x01" <sip:bob@127.0.0.3>',
            call_id="w-.!%*_+`'~()<>:\\\"/[]?{}@w0rd-.!%*_+`'~()<>:\\\"/[]?{}",
            extra=(f"extension-{odd}: \ufe49\u77ed\ufe4a",),
        )
    )
    assert message.method == odd
    assert message.uri.user.startswith(user)
    assert statuses(sip.write(message)) == [405]


def test_3_1_1_3_percent_signs_are_read_once_and_kept_as_written() -> None:
    message = read(request(uri="sip:sips%3Abob%40example.com@example.net"))
    assert message.uri.host == "example.net"
    assert message.uri.name == "sips:bob@example.com"
    assert str(message.uri) == "sip:sips%3Abob%40example.com@example.net"


def test_3_1_1_4_an_escaped_null_is_a_character_of_a_name() -> None:
    message = read(request(to="<sip:null-%00-null@127.0.0.3>"))
    assert message.to.uri.name == "null-\0-null"
    assert statuses(sip.write(message))[-1] == 180


def test_3_1_1_5_a_percent_sign_in_a_method_is_no_escape() -> None:
    """`INV%49TE` is not INVITE."""
    assert statuses(request("INV%49TE")) == [405]


def test_3_1_1_6_a_name_may_touch_its_bracket() -> None:
    message = read(request(from_="caller<sip:x@127.0.0.9>;tag=1"))
    assert message.from_.display_name == "caller"


def test_3_1_1_7_long_values_are_read_whole() -> None:
    long = "long" * 200
    message = read(
        request(
            to=f'"{long}" <sip:bob@127.0.0.3;{long}={long};{long}>',
            from_=f"<sip:{long}@127.0.0.9>;tag={long}",
            call_id=f"{long}@{long}",
            extra=(
                f"Contact: <sip:{long}@127.0.0.9>",
                *(f"Via: SIP/2.0/TCP h{n}.example.com" for n in range(33)),
            ),
        )
    )
    assert message.to.uri.parameters.get(long) == long
    assert len(message.via) == 34


def test_3_1_1_8_what_follows_the_body_in_a_datagram_is_no_request() -> None:
    """Two requests in one datagram: the second was never sent."""
    first = request(body=SDP)
    bob = Bob()
    answers = bob.gets(first + request("BYE", branch="z9hG4bK2"))
    assert [answer.status for answer in answers] == [180]


def test_3_1_1_9_semicolons_may_belong_to_the_user() -> None:
    message = read(request(uri="sip:user;par=u%40example.net@example.com"))
    assert message.uri.user == "user;par=u%40example.net"
    assert not message.uri.parameters


@pytest.mark.parametrize("transport", ["UDP", "SCTP", "TLS", "TCP", "UNKNOWN"])
def test_3_1_1_10_other_transports_pass_in_a_via(transport: str) -> None:
    via = f"SIP/2.0/{transport} 127.0.0.9:5070;branch=z9hG4bKt"
    assert read(request("OPTIONS", via=via)).via[0].transport == transport
    assert statuses(request("OPTIONS", via=via)) == [200]


def test_3_1_1_11_a_body_of_several_parts_is_read_and_not_taken() -> None:
    body = f"{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nhi\0\xff\r\n{BOUNDARY}--\r\n"
    data = request(body=body, type="multipart/mixed;boundary=b0undary")
    assert read(data).body == body.encode()
    assert statuses(data) == [415]


@pytest.mark.parametrize(
    "reason",
    ["= 2**3 * 100%, \u043d\u0435\u0442; \u00abbusy\u00bb?", ""],
    ids=["3.1.1.12 unusual", "3.1.1.13 empty"],
)
def test_any_reason_may_stand_behind_a_status(reason: str) -> None:
    head = request("OPTIONS").decode().partition("\r\n")[2]
    message = sip.parse(f"SIP/2.0 200 {reason}\r\n{head}".encode())
    assert isinstance(message, Response)
    assert message.reason == reason


# --- 3.1.2: invalid messages ---------------------------------------------------------


def with_line(old: str, new: str, **parts: str) -> bytes:
    data = request(body=SDP, **parts)  # type: ignore[arg-type]
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


INVALID = {
    "3.1.2.1 separators too many": (
        with_line("5070;branch=z9hG4bK1", "5070;branch=z9hG4bK1;;,;,,"),
        None,  # without a Via that can be read, nobody can be answered
    ),
    "3.1.2.1 in a contact": (
        with_line("<sip:x@127.0.0.9:5070>", '"" <> ;,"" <>'),
        400,
    ),
    "3.1.2.2 more promised than sent": (with_line("Length: ", "Length: 9"), 400),
    "3.1.2.3 less than nothing promised": (with_line("Length: ", "Length: -"), 400),
    "3.1.2.4 a number too large": (
        with_line("1 INVITE", "36893488147419103232 INVITE"),
        None,  # the number belongs in the answer
    ),
    "3.1.2.4 too far to go": (with_line("Forwards: 70", "Forwards: 300"), 400),
    "3.1.2.6 a quote that nobody closes": (
        with_line("Contact: <sip", 'Contact: "Mr. X <sip'),
        400,
    ),
    "3.1.2.7 brackets around the target": (
        with_line("sip:bob@127.0.0.3 ", "<sip:bob@127.0.0.3> "),
        400,
    ),
    "3.1.2.8 a blank within the target": (
        with_line("sip:bob@127.0.0.3 ", "sip:bob@127.0.0.3; lr "),
        400,
    ),
    "3.1.2.9 blanks too many in the first line": (
        with_line("INVITE sip:bob@127.0.0.3 ", "INVITE  sip:bob@127.0.0.3  "),
        400,
    ),
    "3.1.2.10 blanks behind the first line": (
        with_line("SIP/2.0\r\n", "SIP/2.0  \r\n"),
        400,
    ),
    "3.1.2.11 headers within the target": (
        with_line("sip:bob@127.0.0.3 ", "sip:bob@127.0.0.3?Route=%3Csip:e%3E "),
        400,
    ),
    "3.1.2.13 a contact with a question mark, without brackets": (
        with_line("<sip:x@127.0.0.9:5070>", "sip:x@127.0.0.9?Route=%3Csip:e%3E"),
        400,
    ),
    "3.1.2.14 blanks within brackets": (
        with_line("To: <sip:bob@127.0.0.3>", "To: B <  sip:bob@127.0.0.3  >"),
        None,
    ),
    "3.1.2.16 another version": (with_line("SIP/2.0\r\n", "SIP/7.0\r\n"), 505),
    "3.1.2.17 CSeq means another method": (with_line("1 INVITE", "1 BYE"), 400),
    "3.1.2.18 and nobody knows either": (
        with_line("INVITE sip", "NEWMETHOD sip", cseq="1 OLDMETHOD"),
        400,
    ),
}


@pytest.mark.parametrize(("data", "status"), INVALID.values(), ids=INVALID)
def test_what_is_invalid_is_told_so_or_not_answered(
    data: bytes, status: int | None
) -> None:
    assert statuses(data) == ([status] if status else [])


@pytest.mark.parametrize(
    "line",
    [
        "SIP/2.0 4294967301 better not break the receiver",
        "SIP/2.0 99 too small",
        "SIP/2.0 2000 too large",
        "SIP/2.0  200 OK",
        "SIP/3.0 200 OK",
    ],
)
def test_3_1_2_19_answers_that_are_none_are_dropped(line: str) -> None:
    head = request("OPTIONS").decode().partition("\r\n")[2]
    data = f"{line}\r\n{head}".encode()
    assert statuses(data) == []
    with pytest.raises(RemoteError):
        sip.parse(data)


def test_3_1_2_5_an_answer_with_numbers_too_large_is_dropped() -> None:
    head = request("OPTIONS", cseq="9292394834772304023312 OPTIONS").decode()
    data = f"SIP/2.0 503 No\r\n{head.partition(chr(10))[2]}Retry-After: {9**30}\r\n"
    assert statuses(data.encode()) == []


def test_3_1_2_12_a_date_in_no_known_zone_is_not_our_business() -> None:
    data = request(extra=("Date: Fri, 01 Jan 2010 16:00:00 EST",), body=SDP)
    assert statuses(data) == [180]


def test_3_1_2_15_a_name_that_should_be_quoted_is_read_all_the_same() -> None:
    message = read(request(to="Bob, of the Lab. <sip:bob@127.0.0.3>"))
    assert message.to.display_name == "Bob, of the Lab."


# --- 3.2: transactions ---------------------------------------------------------------


def test_3_2_1_a_branch_that_is_only_the_cookie_tells_by_the_rest() -> None:
    """Two callers with that same branch are two transactions."""
    bob = Bob()
    via = "SIP/2.0/UDP 127.0.0.9:5070;branch=z9hG4bK"
    first = bob.gets(request("OPTIONS", via=via, call_id="one@127.0.0.9"))
    second = bob.gets(request("OPTIONS", via=via, call_id="two@127.0.0.9"))
    assert [answer.call_id for answer in first + second] == [
        "one@127.0.0.9",
        "two@127.0.0.9",
    ]


# --- 3.3: what only the user agent can tell ------------------------------------------


@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
def test_3_3_1_what_is_needed_is_missing(name: str) -> None:
    lines = request(body=SDP).split(b"\r\n")
    data = b"\r\n".join(line for line in lines if not line.startswith(name.encode()))
    assert statuses(data) == []


@pytest.mark.parametrize(
    "uri",
    ["nobodyKnowsThisScheme:totallyopaque", "soap.beep://192.0.2.103:3002", "tel:+1"],
    ids=["3.3.2 unknown", "3.3.3 known, but not here", "3.3.3 a telephone"],
)
def test_other_schemes_are_not_supported(uri: str) -> None:
    assert statuses(request(uri=uri, body=SDP)) == [416]


def test_3_3_4_other_schemes_in_headers_are_just_names() -> None:
    data = request("OPTIONS", to="isbn:2983792873", from_="<http://a.com>;tag=1")
    assert read(data).to.uri.scheme == "isbn"
    assert statuses(data) == [200]


def test_3_3_5_what_is_required_and_unknown_is_named() -> None:
    extra = ("Require: nothingSupportsThis, norThis", "Proxy-Require: nobody")
    [answer] = Bob().gets(request(extra=extra, body=SDP))
    assert answer.status == 420
    assert answer.header("Unsupported") == "nothingSupportsThis, norThis"


def test_3_3_6_a_body_of_an_unknown_type() -> None:
    [answer] = Bob().gets(request(body="<audio/>", type="application/unknown"))
    assert (answer.status, answer.header("Accept")) == (415, "application/sdp")


def test_3_3_7_an_authorization_of_an_unknown_kind_is_only_a_header() -> None:
    extra = ('Authorization: NoOneKnowsThisScheme opaque-data="here"',)
    assert statuses(request("OPTIONS", extra=extra)) == [200]


@pytest.mark.parametrize(
    "line",
    [
        "From: <sip:y@127.0.0.9>;tag=2",
        "To: <sip:carol@127.0.0.3>",
        "Call-ID: another@127.0.0.9",
        "CSeq: 8 INVITE",
        "Max-Forwards: 5",
        "Content-Length: 13",
    ],
)
def test_3_3_8_and_9_what_may_be_there_once_is_there_twice(line: str) -> None:
    assert statuses(request(extra=(line,), body=SDP)) == [400]


def test_3_3_10_an_answer_that_was_meant_for_all_is_dropped() -> None:
    head = request("INVITE", via="SIP/2.0/UDP 192.0.2.255;branch=z9hG4bKb").decode()
    assert statuses(f"SIP/2.0 200 OK\r\n{head.partition(chr(10))[2]}".encode()) == []


def test_3_3_11_no_hop_left_and_no_hop_needed() -> None:
    assert statuses(with_line("Forwards: 70", "Forwards: 0")) == [180]


@pytest.mark.parametrize(
    ("contact", "uri", "outside"),
    [
        ("sip:x@127.0.0.9:5070;unknown;q=0.2", "sip:x@127.0.0.9:5070", True),
        ("<sip:x@127.0.0.9;unknown>", "sip:x@127.0.0.9;unknown", False),
        ("<sip:x@127.0.0.9?Route=%3Csip:e%3E>", "sip:x@127.0.0.9?Route=%3Csip:e%3E", 0),
    ],
    ids=["3.3.12 the header's", "3.3.13 the address's", "3.3.14 escaped headers"],
)
def test_parameters_belong_where_they_stand(
    contact: str, uri: str, outside: bool
) -> None:
    [address] = read(request(extra=(f"Contact: {contact}",))).contact
    assert str(address.uri) == uri
    assert ("unknown" in address.parameters) == outside


def test_3_3_15_one_who_will_not_take_a_session_description_gets_none() -> None:
    extra = ("Contact: <sip:x@127.0.0.9>", "Accept: text/nobodyKnowsThis")
    assert statuses(request(extra=extra, body=SDP)) == [406]


# --- 3.4: before RFC 3261 ------------------------------------------------------------


def test_3_4_1_a_phone_of_1999_can_call() -> None:
    """RFC 2543: no branch, no Max-Forwards, no tag, no Content-Length."""
    data = (
        b"INVITE sip:bob@127.0.0.3 SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP 127.0.0.9:5070\r\n"
        b"From: sip:x@127.0.0.9\r\nTo: sip:bob@127.0.0.3\r\n"
        b"Call-ID: old@127.0.0.9\r\nCSeq: 1 INVITE\r\n"
        b"Contact: sip:x@127.0.0.9:5070\r\n"
        b"Content-Type: application/sdp\r\n\r\n" + SDP.encode()
    )
    bob = Bob()
    assert [answer.status for answer in bob.gets(data, STRANGER)] == [180]
    assert [answer.status for answer in bob.gets(data, STRANGER)] == [180]


def test_no_message_here_cut_anywhere_makes_a_phone_raise() -> None:
    for data, _ in INVALID.values():
        for end in range(0, len(data), 7):
            Bob().gets(data[:end])
