"""A mistake in a dialect's file is told by line and field, and what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.dialects import load, parse
from labkit.errors import LocalError
from tests.conftest import ROOT

GOOD = """name = "ours"

[call]
transport = "udp"
port = 6000

[call.messages]
invite = "CONVITE {name} {port}"
accept = "SIM"
refuse = "NAO"
end = "FIM"
"""


def mistake(text: str) -> str:
    with pytest.raises(LocalError) as caught:
        parse(text, "ours.toml")
    return str(caught.value)


def test_the_file_as_it_should_be() -> None:
    dialect = parse(GOOD)
    assert repr(dialect) == "<Dialect ours: call>"
    assert dialect.call is not None
    assert dialect.call.port == 6000


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            "{port}",
            "{prot}",
            "ours.toml, line 8, call.messages.invite: field {prot} is not known; "
            "there are name, me, host, port",
        ),
        ("port = 6000", "port = 60000000", "line 5, call.port: 60000000 is not from 0"),
        ("port = 6000", 'port = "6000"', "line 5, call.port: here stands a whole num"),
        ("port = 6000", "prot = 6000", "line 5, call.prot: this is not known; there"),
        ('"udp"', '"upd"', 'line 4, call.transport: "upd" is not known; there are "'),
        ("refuse", "refused", "line 10, call.messages.refused: this is no message; th"),
        ('end = "FIM"', "", "line 7, call.messages: a call needs a message end"),
        ("{name} {port}", "{name}{port}", "nothing stands between {name} and {port}"),
        ("{name} {port}", "{port}", "invite: it means nothing without {name}"),
        ("{name} {port}", "{name} {port", "line 8, call.messages.invite: expected"),
        ("{name} {port}", "{name} {name}", "invite: {name} stands in it twice"),
        ("{name} {port}", "{name!r}", "invite: field {name} is not known"),
        ("{name} {port}", "{name:base64}", "nothing can be written as 'base64'"),
        ('"SIM"', "{ a = 1979-05-27 }", "call.messages.accept: JSON has no date"),
        ('"SIM"', "[]", "line 9, call.messages.accept: here stands at least one"),
        ('name = "ours"', "", "line 1, the file: a dialect has a name"),
        ('name = "ours"', "name = ours", "ours.toml, line 1: this is no TOML: Inval"),
        ("[call]", 'registry = "hers"\n[call]', 'line 3, registry: "hers" is none of'),
        ("[call]", "registry = 5\n[call]", "line 3, registry: here stands a table"),
        ("[call]", "[cal]", "line 3, cal: this is not known; there are name"),
        (
            "port = 6000",
            'framing = "lines"',
            "'lines' is not known; there are \"line\"",
        ),
        ("port = 6000", "framing = { digits = 0 }", "line 5, call.framing.digits: 0"),
        ("port = 6000", "framing = { begin = '~' }", "call.framing: here stands end"),
        ('"NAO"', '"SIM"', "refuse: nobody could understand it: it would be read as a"),
        ('"SIM"', '"{text}"', "refuse: nobody could understand it: it would be read"),
        ("port = 6000", "repeat = inf", "call.repeat: inf is not from 0 to 3600"),
        (GOOD[15:], "", "line 1, the file: it says nothing"),
        ("[call]", "[audio]\n\nmessage = '{dat}'\n[call]", "line 5, audio.message: f"),
        (
            "[call]",
            "[registry.replies]\nusers = '{users}'\neach_user = '{name}'\n[call]",
            "line 5, registry.replies.each_user: a row must say how it ends",
        ),
    ],
)
def test_a_mistake_is_told(right: str, wrong: str, told: str) -> None:
    assert right in GOOD
    assert told in mistake(GOOD.replace(right, wrong, 1))


def test_a_field_of_ones_own_needs_a_default() -> None:
    own = GOOD.replace("{port}", "{port} {codec}")
    assert "field {codec} is not known" in mistake(own)
    dialect = parse(own.replace("[call]", 'defaults = { codec = "pcm" }\n[call]'))
    assert dialect.call is not None
    wire = dialect.call.language.write("invite", name="ana", port=6000)
    assert wire == b"CONVITE ana 6000 pcm"


def test_a_file_is_loaded_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load(path).name == "ours"
    assert load(str(path)).name == "ours"


def test_what_is_no_dialect_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no dialect 'klingon'; there are bars, json"):
        load("klingon")
    with pytest.raises(LocalError, match=r"gone\.toml cannot be read: No such file"):
        load(tmp_path / "gone.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "ours"\nabout = "liga\xe7\xe3o"\n')
    with pytest.raises(LocalError, match=r"latin\.toml, line 2: this is not UTF-8"):
        load(latin)
    endless = tmp_path / "endless.toml"
    endless.write_bytes(b"#" * 100_000)
    with pytest.raises(LocalError, match="longer than 65536 bytes"):
        load(endless)


def test_the_dialect_that_the_readme_shows_is_one() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    text = readme.partition("```toml\n")[2].partition("```")[0]
    dialect = parse(text)
    assert dialect.registry is not None
    assert dialect.registry.requests.read(b"ONDE ana\n").text("name") == "ana"
