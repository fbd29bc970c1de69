"""What the kit tells in English is said in the panels' language (A14).

The catalogue has the sentences of the code word for word: a sentence that is changed
in one place only fails here, and so does a new notice of the phone without its words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.effects import Address
from labkit.link import Conditions
from labkit.net.registry_errors import error_for
from labkit.panels.words import language, say, say_all, spoken
from labkit.panels.words.spoken import CATALOGUES, SOURCE
from labkit.phone.state import CallSnapshot
from labkit.registry.messages import Refused
from labkit.signalling.machine.chat import _WHY
from labkit.signalling.machine.states import CallState
from tests.conftest import ROOT

OTHERS = sorted(CATALOGUES.keys() - {SOURCE})
TOLD = CATALOGUES[SOURCE]["told"]
HERE = Address("127.0.0.1", 5000)

PUT_TOGETHER = {
    "call_to", "call_to_why", "call_from", "call_from_why",
    "lost_in_rows", "address_taken_exclusive", "name_kept",
    "closed_there", "closed_there_saying", "broke",
    "user_registered", "user_back", "you_answered", "address_taken",
    "lost", "overtaken", "duplicated", "corrupted",
    "takes_none", "takes_shorter", "takes_no_plain", "phone_silent", "says_over",
    "takes_no_more",
    "refused_name", "refused_name_free", "refused_address", "refused_user",
    "refused_origin", "refused_request", "refused_else",
}  # fmt: skip
"""Sentences that the code makes of several pieces: each is tried below."""

PIECED = {
    "{}'s phone {}",
    " ({})",
}
"""How some of these stand in the code."""

ENGLISH = {
    "wait for one of {}, not {}",
    "after {} s the call with {} is still {}, not {}; wait longer, or hang up",
    "no such format: {}; choose from {}",
    "{} sees no pictures; nothing can be compared",
    "{} saw nothing new within {} s",
    "a call that is {} cannot take the step {}; possible now: {}",
    "the name {} holds line breaks or control characters; take one that can be printed",
    "there is no call {}; see `calls`",
    "{} was answered already",
    "record for up to 1440 minutes, not {}",
    "{} is {} from {} to {}, or None for as it comes, not {}",
    "a picture quality is one of {}, or PictureQuality(width=320, …), not {}",
    'a snapshot is of "peer" or "own", not of {}',
}
"""What only those meet who program: it stays English."""


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    language("en")
    yield
    language("en")


def with_gaps(sentence: str) -> str:
    """`{peer} hung up` as `{} hung up`."""
    parts = Formatter().parse(sentence)
    return "".join(
        text + ("{}" if name is not None else "") for text, name, *_ in parts
    )


def sentence_of(node: ast.expr) -> str | None:
    """A text in the code, an f-string's values as gaps."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w+\}", "{}", node.value)
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        return "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in parts)
    return None


def sentences_of(path: str) -> set[str]:
    source = (ROOT / path).read_text(encoding="utf-8")
    found = (sentence_of(node) for node in ast.walk(ast.parse(source)))
    return {sentence for sentence in found if sentence}


def all_sentences() -> set[str]:
    files = sorted((ROOT / "labkit").rglob("*.py"))
    rooms = [one for one in files if "panels" not in one.parts]
    return {s for one in rooms for s in sentences_of(str(one.relative_to(ROOT)))}


def test_the_catalogue_has_the_sentences_of_the_code_word_for_word() -> None:
    said = all_sentences()
    drifted = {
        key: sentence
        for key, sentence in TOLD.items()
        if key not in PUT_TOGETHER and with_gaps(sentence) not in said
    }
    assert drifted == {}


def test_the_catalogue_has_each_sentence_once() -> None:
    sentences = [with_gaps(sentence) for sentence in TOLD.values()]
    assert [one for one in sentences if sentences.count(one) > 1] == []


def told_by(path: str) -> Iterator[str]:
    """What a module tells its user: notices, errors, and why a call is as it is."""
    source = (ROOT / path).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        texts: list[ast.expr] = []
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                if name in ("_tell", "LocalError", "NoAnswer", "_become"):
                    texts = node.args
            case ast.Assign(targets=[ast.Name(id="why")]):
                texts = [node.value]
            case ast.FunctionDef(name="notice"):
                returns = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
                texts = [n.value for n in returns if n.value is not None]
        for text in texts:
            yield from filter(None, map(sentence_of, branches(text)))


def branches(node: ast.expr) -> list[ast.expr]:
    """Both of `"this" if … else "that"`."""
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]


SPEAKING = [
    str(path.relative_to(ROOT))
    for room in ("phone", "signalling/machine")
    for path in sorted(ROOT.glob(f"labkit/{room}/*.py"))
]


@pytest.mark.parametrize("path", SPEAKING)
def test_every_notice_and_error_of_a_phone_has_its_words(path: str) -> None:
    known = {with_gaps(sentence) for sentence in TOLD.values()} | PIECED
    assert sorted({*told_by(path)} - known - ENGLISH) == []


def test_why_a_text_was_lost_has_its_words() -> None:
    reasons = {f"{{peer}}'s phone {why}" for why in _WHY.values()}
    assert reasons <= set(TOLD.values())


