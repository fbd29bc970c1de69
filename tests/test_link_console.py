"""The console of a link: what is typed holds from the next packet on."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator

import pytest
from rich.console import Console

from labkit.console.link import LinkConsole, both_ways, fates_table
from labkit.errors import LocalError
from labkit.link import Conditions, PathRecord
from labkit.net.link import LinkProxy

WAYS = ("there", "back")


class Typed:
    """A console and what it printed."""

    def __init__(self, proxy: LinkProxy, every: float = 0.0) -> None:
        self.proxy = proxy
        self.printed: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.console = LinkConsole(proxy, self.printed.put, every)
        self.console.start()

    def next(self) -> str:
        return self.text(self.printed.get(timeout=10))

    def text(self, what: object) -> str:
        console = Console(width=200)
        with console.capture() as capture:
            console.print(what, markup=False)
        return capture.get()

    def answers(self, line: str) -> str:
        """All that is printed at a typed line."""
        while not self.printed.empty():
            self.printed.get()
        assert self.console.line(line)
        lines = []
        while not self.printed.empty():
            lines.append(self.next())
        return "".join(lines)


@pytest.fixture
def typed() -> Iterator[Typed]:
    with LinkProxy("127.0.0.1:0", "127.0.0.1:9", Conditions(loss=0.1)) as proxy:
        yield Typed(proxy)


def test_it_begins_by_saying_what_the_link_does(typed: Typed):
    assert f"sends to {typed.proxy.address} reaches 127.0.0.1:9" in typed.next()
    assert "both ways: 10 % lost" in typed.next()


def test_a_change_holds_both_ways_or_one_way(typed: Typed):
    assert "both ways: 20 % lost; 50 ms delay" in typed.answers("loss 20% delay 50ms")
    assert typed.proxy.there == typed.proxy.back == Conditions(loss=0.2, delay=0.05)
    answer = typed.answers("back delay 100ms")
    assert "there: 20 % lost; 50 ms delay" in answer
    assert "back:  20 % lost; 100 ms delay" in answer
    assert typed.proxy.there.delay == 0.05
    typed.answers("there off")
    assert typed.proxy.there == Conditions()
    assert typed.proxy.back == Conditions(loss=0.2, delay=0.1)
    assert "both ways: a perfect network" in typed.answers("off")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("loss 300%", "no share"),
        ("delay 5ms loss 300%", "no share"),
        ("faster", "no setting is called 'faster'"),
        ("back", "say what is to change"),
        ("seed x", "a seed is a whole number"),
        ("trace /no/such/file", "cannot read the delay trace"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(typed: Typed, line: str, words: str):
    assert words in typed.answers(line)
    assert typed.proxy.there == typed.proxy.back == Conditions(loss=0.1)


def test_help_names_all_that_can_be_typed(typed: Typed):
    help_text = typed.answers("help")
    for word in ("loss 10%", "jitter-kind", "bad-wifi", "seed 8", "quit"):
        assert word in help_text
    assert typed.answers("") == ""
    assert not typed.console.line("quit")


def test_another_seed_is_another_chance(typed: Typed):
    assert "seed 8" in typed.answers("seed 8")
    assert typed.proxy.seed == 8


def test_show_counts_every_fate(typed: Typed):
    typed.proxy.set(Conditions(loss=1.0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alice:
        alice.sendto(b"lost", tuple(typed.proxy.address))
        while not typed.proxy.records()["UDP there"].offered:
            pass
    shown = typed.answers("show")
    assert "both ways: 100 % lost" in shown
    assert "lost: random" in shown
    assert "UDP there" in shown


def test_the_fates_are_printed_when_they_change():
    with LinkProxy("127.0.0.1:0", "127.0.0.1:9", Conditions(loss=1.0)) as proxy:
        typed = Typed(proxy, every=0.01)
        typed.next(), typed.next()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alice:
            alice.sendto(b"lost", tuple(proxy.address))
        assert "UDP there: 1 offered, 0 delivered, 1 lost (1 random)" in typed.next()
        typed.console.close()


def table_of(records: dict[str, PathRecord]) -> list[list[str]]:
    """The cells of each row, as a terminal 80 wide shows them."""
    console = Console(width=80)
    with console.capture() as capture:
        console.print(fates_table(records))
    lines = capture.get().replace("┃", "│").splitlines()
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]


def test_a_fate_of_each_kind_has_its_row_and_six_ways_fit_a_terminal():
    record = PathRecord(9, 4, 1, {"random": 3, "queue full": 1}, 0, 2)
    ways = [f"{name} {way}" for name in ("UDP", "RTCP", "TCP") for way in WAYS]
    rows = [row for row in table_of(dict.fromkeys(ways, record)) if row]
    heads = [" ".join(filter(None, parts)) for parts in zip(*rows[:-7], strict=True)]
    assert heads == ["", *ways]
    counts = {row[0]: row[1:] for row in rows[-7:]}
    assert counts == {
        "offered": ["9"] * 6,
        "delivered": ["4"] * 6,
        "under way": ["1"] * 6,
        "duplicated": ["0"] * 6,
        "corrupted": ["2"] * 6,
        "lost: queue full": ["1"] * 6,
        "lost: random": ["3"] * 6,
    }


def test_ways_that_nobody_used_are_left_out():
    used, unused = PathRecord(offered=1, delivered=1), PathRecord()
    assert ["", "UDP there"] in table_of({"UDP there": used, "TCP there": unused})
    assert ["", "TCP there"] in table_of({"TCP there": unused})


def test_options_hold_for_both_ways_and_then_for_one():
    there, back = both_ways(
        {"preset": "classic", "loss": "1%", "rate": None}, "delay 5ms", "loss 2%"
    )
    assert there == Conditions(delay=0.005, jitter=0.1, loss=0.01, corrupt=0.05)
    assert back == Conditions(delay=0.010, jitter=0.1, loss=0.02, corrupt=0.05)
    with pytest.raises(LocalError, match="no share"):
        both_ways({"loss": "x"})
