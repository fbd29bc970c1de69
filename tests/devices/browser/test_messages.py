"""What a page says is taken only as it must be; all else is refused."""

from __future__ import annotations

from typing import Any

import pytest
from devices.browser.saying import frame, here, voice
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices.browser.messages import (
    LARGEST_FRAME,
    Bye,
    Claim,
    Frame,
    Here,
    Played,
    Voice,
    parse,
)
from labkit.errors import RemoteError

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=12), inner, max_size=6)
    ),
    max_leaves=12,
)
KEYS = ("kind", "page", "number", "at", "rate", "format", "key", "ping", "states")
GOOD = (here(), frame(), voice(), {"kind": "played", "page": "p1", "played": 3})


def test_a_page_says_how_its_devices_are() -> None:
    said = here(ping=7, at=1500.5, label="FaceTime HD", hidden=True, waiting=40)
    assert parse(said) == Here(
        "p1", 7, 1500.5, said["states"], "FaceTime HD", True, 0, 0, 0.04
    )


def test_a_page_sends_a_picture_and_a_stretch_of_sound() -> None:
    picture = parse(frame(number=9, at=20), [b"\xff\xd8"])
    assert isinstance(picture, Frame)
    assert (picture.number, picture.at, bytes(picture.data)) == (9, 20.0, b"\xff\xd8")
    sound = parse(voice(number=4, played=3), [memoryview(b"\0\1\2\3")])
    assert isinstance(sound, Voice)
    assert (sound.number, sound.rate, sound.played) == (4, 8000, 3)


def test_a_page_acknowledges_claims_and_goes() -> None:
    said = {"kind": "played", "page": "p1", "played": 3, "waiting": 20}
    assert parse(said) == Played("p1", 3, 0.02)
    assert parse({"kind": "claim", "page": "p1"}) == Claim("p1")
    assert parse({"kind": "bye", "page": "p1"}) == Bye("p1")


@pytest.mark.parametrize(
    ("content", "buffers"),
    [
        (None, []),
        ([], []),
        ({"kind": "frame"}, [b"x"]),
        (frame(page="../etc/passwd"), [b"x"]),
        (frame(page="p" * 33), [b"x"]),
        (frame(page=7), [b"x"]),
        (frame(kind="exec"), [b"x"]),
        (frame(number="1"), [b"x"]),
        (frame(number=True), [b"x"]),
        (frame(number=0), [b"x"]),
        (frame(number=-1), [b"x"]),
        (frame(number=1.5), [b"x"]),
        (frame(number=1 << 60), [b"x"]),
        (frame(at=float("nan")), [b"x"]),
        (frame(at=float("inf")), [b"x"]),
        (frame(at=-1), [b"x"]),
        (frame(at="now"), [b"x"]),
        (frame(device="attic"), [b"x"]),
        (frame(format="png"), [b"x"]),
        (frame(format=["jpeg"]), [b"x"]),
        (frame(played=-1), [b"x"]),
        (frame(waiting="long"), [b"x"]),
        (frame(), []),
        (frame(), [b"x", b"x"]),
        (frame(), [b""]),
        (frame(), ["x"]),
        (frame(), [None]),
        (frame(), [bytes(LARGEST_FRAME + 1)]),
        (voice(rate=0), [b"xx"]),
        (voice(rate=10**9), [b"xx"]),
        (voice(rate=8000.0), [b"xx"]),
        (voice(), [b"odd"]),
        (voice(), [bytes(2 * 8000)]),
        (here(states=None), []),
        (here(states={"camera": "on fire"}), []),
        (here(states={"camera": ["on"]}), []),
        (here(label=b"x"), []),
        (here(ping=-1), []),
        (here(underruns="many"), []),
    ],
)
def test_what_no_page_of_ours_would_send_is_refused(
    content: object, buffers: list[object]
) -> None:
    with pytest.raises(RemoteError):
        parse(content, buffers)


def test_the_name_of_a_camera_is_short_and_printable() -> None:
    told = parse(here(label="cam\x1b[31m\n" + "x" * 500))
    assert isinstance(told, Here)
    assert told.label.startswith("cam[31mxxx")
    assert len(told.label) < 130


@given(JUNK, st.lists(JUNK, max_size=3))
def test_no_junk_raises_anything_else(content: object, buffers: list[object]) -> None:
    refuses(content, buffers)


@given(
    st.sampled_from(GOOD),
    st.dictionaries(st.sampled_from(KEYS), JUNK, min_size=1),
    st.binary(max_size=64),
)
def test_no_message_with_a_wrong_part_raises_anything_else(
    good: dict[str, Any], wrong: dict[str, Any], data: bytes
) -> None:
    refuses({**good, **wrong}, [data])


def refuses(content: object, buffers: list[object]) -> None:
    try:
        parse(content, buffers)
    except RemoteError:
        pass
