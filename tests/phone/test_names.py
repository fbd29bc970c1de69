"""Several kernels on one machine: ports are chosen, names are made unique by asking."""

from __future__ import annotations

import subprocess
import sys

import pytest
from phone.watching import pictures

from labkit import Phone
from labkit.errors import LocalError
from labkit.net.registry_errors import NameTaken

STUDENT = """
import sys
from labkit import Phone
from labkit.net.registry_errors import NameTaken
phone = Phone("alice", sys.argv[1])
while not phone.state.registered:
    try:
        phone.register()
    except NameTaken:
        phone.rename(phone.state.suggestion)
call = phone.call("bob").wait("over", 60)
print(phone.name, phone.address.port, *call.studio.session.ports.values())
sys.stdin.read()
"""


def test_five_kernels_that_all_begin_as_alice_end_with_five_names(registry):
    with Phone("bob", registry) as bob:
        bob.register()
        kernels = [
            subprocess.Popen(
                [sys.executable, "-c", STUDENT, str(registry.address)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(5)
        ]
        try:
            for _ in kernels:
                bob.refuse(timeout=30)
                bob.present_call.wait("over")
            said = [k.stdout.readline().split() for k in kernels]
        finally:
            for kernel in kernels:
                kernel.kill()
                kernel.communicate()
    names = {words[0] for words in said}
    assert names == {"alice", *(f"alice-{number}" for number in range(2, 6))}
    ports = [port for words in said for port in words[1:]]
    assert len(set(ports)) == len(ports) == 15


@pytest.fixture
def second(registry, alice):
    """Another alice, as another kernel would make one."""
    with Phone("zoe", registry) as phone:
        phone.rename("alice-9")
        yield phone


def test_a_taken_name_comes_with_one_that_is_free(registry, second):
    script = STUDENT.split("while", maxsplit=1)[0] + "\nphone.register()\n"
    run = [sys.executable, "-c", script, str(registry.address)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=30)
    assert "'alice-2' is free" in done.stderr


def test_a_renamed_phone_is_found_called_and_seen_under_its_new_name(
    registry, alice, second
):
    second.register()
    call = alice.call("alice-9")
    assert second.answer().peer == "alice"
    pictures(alice, "peer", 1)
    assert call.peer == "alice-9"
    with pytest.raises(LocalError, match="hang up first"):
        second.rename("carol")
    call.hang_up()
    second.present_call.wait("over")
    with pytest.raises(LocalError, match="unregister first"):
        second.rename("carol")
    assert sorted(user.name for user in registry.users) == ["alice", "alice-9"]


def test_the_suggestion_is_shown_and_goes_when_it_was_followed(registry, second):
    with Phone("carol", registry) as carol:
        other = carol._directory
        other.register("127.0.0.1", 1)  # carol, as another kernel registered her
        second.rename("dave")
        second._directory._name = "carol"
        with pytest.raises(NameTaken):
            second.register()
        assert second.state.suggestion == "carol-2"
        second.rename(second.state.suggestion)
        second.register()
        assert second.state.suggestion == ""
        assert registry.users[-1].name == "carol-2"
