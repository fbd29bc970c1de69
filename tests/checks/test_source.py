"""The kit's own source, shown as it is."""

from __future__ import annotations

import pytest

from labkit.checks import show_source
from labkit.effects import Address
from labkit.errors import LocalError
from labkit.registry.messages import User
from labkit.registry.wire import LineReader, lines


def test_a_method_is_shown_without_its_indentation_and_says_where_it_stands() -> None:
    shown = show_source(LineReader.feed)
    assert shown.text.startswith("def feed(self, data: bytes) -> list[bytes]:\n    ")
    assert not shown.text.endswith("\n")
    assert shown.where.startswith("labkit/registry/wire/lines.py, lines ")


def test_a_class_a_module_and_a_property_have_source_too() -> None:
    assert show_source(Address).text.startswith("class Address(NamedTuple):")
    assert show_source(lines).where.startswith("labkit/registry/wire/lines.py, lines 1")
    assert "def address(self)" in show_source(User.address).text


def test_the_lines_named_are_the_lines_of_the_file() -> None:
    shown = show_source(lines.text_of)
    first, last = map(int, shown.where.partition(", lines ")[2].split("–"))
    text = open(lines.__file__, encoding="utf-8").read().splitlines()  # noqa: SIM115
    assert "\n".join(text[first - 1 : last]) == shown.text


def test_a_notebook_gets_it_as_a_fenced_block_that_its_theme_colours() -> None:
    shown = show_source(lines.text_of)
    markdown = shown._repr_markdown_()
    assert markdown.endswith(f"```python\n{shown.text}\n```")
    assert shown.where in markdown
    assert repr(shown) == f"# {shown.where}\n{shown.text}"


@pytest.mark.parametrize("thing", [3, len, "text", lines.MOST_BYTES])
def test_what_has_no_source_is_refused_in_words(thing: object) -> None:
    with pytest.raises(LocalError, match="no source to show"):
        show_source(thing)  # type: ignore[arg-type]
