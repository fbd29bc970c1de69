"""Answers to questions about a capture: read as people write them, each with feedback.

    check_capture(questions, {"ssrc": "0x1A2B", "sampling_rate": "8 kHz"})

Says what was asked for and which Wireshark filter finds it, never the answer itself.

Notebook: 11-real-phones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from labkit.checks.capture_questions import Question, Questions
from labkit.checks.frame import CheckResult
from labkit.trace.safe import one_line, shortened

LONGEST = 60
_NUMBER = re.compile(r"(-?[0-9][0-9.]*) *(k?)(hz)?")


def check_capture(questions: Questions, answers: Mapping[str, object]) -> CheckResult:
    """Each answer beside what the capture has; None is not answered yet.

    Prints a line for each question, and for a wrong answer where to look.
    """
    right = wrong = 0
    for question in questions:
        given = answers.get(question.name)
        if given is None or given is Ellipsis or given == "":
            print(f"  not yet  {question.name}: {question.asks}")
        elif is_same(given, question.answer):
            print(f"✓ right  {question.name}")
            right += 1
        else:
            _tell_wrong(question, given)
            wrong += 1
    names = [question.name for question in questions]
    for name in [name for name in answers if name not in names]:
        print(f"  nobody asked for {_shown(name)}; asked is {', '.join(names)}")
    outcome: Literal["passed", "not yet", "failed"] = "failed" if wrong else "not yet"
    if right == len(questions):
        outcome = "passed"
        print("✓ You can read a capture.")
    return CheckResult("answers", outcome, right, len(questions))


def is_same(given: object, expected: int | str) -> bool:
    """Whether it is the same, however it is written.

    A number in decimal, in hexadecimal with or without `0x`, with commas, `8 kHz`; a
    word with its name before it (`branch=…`, `a=…`), in quotes, or bare.
    """
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return False
    if isinstance(expected, str):
        word = str(given).strip().strip("\"'").rstrip(";")
        return word == expected or word.rpartition("=")[2] == expected
    if not isinstance(given, str):
        return given == expected
    return expected in _numbers(given)


def _numbers(text: str) -> set[float]:
    """All that this may mean as a number: `6699` is decimal or hexadecimal."""
    text = text.strip().strip("\"'").lower().replace(",", "").replace("_", "")
    if len(text) > LONGEST:
        return set()
    meant: set[float] = set()
    if found := _NUMBER.fullmatch(text):
        try:
            meant.add(float(found[1]) * (1000 if found[2] else 1))
        except ValueError:
            pass  # two points: no number
    if found := re.fullmatch(r"0x([0-9a-f]{1,16})|([0-9a-f]{8})", text):
        meant.add(int(found[1] or found[2], 16))
    return meant


def _tell_wrong(question: Question, given: object) -> None:
    print(f"✗ wrong  {question.name}: {question.asks}")
    near = [why for other, why in question.mistakes if is_same(given, other)]
    rows = (
        ("came", _shown(given) + (f": {near[0]}" if near else "")),
        ("filter", question.filter),
        ("look at", question.look),
    )
    for name, text in rows:
        print(f"    {name:<9}{text}")


def _shown(value: object) -> str:
    return shortened(one_line(repr(value)), LONGEST)
