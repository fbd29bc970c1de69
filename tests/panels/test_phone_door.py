"""The form before a phone: what it fills in, what it refuses, when it says goodbye."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hostile.rig import until

from labkit import Phone, Registry
from labkit.errors import LocalError
from labkit.panels import PhoneDoor, PhonePanel, phone_door


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", 0) as registry:
        yield registry


@pytest.fixture
def opened() -> Iterator[Callable[..., PhoneDoor]]:
    doors: list[PhoneDoor] = []

    def make(*arguments: Any, **settings: Any) -> PhoneDoor:
        doors.append(PhoneDoor(*arguments, **settings))
        return doors[-1]

    yield make
    for each in doors:
        each.close()


def enter(door: PhoneDoor, name: object, registry: object) -> None:
    content = {"kind": "enter", "name": name, "registry": registry}
    door.form._on_page(None, content, [])


def test_name_and_registry_lead_to_a_registered_phone_and_its_panel(registry, opened):
    here = opened()
    enter(here, " alice ", str(registry.address))
    until(lambda: isinstance(here.place.children[0], PhonePanel), "the panel")
    assert [user.name for user in registry.users] == ["alice"]
    until(lambda: "closed" in here.form.scene, "the end of the form")
    here.close()
    assert registry.users == []
    assert not [t for t in threading.enumerate() if "door" in t.name]


def test_the_fields_begin_with_what_page_call_and_environment_say(monkeypatch, opened):
    monkeypatch.setenv("LABKIT_REGISTRY", "10.0.0.1:5000")
    assert opened().form.scene["registry"] == "10.0.0.1:5000"
    assert opened("bob", "10.0.0.2").form.scene["registry"] == "10.0.0.2"
    monkeypatch.setenv("QUERY_STRING", "name=carol&registry=10.0.0.3&x=1")
    scene = opened("bob", "10.0.0.2").form.scene
    assert (scene["name"], scene["registry"]) == ("carol", "10.0.0.3")


def test_a_taken_name_is_told_and_a_free_one_filled_in(registry, opened):
    with Phone("carol", registry) as other:
        other._directory._name = "alice"  # another kernel's alice
        other.register()
        here = opened()
        enter(here, "alice", str(registry.address))
        until(lambda: here.form.scene["error"], "the refusal")
        assert "name taken" in here.form.scene["error"]
        assert here.form.scene["name"] == "alice-2"
        enter(here, "alice-2", str(registry.address))
        until(lambda: here.phone is not None, "the phone")


@pytest.mark.parametrize(
    ("name", "where", "told"),
    [("two words", "", "name"), ("alice", "127.0.0.1:nine", "port"), ("", "", "")],
)
def test_what_cannot_be_is_told_and_can_be_mended(opened, name, where, told):
    here = opened()
    enter(here, name, where)
    until(lambda: here.form.scene["error"], "an error in words")
    assert told in here.form.scene["error"]
    with pytest.raises(LocalError):
        here.open(name, where)
    enter(here, "alice", "")
    until(lambda: here.phone is not None, "the phone")
    assert here.phone.state.registry is None


@pytest.mark.parametrize(
    "content",
    [None, [], {"kind": "enter"}, {"kind": "enter", "name": 1, "registry": "x"}],
)
def test_nonsense_from_a_page_opens_nothing(opened, content):
    here = opened()
    here.form._on_page(None, content, [])
    here.form._on_page(None, {"kind": "hello", "page": "p"}, [])
    assert not here.form.scene["working"]
    assert here.phone is None


def test_a_page_of_voila_that_is_closed_ends_its_phone(monkeypatch, registry, opened):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setattr(phone_door, "AWAY", 0.3)
    here = opened()
    phone = here.open("alice", str(registry.address))
    until(lambda: phone.state.closed and not registry.users, "the phone to close")


def test_in_a_notebook_nobody_has_to_look_for_the_call_to_go_on(
    monkeypatch, registry, opened
):
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    monkeypatch.setattr(phone_door, "AWAY", 0.0)
    opened().open("alice", str(registry.address))
    assert not [t for t in threading.enumerate() if "door" in t.name]
    assert [user.name for user in registry.users] == ["alice"]
