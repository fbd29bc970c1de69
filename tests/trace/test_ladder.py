"""The ladder: columns, arrows and bands; in letters and as SVG (D1, B10)."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from labkit.effects import Address
from labkit.trace import Trace, ladder
from labkit.trace.ladder import Band
from labkit.trace.ladder.view import MOST_COLUMNS, OTHERS
from labkit.trace.merge import PATIENCE
from tests.trace.call_scene import ALICE, BOB, HOST, INVITE, whole_call

SVG = "{http://www.w3.org/2000/svg}"

TEXT = """\
seconds   alice                               registry                                 bob
            |                                     |                                     |
            |    REGISTER alice 127.0.0.1 5060    |                                     |
    0.000   |------------------------------------>|                                     |
            | 200 registered alice 127.0.0.1 5060 |                                     |
    0.010   |<------------------------------------|                                     |
            |                                     |     REGISTER bob 127.0.0.1 5062     |
    0.020   |                                     |<------------------------------------|
            |                                     |  200 registered bob 127.0.0.1 5062  |
    0.030   |                                     |------------------------------------>|
            |              QUERY bob              |                                     |
    0.040   |------------------------------------>|                                     |
            |       200 bob 127.0.0.1 5062        |                                     |
    0.050   |<------------------------------------|                                     |
            |                   INVITE audio 40000, video 40002, lost                   |
    0.060   |------------------------------X      |                                     |
            |                  INVITE audio 40000, video 40002, again                   |
    0.570   |-------------------------------------------------------------------------->|
            |                                180 Ringing                                |
    0.580   |<--------------------------------------------------------------------------|
            |                      200 OK audio 40010, video 40012                      |
    0.590   |<--------------------------------------------------------------------------|
            |                                    ACK                                    |
    0.600   |-------------------------------------------------------------------------->|
            |                     RTP audio 100 packets, 10 missing                     |
    0.620   |==========================================================================>|
            |                           RTP audio 100 packets                           |
    0.620   |<==========================================================================|
            |                                    BYE                                    |
    2.610   |-------------------------------------------------------------------------->|
            |                                  200 OK                                   |
    2.620   |<--------------------------------------------------------------------------|
            |                                     |                                     |\
