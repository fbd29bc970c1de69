"""Values that can be said, and those that cannot (A1, B1)."""

from __future__ import annotations

import pytest

from labkit.errors import LocalError
from labkit.registry.messages import (
    MOST_LETTERS,
    Query,
    Refused,
    Register,
    User,
    checked_host,
    checked_name,
    free_name,
    quoted,
)


def test_names_are_compared_in_normal_form_c() -> None:
    assert Query("Joa\u0303o") == Query("João")
    assert Register("Joa\u0303o", "::1", 6000).name == "João"


@pytest.mark.parametrize(
    "name", ["alice", "João", "Δημήτρης", "李雷", "محمد", ".", "👩"]
)
def test_any_letters_make_a_name(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a\tb", "a\u00a0b", "a\nb", "a\x00", "a\x7f", "\u202ealice", "\ud800"],
)
def test_spaces_and_what_does_not_print_make_no_name(name: str) -> None:
    with pytest.raises(LocalError, match="name"):
        checked_name(name)


def test_a_name_has_at_most_64_characters_after_normalisation() -> None:
    assert len(checked_name("a\u0301" * 64)) == 64
    with pytest.raises(LocalError, match="1 to 64 characters, this one 65"):
        checked_name("x" * 65)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("192.168.0.101", "192.168.0.101"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8::A", "2001:db8::a"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
    ],
)
def test_hosts_are_ip_addresses_in_their_usual_spelling(said: str, meant: str) -> None:
    assert checked_host(said) == meant


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "1.2.3",
        "01.2.3.4",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "fe80::1%eth0",
    ],
)
def test_what_nobody_can_be_called_at_is_no_host(host: str) -> None:
    with pytest.raises(LocalError):
        checked_host(host)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_ports_are_1_to_65535(port: int) -> None:
    with pytest.raises(LocalError, match="1 to 65535"):
        User("alice", "127.0.0.1", port)


def test_a_user_reads_as_a_person_would_say_it_and_ignores_since_when_compared() -> (
    None
):
    assert str(User("alice", "::1", 6000)) == "alice at [::1]:6000"
    assert User("a", "::1", 1, since=5.0) == User("a", "::1", 1)


def test_what_somebody_sent_is_repeated_short_and_printable() -> None:
    assert quoted("João") == "'João'"
    for text in ("x" * 10_000, "\x00" * 10_000, "\U0010ffff" * 10_000, "👩" * 10_000):
        assert len(quoted(text)) <= 42
        assert quoted(text).isprintable()


def test_a_refusal_is_one_printable_line_with_a_status_from_400() -> None:
    with pytest.raises(LocalError):
        Refused(200, "fine")
    with pytest.raises(LocalError):
        Refused(400, "two\nlines")
    with pytest.raises(LocalError):
        Refused(400, "x" * 401)


def test_a_taken_name_leads_to_the_next_one_that_is_free():
    assert free_name("alice", {"alice"}) == "alice-2"
    assert free_name("alice", {"alice", "alice-2"}) == "alice-3"
    assert free_name("alice-2", {"alice-2"}) == "alice-3"
    assert free_name("-2", {"-2"}) == "-2-2"
    long = free_name("a" * MOST_LETTERS, {"a" * MOST_LETTERS})
    assert checked_name(long) == long
