"""Digest: the RFCs' own examples, both ways, and whatever else a header may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.signalling.messages.digest import Challenge, Credentials

RFC_2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("challenge", "password", "cnonce", "response"),
    [
        (RFC_2617, "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (
            RFC_7616,
            "Circle of Life",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
    ids=["RFC 2617, MD5", "RFC 7616, SHA-256"],
)
def test_the_rfcs_own_examples(
    challenge: str, password: str, cnonce: str, response: str
) -> None:
    asked = Challenge.parse(challenge)
    proof = asked.answered("GET", "/dir/index.html", "Mufasa", password, cnonce)
    assert proof.response == response
    assert Credentials.parse(str(proof)) == proof
    assert proof.proves("GET", password)
    assert not proof.proves("GET", password.upper())
    assert not proof.proves("PUT", password)


def test_a_question_older_than_rfc_2617_is_answered_without_a_count() -> None:
    asked = Challenge.parse('Digest realm="a \\"b\\"", nonce="n"')
    assert (asked.realm, asked.qop) == ('a "b"', "")
    proof = asked.answered("REGISTER", "sip:b", "bob", "x", "cnonce")
    assert "cnonce" not in str(proof)
    assert Credentials.parse(str(proof)).proves("REGISTER", "x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic YTpi",
        "Digest",
        'Digest realm="a"',
        'Digest realm="a", nonce="n", algorithm=SHA-512',
        'Digest realm="a", nonce="n", qop="auth-int"',
        'Digest realm="a nonce="n"',
        "Digest " + "a=b," * 1000,
    ],
)
def test_what_cannot_be_answered_is_refused(text: str) -> None:
    with pytest.raises(RemoteError):
        Challenge.parse(text)


@given(st.text(max_size=60).map("Digest {}".format))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in (Challenge, Credentials):
        with pytest.raises(RemoteError):
            kind.parse(text)
