"""`labkit doctor` always comes to an end, and says what to do (A19)."""

from __future__ import annotations

import builtins
import socket
import threading
from io import StringIO

import pytest
from rich.console import Console

from labkit.doctor import (
    EXAMINATIONS,
    Finding,
    examine,
    findings_table,
    machine,
    network,
    software,
)


def test_every_topic_is_answered_and_every_no_has_advice() -> None:
    findings = examine(patience=30)
    assert [finding.topic for finding in findings] == list(EXAMINATIONS)
    for finding in findings:
        assert finding.found
        assert finding.ok or len(finding.advice) > 30, finding


def test_what_a_call_needs_is_found_here() -> None:
    answers = {finding.topic: finding for finding in examine(patience=30)}
    for topic in ("Python", "packages", "ports on this machine"):
        assert answers[topic].ok, answers[topic]
    assert "OpenCV" in answers["packages"].found


def test_an_examination_that_hangs_or_fails_is_itself_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hang = threading.Event()

    def hanging() -> Finding:
        hang.wait(20)
        return Finding("hanging", True, "at last")

    def failing() -> Finding:
        raise RuntimeError("a driver is broken")

    monkeypatch.setattr(
        machine,
        "EXAMINATIONS",
        {
            "hanging": hanging,
            "failing": failing,
            "healthy": lambda: Finding("healthy", True, "yes"),
        },
    )
    hung, failed, healthy = examine(patience=1)
    hang.set()
    assert not hung.ok
    assert "did not answer" in hung.found
    assert not failed.ok
    assert "a driver is broken" in failed.found
    assert healthy.ok


def test_a_taken_registry_port_is_said_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(network, "REGISTRY_PORT", taken.getsockname()[1])
        finding = network.registry_port()
    assert not finding.ok
    assert "taken" in finding.found
    assert f"--port {network.REGISTRY_PORT + 1}" in finding.advice


def test_with_nothing_installed_it_still_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really_import = builtins.__import__

    def importing(name: str, *arguments: object, **named: object) -> object:
        if name.partition(".")[0] in ("cv2", "pyaudio") or name == "labkit.devices":
            raise ImportError(f"libGL.so.1 is missing for {name}")
        return really_import(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", importing)
    monkeypatch.setattr(software.shutil, "which", lambda name: None)
    answers = {finding.topic: finding for finding in examine(patience=30)}
    for topic in ("camera", "microphone", "loudspeaker", "Wireshark"):
        assert not answers[topic].ok
        assert answers[topic].advice
    assert "libGL" in answers["camera"].found
    assert not answers["browser for the tests"].ok


def test_the_table_says_in_words_what_its_colours_say() -> None:
    findings = [
        Finding("camera", False, "none", "Plug one [in], or use camera=test."),
        Finding("network", True, "reached at 192.0.2.7"),
    ]
    console = Console(width=80, record=True, file=StringIO())
    console.print(findings_table(findings))
    text = console.export_text()
    for words in ("yes", "no", "Plug one [in]", "192.0.2.7", "camera", "network"):
        assert words in text
