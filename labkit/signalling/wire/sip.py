"""SIP messages as bytes, and back (RFC 3261 sections 7 and 25).

`parse` reads one whole message and checks every header that steers a call; a message
that exists is valid. `write` is its inverse. What cannot be read raises a RemoteError
whose `reply` is the answer that it deserves, where one can be written at all.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re
from typing import TypeVar

from labkit.errors import LocalError, RemoteError
from labkit.signalling.messages.address import NameAddress
from labkit.signalling.messages.cseq import CSeq
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response, answer_to
from labkit.signalling.messages.uri import Uri
from labkit.signalling.messages.via import Via
from labkit.signalling.wire import grammar
from labkit.signalling.wire.header_names import canonical

MOST_BYTES = 16_384
"""Of one message. A call's are 1 to 5 KiB; reading 64 takes the loop too long."""
MOST_HEADERS = 200
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\n[ \t]+")
_SINGLE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length")
_OWN_FIELDS = frozenset((*_SINGLE, "Via", "Contact", "Route", "Record-Route"))

_Headers = dict[str, list[str]]
_Item = TypeVar("_Item", Via, NameAddress)


def parse(data: bytes) -> Request | Response:
    """Read one message; raises RemoteError with the 400 or 505 it deserves as `reply`.

    Both CRLF and bare LF end a line; a body without Content-Length reaches to the end.
    """
    head, body = _split(data)
    start, *lines = _unfolded(head).split("\n")
    headers, others = _read_headers(lines)
    status = grammar.Status_Line.fullmatch(start)
    if status is not None:
        return _response(status, headers, others, body)
    asked = grammar.almost_Request_Line.fullmatch(start)
    if asked is None:
        raise RemoteError(
            f"the first line {start[:60]!r} is neither a SIP request nor an answer"
        )
    try:
        return _request(start, headers, others, body)
    except RemoteError as error:
        raise _with_reply(error, asked["method"], headers) from None


def _split(data: bytes) -> tuple[str, bytes]:
    """The head as text, and the bytes behind the empty line."""
    if len(data) > MOST_BYTES:
        raise RemoteError(f"the message has {len(data)} bytes; {MOST_BYTES} at most")
    data = data.lstrip(b"\r\n")  # section 7.5: empty lines before the start are ignored
    end = _END_OF_HEAD.search(data)
    if end is None:
        raise RemoteError("the message has no empty line after its headers")
    try:
        return data[: end.start()].decode(), data[end.end() :]
    except UnicodeDecodeError as error:
        raise RemoteError(f"byte {error.start} of the headers is not UTF-8") from None


def _unfolded(head: str) -> str:
    """The head with one line a header: a line that begins with a blank goes on."""
    head = head.replace("\r\n", "\n")
    if "\n " in head or "\n\t" in head:
        return _FOLD.sub(" ", head)
    return head


def _read_headers(lines: list[str]) -> tuple[_Headers, list[tuple[str, str]]]:
    """Headers with a field of their own by name, and all others in order."""
    if len(lines) > MOST_HEADERS:
        raise RemoteError(f"{len(lines)} header lines; {MOST_HEADERS} are the most")
    own: _Headers = {}
    others: list[tuple[str, str]] = []
    for line in lines:
        match = grammar.message_header.fullmatch(line)
        if match is None or "\r" in line or "\0" in line:
            raise RemoteError(f"{line[:60]!r} is not a header like Name: value")
        name, value = canonical(match["name"]), match["value"].rstrip(" \t")
        if name in _OWN_FIELDS and not (name == "Contact" and value == "*"):
            own.setdefault(name, []).append(value)
        else:
            others.append((name, value))
    return own, others


def _request(
    start: str,
    headers: _Headers,
    others: list[tuple[str, str]],
    body: bytes,
) -> Request:
    line = grammar.Request_Line.fullmatch(start)
    if line is None:
        raise RemoteError(f"the first line {start[:60]!r} has blanks where none may be")
    if line["version"] != "2.0":
        raise RemoteError(f"SIP version {line['version']} is not 2.0", reply=505)
    for name in _SINGLE:
        if len(headers.get(name, ())) > 1:
            raise RemoteError(f"the request has more than one {name}")
    method = line["method"]
    cseq = CSeq.parse(_needed(headers, "CSeq"))
    if cseq.method != method:
        raise RemoteError(f"CSeq says {cseq.method}, but the request is {method}")
    uri = Uri.parse(line["uri"])
    if uri.headers:  # table 1 of section 19.1.1: not in a Request-URI
        raise RemoteError(f"the first line asks for headers: {uri.headers[:40]!r}")
    return Request(
        method=method,
        uri=uri,
        via=_vias(headers),
        from_=_address(headers, "From"),
        to=_address(headers, "To"),
        call_id=_call_id(headers),
        cseq=cseq,
        max_forwards=_max_forwards(headers),
        route=_items(NameAddress, headers, "Route"),
        contact=_items(NameAddress, headers, "Contact"),
        record_route=_items(NameAddress, headers, "Record-Route"),
        headers=tuple(others),
        body=_body(headers, body),
    )