"""  # noqa: E501


def test_a_call_in_letters_as_rfc_3665_draws_it() -> None:
    assert ladder(*whole_call().traces).text() == TEXT


def test_one_observer_alone_gives_the_same_columns_but_knows_of_no_loss() -> None:
    view = ladder(whole_call().alice)
    assert view.drawing.columns == ("alice", "registry", "bob")
    assert not any(arrow.lost for arrow in view.arrows)


def test_rtp_is_one_growing_band_a_direction() -> None:
    scene = whole_call()
    view = ladder(*scene.traces)
    scene.media()
    assert view.refresh()
    bands = [row.what for row in view.drawing.rows if isinstance(row.what, Band)]
    assert [(band.kind, band.sent, band.received) for band in bands] == [
        ("audio", 150, 135),
        ("audio", 150, 150),
    ]


def test_packets_on_their_way_are_not_called_missing() -> None:
    here, there = Address(HOST, 1), Address(HOST, 2)
    assert Band(here, there, "audio", 0.0, 1234, 1230).label == (
        "RTP audio 1,234 packets"
    )
    assert Band(here, there, "", 0.0, None, 7).label == "RTP 7 packets"


def test_the_ladder_grows_with_the_call_and_says_whether_it_did() -> None:
    scene = whole_call()
    view = ladder(*scene.traces)
    before = len(view.arrows)
    assert not view.refresh()
    scene.line(Address(HOST, 41230), Address(HOST, 5000), "QUIT")
    assert view.refresh()
    assert len(view.arrows) == before + 1
    assert view.drawing.start == pytest.approx(view.arrows[0].time)


def test_in_a_live_view_nothing_is_lost_before_its_time() -> None:
    scene = whole_call()
    view = ladder(*scene.traces)
    scene.sip(ALICE, BOB, INVITE + b" ", lost=True)
    view.refresh(now=scene.now)
    assert not view.arrows[-1].lost
    view.refresh(now=scene.now + 1.1 * PATIENCE)
    assert view.arrows[-1].lost


def test_rtcp_has_arrows_only_when_asked_for() -> None:
    scene = whole_call()
    ends = Address(HOST, 40001), Address(HOST, 40011)
    scene.say("media", "UDP", *ends, b"\x80\xc9\x00\x01\x00\x00\x00\x01")
    quiet, full = ladder(*scene.traces), ladder(*scene.traces, rtcp=True)
    assert "(1 RTCP report not drawn)" in quiet.text()
    assert full.text().count("RR: nothing heard") == 1


def test_refused_media_packets_are_counted_apart() -> None:
    scene = whole_call()
    ends = Address("10.0.0.9", 9), Address(HOST, 40000)
    for _ in range(3):
        scene.alice.record(
            scene.now, "media", "UDP", "received", *ends, b"?", "dropped: a stranger"
        )
    view = ladder(*scene.traces)
    assert "(3 refused media packets not drawn)" in view.text()
    assert "10.0.0.9:9" not in view.drawing.columns


def test_only_the_newest_messages_are_shown_and_the_rest_counted() -> None:
    trace = Trace("alice")
    for number in range(250):
        data = f"QUERY user{number}\n".encode()
        trace.record(number, "registry", "TCP", "sent", ALICE, BOB, data)
    view = ladder(trace, most=100)
    assert len(view.arrows) == 100
    assert view.arrows[-1].record.data == b"QUERY user249\n"
    assert "(150 earlier messages not shown)" in view.text()
    assert "150 earlier messages not shown" in view.svg()


def test_more_participants_than_columns_share_the_last_one() -> None:
    trace = Trace("registry")
    here = Address(HOST, 5000)
    for port in range(30):
        trace.record(
            0.0, "registry", "TCP", "received", Address(HOST, port), here, b"x"
        )
    columns = ladder(trace).drawing.columns
    assert len(columns) == MOST_COLUMNS
    assert columns[-1] == OTHERS


def test_a_message_to_oneself_is_drawn() -> None:
    trace = Trace("alice")
    trace.record(0.0, "signalling", "UDP", "sent", ALICE, ALICE, INVITE)
    view = ladder(trace, names={ALICE: "alice"})
    assert "<- to itself" in view.text()
    ElementTree.fromstring(view.svg())


def test_wide_letters_and_accents_keep_the_columns_straight() -> None:
    trace = Trace("日本")
    data = "QUERY 日本 e\u0301\n".encode()
    trace.record(0.0, "registry", "TCP", "sent", ALICE, BOB, data)
    _, bars, label, _, _ = ladder(trace, names={BOB: "João"}).text().splitlines()
    assert "QUERY 日本 e\u0301" in label
    assert bars.index("|") == label.index("|")
    # Two wide letters take two columns more, the accent one less.
    assert bars.rindex("|") == label.rindex("|") + 2 - 1


def test_the_svg_is_well_formed_and_each_message_a_labelled_button() -> None:
    view = ladder(*whole_call().traces)
    root = ElementTree.fromstring(view.svg())
    assert root.get("role") == "group"
    assert "alice, registry, bob" in (root.get("aria-label") or "")
    buttons = [group for group in root.iter(f"{SVG}g") if group.get("data-number")]
    assert [int(group.get("data-number") or 0) for group in buttons] == [
        arrow.number for arrow in view.arrows
    ]
    for group in buttons:
        assert group.get("tabindex") == "0"
        assert group.get("role") == "button"
        assert group.get("aria-label") == group.findtext(f"{SVG}title")
    lost = [group for group in buttons if "lost" in (group.get("class") or "")]
    assert len(lost) == 1
    assert "lost" in (lost[0].findtext(f"{SVG}text[@class='said']") or "")


def test_a_click_brings_the_messages_text() -> None:
    view = ladder(*whole_call().traces)
    invite = next(a for a in view.arrows if a.record.data == INVITE)
    assert view.message(invite.number).startswith(f"INVITE sip:bob@{BOB} SIP/2.0\n")
    with pytest.raises(KeyError):
        view.message(-1)


def test_hostile_bytes_stay_text_in_the_page() -> None:
    trace = Trace('<b onload="x">')
    data = b'QUERY <script>alert(1)</script>" onclick="x\x1b[2J\x00\n'
    trace.record(0.0, "registry", "TCP", "sent", ALICE, BOB, data, "<i>\x07")
    view = ladder(trace)
    ElementTree.fromstring(view.svg())
    for page in (view.svg(), view.html()):
        assert "<script" not in page
        assert "<b " not in page
        assert "<i>" not in page
        assert 'onclick="' not in page
        assert "\x1b" not in page
        assert "\x00" not in page


def test_the_page_without_scripts_has_every_text() -> None:
    page = ladder(*whole_call().traces).html()
    assert page.count("<details>") == 13
    assert "m=audio 40000 RTP/AVP 0" in page


def test_an_empty_ladder_is_drawn_too() -> None:
    view = ladder(Trace("alice"), Trace("bob"))
    assert "alice" in view.text()
    assert "no messages yet" in view.svg()
    assert ladder().text() == "(no messages yet)"
    ElementTree.fromstring(ladder().svg())


def test_rows_already_drawn_are_not_drawn_again() -> None:
    """The cost of growth: what was drawn is kept, wherever it moves."""
    scene = whole_call()
    view = ladder(*scene.traces)
    view.svg()
    kept = dict(view._pen._drawn)
    scene.line(Address(HOST, 41230), Address(HOST, 5000), "QUIT")
    view.svg()
    arrows = [key for key in kept if isinstance(key[0], int)]  # type: ignore[index]
    assert arrows
    assert all(view._pen._drawn[key] is kept[key] for key in arrows)
    assert len(view._pen._drawn) == len(kept) + 1
