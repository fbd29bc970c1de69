"""Exercises of the registry: right ones pass, broken ones fail where they should."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labkit.checks import check_cut_lines, check_read_found

Found = tuple[str, int] | None


def read_found(line: str) -> Found:
    status, *fields = line.split()
    if status != "200":
        return None
    _, host, port = fields
    return host, int(port)


def looks_for_the_status_anywhere(line: str) -> Found:
    return None if "404" in line else read_found(line)


def looks_for_200_anywhere(line: str) -> Found:
    return (line.split()[2], int(line.split()[3])) if "200" in line else None


def leaves_the_port_a_text(line: str) -> object:
    found = read_found(line)
    return found and (found[0], str(found[1]))


def knows_only_ipv4(line: str) -> Found:
    found = read_found(line)
    return found if found and "." in found[0] else None


def forgets_who_is_not_there(line: str) -> Found:
    _, _, host, port = line.split()
    return host, int(port)


def test_a_right_read_found_passes() -> None:
    assert check_read_found(read_found)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (leaves_the_port_a_text, 0),
        (forgets_who_is_not_there, 1),
        (knows_only_ipv4, 2),
        (looks_for_the_status_anywhere, 3),
        (looks_for_200_anywhere, 4),
    ],
)
def test_a_broken_read_found_fails_at_its_mistake(
    broken: Callable[[str], object], passed: int
) -> None:
    result = check_read_found(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def cut_lines(received: bytes) -> tuple[list[str], bytes]:
    *lines, rest = received.split(b"\n")
    return [line.removesuffix(b"\r").decode() for line in lines], rest


def believes_that_a_segment_is_a_message(received: bytes) -> tuple[list[str], bytes]:
    return [received.decode().rstrip("\n")], b""


def stops_after_one_line(received: bytes) -> tuple[list[str], bytes]:
    line, end, rest = received.partition(b"\n")
    return ([line.decode()], rest) if end else ([], line)


def drops_the_half_line(received: bytes) -> tuple[list[str], bytes]:
    return cut_lines(received)[0], b""


def keeps_the_return(received: bytes) -> tuple[list[str], bytes]:
    *lines, rest = received.split(b"\n")
    return [line.decode() for line in lines], rest


def decodes_too_early(received: bytes) -> tuple[list[str], bytes]:
    *lines, rest = received.decode().replace("\r\n", "\n").split("\n")
    return lines, rest.encode()


def test_a_right_cut_lines_passes() -> None:
    assert check_cut_lines(cut_lines)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (believes_that_a_segment_is_a_message, 1),
        (stops_after_one_line, 1),
        (drops_the_half_line, 2),
        (keeps_the_return, 4),
        (decodes_too_early, 5),
    ],
)
def test_a_broken_cut_lines_fails_at_its_mistake(
    broken: Callable[[bytes], object], passed: int
) -> None:
    result = check_cut_lines(broken)
    assert result.outcome == "failed"
    assert result.passed == passed
