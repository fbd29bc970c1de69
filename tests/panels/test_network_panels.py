"""Panels of a bad network over phones that only exist here: wishes in, scenes out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.panels import BufferPanel, LinkPanel, TreatmentPanel
from tests.panels.fakes import FakePhone

WAIT = 10.0
TRACE = "seconds,one_way_ms\n0.00,3.4\n0.02,9.9\n0.04,2.9\n"


@pytest.fixture
def alice() -> FakePhone:
    return FakePhone("alice")


@pytest.fixture
def network(alice: FakePhone) -> Iterator[LinkPanel]:
    panel = LinkPanel(alice)
    yield panel
    panel.close()


@pytest.fixture
def treatments(alice: FakePhone) -> Iterator[TreatmentPanel]:
    panel = TreatmentPanel(alice, FakePhone("bob"))
    yield panel
    panel.close()


def say(panel: Any, **content: Any) -> None:
    panel._on_page(None, {"page": "p", **content}, [])


def until(panel: Any, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The first scene of which the condition is true."""
    found = threading.Event()

    def look(_: object = None) -> None:
        if condition(panel.scene):
            found.set()

    panel.observe(look, "scene")
    look()
    assert found.wait(WAIT), panel.scene
    return dict(panel.scene)


# --- the network ---


def test_sliders_set_both_ways_while_they_are_alike_and_one_way_after(
    alice: FakePhone, network: LinkPanel
) -> None:
    network.set(loss=10, delay="50 ms")
    assert alice.link.there == alice.link.back == Conditions(loss=0.1, delay=0.05)
    network.set(alike=False)
    network.set(back_loss=0)
    assert alice.link.there == Conditions(loss=0.1, delay=0.05)
    assert alice.link.back == Conditions(delay=0.05)
    network.set(alike=True)
    assert alice.link.back == alice.link.there


def test_a_page_moves_a_slider_and_hears_that_it_is_done(
    alice: FakePhone, network: LinkPanel
) -> None:
    say(network, kind="set", key="there.loss", value="10", wish=4)
    scene = until(network, lambda scene: scene["heard"].get("p") == 4)
    assert scene["values"]["there.loss"] == scene["values"]["back.loss"] == "10"
    assert scene["now"]["there"] == "10 % lost"
    assert alice.link.back.loss == 0.1


def test_a_value_out_of_range_is_said_and_the_network_stays(
    alice: FakePhone, network: LinkPanel
) -> None:
    network.set(loss=5)
    say(network, kind="set", key="there.loss", value="120")
    scene = until(network, lambda scene: scene["errors"])
    assert scene["errors"]["there.loss"].endswith("0 to 100 %, not '120'.")
    assert alice.link.there == Conditions(loss=0.05)
    network.set(loss=8)
    assert network.errors == {}


def test_off_makes_it_perfect_and_keeps_the_seed(
    alice: FakePhone, network: LinkPanel
) -> None:
    network.set(preset="train", seed=42)
    assert (alice.link.there.burst, alice.link.seed) == (12, 42)
    network.set(off=True)
    assert alice.link.there == alice.link.back == Conditions()
    assert alice.link.seed == 42


def test_what_is_no_seed_is_said_and_the_rest_is_done(
    alice: FakePhone, network: LinkPanel
) -> None:
    network.set(seed="x", loss=3)
    assert "Seed is a number" in network.errors["seed"]
    assert (alice.link.seed, alice.link.there.loss) == (1, 0.03)


def test_a_recorded_delay_is_loaded_and_chosen(
    alice: FakePhone, network: LinkPanel
) -> None:
    network.set(kind="trace")
    assert "no recorded delay yet" in network.errors["there.kind"]
    say(network, kind="trace", text=TRACE)
    scene = until(network, lambda scene: scene["said"])
    assert "3 samples" in scene["said"]
    network.set(kind="trace")
    assert alice.link.there.trace is not None
    assert alice.link.there.trace.delays == (0.0034, 0.0099, 0.0029)


def test_a_trace_with_nonsense_is_refused_in_words(
    alice: FakePhone, network: LinkPanel
) -> None:
    say(network, kind="trace", text="seconds,one_way_ms\n0.0,1\n0.1,soon\n")
    scene = until(network, lambda scene: scene["errors"])
    assert "the network stays as it was: line 3" in scene["errors"]["trace"]
    assert alice.link.there == Conditions()


def test_another_phones_network_is_told_of() -> None:
    alice, bob = FakePhone("alice"), FakePhone("bob")
    bob.link.there = Conditions(loss=0.05)
    panel = LinkPanel(alice, bob)
    assert panel.scene["others"] == [
        "bob's phone has a network of its own, which comes on top: 5 % lost on the way"
        " out, a perfect network on the way in."
    ]
    panel.close()


def test_an_unknown_slider_is_named(network: LinkPanel) -> None:
    with pytest.raises(LocalError, match=r"no 'wobble' here; there are: .*there\.loss"):
        network.set(wobble=1)


# --- the treatments ---


