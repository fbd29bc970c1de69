"""Encrypted media: keys in the session description (RFC 4568), packets (RFC 3711)."""

from __future__ import annotations

import struct
from random import Random

import pytest

from labkit.errors import RemoteError
from labkit.foreign.meeting import SHOWN, TONE, hears, phone_for, sees, until
from labkit.net.srtp import Srtp, new_key
from labkit.signalling import CallState
from labkit.signalling.messages.crypto import Crypto
from labkit.signalling.wire import sdp
from labkit.trace.log import log_text

KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"  # RFC 4568, section 10.1


def packet(number: int, said: bytes = b"hello") -> bytes:
    return struct.pack("!BBHII", 0x80, 0, number, 160 * number, 7) + said


def pair() -> tuple[Srtp, Srtp]:
    here, there = new_key(Random(1)), new_key(Random(2))
    return Srtp(here, there), Srtp(there, here)


def test_what_one_protects_the_other_reads_and_nobody_else() -> None:
    alice, bob = pair()
    [sent] = alice.protect([packet(1, b"a secret")])
    assert sent[:12] == packet(1)[:12]  # who, how much and when can be seen by all
    assert b"secret" not in sent
    assert bob.unprotect(sent) == packet(1, b"a secret")
    with pytest.raises(RemoteError, match="the key agreed"):
        Srtp(new_key(Random(3)), new_key(Random(4))).unprotect(sent)


def test_what_is_changed_repeated_or_plain_is_refused() -> None:
    alice, bob = pair()
    [sent] = alice.protect([packet(1)])
    for bad in (sent[:-1] + bytes([sent[-1] ^ 1]), packet(2), b"", b"\x80"):
        with pytest.raises(RemoteError):
            bob.unprotect(bad)
    bob.unprotect(sent)
    with pytest.raises(RemoteError):
        bob.unprotect(sent)
    assert alice.protect([packet(1)]) == [sent]  # asked for again, it leaves again


def test_reports_are_encrypted_too() -> None:
    alice, bob = pair()
    report = struct.pack("!BBHI", 0x80, 201, 1, 7)
    assert bob.unprotect_report(alice.protect_report(report)) == report
    with pytest.raises(RemoteError):
        bob.unprotect_report(report)


def test_the_key_stands_in_the_session_description() -> None:
    text = (
        "v=0\r\no=j 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n"
        "m=audio 49170 RTP/SAVP 0\r\n"
        "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:unknown\r\n"
        f"a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4\r\n"
        f"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20\r\n"
    )
    [audio] = sdp.parse(text.encode()).media
    assert audio.crypto == Crypto("3", KEY)  # one with a key number is left out
    assert f"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n".encode() in sdp.write(
        sdp.parse(text.encode())
    )
    assert KEY not in repr(audio)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 AES_CM_128_HMAC_SHA1_32 inline:" + KEY,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + KEY[:-4],
        "x AES_CM_128_HMAC_SHA1_80 inline:" + KEY,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + KEY[:-1] + "!",
    ],
)
def test_other_keys_are_none_that_we_know(text: str) -> None:
    assert Crypto.parse(text) is None


def test_two_phones_hear_and_see_each_other_and_the_trace_does_not() -> None:
    formats = ["opus", "JPEG"]
    with (
        phone_for(formats, "127.0.0.30", "alice", srtp=True) as alice,
        phone_for(formats, "127.0.0.31", "bob", srtp=True) as bob,
    ):
        alice.call(f"sip:bob@{bob.address}")
        bob.answer()
        assert until(lambda: abs(hears(alice) - TONE) < 15)
        alice.peer.watch(lambda _: None)
        alice.media.wants_pixels = True
        assert until(lambda: sees(alice) == SHOWN)
        assert until(lambda: alice.media.statistics().audio.remote_inbound is not None)
        assert alice.state.call.encrypted
        assert bob.state.call.encrypted
        reports = [log_text(r) for r in alice.trace if r.plane == "media"]
        assert reports
        assert all("encrypted RTCP, number" in each for each in reports)
        alice.hold()  # a new offer under the same keys
        assert until(lambda: hears(alice) == 0)
        alice.resume()
        assert until(lambda: abs(hears(alice) - TONE) < 15)


def test_one_who_encrypts_and_one_who_does_not_have_no_call() -> None:
    with (
        phone_for(["PCMU"], "127.0.0.30", "alice", srtp=True) as alice,
        phone_for(["PCMU"], "127.0.0.31", "bob") as bob,
    ):
        call = alice.call(f"sip:bob@{bob.address}")
        bob.answer()
        assert call.wait("over").state is CallState.FAILED
