"""Anything that can be said in a dialect, for tests that try it all."""

from __future__ import annotations

from hypothesis import strategies as st

from labkit.dialects import DECLARED, Dialect, load
from labkit.dialects.wire.language import Language

WORDS = st.text(
    st.characters(categories=["L", "N"], max_codepoint=0x2FF), min_size=1, max_size=12
)
HOSTS = st.ip_addresses(v=4).filter(
    lambda ip: not (ip.is_unspecified or ip.is_multicast)
)
ROWS = st.fixed_dictionaries(
    {
        "name": WORDS,
        "host": HOSTS.map(str),
        "port": st.integers(1, 65_535),
        "time": st.integers(0, 2**31).map(float),
    }
)
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "name": WORDS,
    "me": WORDS,
    "host": HOSTS.map(str),
    "port": st.integers(1, 65_535),
    "password": WORDS,
    "protocols": st.sampled_from(["V0", "V0#V1"]),
    "time": st.floats(0, 2e9).map(lambda time: round(time, 6)),
    "status": st.integers(400, 599),
    "text": st.text(st.characters(categories=["L", "N"]), max_size=30),
    "order": st.integers(0, 10**9),
    "width": st.integers(1, 4096),
    "height": st.integers(1, 4096),
    "fps": st.integers(1, 60),
    "data": st.binary(max_size=300),
    "users": st.lists(ROWS, max_size=4).map(tuple),
}


def languages(dialect: Dialect) -> list[Language]:
    """All that it speaks, plane by plane."""
    found = []
    if dialect.registry is not None:
        found += [dialect.registry.requests, dialect.registry.replies]
    media = (dialect.call, dialect.audio, dialect.video)
    return found + [each.language for each in media if each is not None]


EVERY_LANGUAGE = [each for name in DECLARED for each in languages(load(name))]
EVERY_MESSAGE = [
    (language, meaning) for language in EVERY_LANGUAGE for meaning in language.forms
]


def fields_for(
    language: Language, meaning: str
) -> st.SearchStrategy[dict[str, object]]:
    """Values for all fields of one message."""
    names = [name for name in language.names(meaning) if name != "count"]
    given = st.fixed_dictionaries({name: FIELDS[name] for name in names})
    if "count" not in language.names(meaning):
        return given
    if "users" not in names:
        return given.map(lambda fields: {**fields, "count": 3})
    return given.map(lambda fields: {**fields, "count": len(fields["users"])})  # type: ignore[arg-type]


def said(language: Language, meaning: str, fields: dict[str, object]) -> object:
    """What of the fields this dialect says: rows, too, have only some of them."""
    if "users" not in fields:
        return fields
    rows = fields["users"]
    assert isinstance(rows, tuple)
    kept = ("name", "host", "port") + (("time",) if "uam" in language.name else ())
    return {**fields, "users": tuple({key: row[key] for key in kept} for row in rows)}
