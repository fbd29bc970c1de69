"""Two panels, two phones, real sockets, no browser: the buttons pressed from Python
(D2), and the messages of a page played by the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from labkit import LocalError, Phone, Registry
from labkit.panels import LadderPanel, LatencyPlot, PhonePanel, RegistryPanel

WITHIN = 10.0


class Page:
    """What a browser's page would do: hear, say, wait."""

    def __init__(self, panel: Any) -> None:
        self.panel = panel
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        self._changed = threading.Condition()
        panel._carrier.send = self._hear
        panel.observe(self._scene_changed, "scene")

    def _hear(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        with self._changed:
            self.heard.append((content, buffers))
            self._changed.notify_all()

    def _scene_changed(self, _: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def say(self, **content: Any) -> None:
        self.panel._on_page(None, {"page": "p", **content}, [])

    def wait(self, condition: Any, what: str) -> Any:
        with self._changed:
            assert self._changed.wait_for(condition, WITHIN), what
            return condition()

    def sees(self, **wanted: Any) -> None:
        def there() -> bool:
            return all(self.panel.scene.get(k) == v for k, v in wanted.items())

        self.wait(there, f"{wanted}, not {self.panel.scene}")

    def frames(self, stream: str) -> list[tuple[dict[str, Any], list[bytes]]]:
        return [
            (content, buffers)
            for content, buffers in tuple(self.heard)
            if content["kind"] == "frame" and content["stream"] == stream
        ]


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry("127.0.0.1", port=0) as registry:
        yield registry


@pytest.fixture
def phones(registry: Registry) -> Iterator[tuple[Phone, Phone]]:
    with (
        Phone("panel-alice", registry, t1=0.1) as alice,
        Phone("panel-bob", registry, t1=0.1) as bob,
    ):
        yield alice, bob


@pytest.fixture
def panels(phones: tuple[Phone, Phone]) -> Iterator[tuple[PhonePanel, PhonePanel]]:
    made = PhonePanel(phones[0]), PhonePanel(phones[1])
    yield made
    for panel in made:
        panel.close()


def in_a_call(panels: tuple[PhonePanel, PhonePanel]) -> None:
    alice, bob = panels
    alice.click("Register")
    bob.click("Register")
    alice.type_name("panel-bob")
    alice.click("Call")
    call = alice.phone.present_call
    assert call is not None
    call.wait("ringing")
    bob.click("Answer")
    call.wait("accepted")


def test_a_whole_call_by_buttons_alone(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    alice, bob = panels
    here, there = Page(alice), Page(bob)
    in_a_call(panels)
    here.sees(headline="In a call with panel-bob", tone="call")
    there.sees(headline="In a call with panel-alice")
    alice.click("Hold")
    here.sees(headline="You put panel-bob on hold")
    there.sees(headline="panel-alice put you on hold")
    alice.click("Resume")
    here.sees(tone="call")
    bob.click("Hang up")
    here.sees(headline="The call with panel-bob has ended", pictures=False)
    there.sees(tone="over")


def test_refusing_is_told_to_the_caller(panels: tuple[PhonePanel, PhonePanel]) -> None:
    alice, bob = panels
    here = Page(alice)
    bob.click("Register")
    alice.type_name("panel-bob")
    alice.click("Call")
    assert alice.phone.present_call is not None
    alice.phone.present_call.wait("ringing")
    bob.click("Refuse")
    here.sees(headline="panel-bob did not take the call")


def test_an_error_is_shown_in_words_and_goes_with_the_next_command(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    alice, _ = panels
    alice.type_name("nobody-there")
    alice.click("Query")
    assert "nobody-there" in alice.error
    alice.click("List users")
    assert alice.error == ""
    assert alice.notice == "0 users are registered"


def test_a_disabled_button_cannot_be_pressed_and_an_unknown_one_is_named(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    with pytest.raises(LocalError, match="Answer makes no sense now"):
        panels[0].click("Answer")
    with pytest.raises(LocalError, match=r"no button 'Dance'.*Register"):
        panels[0].click("Dance")


def test_the_page_presses_the_same_buttons(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    alice, _ = panels
    page = Page(alice)
    page.say(kind="command", command="register", text="")
    page.sees(registered=True)
    page.say(kind="typed", text="panel-alice")
    page.say(kind="command", command="query", text="panel-alice")
    said = f"panel-alice takes calls at {alice.phone.address}"
    page.sees(said=said)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "text",
        {},
        {"kind": "command"},
        {"kind": "command", "command": "close"},
        {"kind": "command", "command": ["register"]},
        {"kind": "typed", "text": 5},
        {"kind": "ack", "page": None, "numbers": {"peer": "x", "own": None}},
        {"kind": "ack", "page": {}, "numbers": [1]},
        {"kind": "hello", "numbers": {"peer": 10**30}},
    ],
)
def test_nonsense_from_a_page_is_ignored(
    panels: tuple[PhonePanel, PhonePanel], content: Any
) -> None:
    panels[0]._on_page(None, content, [])
    panels[0].click("List users")
    assert panels[0].error == ""


def test_pictures_reach_a_page_only_while_it_acknowledges(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    alice, _ = panels
    page = Page(alice)
    in_a_call(panels)
    page.say(kind="hello", numbers={})
    page.wait(lambda: len(page.frames("peer")) >= 3, "pictures of the peer")
    page.wait(lambda: page.frames("own"), "one's own picture")
    for _ in range(20):
        _, (jpeg,) = page.frames("peer")[-1]
        assert jpeg[:2] == b"\xff\xd8"
        seen = len(page.frames("peer"))
        numbers = {s: page.frames(s)[-1][0]["number"] for s in ("peer", "own")}
        page.say(kind="ack", numbers=numbers)
        page.wait(lambda seen=seen: len(page.frames("peer")) > seen, "the next one")
    page.say(kind="bye", numbers={})
    count = len(page.frames("peer"))
    alice.click("List users")  # something that takes a while
    assert len(page.frames("peer")) <= count + 1


def test_a_reloaded_page_is_shown_the_last_picture_at_once(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    alice, _ = panels
    page = Page(alice)
    in_a_call(panels)
    page.say(kind="hello", numbers={})
    page.wait(lambda: page.frames("peer"), "a first picture")
    alice.click("Hold")  # no new pictures come
    page.sees(headline="You put panel-bob on hold")
    page.say(kind="bye", numbers={})
    page.heard.clear()
    page.say(kind="hello", page="q", numbers={})
    page.wait(lambda: page.frames("peer"), "the last picture")


def test_a_second_panel_takes_the_place_of_the_first(
    phones: tuple[Phone, Phone],
) -> None:
    first = PhonePanel(phones[0])
    second = PhonePanel(phones[0])
    assert "newer cell" in first.scene["closed"]
    first._on_page(None, {"kind": "command", "command": "register", "text": ""}, [])
    second.click("Register")
    assert second.error == ""
    second.close()


def test_a_closed_phones_panel_says_so_and_ends(phones: tuple[Phone, Phone]) -> None:
    page = Page(PhonePanel(phones[0]))
    phones[0].close()
    page.wait(lambda: "closed" in page.panel.scene, "the panel's end")


def test_nothing_is_left_behind(
    registry: Registry, phones: tuple[Phone, Phone]
) -> None:
    alice, bob = phones
    before = set(threading.enumerate())
    made = [
        PhonePanel(alice),
        RegistryPanel(registry),
        LadderPanel(alice, registry, bob),
        LatencyPlot(alice),
    ]
    assert len(set(threading.enumerate()) - before) == 6
    for panel in made:
        panel.close()
        panel.close()
    assert set(threading.enumerate()) - before == set()
    assert alice.peer._watchers == []
    assert alice._notices._listeners == []


def test_the_registry_panel_shows_users_and_both_directions(
    registry: Registry, phones: tuple[Phone, Phone]
) -> None:
    page = Page(RegistryPanel(registry))
    phones[0].register()
    page.sees(count="1 user")
    scene = page.panel.scene
    assert str(registry.address) in scene["where"]
    assert scene["users"][0][0] == "panel-alice"
    page.wait(
        lambda: {line["sent"] for line in page.panel.scene["lines"]} == {True, False},
        "request and reply",
    )
    assert "registered" in page.panel.scene["event"]
    registry.close()
    page.wait(lambda: "closed" in page.panel.scene, "the registry's end")


def test_the_ladder_grows_and_a_message_opens(
    registry: Registry, phones: tuple[Phone, Phone]
) -> None:
    panel = LadderPanel(phones[0], registry)
    page = Page(panel)
    phones[0].register()
    page.wait(lambda: "REGISTER panel-alice" in panel.scene["svg"], "the arrow")
    number = phones[0].trace.records[0].number
    page.say(kind="open", number=number)
    page.wait(lambda: panel.scene["opened"], "the message")
    assert panel.scene["opened"]["text"].startswith("REGISTER panel-alice")
    page.say(kind="open", number=None)
    page.sees(opened=None)
    page.say(kind="open", number=-1)
    page.wait(lambda: panel.scene["opened"], "words for a message that is gone")
    assert "no longer kept" in panel.scene["opened"]["text"]
    panel.close()


def test_the_latency_plot_is_a_picture_and_words(
    panels: tuple[PhonePanel, PhonePanel],
) -> None:
    plot = LatencyPlot(panels[0].phone)
    page = Page(plot)
    assert "Nothing measured yet" in plot.scene["text"]
    in_a_call(panels)
    page.say(kind="hello", numbers={})
    page.wait(lambda: page.frames("plot"), "the plot")
    _, (png,) = page.frames("plot")[0]
    assert png.startswith(b"\x89PNG")
    page.wait(lambda: "Video latency" in plot.scene["text"], "the plot's words")
    plot.close()


def test_a_name_that_is_taken_is_exchanged_for_a_free_one_by_one_button(
    registry: Registry,
) -> None:
    with Phone("dora", registry) as other, Phone("eve", registry) as phone:
        other._directory._name = "eve"  # another kernel's eve
        other.register()
        panel = PhonePanel(phone)
        assert not panel.enabled("Take the free name")
        panel.click("Register")
        assert "'eve-2' is free" in panel.error
        panel.click("Take the free name")
        assert panel.error == ""
        assert (phone.name, phone.state.registered) == ("eve-2", True)
        assert not panel.enabled("Take the free name")
