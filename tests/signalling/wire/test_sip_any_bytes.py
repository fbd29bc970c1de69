"""Any bytes give a message or a clean error; what is written is read back the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.parameters import Parameters
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.uri import Uri
from labkit.signalling.messages.via import Via
from labkit.signalling.wire import sip
from labkit.signalling.wire.framing import MOST_BODY, MOST_HEAD, Splitter
from tests.signalling.literal import SDP, request

TOKEN = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=8)
HOST = st.sampled_from(["127.0.0.1", "host", "a-b.example.com", "::1", "2001:db8::9"])
PORT = st.none() | st.integers(1, 65_535)
VALUE = st.none() | TOKEN | st.sampled_from(['"q; <,> \\" x"', "[::1]", "a/b:c"])
PARAMETERS = st.builds(
    Parameters,
    st.lists(
        st.tuples(TOKEN, VALUE), max_size=3, unique_by=lambda item: item[0].lower()
    ).map(tuple),
)
PLAIN = st.builds(
    Parameters, st.lists(st.tuples(TOKEN, st.none() | TOKEN), max_size=2).map(tuple)
)
USER = st.text("abz09-_.!~*'()&=+$,;?/é漢", max_size=8) | st.just("Jo%C3%A3o:pw")
URI = st.builds(
    Uri, HOST, PORT, USER, st.sampled_from(["sip", "sips"]), PLAIN,
    st.sampled_from(["", "a=b&c=%20"]),
)  # fmt: skip
NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=12
)
ADDRESS = st.builds(NameAddress, URI, NAME, PARAMETERS)
ADDRESSES = st.lists(ADDRESS, max_size=3).map(tuple)
VIA = st.builds(Via, st.sampled_from(["UDP", "TCP"]), HOST, PORT, PARAMETERS)
METHOD = st.sampled_from(["INVITE", "ACK", "BYE", "OPTIONS", "X-NEW"])
HEADER = st.tuples(
    TOKEN.map(lambda name: f"X-{name}"),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20).map(
        lambda value: value.strip(" \t")
    ),
)
COMMON = {
    "via": st.lists(VIA, min_size=1, max_size=3).map(tuple),
    "from_": ADDRESS,
    "to": ADDRESS,
    "call_id": st.from_regex(
        r"[a-zA-Z0-9.~%]{1,9}(@[a-z.:\[\]]{1,9})?", fullmatch=True
    ),
    "contact": ADDRESSES,
    "record_route": ADDRESSES,
    "headers": st.lists(HEADER, max_size=4).map(tuple),
    "body": st.binary(max_size=40),
}


@st.composite
def requests(draw: st.DrawFn) -> Request:
    method = draw(METHOD)
    cseq = CSeq(draw(st.integers(0, 2**31 - 1)), method)
    fields = {name: draw(strategy) for name, strategy in COMMON.items()}
    return Request(
        method=method,
        uri=replace(draw(URI), headers=""),  # none may be in a first line
        cseq=cseq,
        max_forwards=draw(st.none() | st.integers(0, 255)),
        route=draw(ADDRESSES),
        **fields,
    )


RESPONSES = st.builds(
    Response,
    status=st.integers(100, 699),
    reason=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20),
    cseq=st.builds(CSeq, st.integers(0, 2**31 - 1), METHOD),
    **COMMON,
)


@given(requests() | RESPONSES)
def test_what_is_written_is_read_back_the_same(message: Request | Response) -> None:
    assert sip.parse(sip.write(message)) == message


@given(requests() | RESPONSES)
def test_a_stream_gives_the_same_message(message: Request | Response) -> None:
    [data] = Splitter().feed(sip.write(message))
    assert sip.parse(data) == message


def checked(data: bytes) -> None:
    message = read(data)
    if not isinstance(message, RemoteError):
        assert sip.parse(sip.write(message)) == message
        return
    assert len(str(message)) > 10
    if isinstance(message.reply, Response):
        sip.parse(sip.write(message.reply))


def read(data: bytes) -> Request | Response | RemoteError:
    try:
        return sip.parse(data)
    except RemoteError as error:
        return error


@given(st.binary(max_size=400))
@example(b"")
@example(b"\r\n\r\n")
def test_any_bytes_give_a_message_or_a_clean_error(data: bytes) -> None:
    checked(data)


WHOLE = request(body=SDP, extra=('Contact: "a, b" <sip:x@[::1]>;q=1, <sip:y@z>',))
PIECES = st.sampled_from(
    [b"\r\n", b"\n ", b",", b";", b'"', b"<", b">", b":", b"=", b"%", b"\\", b"\0",
     b"SIP/2.0", b"Via: ", b"\xff", b"\xc3\xa9", b"99999999999999999999", b"@"]
)  # fmt: skip


@given(st.data())
def test_a_real_message_bent_out_of_shape_is_read_or_refused(
    data: st.DataObject,
) -> None:
    bent = WHOLE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(bent)))
        end = data.draw(st.integers(start, min(len(bent), start + 12)))
        bent = bent[:start] + data.draw(PIECES) + bent[end:]
    checked(bent)


@given(st.lists(st.sampled_from([WHOLE, request("OPTIONS"), b"\r\n\r\n"])), st.data())
def test_a_stream_may_be_cut_anywhere(
    messages: list[bytes], data: st.DataObject
) -> None:
    stream, got = b"".join(messages), []
    splitter = Splitter()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        got += splitter.feed(stream[:size])
        stream = stream[size:]
    assert got == [message for message in messages if message.strip()]
    assert splitter.waiting == 0


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_stream_gives_messages_or_an_end_and_stays_bounded(
    chunks: list[bytes],
) -> None:
    splitter = Splitter()
    try:
        for chunk in chunks:
            splitter.feed(chunk)
    except RemoteError:
        return
    assert splitter.waiting <= MOST_HEAD + MOST_BODY
