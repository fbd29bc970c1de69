"""Requests as bytes: one line, fields separated by one space.

    REGISTER alice 192.168.0.101 6000
    QUERY bob
    LIST
    UNREGISTER alice
    QUIT

One table drives both directions. Notebook: 01-registry.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from labkit.errors import LocalError, RemoteError
from labkit.registry.messages import (
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Request,
    Unregister,
    quoted,
)
from labkit.registry.wire.lines import text_of


def read_port(text: str) -> int:
    """Read a port; LocalError unless it is written as a number of 1 to 5 digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise LocalError(f"a port is a number from 1 to 65535, not {quoted(text)}")
    return int(text)


def _read_register(rest: str) -> Register:
    fields = rest.split(" ")
    if len(fields) != 3:
        raise LocalError(
            "the form is: REGISTER NAME HOST PORT (one space between fields, none "
            f"within); {len(fields) if rest else 0} fields after REGISTER were sent"
        )
    name, host, port = fields
    return Register(name, host, read_port(port))


def _read_list(rest: str) -> ListUsers:
    if rest:
        raise LocalError(f"LIST stands alone on its line, without {quoted(rest)}")
    return ListUsers()


def _read_quit(rest: str) -> Quit:
    if rest:
        raise LocalError(f"QUIT stands alone on its line, without {quoted(rest)}")
    return Quit()


class _Form(NamedTuple):
    """How one request is written, and how what follows its word is read."""

    kind: type[Request]
    fields: tuple[str, ...]
    read: Callable[[str], Request]


REQUESTS = {
    "REGISTER": _Form(Register, ("name", "host", "port"), _read_register),
    "QUERY": _Form(Query, ("name",), Query),
    "LIST": _Form(ListUsers, (), _read_list),
    "UNREGISTER": _Form(Unregister, ("name",), Unregister),
    "QUIT": _Form(Quit, (), _read_quit),
}
"""The word a line begins with, the fields that follow, and what it asks for."""

_WORDS = {form.kind: word for word, form in REQUESTS.items()}


@lru_cache(maxsize=1024)
def parse_request(line: bytes) -> Request:
    """Read one line, with its end, as `LineReader` gives it.

    A class asks for the same names over and over, and a request is a frozen value: one
    serves all who send the same line. At most 1,024 are kept, under 1 MiB in all.

    Raises RemoteError whose `reply` is the `400` to answer with.
    """
    try:
        word, _, rest = text_of(line).partition(" ")
        form = REQUESTS.get(word)
        if form is None:
            raise ValueError(_unknown(word))
        return form.read(rest)
    except (ValueError, LocalError) as error:
        raise RemoteError(str(error), Refused(400, str(error))) from None


def write_request(request: Request) -> bytes:
    """Write a request as its line, ended by `\\n`."""
    word = _WORDS[type(request)]
    fields = [str(getattr(request, field)) for field in REQUESTS[word].fields]
    return (" ".join([word, *fields]) + "\n").encode()


def _unknown(word: str) -> str:
    *most, last = REQUESTS
    what = f"unknown request {quoted(word)}" if word else "no request in the line"
    return f"{what}; write {', '.join(most)} or {last}"
