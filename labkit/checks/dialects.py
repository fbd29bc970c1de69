"""The check of the exercise on dialects: a group's calls, declared as data.

Requirements B13, B15, B18. Notebook: 08-voice-room.
"""

from __future__ import annotations

from typing import Any

from labkit.checks.frame import Case, CheckResult, Student, check
from labkit.dialects import parse
from labkit.errors import LocalError

CASES = (
    Case(
        "the invitation",
        ("invite", {"name": "ana", "port": 6000}),
        b"PODE?;ana;6000",
        'a field stands in braces: "PODE?;{name};…"; which one is the port?',
    ),
    Case(
        "a yes",
        ("accept", {"name": "rui", "port": 6050}),
        b"PODE;6050",
        "the yes bears a port and no name: leave out what is not said.",
    ),
    Case("a no", ("refuse", {"name": "rui"}), b"NAO PODE", "no field at all."),
    Case(
        "the end",
        ("end", {"name": "ana"}),
        b"FIM;ana",
        "whose name is it? That of who says it.",
    ),
    Case(
        "another group's name for busy",
        ("busy", {"name": "rui"}),
        b"NAO PODE",
        "nothing to declare: without a word of its own, busy is said as refuse.",
    ),
)


def check_dialect(function: Student) -> CheckResult:
    """Check the function that returns the text of a dialect's file."""

    def written(meaning: str, fields: dict[str, Any]) -> bytes:
        dialect = parse(function(), "your dialect")
        if dialect.call is None:
            raise LocalError("your dialect has no table [call]")
        language = dialect.call.language
        return language.write(language.says(meaning) or meaning, **fields)

    written.__name__ = getattr(function, "__name__", "your function")
    return check(written, CASES)
