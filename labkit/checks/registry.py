"""Checks of the registry's exercises: read a reply, cut a stream into lines.

Requirements A2, A7, B7. Notebook: 01-registry.
"""

from __future__ import annotations

from labkit.checks.frame import Case, CheckResult, Student, check

READ_FOUND = (
    Case(
        "a user who is there",
        ("200 bob 192.168.0.121 6050",),
        ("192.168.0.121", 6050),
        "split the line at its spaces: which two fields are asked for? Is the port an "
        "int?",
    ),
    Case(
        "a user who is not there",
        ("404 unknown user: zed",),
        None,
        "the status is the first field; for all but 200 there is no address.",
    ),
    Case(
        "a user at an IPv6 address, with a letter beyond ASCII",
        ("200 João ::1 6000",),
        ("::1", 6000),
        "is the host taken as it stands, without a look at its dots?",
    ),
    Case(
        "a user whose name is 404",
        ("200 404 127.0.0.1 6000",),
        ("127.0.0.1", 6000),
        "is the status read from the first field, or looked for anywhere in the line?",
    ),
    Case(
        "nobody, asked for by the name 200",
        ("404 unknown user: 200",),
        None,
        "is the status read from the first field, or looked for anywhere in the line?",
    ),
    Case(
        "a line that still has its end",
        ("200 bob 127.0.0.1 6050\r\n",),
        ("127.0.0.1", 6050),
        "what does int() or split() do with the end of the line?",
    ),
)

CUT_LINES = (
    Case(
        "one whole line",
        (b"LIST\n",),
        (["LIST"], b""),
        "the line without its end, as text; and no rest: b''",
    ),
    Case(
        "two lines in one segment",
        (b"LIST\nQUERY bob\n",),
        (["LIST", "QUERY bob"], b""),
        "does it go on after the first end of a line?",
    ),
    Case(
        "half a line",
        (b"QUERY b",),
        ([], b"QUERY b"),
        "what has no end yet is no line: it is the rest, still as bytes.",
    ),
    Case(
        "one line and a half",
        (b"QUERY bob\nLI",),
        (["QUERY bob"], b"LI"),
        "what stands behind the last end of a line?",
    ),
    Case(
        "a line that ends as on Windows",
        (b"LIST\r\n",),
        (["LIST"], b""),
        r"a \r before the \n belongs to the end of the line, too.",
    ),
    Case(
        "the rest ends in the middle of a letter",
        (b"LIST\nQUERY Jo\xc3",),
        (["LIST"], b"QUERY Jo\xc3"),
        "ã is two bytes in UTF-8. Decode whole lines only, never the rest.",
    ),
    Case(
        "nothing at all",
        (b"",),
        ([], b""),
        "no bytes: no lines, no rest.",
    ),
)


def check_read_found(function: Student) -> CheckResult:
    """`read_found(line: str) -> (host, port) | None`: the reply to QUERY (A7)."""
    return check(function, READ_FOUND)


def check_cut_lines(function: Student) -> CheckResult:
    """`cut_lines(received: bytes) -> (lines: list[str], rest: bytes)`: cut a stream."""
    return check(function, CUT_LINES)
