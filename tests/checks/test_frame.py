"""The frame of the checks: its story, its verdict, and that it never raises."""

from __future__ import annotations

import math

import pytest

from labkit.checks import Case, CheckResult, check

CASES = (
    Case("two", (2,), 4, "what is twice two?"),
    Case("three", (3,), 6, "is it twice, or squared?"),
    Case("nothing", (0,), 0, "and of nothing?"),
)


def test_a_right_solution_passes_and_the_story_names_every_case(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def twice(number: int) -> int:
        return 2 * number

    result = check(twice, CASES)
    assert result
    assert result == CheckResult("twice", "passed", 3, 3)
    assert repr(result) == "<twice: passed, 3 of 3 cases right>"
    assert capsys.readouterr().out.splitlines() == [
        "✓ right  two",
        "✓ right  three",
        "✓ right  nothing",
        "✓ twice does what it should.",
    ]


def test_a_broken_solution_is_told_expected_came_and_one_hint_and_no_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def twice(number: int) -> int:
        return number**2

    result = check(twice, CASES)
    assert not result
    assert result == CheckResult("twice", "failed", 1, 3)
    assert capsys.readouterr().out.splitlines() == [
        "✓ right  two",
        "✗ wrong  three",
        "    tried    3",
        "    expected 6",
        "    came     9",
        "    hint     is it twice, or squared?",
        "  1 more case waits behind this one.",
    ]


def test_what_came_of_a_result_may_be_what_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cases = [Case("a door", ("wood",), "stands", "will it burn?")]

    def build(of: str) -> str:
        return f"of {of}"

    assert check(build, cases, outcome_of=lambda case, built: "stands")
    capsys.readouterr()
    assert not check(
        build, cases, outcome_of=lambda case, built: f"{case.about} {built} burns"
    )
    assert "    came     'a door of wood burns'" in capsys.readouterr().out


def test_an_unfinished_solution_is_not_yet_and_no_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def twice(number: int) -> int:
        raise NotImplementedError

    result = check(twice, CASES)
    assert result == CheckResult("twice", "not yet", 0, 3)
    assert not result
    story = capsys.readouterr().out
    assert story.startswith("not yet: twice waits for you.")
    assert "✗" not in story


def test_what_is_half_done_says_which_half(capsys: pytest.CaptureFixture[str]) -> None:
    def twice(number: int) -> int:
        if number > 2:
            raise NotImplementedError
        return 2 * number

    assert check(twice, CASES) == CheckResult("twice", "not yet", 1, 3)
    assert capsys.readouterr().out.startswith("✓ right  two\nnot yet:")


def test_an_exception_is_told_with_the_students_own_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def twice(number: int) -> int:
        return 2 * int("two" if number > 2 else number)

    assert check(twice, CASES).outcome == "failed"
    story = capsys.readouterr().out
    assert "✗ error  three" in story
    assert "came     ValueError: invalid literal for int()" in story
    line = twice.__code__.co_firstlineno + 1
    assert f'line {line} of its cell: return 2 * int("two" if' in story


def test_an_exception_in_somebody_elses_code_points_at_the_students_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def twice(number: int) -> int:
        return int(math.ldexp("two", number))  # type: ignore[arg-type]

    check(twice, CASES)
    assert "of its cell: return int(math.ldexp(" in capsys.readouterr().out


def test_a_function_that_takes_other_arguments_is_told_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check(lambda: 4, CASES).outcome == "failed"
    assert "does the function take these arguments?" in capsys.readouterr().out


def test_a_forgotten_return_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def twice(number: int) -> None:
        2 * number

    check(twice, CASES)
    assert "end in `return`?" in capsys.readouterr().out


def test_what_came_is_shown_short_and_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check(lambda number: "\x1b[31m" + "x" * 10_000, CASES)
    story = capsys.readouterr().out
    assert "\x1b" not in story
    assert max(map(len, story.splitlines())) < 90


def test_a_check_may_say_itself_what_is_the_same() -> None:
    near = check(lambda number: 2 * number + 1e-9, CASES, same=math.isclose)
    assert near.passed == 2  # isclose(1e-9, 0) is false: relative
    assert not check(lambda number: 2 * number + 1e-9, CASES).passed
