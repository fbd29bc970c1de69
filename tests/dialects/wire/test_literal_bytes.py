"""The bytes of the three courses and of other groups, as they stand on the wire."""

from __future__ import annotations

import base64
import json

import pytest

from labkit.dialects import load, parse
from labkit.dialects.messages import Message
from labkit.dialects.wire.language import Language
from labkit.errors import LocalError, RemoteError


def calls(name: str) -> Language:
    talk = load(name).call
    assert talk is not None
    return talk.language


def requests(name: str) -> Language:
    talk = load(name).registry
    assert talk is not None
    return talk.requests


def replies(name: str) -> Language:
    talk = load(name).registry
    assert talk is not None
    return talk.replies


# --- the voice room (B) ---


def test_the_words_of_the_voice_room_are_the_assignments() -> None:
    """B13, B15, B18: exactly so, in UTF-8."""
    room = calls("voice-room")
    assert room.write("invite", name="João", host="10.0.0.1", port=6000) == (
        b"convite Jo\xc3\xa3o 10.0.0.1 6000"
    )
    assert room.write("accept", name="João") == b"resposta_ao_convite aceito"
    assert room.write("refuse") == b"resposta_ao_convite rejeitado"
    assert room.write("end") == b"encerrar_liga\xc3\xa7\xc3\xa3o"


def test_the_voice_room_has_one_word_for_no() -> None:
    """B16: busy is «rejeitado», too."""
    assert calls("voice-room").says("busy") == "refuse"
    assert calls("voice-room").says("hold") is None


def test_the_voice_rooms_sound_is_bare_samples() -> None:
    talk = load("voice-room").audio
    assert talk is not None
    assert (talk.rate, talk.channels, talk.samples, talk.port) == (44_100, 1, 1024, 0)
    samples = bytes(range(256)) * 8
    assert talk.language.write("audio", data=samples) == samples
    assert talk.language.read(samples) == Message("audio", {"data": samples})


# --- the Spanish client (C) ---


@pytest.mark.parametrize(
    ("wire", "meaning", "fields"),
    [
        (b"CALLING bob 6000", "invite", {"name": "bob", "port": 6000}),
        # An IP where a nick should be.
        (b"CALLING 10.0.0.7 6000", "invite", {"name": "10.0.0.7", "port": 6000}),
        (b"CALL_ACCEPTED bob 6000", "accept", {"name": "bob", "port": 6000}),
        (b"CALL_DENIED bob", "refuse", {"name": "bob"}),
        (b"CALL_BUSY", "busy", {}),
        # A nick after CALL_BUSY.
        (b"CALL_BUSY bob", "busy", {"name": "bob"}),
        (b"CALL_HOLD bob", "hold", {"name": "bob"}),
        (b"CALL_RESUME bob", "resume", {"name": "bob"}),
        (b"CALL_END bob", "end", {"name": "bob"}),
        # Line ends and NULs that some clients append.
        (b"CALL_END bob\r\n", "end", {"name": "bob"}),
        (b"CALL_END bob\0", "end", {"name": "bob"}),
    ],
)
def test_what_the_spanish_client_says(
    wire: bytes, meaning: str, fields: dict[str, object]
) -> None:
    assert calls("uam").read(wire) == Message(meaning, fields)  # type: ignore[arg-type]


def test_extra_fields_after_the_two_of_calling_are_passed_over() -> None:
    message = calls("uam").read(b"CALLING bob 6000 V0 640x480")
    assert (message.text("name"), message.number("port")) == ("bob", 6000)


@pytest.mark.parametrize(
    "wire", [b"CALLING bob", b"CALLING bob 0", b"CALLING bob 70000", b"CALLING  6000"]
)
def test_a_calling_that_calls_nobody_is_refused(wire: bytes) -> None:
    with pytest.raises(RemoteError, match="it looks like invite, but"):
        calls("uam").read(wire)


