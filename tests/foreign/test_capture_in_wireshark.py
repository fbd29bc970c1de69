"""What the questions about a capture call right is what Wireshark shows there."""

from __future__ import annotations

from pathlib import Path

from labkit.checks import capture_questions
from labkit.checks.capture_answers import is_same
from labkit.foreign.meeting import hears, phone_for, sees, until
from labkit.link import Conditions
from labkit.trace import save
from tests.phone.watching import when
from tests.trace.tshark import tshark

FIELDS = {
    "sound_port": "sdp.media.port",
    "sampling_rate": "sdp.sample_rate",
    "picture_number": "rtp.p_type",
    "ssrc": "rtp.ssrc",
    "branch": "sip.Via.branch",
    "tag": "sip.to.tag",
    "re_invite_cseq": "sip.CSeq.seq",
    "hold_word": "sdp.media_attr",
    "lost": "rtcp.ssrc.cum_nr",
}


def test_each_filter_shows_the_field_that_is_asked_for(tmp_path: Path) -> None:
    with (
        phone_for(["PCMU", "VP8"], "127.0.0.44") as alice,
        phone_for(["PCMU", "VP8"], "127.0.0.45", "bob") as bob,
    ):
        alice.link.set(there=Conditions(lose=1, every=5))
        alice.call(f"sip:bob@{bob.address}")
        bob.answer()
        assert until(lambda: hears(alice) > 0 and sees(alice) != ())
        assert until(lambda: "lost" in {q.name for q in capture_questions(alice.trace)})
        alice.hold()
        when(alice, lambda state: state.call.held_by_me)
        path = save(tmp_path / "call.pcapng", alice.trace)
        questions = capture_questions(alice.trace)
    assert [each.name for each in questions] == list(FIELDS)
    for each in questions:
        field = FIELDS[each.name]
        shown = tshark(path, "-Y", each.filter, "-T", "fields", "-e", field)
        values = shown.replace("\n", ",").split(",")
        assert any(is_same(value, each.answer) for value in values), each.name