def test_a_switch_goes_to_all_phones(
    alice: FakePhone, treatments: TreatmentPanel
) -> None:
    bob = treatments.phones[1]
    treatments.set(red=2, nack=True, playout="fixed", playout_delay=80)
    wanted = Treatments(red=2, nack=True, playout="fixed", playout_delay=0.08)
    assert alice.treatments == bob.treatments == wanted


def test_each_phone_keeps_what_was_not_flipped(treatments: TreatmentPanel) -> None:
    alice, bob = treatments.phones
    bob.treatments = Treatments(copies=3)
    say(treatments, kind="set", key="red", value="1", wish=1)
    scene = until(treatments, lambda scene: scene["heard"].get("p") == 1)
    assert (alice.treatments.red, bob.treatments) == (1, Treatments(red=1, copies=3))
    assert scene["says"]["copies"] == "bob: 3"


def test_nonsense_is_said_at_its_switch(
    alice: FakePhone, treatments: TreatmentPanel
) -> None:
    treatments.set(red=7, copies=2)
    assert "from 0 to 3" in treatments.errors["red"]
    assert alice.treatments == Treatments(copies=2)


def test_automatic_goes_to_all_and_the_switches_wait_for_it(
    alice: FakePhone, treatments: TreatmentPanel
) -> None:
    alice.advice = "the round trip is short: what is missing is asked for"
    treatments.set(auto=True)
    assert [phone.auto for phone in treatments.phones] == [True, True]
    scene = until(treatments, lambda scene: scene["auto"])
    assert scene["why"][0].endswith("asked for")
    treatments.set(red=2)
    assert "switch it off first" in treatments.errors["red"]
    assert alice.treatments.red == 0
    treatments.set(auto=False, red=2)
    assert alice.treatments.red == 2


def test_an_unknown_treatment_is_named(treatments: TreatmentPanel) -> None:
    with pytest.raises(LocalError, match="no 'garlic' here; there are: auto, "):
        treatments.set(garlic=1)


# --- the buffer ---


@dataclass
class Media:
    """A call that has played one frame, just now, by the clock it is asked with."""

    asked: list[float] = field(default_factory=list)

    def statistics(self) -> Any:
        return SimpleNamespace(audio=None)

    def playout_view(self, now: float) -> Any:
        self.asked.append(now)
        played = SimpleNamespace(
            media_time=1.0, arrived=now - 0.1, at=now - 0.04, fate="played", by="",
            delay=0.06,
        )  # fmt: skip
        return SimpleNamespace(records=[played], waiting=[], delay=0.06)


def test_the_buffer_is_told_only_to_a_page_that_looks(alice: FakePhone) -> None:
    alice.media = media = Media()
    panel = BufferPanel(alice)
    heard: list[Any] = []
    came = threading.Event()

    def send(content: dict[str, Any], buffers: list[bytes]) -> None:
        if content["kind"] == "frame":
            heard.append(json.loads(buffers[0]))
            came.set()

    panel._carrier.send = send
    until(panel, lambda scene: "Of the last 1 frame, 1" in scene["text"])
    assert not heard
    say(panel, kind="hello", numbers={})
    assert came.wait(WAIT)
    assert heard[0]["target"] == 60.0
    assert heard[0]["slots"][0][4] == "played"
    assert heard[0]["now"] == pytest.approx(media.asked[-1], abs=5.0)
    panel.close()


def test_without_a_call_the_buffer_says_so(alice: FakePhone) -> None:
    panel = BufferPanel(alice)
    assert panel.scene["text"] == panel.text
    assert "begins" in panel.text
    panel.close()


# --- all of them ---


@pytest.mark.parametrize("kind", [LinkPanel, TreatmentPanel, BufferPanel])
def test_a_closed_phones_panel_ends_and_leaves_no_thread(kind: Any) -> None:
    before = set(threading.enumerate())
    phone = FakePhone("carol")
    panel = kind(phone)
    phone.closed = True
    until(panel, lambda scene: "Make it again" in scene.get("closed", ""))
    panel.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT)
    assert set(threading.enumerate()) - before == set()


@pytest.mark.parametrize("kind", [LinkPanel, TreatmentPanel])
def test_a_panel_without_a_phone_is_refused(kind: Any) -> None:
    with pytest.raises(LocalError, match=r"give \w+ a phone"):
        kind()


@pytest.mark.parametrize("kind", [LinkPanel, TreatmentPanel, BufferPanel])
@pytest.mark.parametrize(
    "content",
    [
        None,
        {"kind": "set"},
        {"kind": "set", "key": "auto", "value": ["x"]},
        {"kind": "set", "key": "dance", "value": 1},
        {"kind": "trace", "text": 5},
        {"kind": "ack", "numbers": {"moments": "x"}},
    ],
)
def test_nonsense_from_a_page_is_ignored(kind: Any, content: Any) -> None:
    phone = FakePhone("carol")
    panel = kind(phone)
    panel._on_page(None, content, [])
    panel.close()
    assert (phone.auto, phone.treatments) == (False, Treatments())
    assert phone.link.there == Conditions()
