"""What the call screen shows of a call in each of its states: data in, data out."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.effects import Address
from labkit.panels.view_model import Desk, ListedUser, buttons, phone_view
from labkit.phone import PhoneState
from labkit.phone.chat_log import ChatLine
from labkit.signalling.machine.states import CallState
from tests.panels.call_fakes import REGISTRY, snapshot

HERE = Address("127.0.0.1", 5060)
FOLDER = Desk(can_record=True)


def state(
    call: CallState = CallState.ACCEPTED,
    *,
    muted: bool = False,
    video_paused: bool = False,
    **changes: Any,
) -> PhoneState:
    return PhoneState(
        "alice", HERE, REGISTRY, True, snapshot(call, **changes), "",
        video_paused=video_paused, muted=muted,
    )  # fmt: skip


def marks(of: PhoneState) -> list[str]:
    return [mark["text"] for mark in phone_view(of, FOLDER)["marks"]]


def enabled(of: PhoneState, desk: Desk = FOLDER) -> set[str]:
    return {name for name, on in buttons(of, desk).items() if on}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"muted": True}, ["You are muted"]),
        ({"video_paused": True}, ["Your picture is paused"]),
        ({"peer_video_paused": True}, ["bob sends no picture now"]),
        ({"peer_video_paused": True, "held_by_peer": True}, []),
        ({"recording": "asked"}, ["Asking bob …"]),
        ({"recording": "refused"}, ["bob does not want to be recorded"]),
        ({"encrypted": True}, ["Encrypted: SRTP"]),
        ({"recording": "on", "records": True}, ["You record this call"]),
        (
            {"recording": "peer", "records": True, "recorded": True, "muted": True},
            ["You record this call", "bob records this call", "You are muted"],
        ),
    ],
)
def test_what_is_worth_a_mark_is_on_the_picture(
    changes: dict[str, Any], told: list[str]
) -> None:
    assert marks(state(**changes)) == told


def test_a_mark_is_short_whatever_the_peer_calls_itself() -> None:
    (mark,) = marks(state(peer="b" * 10_000, peer_video_paused=True))
    assert len(mark) < 120


@pytest.mark.parametrize("over", [CallState.INCOMING, CallState.ENDED])
def test_without_a_call_that_is_up_there_are_no_marks(over: CallState) -> None:
    assert marks(state(over, muted=True, recorded=True)) == []


def test_consent_is_asked_while_the_peer_asks_and_at_no_other_time() -> None:
    for recording in ("", "asked", "on", "peer", "refused"):
        assert phone_view(state(recording=recording), FOLDER)["consent"] == ""
    asks = state(recording="asking")
    assert "bob asks to record" in phone_view(asks, FOLDER)["consent"]
    assert {"allow_recording", "refuse_recording"} <= enabled(asks)
    assert "record" not in enabled(asks)


def test_who_is_recorded_can_take_the_consent_back() -> None:
    recorded = state(recording="peer", recorded=True)
    assert "refuse_recording" in enabled(recorded)
    assert "allow_recording" not in enabled(recorded)


def test_a_recording_needs_a_folder_and_says_so() -> None:
    assert "record" in enabled(state())
    assert "record" not in enabled(state(), Desk())
    assert "recordings=" in phone_view(state(), Desk())["no_folder"]
    assert phone_view(state(), FOLDER)["no_folder"] == ""


@pytest.mark.parametrize("recording", ["asked", "on"])
def test_a_recording_and_the_question_for_it_can_be_stopped(recording: str) -> None:
    on = enabled(state(recording=recording, records=recording == "on"))
    assert "stop_recording" in on
    assert "record" not in on


def test_chat_lines_keep_their_order_their_side_and_their_fate() -> None:
    lines = (
        ChatLine(False, "<b>hello</b>", 10.0),
        ChatLine(True, "hi", 11.0, "failed", "no answer", 1),
    )
    chat = phone_view(state(chat=lines), FOLDER)["chat"]
    assert [(line["mine"], line["text"], line["state"]) for line in chat["lines"]] == [
        (False, "<b>hello</b>", ""),
        (True, "hi", "failed"),
    ]
    assert chat["open"]
    over = phone_view(state(CallState.ENDED, chat=lines), FOLDER)["chat"]
    assert len(over["lines"]) == 2
    assert not over["open"]


def test_the_list_is_searched_by_any_part_of_a_name_large_or_small() -> None:
    users = tuple(ListedUser(name, "h:1") for name in ("alice", "bob", "Roberta"))

    def found(search: str) -> list[str]:
        view = phone_view(state(), Desk(users=users, search=search))
        return [user["name"] for user in view["users"]]

    assert found("") == ["alice", "bob", "Roberta"]
    assert found(" OB ") == ["bob", "Roberta"]
    assert found("x") == []


def test_nobody_can_be_called_from_the_list_who_is_oneself_or_while_busy() -> None:
    users = (ListedUser("alice", "h:1"), ListedUser("bob", "h:2"))
    desk = Desk(users=users)

    def callable_(of: PhoneState) -> list[bool]:
        return [user["call"] for user in phone_view(of, desk)["users"]]

    assert callable_(state(CallState.ENDED)) == [False, True]
    assert callable_(state()) == [False, False]
