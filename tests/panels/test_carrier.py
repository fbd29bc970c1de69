"""Which way a widget's messages go: through Jupyter, by a shortcut, never by none."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from labkit.net import clock
from labkit.net.shortcut_message import packed, unpacked
from labkit.panels import carrier as module
from labkit.panels.carrier import FAR_GONE, SWITCH, Carrier

WAIT = 10.0


class Widget:
    """What Jupyter would carry."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []

    def on_msg(self, hear: Any) -> None:
        self.hear = hear

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.sent.append((content, buffers))


class Here:
    """A widget's carrier, the time, and what was heard."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = clock.now()
        monkeypatch.setattr(module.clock, "now", lambda: self.time)
        self.widget = Widget()
        self.told: queue.Queue[object] = queue.Queue()
        self.carrier = Carrier(self.widget, self._hear)  # type: ignore[arg-type]

    def _hear(self, widget: object, content: object, buffers: object) -> None:
        self.told.put(content)

    def through_jupyter(self, **content: object) -> None:
        self.widget.hear(self.widget, content, [])

    @contextmanager
    def page(self) -> Iterator[ClientConnection]:
        """A page of this machine that asks, and comes."""
        self.through_jupyter(kind="shortcut", page="one")
        told, _ = self.widget.sent.pop()
        assert (told["kind"], told["to"]) == ("shortcut", "one")
        address = f"ws://127.0.0.1:{told['port']}/{told['token']}"
        origin = Origin("http://localhost:8888")
        with connect(address, origin=origin, compression=None, proxy=None) as page:
            page.send(packed({"kind": "hello"}))
            assert self.told.get(timeout=WAIT) == {"kind": "hello"}
            yield page


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    monkeypatch.delenv(SWITCH, raising=False)
    here = Here(monkeypatch)
    yield here
    here.carrier.close()


def test_without_a_shortcut_all_goes_through_jupyter(here: Here) -> None:
    here.carrier.send({"kind": "frame"}, [b"1"])
    assert here.widget.sent == [({"kind": "frame"}, [b"1"])]
    here.through_jupyter(kind="ack")
    assert here.told.get(timeout=WAIT) == {"kind": "ack"}


def test_a_near_page_alone_is_told_by_its_shortcut_alone(here: Here) -> None:
    with here.page() as page:
        here.carrier.send({"kind": "frame"}, [b"1"])
        assert unpacked(page.recv(WAIT)) == ({"kind": "frame"}, [b"1"])  # type: ignore[arg-type]
        assert not here.widget.sent


def test_for_two_near_pages_a_message_is_packed_once(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []

    def counting(*message: Any) -> bytes:
        made.append(packed(*message))
        return made[-1]

    monkeypatch.setattr(module, "packed", counting)
    with here.page() as one, here.page() as other:
        here.carrier.send({"kind": "frame"}, [b"1"])
        assert one.recv(WAIT) == other.recv(WAIT) == made[0]
    assert len(made) == 1


def test_a_page_far_away_is_told_too_while_it_is_there(here: Here) -> None:
    with here.page() as page:
        here.through_jupyter(kind="ack", page="far")
        here.carrier.send({"kind": "frame"}, [b"1"])
        assert unpacked(page.recv(WAIT))[0] == {"kind": "frame"}  # type: ignore[arg-type]
        # The near page hears this as well, and must know that it has had it.
        assert here.widget.sent == [({"kind": "frame", "twice": True}, [b"1"])]
        here.time += FAR_GONE
        here.carrier.send({"kind": "frame"}, [b"2"])
        assert len(here.widget.sent) == 1


def test_when_the_shortcut_ends_jupyter_carries_on(here: Here) -> None:
    with here.page():
        (shortcut,) = here.carrier._shortcuts
    shortcut._thread.join(WAIT)
    here.carrier.send({"kind": "frame"}, [b"1"])
    assert here.widget.sent == [({"kind": "frame"}, [b"1"])]


def test_a_carrier_that_is_closed_leaves_its_pages_and_invites_none(here: Here) -> None:
    with here.page() as page:
        here.carrier.close()
        with pytest.raises(Exception, match="close"):
            page.recv(WAIT)
    here.through_jupyter(kind="shortcut", page="one")
    assert not here.widget.sent


def test_it_can_be_switched_off(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "off")
    here.through_jupyter(kind="shortcut", page="one")
    assert not here.widget.sent
    assert here.told.empty()


@pytest.mark.parametrize("page", [None, 7, [], {}, "x" * 10_000])
def test_whoever_asks_for_a_shortcut_is_answered_briefly(
    here: Here, page: object
) -> None:
    here.through_jupyter(kind="shortcut", page=page)
    told, _ = here.widget.sent.pop()
    assert len(told["to"]) <= 64
