"""The panels of a bad network over two real phones in a call: what fakes cannot show.

Nothing here is rendered; a browser's part is in tests/browser/test_bad_network.py.
Requirements A15, A16, B17.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from labkit import Phone, Registry
from labkit.link import Conditions, parse_trace
from labkit.media.treatments import Treatments
from labkit.net.link import LinkProxy
from labkit.panels import (
    BufferPanel,
    BufferPlot,
    LatencyPlot,
    LinkPanel,
    LossPlot,
    PlayoutPlot,
    TreatmentPanel,
)
from labkit.panels.asked import PhoneWithSound, PhoneWithSwitches
from labkit.panels.live import LivePanel
from labkit.phone import negotiation
from tests.panels.test_network_panels import say, until

BEFORE, AFTER, WAIT_MS, BYTES, SCORE = range(1, 6)
"""Columns of the figures beside the switches; the first has the name."""
TRACE = "seconds,one_way_ms\n0.00,30\n0.02,32\n0.04,31\n"


@dataclass
class Call:
    """Alice and bob, and what makes their panels."""

    alice: Phone
    bob: Phone
    panels: list[LivePanel]

    def panel(self, kind: Callable[..., Any], *phones: Phone) -> Any:
        """A panel that is closed when the test ends."""
        made = kind(*phones)
        self.panels.append(made)
        return made

    def goes_on(self) -> None:
        """Both still hear and see each other."""
        for phone in (self.alice, self.bob):
            call, media = phone.present_call, phone.media
            assert call is not None
            assert call.state.is_up
            assert media is not None
            # The line is there a moment after the acceptance.
            wait_for(lambda media=media: media.statistics().audio is not None)
            heard = media.statistics().audio.inbound.packetsReceived
            wait_for(
                lambda media=media, heard=heard: (
                    media.statistics().audio.inbound.packetsReceived > heard + 5
                )
            )


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not within a reasonable time"
        time.sleep(0.05)


@pytest.fixture
def call() -> Iterator[Call]:
    registry = Registry("127.0.0.1", port=0)
    plain = Treatments()
    sound = ("PCMU",)
    alice = Phone("alice", registry, treatments=plain, formats=sound)
    bob = Phone("bob", registry, treatments=plain, formats=sound)
    bob.register()
    alice.register()
    placed = alice.call("bob")
    bob.answer()
    placed.wait("accepted")
    call = Call(alice, bob, [])
    yield call
    for panel in call.panels:
        panel.close()
    for phone in (alice, bob):
        phone.close()
    registry.close()


def figure(scene: dict[str, Any], name: str, column: int) -> float:
    """One of the figures beside the switches; nan for a dash."""
    line = next(row for row in scene["effects"] if row[0] == name)
    return float(line[column].replace("–", "nan"))


def fate(scene: dict[str, Any], way: int, count: str) -> float:
    """One count of the ledger: way 0 is there, 1 is back."""
    text = scene["fates"][way]["counts"][count]
    return float(text.removesuffix(" %").replace("–", "nan"))


def test_a_real_phone_is_all_that_the_panels_ask_for(call: Call) -> None:
    treated: PhoneWithSwitches = call.alice
    heard: PhoneWithSound = call.bob
    assert treated.link.there.is_perfect
    assert heard.media is not None


def test_there_is_what_alice_sends_and_bob_hears(call: Call) -> None:
    network = call.panel(LinkPanel, call.alice, call.bob)
    switches = call.panel(TreatmentPanel, call.alice, call.bob)
    network.set(alike=False)
    network.set(there_loss=40)
    scene = until(network, lambda scene: 30 < fate(scene, 0, "of_late") < 50)
    assert fate(scene, 1, "lost") == 0
    assert [one["title"] for one in scene["fates"]] == ["alice → bob", "bob → alice"]
    assert all(one["adds_up"] for one in scene["fates"])
    until(
        switches,
        lambda scene: (
            figure(scene, "bob", BEFORE) > 25 and figure(scene, "alice", BEFORE) == 0
        ),
    )
    until(switches, lambda scene: figure(scene, "bob", SCORE) < 3.5)
    network.set(off=True)
    until(network, lambda scene: fate(scene, 0, "of_late") == 0)
    until(switches, lambda scene: figure(scene, "bob", BEFORE) == 0)


def test_red_brings_sound_back_and_its_bytes_are_told(call: Call) -> None:
    call.alice.link.set(there=Conditions(loss=0.3))
    switches = call.panel(TreatmentPanel, call.alice, call.bob)
    until(switches, lambda scene: figure(scene, "bob", AFTER) > 15)
    switches.set(red=2)
    scene = until(
        switches,
        lambda scene: (
            figure(scene, "bob", AFTER) < 8 and figure(scene, "alice", BYTES) > 150
        ),
    )
    assert figure(scene, "bob", BEFORE) > 15


def test_the_automatic_choice_is_explained_and_stays_when_it_is_switched_off(
    call: Call,
) -> None:
    call.alice.link.set(there=Conditions(loss=0.3), back=Conditions(loss=0.3))
    switches = call.panel(TreatmentPanel, call.alice, call.bob)
    switches.set(auto=True)
    scene = until(switches, lambda scene: scene["values"]["nack"])
    assert [why.partition(":")[0] for why in scene["why"]] == ["alice", "bob"]
    assert "lost, round trip" in scene["why"][0]
    wait_for(lambda: call.bob.treatments.nack)
    switches.set(auto=False)
    assert (call.alice.auto, call.bob.auto) == (False, False)
    assert (call.alice.treatments.nack, call.bob.treatments.nack) == (True, True)
    switches.set(red=1)
    assert call.bob.treatments.red == 1


def test_nonsense_is_said_in_words_and_the_call_goes_on(call: Call) -> None:
    network = call.panel(LinkPanel, call.alice, call.bob)
    switches = call.panel(TreatmentPanel, call.alice, call.bob)
    network.set(loss=101, delay="soon", burst=0.5, rate=-1, jitter=1e9, preset="mars")
    assert set(network.errors) == {
        f"{way}.{name}"
        for way in ("there", "back")
        for name in ("loss", "delay", "burst", "rate", "jitter")
    } - {f"back.{name}" for name in ("loss", "delay", "burst", "rate", "jitter")}
    assert "0 to 100 %, not '101'" in network.errors["there.loss"]
    assert "not 'soon'" in network.errors["there.delay"]
    switches.set(red="nan", playout="magic", playout_delay=-5, nack="perhaps")
    assert set(switches.errors) == {"red", "playout", "playout_delay", "nack"}
    assert call.alice.link.there.is_perfect
    assert call.alice.treatments == Treatments()
    call.goes_on()


@pytest.mark.parametrize(
    "text", ["", "seconds,one_way_ms\n", "\0\1\2", "seconds,one_way_ms\n0,soon\n"]
)
def test_a_trace_of_nonsense_leaves_the_recorded_one_in_force(
    call: Call, text: str
) -> None:
    call.alice.link.set(there=Conditions(trace=parse_trace(TRACE.encode())))
    network = call.panel(LinkPanel, call.alice)
    say(network, kind="trace", text=text)
    scene = until(network, lambda scene: scene["errors"])
    assert "the network stays as it was" in scene["errors"]["trace"]
    assert call.alice.link.there.trace is not None
    call.goes_on()


def test_a_foreign_peer_without_repair_is_named_and_nothing_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = Registry("127.0.0.1", port=0)
    alice = Phone("alice", registry, treatments=Treatments(), formats=("PCMU", "JPEG"))
    other = Phone("other", registry, treatments=Treatments(), formats=("PCMU", "JPEG"))
    other.register()
    alice.register()
    alice.call("other")
    # What phones of others answer: the codecs, and no word of RED, RTX or feedback.
    monkeypatch.setattr(negotiation, "REPAIR", ())
    monkeypatch.setattr(negotiation, "FEEDBACK", {"audio": (), "video": ()})
    other.answer()
    switches = TreatmentPanel(alice)
    call = Call(alice, other, [switches])
    try:
        wanted = {"red": 2, "parity": 4, "reed_solomon": 2, "nack": True}
        switches.set(**wanted, copies=2, interleaving=2)
        scene = until(switches, lambda scene: "peer" in scene["says"]["red"])
        for name in (*wanted, "retransmission"):
            assert "alice's peer does not take it" in scene["says"][name]
        assert scene["errors"] == {}
        call.goes_on()
        alice.link.set(there=Conditions(loss=0.3), back=Conditions(loss=0.3))
        switches.set(auto=True)
        until(switches, lambda scene: "lost, round trip" in " ".join(scene["why"]))
        assert (alice.treatments.red, alice.treatments.reed_solomon) == (0, 0)
        call.goes_on()
    finally:
        for thing in (switches, alice, other, registry):
            thing.close()


def test_a_link_whose_target_is_gone_says_so_and_the_call_goes_on(call: Call) -> None:
    sentences: list[str] = []
    with (
        LinkProxy("127.0.0.1:0", "127.0.0.1:9", tell=sentences.append) as proxy,
        Phone("carol", host="127.0.0.1", t1=0.02) as carol,
    ):
        carol.call(f"sip:dora@{proxy.address}").wait("over", timeout=20.0)
        assert any("127.0.0.1:9" in sentence for sentence in sentences)
        assert carol.state.notice
    call.goes_on()


def shown(panel: LivePanel) -> list[tuple[str, bytes]]:
    """What a page gets from now on; it takes all that comes."""
    got: list[tuple[str, bytes]] = []

    def send(content: dict[str, Any], buffers: list[bytes]) -> None:
        if content["kind"] == "frame":
            got.append((content["stream"], buffers[0]))
            numbers = {content["stream"]: content["number"]}
            say(panel, kind="ack", numbers=numbers)

    panel._carrier.send = send  # type: ignore[method-assign]
    say(panel, kind="hello", numbers={})
    return got


def test_the_buffer_and_the_figures_show_the_call(call: Call) -> None:
    call.alice.link.set(there=Conditions(loss=0.2, delay=0.02, jitter=0.03))
    call.alice.treatments = Treatments(red=2)
    buffer = call.panel(BufferPanel, call.bob)
    moments = shown(buffer)
    plots = {
        kind: call.panel(kind, call.bob)
        for kind in (LatencyPlot, LossPlot, BufferPlot, PlayoutPlot)
    }
    pictures = {kind: shown(panel) for kind, panel in plots.items()}
    words = {
        LatencyPlot: "Audio latency: median",
        LossPlot: "packets the network lost",
        BufferPlot: "the jitter buffer held",
        PlayoutPlot: "were played waited",
    }
    for kind, panel in plots.items():
        until(panel, lambda scene, kind=kind: words[kind] in scene["text"])
        drawn = pictures[kind]
        wait_for(lambda drawn=drawn: len(drawn) >= 3)
        assert drawn[-1][1].startswith(b"\x89PNG")
    until(buffer, lambda scene: re.search(r"Of the last 1\d\d frames", scene["text"]))
    wait_for(
        lambda: (
            {slot[4] for slot in json.loads(moments[-1][1])["slots"]}
            >= {"played", "repaired"}
        )
    )


def test_without_a_call_a_figure_says_that_nothing_was_measured(call: Call) -> None:
    call.alice.hang_up()
    registry = call.alice.registry
    with Phone("carol", registry) as carol:
        for kind in (LatencyPlot, LossPlot, BufferPlot, PlayoutPlot):
            panel = call.panel(kind, carol)
            assert "begins with the call" in panel.scene["text"]