def test_every_state_of_a_call_has_its_words() -> None:
    assert {state.words for state in CallState} <= set(TOLD.values())


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize(
    "refusal",
    [
        Refused(409, "name taken: bob"),
        Refused(409, "name taken: bob (its user dropped out; kept for 12.5 s)"),
        Refused(409, "address taken: 10.0.0.2 5060"),
        Refused(409, "address taken: 10.0.0.2 5060 (one user per IP address here)"),
        Refused(404, "unknown user: bob"),
        Refused(403, "not yours: bob was registered by somebody else"),
        Refused(400, "what is that?"),
        Refused(503, "full: 500 users"),
    ],
    ids=str,
)
def test_a_registrys_refusal_is_said_whole(code: str, refusal: Refused) -> None:
    error = error_for(HERE, refusal)
    language(code)
    said = say(error)
    assert "127.0.0.1:5000" in said
    assert str(refusal.status) in said
    assert not re.search(r"\b(the|registry|taken|answered|kept)\b", said, re.IGNORECASE)
    assert str(error).startswith("The registry at")


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("outgoing", [True, False])
@pytest.mark.parametrize("why", ["", "bob is busy", "you answered 480"])
@pytest.mark.parametrize("state", CallState)
def test_how_a_call_stands_is_said_whole(
    code: str, outgoing: bool, why: str, state: CallState
) -> None:
    call = CallSnapshot("bob", HERE, outgoing, state, why, 0.0)
    language(code)
    said = say(call)
    assert "bob" in said
    assert not re.search(r"\b(call|to|from|busy|you|ringing|over)\b", said)
    assert state.words not in said
    assert bool(why) == ("(" in said)


@pytest.mark.parametrize(
    ("told", "pt"),
    [
        ("alice at 127.0.0.1:5060 registered", "alice at 127.0.0.1:5060: registrado"),
        (
            "The connection to the registry at h:1 was closed by the other side. "
            "It said 503: full: 5 users. Start it again, then register again.",
            "A conexão com o servidor de registro em h:1 foi fechada pelo outro lado. "
            "Ele disse 503: cheio: 5 usuários. Inicie-o de novo e registre-se "
            "outra vez.",
        ),
        (
            "The connection to the registry at h:1 broke ([Errno 104] reset).",
            "A conexão com o servidor de registro em h:1 caiu ([Errno 104] reset).",
        ),
        (
            "no call came in for bob within 0.5 s; let somebody call bob first",
            "nenhuma chamada chegou para bob em 0,5 s; peça primeiro que alguém ligue "
            "para bob",
        ),
        (
            "your text did not arrive: bob's phone takes only shorter texts",
            "o seu texto não chegou: o telefone de bob só aceita textos mais curtos",
        ),
        (
            "a.mp4: a recording is a WebM file; call it a.webm",
            "a.mp4: uma gravação é um arquivo WebM; chame-a a.webm",
        ),
        (
            "refused: bob is busy; the call goes on, your pictures stay paused",
            "recusado: bob está em outra chamada; a chamada continua, "
            "suas imagens seguem em pausa",
        ),
        (
            "refused: bob declined; the call goes on as it was",
            "recusado: bob recusou; a chamada continua como estava",
        ),
        ("bob sends no pictures now", "bob agora não envia imagens"),
        ("bob sends pictures again", "bob envia imagens de novo"),
        (
            "there is no picture of you yet; pictures come once a call is accepted",
            "ainda não há imagem sua; as imagens vêm quando a chamada é aceita",
        ),
        (
            "there is no picture of the peer yet; pictures come once a call is "
            "accepted",
            "ainda não há imagem do outro lado; as imagens vêm quando a chamada é "
            "aceita",
        ),
        ("refused is busy", "refused está em outra chamada"),
        ("something deep about CSeq 7", "something deep about CSeq 7"),
        ("", ""),
    ],
)
def test_names_stay_numbers_change_and_the_unknown_stays_english(
    told: str, pt: str
) -> None:
    language("pt")
    assert say(told) == pt


def test_a_network_is_described_part_by_part() -> None:
    bad = Conditions(
        loss=0.125, burst=3.5, delay=0.05, jitter=0.0025, reorder=0.1, corrupt=0.01
    )
    alike = Conditions(loss=0.1, duplicate=0.2)
    language("es")
    assert say_all(bad.describe()) == (
        "12,5 % de pérdidas, 3,5 seguidas de media; 50 ms de retardo; "
        "jitter uniforme de 2,5 ms; 10 % adelantados; 1 % corruptos"
    )
    assert say_all(alike.describe()) == "10 % de pérdidas; 20 % duplicados"
    assert say_all(Conditions().describe()) == "una red perfecta"


def test_in_english_nothing_changes() -> None:
    assert say("bob is busy") == "bob is busy"


@given(st.text(max_size=700) | st.sampled_from(sorted(TOLD.values())))
def test_whatever_comes_from_the_network_is_text_and_nothing_else(text: str) -> None:
    spoken._speak("pt")
    assert isinstance(say(text), str)
    assert say("{0.__class__} is busy") == "{0.__class__} está em outra chamada"


def test_a_long_text_costs_nothing() -> None:
    language("pt")
    text = "call to " * 2_000_000
    assert say(text) == text
