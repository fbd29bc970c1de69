"""The dialects that the kit declares: short, and what is written is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from dialects.speaking import (
    EVERY_LANGUAGE,
    EVERY_MESSAGE,
    fields_for,
    said,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import labkit.dialects
from labkit.dialects import DECLARED, load
from labkit.dialects.wire.language import Language
from labkit.errors import LocalError, RemoteError

FOLDER = Path(labkit.dialects.__file__).parent / "declared"
MOST_LINES = 40


@pytest.mark.parametrize("name", DECLARED)
def test_a_dialect_is_declared_in_forty_lines(name: str) -> None:
    """Comments and empty lines are counted, too."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert load(name).name == name
    assert load(name).about


@pytest.mark.parametrize(
    ("language", "meaning"), EVERY_MESSAGE, ids=lambda x: getattr(x, "name", x)
)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_again(
    language: Language, meaning: str, data: st.DataObject
) -> None:
    fields = data.draw(fields_for(language, meaning))
    try:
        wire = language.write(meaning, **fields)
    except LocalError as error:  # a stranger could not have understood it
        if "it would be read as" not in str(error):
            raise
        return
    read = language.read(wire)
    assert read.meaning == meaning
    assert read.fields == said(language, meaning, fields)


@pytest.mark.parametrize("language", EVERY_LANGUAGE, ids=lambda each: each.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_messages_come_whole_out_of_any_stream(
    language: Language, data: st.DataObject
) -> None:
    """Joined and split as TCP likes; where nothing is framed, at least joined."""
    if language.framing.__class__.__name__ == "Datagram":
        return
    meanings = data.draw(st.lists(st.sampled_from(sorted(language.forms)), max_size=4))
    wires = []
    for meaning in meanings:
        fields = data.draw(fields_for(language, meaning))
        try:
            wires.append(language.write(meaning, **fields))
        except LocalError:
            continue
    stream = b"".join(wires)
    cutter, pieces = language.cutter(), []
    if language.framing.__class__.__name__ == "Segments":
        for wire in wires:
            pieces += cutter.feed(wire)
    else:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8)))
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            pieces += cutter.feed(stream[start:end])
    assert pieces + cutter.rest() == wires


@pytest.mark.parametrize("language", EVERY_LANGUAGE, ids=lambda each: each.name)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=6))
def test_nothing_that_arrives_raises_anything_but_a_remote_error(
    language: Language, chunks: list[bytes]
) -> None:
    _hear(language, chunks)


@pytest.mark.parametrize("language", EVERY_LANGUAGE, ids=lambda each: each.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nor_does_anything_that_looks_like_a_message(
    language: Language, data: st.DataObject
) -> None:
    meaning = data.draw(st.sampled_from(sorted(language.forms)))
    try:
        wire = language.write(meaning, **data.draw(fields_for(language, meaning)))
    except LocalError:
        return
    at = data.draw(st.integers(0, len(wire)))
    length = data.draw(st.integers(0, 6))
    bent = wire[:at] + data.draw(st.binary(max_size=8)) + wire[at + length :]
    _hear(language, [bent])
    _hear(language, [bent[:at], bent[at:]])


def _hear(language: Language, chunks: list[bytes]) -> None:
    cutter, pieces = language.cutter(), []
    for chunk in chunks:
        pieces += cutter.feed(chunk)
    for piece in [*pieces, *cutter.rest(), *chunks]:
        told = "read"
        try:
            language.read(piece)
        except RemoteError as error:
            told = str(error)
        assert told.isprintable()
        assert len(told) < 700