def test_the_discovery_server_is_asked_and_answers() -> None:
    asked, answered = requests("uam"), replies("uam")
    given = {"name": "alice", "host": "10.0.0.1", "port": 8080}
    assert asked.write("register", **given) == (
        b"REGISTER alice 10.0.0.1 8080 labkit V0"
    )
    assert answered.write("registered", name="alice", time=1684935784.5) == (
        b"OK WELCOME alice 1684935784.500000"
    )
    assert answered.read(b"OK USER_FOUND bob 10.0.0.2 8081 V0#V1").fields == {
        "name": "bob",
        "host": "10.0.0.2",
        "port": 8081,
        "protocols": "V0#V1",
    }
    for wire in (b"WRONG_PASS", b"SYNTAX_ERROR", b"USER_UNKNOWN", b"UNKNOWN_COMMAND"):
        assert answered.write(answered.read(b"NOK " + wire).meaning) == b"NOK " + wire


def test_every_entry_of_the_list_ends_in_a_hash_and_it_may_be_empty() -> None:
    answered = replies("uam")
    wire = b"OK USERS_LIST 2 a 10.0.0.1 80 1.5#b 10.0.0.2 81 2#"
    rows = answered.read(wire).fields["users"]
    assert rows == (
        {"name": "a", "host": "10.0.0.1", "port": 80, "time": 1.5},
        {"name": "b", "host": "10.0.0.2", "port": 81, "time": 2.0},
    )
    assert answered.write("users", count=0, users=()) == b"OK USERS_LIST 0 "
    assert answered.read(b"OK USERS_LIST 0").fields == {"count": 0}
    for wrong in (wire[:-1], wire.replace(b"LIST 2", b"LIST 3")):
        with pytest.raises(RemoteError):
            answered.read(wrong)


def test_a_name_that_would_break_the_list_cannot_be_said_in_it() -> None:
    row = {"name": "a#b", "host": "10.0.0.1", "port": 80, "time": 1.5}
    with pytest.raises(LocalError):
        replies("uam").write("users", count=1, users=(row,))


def test_a_picture_may_hold_the_sign_between_its_fields() -> None:
    talk = load("uam").video
    assert talk is not None
    jpeg = b"\xff\xd8#1#2#\r\n\0\xff\xd9\n"
    read = talk.language.read(b"7#1684935784.25#640x480#20#" + jpeg)
    assert read.fields == {
        "order": 7,
        "time": 1684935784.25,
        "width": 640,
        "height": 480,
        "fps": 20,
        "data": jpeg,
    }


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [(b"1684935784", 1684935784.0), (b"2023-05-24 13:43:03.1", 1684935783.1)],
)
def test_the_time_of_a_picture_is_written_in_three_ways(
    stamp: bytes, seconds: float
) -> None:
    talk = load("uam").video
    assert talk is not None
    wire = b"0#" + stamp + b"#160x120#20#\xff\xd8\xff\xd9"
    assert talk.language.read(wire).fields["time"] == seconds


def test_peers_divide_by_the_pictures_a_second_so_there_is_at_least_one() -> None:
    talk = load("uam").video
    assert talk is not None
    read = talk.language.read(b"0#1.0#160x120#0#\xff\xd8\xff\xd9")
    assert read.fields["fps"] == 1
    assert b"#1#" in talk.language.write("video", **{**read.fields, "fps": 0.4})


def test_the_sound_of_the_spanish_client() -> None:
    talk = load("uam").audio
    assert talk is not None
    assert (talk.port, talk.rate, talk.channels, talk.samples) == (-1, 44_100, 2, 1024)
    frame = b"#\x00" * 2048
    assert talk.language.read(b"3#1.5#" + frame).fields["data"] == frame


# --- other groups ---


def test_words_and_blanks() -> None:
    assert requests("plain-words").read(b"GET bob").meaning == "query"
    assert replies("plain-words").read(b"10.0.0.1 6000").meaning == "found"
    assert calls("plain-words").read(b"Aceito").meaning == "accept"


