"""Exercises of signalling: right solutions pass, broken ones fail where they should."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labkit.checks import check_media_ports, check_put_on_hold
from labkit.checks.signalling import MEDIA_PORTS, PUT_ON_HOLD
from labkit.signalling.wire import sdp


def media_ports(text: str) -> dict[str, int]:
    ports = {}
    for line in text.splitlines():
        if line.startswith("m="):
            kind, port, *_ = line[2:].split(" ")
            if port != "0":
                ports[kind] = int(port)
    return ports


def takes_port_0_for_a_port(text: str) -> dict[str, int]:
    lines = [line[2:].split() for line in text.splitlines() if line[:2] == "m="]
    return {kind: int(port) for kind, port, *_ in lines}


def reads_only_audio(text: str) -> dict[str, int]:
    return {k: p for k, p in media_ports(text).items() if k == "audio"}


def counts_the_lines(text: str) -> dict[str, int]:
    return dict(zip(("audio", "video"), media_ports(text).values(), strict=False))


def searches_within_lines(text: str) -> dict[str, int]:
    return media_ports(text.replace("a=note:", ""))


def test_a_right_media_ports_passes() -> None:
    assert check_media_ports(media_ports)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (reads_only_audio, 0),
        (takes_port_0_for_a_port, 2),
        (counts_the_lines, 3),
        (searches_within_lines, 4),
    ],
)
def test_a_broken_media_ports_fails_at_its_mistake(
    broken: Callable[[str], object], passed: int
) -> None:
    result = check_media_ports(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def put_on_hold(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if line.startswith("o="):
            user, session, version, rest = line.split(" ", 3)
            line = f"{user} {session} {int(version) + 1} {rest}"  # noqa: PLW2901
        held = {"a=sendrecv": "a=sendonly", "a=recvonly": "a=inactive"}
        lines.append(held.get(line, line) + "\r\n")
    return "".join(lines)


def forgets_the_edition(text: str) -> str:
    return text.replace("sendrecv", "sendonly")


def holds_only_the_first(text: str) -> str:
    return (
        put_on_hold(text)
        .replace("sendonly", "sendrecv")
        .replace("sendrecv", "sendonly", 1)
    )


def counts_in_letters(text: str) -> str:
    return put_on_hold(text).replace("4711 10 ", "4711 9 ")


def holds_only_what_goes_both_ways(text: str) -> str:
    return put_on_hold(text).replace("inactive", "recvonly")


def loses_the_returns(text: str) -> str:
    return put_on_hold(text).replace("\r\n", "\n")


def test_a_right_put_on_hold_passes() -> None:
    assert check_put_on_hold(put_on_hold)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (forgets_the_edition, 0),
        (loses_the_returns, 0),
        (holds_only_the_first, 1),
        (counts_in_letters, 2),
        (holds_only_what_goes_both_ways, 3),
    ],
)
def test_a_broken_put_on_hold_fails_at_its_mistake(
    broken: Callable[[str], object], passed: int
) -> None:
    result = check_put_on_hold(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


@pytest.mark.parametrize(
    "text", [case.arguments[0] for case in (*MEDIA_PORTS, *PUT_ON_HOLD)]
)
def test_the_kit_itself_can_read_what_the_cases_show(text: str) -> None:
    media = sdp.parse(text.encode()).media
    assert {m.kind: m.port for m in media if m.port} == media_ports(text)
