"""The commands as processes, typed at and read from: A19, B2, B5, B10, B19-B21."""

import signal
import sys
from collections.abc import Iterator

import pytest

from tests.programs import Program, program


@pytest.fixture
def registry() -> Iterator[tuple[Program, str]]:
    with program("registry", "--host", "127.0.0.1", "--port", "0") as running:
        line = running.until("The registry listens on")
        yield running, line.split()[4]


def phone(name: str, registry: str, key: str = "h"):
    devices = ("--microphone", "test", "--speaker", "memory")
    return program(
        "phone", name, "--registry", registry, "--hang-up-key", key, *devices
    )


def test_two_consoles_call_each_other_through_a_registry(registry):
    server, where = registry
    with phone("alice", where, key="q") as alice, phone("bob", where) as bob:
        alice.until("1 query a name")
        bob.until("1 query a name")
        server.until("bob at 127.0.0.1:")  # B5: confirmed, and the table is printed
        server.until("Name")
        server.until("alice")
        server.until("bob")

        alice.type("1")
        alice.until("Whom do you want to call?")
        alice.type("bob")
        server.until("QUERY bob")  # B10
        alice.until("QUERY bob")
        alice.until("INVITE sip:bob@")
        bob.until("Answer? Y or N")
        bob.type("Y")
        alice.until("in a call")
        alice.until("q hangs up")
        alice.type("0")
        alice.until("End the call first")
        alice.type("q")
        bob.until("alice hung up")
        bob.until("1 query a name")

        bob.type("0")
        bob.until("Goodbye")
        assert bob.process.wait(10) == 0
        server.until("bob at")


def test_a_taken_name_ends_the_program_with_a_sentence(registry):
    """B6."""
    _, where = registry
    with phone("alice", where) as first:
        first.until("1 query a name")
        with phone("alice", where) as second:
            assert "name taken" in second.until("labkit:")
            assert second.process.wait(10) == 1


def test_a_taken_port_is_told_in_words(registry):
    _, where = registry
    host, port = where.split(":")
    with program("registry", "--host", host, "--port", port) as second:
        assert port in second.until("labkit:")
        assert second.process.wait(10) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_ends_the_registry_without_a_traceback(registry):
    server, _ = registry
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(10) == 0
    assert not any("Traceback" in line for line in server.printed)


def test_the_doctor_comes_to_an_end():
    with program("doctor") as doctor:
        doctor.until("What this machine can do")
        assert doctor.process.wait(30) == 0


def test_a_link_is_changed_by_typing_while_it_runs():
    options = ("--loss", "10%", "--back", "delay 5ms", "--seed", "7")
    with program(
        "link", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", *options
    ) as link:
        link.until("reaches 127.0.0.1:9; seed 7")
        link.until("there: 10 % lost")
        link.until("back:  10 % lost; 5 ms delay")
        link.type("loss 20% burst 3")
        link.until("there: 20 % lost, 3 in a row on average")
        link.type("loss 200%")
        link.until("is no share")
        link.type("show")
        link.until("UDP there")
        link.type("quit")
        assert link.process.wait(10) == 0


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--loss", "10"), "'10' is no share"),
        (("--trace", "none.csv"), "cannot read the delay trace 'none.csv'"),
        (("--preset", "moon"), "no preset is called 'moon'"),
    ],
)
def test_an_option_that_cannot_be_ends_the_link_with_a_sentence(option, words):
    with program(
        "link", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", *option
    ) as link:
        assert words in link.until("labkit:")
        assert link.process.wait(10) == 1


def test_a_delay_is_recorded_from_one_program_to_the_other(tmp_path):
    trace = tmp_path / "trace.csv"
    with program("delays", "echo", "--host", "127.0.0.1", "--port", "0") as echo:
        where = echo.until("Probes are answered on").split()[4]
        with program(
            *("delays", "record", where, str(trace)), "--seconds", "0.2"
        ) as recorder:
            recorder.until("10 answers, 0 probes lost")
            assert recorder.process.wait(10) == 0
    assert trace.read_text().startswith(f"# labkit delays: round trips to {where}")


def test_an_echo_runs_with_nobody_at_the_keyboard(registry):
    _, where = registry
    with (
        program("phone", "echo", "--registry", where, "--answer", "--delay", "20ms")
        as echo,
        phone("alice", where) as alice,
    ):  # fmt: skip
        echo.process.stdin.close()
        echo.until("echo answers every call at")
        alice.until("1 query a name")
        for _ in range(2):
            alice.type("1")
            alice.type("echo")
            alice.until("in a call")
            alice.type("h")
            alice.until("1 query a name")


def test_an_echo_with_a_delay_without_a_unit_ends_with_a_sentence(registry):
    _, where = registry
    with program("phone", "echo", "--registry", where, "--answer", "--delay", "2") as p:
        assert "50ms" in p.until("labkit:")
        assert p.process.wait(10) == 1


def test_two_doctors_examine_the_way_between_them():
    ports = ("--port", "0", "--registry-port", "0")
    with program("doctor", "--listen", "--host", "127.0.0.1", *ports) as listening:
        where = listening.until("labkit doctor --peer 127.0.0.1:").split()[-1]
        with program("doctor", "--peer", where, "--registry-port", "9") as asking:
            asking.until("no registry listens")
            asking.until("reports back, RTCP")
            assert asking.process.wait(20) == 1
        listening.until("OPTIONS sip:echo@")