def test_json_with_a_kind_in_it() -> None:
    wire = b'{"nome": "ana", "tipo-pedido": "r", "ip": "10.0.0.1", "porta": "6000"}'
    assert requests("json-pedido").read(wire).fields == {
        "name": "ana",
        "host": "10.0.0.1",
        "port": 6000,
    }
    query = requests("json-pedido").write("query", me="ana", name="bia")
    assert json.loads(query) == {"nome": "ana", "tipo-pedido": "c", "consulta": "bia"}
    answered = replies("json-pedido")
    assert answered.read(b'"Pessoa nao encontrada"').meaning == "unknown_user"
    assert answered.read(b"Pessoa nao encontrada").meaning == "unknown_user"
    assert answered.read(b'{"ip": "10.0.0.1", "porta": 6000}').meaning == "found"


def test_a_number_between_quotes_where_the_group_wants_it_so() -> None:
    wire = calls("json-pedido").write("invite", name="ana", host="10.0.0.1", port=6000)
    assert json.loads(wire)["porta"] == "6000"


def test_sound_within_json_is_base64() -> None:
    talk = load("nested-json").audio
    assert talk is not None
    wire = talk.language.write("audio", order=1, data=b"\0\xff")
    body = {"n": 1, "pcm": base64.b64encode(b"\0\xff").decode()}
    assert json.loads(wire) == {"type": "audio", "body": body}
    assert talk.language.read(wire).fields["data"] == b"\0\xff"


@pytest.mark.parametrize(
    "wire",
    [
        b"[" * 5000,
        b'{"tipo": "convite", "nome": "a", "ip": "10.0.0.1", "porta": 1e999}',
        b'{"tipo": "convite", "nome": "a", "ip": "10.0.0.1", "porta": true}',
        b'{"tipo": "convite", "nome": "\\ud800", "ip": "10.0.0.1", "porta": 1}',
        b'{"tipo": "convite", "nome": ["a"], "ip": "10.0.0.1", "porta": 1}',
        b'{"tipo": "convite", "nome": "a", "ip": "10.0.0.1"}',
        b'{"tipo": "convite", "nome": "a", "ip": "10.0.0.1", "porta": ' + b"9" * 5000,
    ],
)
def test_hostile_json_is_refused(wire: bytes) -> None:
    with pytest.raises(RemoteError):
        calls("json-pedido").read(wire)


def test_bars_between_tildes() -> None:
    wire = calls("bars").write("invite", name="ana", host="10.0.0.1", port=6000)
    assert wire == b"~CONVITE|ana|10.0.0.1|6000~"
    assert calls("bars").read(wire).text("name") == "ana"
    with pytest.raises(LocalError, match=r"holds '\|', which ends it here"):
        calls("bars").write("invite", name="a|b", host="10.0.0.1", port=6000)


def test_a_length_of_64_characters_before_the_message() -> None:
    wire = calls("length-header").write("invite", name="ana", port=6000)
    assert wire == b"14" + b" " * 62 + b"!CALL ana 6000"


def test_a_first_line_with_a_number_then_a_line_a_field() -> None:
    wire = calls("numbered-lines").write("invite", name="ana", port=6000)
    assert wire == b"1 PEDIDO CONVITE\nana\n6000"
    assert calls("numbered-lines").read(wire + b"\n").number("port") == 6000


# --- what cannot be said ---


def test_a_missing_field_and_an_unknown_message_are_told() -> None:
    with pytest.raises(LocalError, match=r"uam, call cannot say invite: it needs \{p"):
        calls("uam").write("invite", name="alice")
    with pytest.raises(LocalError, match="has no message 'hold'; there are invite"):
        calls("voice-room").write("hold")


def test_nobody_says_one_thing_and_is_understood_as_another() -> None:
    with pytest.raises(LocalError, match="it would be read as"):
        replies("labkit").write("refused", status=404, text="unknown user: bob")


def test_of_two_shapes_that_fit_the_one_that_asks_for_more_is_meant() -> None:
    file = (
        'name = "ours"\n[registry]\nframing = "json"\n'
        "replies.registered = { ok = true }\n"
        'replies.found = { ok = true, at = ["{host}", "{port}"] }\n'
    )
    talk = parse(file).registry
    assert talk is not None
    assert talk.replies.read(b'{"ok": true, "more": 1}').meaning == "registered"
    found = talk.replies.read(b'{"ok": true, "at": ["10.0.0.1", 6000]}')
    assert (found.meaning, found.number("port")) == ("found", 6000)
