"""The frame of every exercise check: try the student's function, tell what happened.

    def check_read_found(function):
        return check(function, [Case("a user who is there", ("200 bob ::1 5060",),
                                     ("::1", 5060), "split at the spaces"), …])

A check tells a story up to the first case that fails, with one hint. Nothing that the
function does wrong raises here: a notebook with an unfinished exercise runs to its end.

Notebook: 01-registry.
"""

from __future__ import annotations

import operator
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from labkit.trace.safe import one_line, shortened

Student: TypeAlias = Callable[..., Any]
LONGEST = 68
"""Characters of a value in the story; what is longer loses its middle."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the student's function."""

    about: str
    """What is tried, in words: `a user who is not there`."""
    arguments: tuple[Any, ...]
    expected: Any
    hint: str
    """What to think of when this case fails; a question is best."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How an exercise stands; true when it is done."""

    exercise: str
    outcome: Literal["passed", "not yet", "failed"]
    passed: int
    cases: int

    def __bool__(self) -> bool:
        return self.outcome == "passed"

    def __repr__(self) -> str:
        how_many = f"{self.passed} of {self.cases} cases right"
        return f"<{self.exercise}: {self.outcome}, {how_many}>"


def check(
    function: Student,
    cases: Sequence[Case],
    same: Callable[[Any, Any], bool] = operator.eq,
    outcome_of: Callable[[Case, Any], Any] = lambda case, came: came,
) -> CheckResult:
    """Try the function on the cases in order; print the story up to the first failure.

    `same(came, expected)` says whether a result will do. `outcome_of(case, result)` is
    what came of a result, where that is what counts. Raises nothing on account of the
    function.
    """
    exercise = getattr(function, "__name__", type(function).__name__)
    outcome: Literal["passed", "not yet", "failed"] = "passed"
    right = 0
    for case in cases:
        try:
            came = outcome_of(case, function(*case.arguments))
            if not same(came, case.expected):
                _tell_wrong(case, came)
                outcome = "failed"
        except NotImplementedError:
            outcome = "not yet"
        except Exception as error:
            _tell_error(case, function, error)
            outcome = "failed"
        if outcome != "passed":
            break
        print(f"✓ right  {case.about}")
        right += 1
    _tell_end(exercise, outcome, len(cases) - right)
    return CheckResult(exercise, outcome, right, len(cases))


def _tell_wrong(case: Case, came: object) -> None:
    hint = case.hint
    if came is None and case.expected is not None:
        hint += " (None came: does every way through your function end in `return`?)"
    _tell(
        f"✗ wrong  {case.about}",
        ("tried", ", ".join(map(_shown, case.arguments))),
        ("expected", _shown(case.expected)),
        ("came", _shown(came)),
        ("hint", hint),
    )


def _tell_error(case: Case, function: Student, error: Exception) -> None:
    said = one_line(str(error))
    _tell(
        f"✗ error  {case.about}",
        ("tried", ", ".join(map(_shown, case.arguments))),
        ("expected", _shown(case.expected)),
        ("came", f"{type(error).__name__}{f': {said}' if said else ''}"),
        *_where(function, error),
        ("hint", case.hint),
    )


def _where(function: Student, error: Exception) -> list[tuple[str, str]]:
    """The line of the student's own function at which the error came up."""
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    if not own:
        return [("at", "the call itself: does the function take these arguments?")]
    line = own[-1].line or "?"
    return [("at", f"line {own[-1].lineno} of its cell: {line.strip()}")]


def _tell_end(exercise: str, outcome: str, left: int) -> None:
    if outcome == "passed":
        print(f"✓ {exercise} does what it should.")
    elif outcome == "not yet":
        print(
            f"not yet: {exercise} waits for you. Write it in place of `raise "
            "NotImplementedError`, run its cell, then this one again."
        )
    elif left > 1:
        more = "1 more case waits" if left == 2 else f"{left - 1} more cases wait"
        print(f"  {more} behind this one.")


def _tell(title: str, *rows: tuple[str, str]) -> None:
    print(title)
    for name, text in rows:
        print(f"    {name:<9}{text}")


def _shown(value: object) -> str:
    return shortened(one_line(repr(value)), LONGEST)