def _response(
    line: re.Match[str],
    headers: _Headers,
    others: list[tuple[str, str]],
    body: bytes,
) -> Response:
    return Response(
        status=int(line["status"]),
        reason=line["reason"] or "",
        via=_vias(headers),
        from_=_address(headers, "From"),
        to=_address(headers, "To"),
        call_id=_call_id(headers),
        cseq=CSeq.parse(_needed(headers, "CSeq")),
        contact=_items(NameAddress, headers, "Contact"),
        record_route=_items(NameAddress, headers, "Record-Route"),
        headers=tuple(others),
        body=_body(headers, body),
    )


def _with_reply(error: RemoteError, method: str, headers: _Headers) -> RemoteError:
    """The error with the answer it deserves, if the request says enough to answer."""
    if method == "ACK":  # never answered, whatever is wrong with it (section 17)
        return RemoteError(str(error))
    status = error.reply if isinstance(error.reply, int) else 400
    try:
        request = Request(
            method=method,
            uri=Uri(),
            via=_vias(headers),
            from_=_address(headers, "From"),
            to=_address(headers, "To"),
            call_id=_call_id(headers),
            cseq=CSeq.parse(_needed(headers, "CSeq")),
        )
    except RemoteError:
        return RemoteError(str(error))
    reason = f"Bad Request: {error}" if status == 400 else ""
    return RemoteError(str(error), reply=answer_to(request, status, reason=reason))


def _needed(headers: _Headers, name: str) -> str:
    values = headers.get(name)
    if not values or not values[0]:
        raise RemoteError(f"the message has no {name}")
    return values[0]


def _vias(headers: _Headers) -> tuple[Via, ...]:
    _needed(headers, "Via")
    return _items(Via, headers, "Via")


def _address(headers: _Headers, name: str) -> NameAddress:
    text = _needed(headers, name)
    try:
        return NameAddress.parse(text)
    except RemoteError as error:
        raise RemoteError(f"{name} cannot be read: {error}") from None


def _call_id(headers: _Headers) -> str:
    text = _needed(headers, "Call-ID")
    if not grammar.is_callid(text):
        raise RemoteError(f"Call-ID {text[:60]!r} has characters that it may not have")
    return text


def _max_forwards(headers: _Headers) -> int | None:
    text = headers.get("Max-Forwards", [""])[0]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= 255):
        raise RemoteError(f"Max-Forwards {text[:20]!r} is not a number up to 255")
    return int(text)


def _items(what: type[_Item], headers: _Headers, name: str) -> tuple[_Item, ...]:
    """All items of a header that may be a list, over several lines, or both."""
    lines = headers.get(name)
    if lines is None:
        return ()
    try:
        return tuple(what.parse(item) for line in lines for item in split_list(line))
    except RemoteError as error:
        raise RemoteError(f"{name} cannot be read: {error}") from None


def split_list(text: str) -> list[str]:
    """Cut a list at the commas outside quotes and angle brackets; raises
    RemoteError."""
    if "," not in text:
        return [text]
    items, position = [], 0
    while (match := grammar.list_item.match(text, position)) is not None:
        items.append(match.group())
        position = match.end()
        if position == len(text):
            return items
        if text[position] != ",":  # a quote or bracket that nobody closes: stop here,
            break  # or a line full of them takes minutes
        position += 1
    raise RemoteError(f"{text[:60]!r} is not a list separated by commas")


def _body(headers: _Headers, body: bytes) -> bytes:
    """As much of the rest of the datagram as Content-Length says (section 18.3)."""
    text = headers.get("Content-Length", [""])[0]
    if not text:
        return body
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise RemoteError(f"Content-Length {text[:20]!r} is not a number")
    length = int(text)
    if length > len(body):
        raise RemoteError(
            f"Content-Length promises {length} bytes, but only {len(body)} came"
        )
    return body[:length]


def write(message: Request | Response) -> bytes:
    """The message as bytes, with the exact Content-Length and CRLF everywhere.

    Raises LocalError if a header holds a line break: it would forge another header.
    """
    if isinstance(message, Request):
        lines = [f"{message.method} {message.uri} SIP/2.0"]
        lines += [f"Via: {via}" for via in message.via]
        if message.max_forwards is not None:
            lines.append(f"Max-Forwards: {message.max_forwards}")
        lines += [f"Route: {route}" for route in message.route]
    else:
        lines = [f"SIP/2.0 {message.status} {message.reason}"]
        lines += [f"Via: {via}" for via in message.via]
    lines += [f"Record-Route: {route}" for route in message.record_route]
    lines += [
        f"From: {message.from_}",
        f"To: {message.to}",
        f"Call-ID: {message.call_id}",
        f"CSeq: {message.cseq}",
    ]
    lines += [f"Contact: {contact}" for contact in message.contact]
    lines += [f"{name}: {value}" for name, value in message.headers]
    lines.append(f"Content-Length: {len(message.body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise LocalError(f"a header of {message} holds a line break; names may not")
    return head.encode() + b"\r\n\r\n" + message.body
