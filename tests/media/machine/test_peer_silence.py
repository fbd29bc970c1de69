"""How long nothing has come, counted in the listener's own waking time."""

from __future__ import annotations

from labkit.media.machine.peer_silence import LONGEST_STEP, PeerSilence


def test_silence_grows_from_look_to_look_and_ends_with_a_packet() -> None:
    silence = PeerSilence()
    silence.heard()
    assert [silence.look(now) for now in (10.0, 10.5, 11.0)] == [0.0, 0.5, 1.0]
    silence.heard()
    assert [silence.look(now) for now in (11.5, 12.0)] == [0.0, 0.5]


def test_where_nothing_is_expected_nothing_is_missed() -> None:
    silence = PeerSilence()
    silence.look(0.0)
    assert silence.look(1.0, expected=False) == 0.0
    assert silence.look(2.0) == 1.0


def test_the_time_in_which_we_slept_is_not_their_silence() -> None:
    silence = PeerSilence()
    silence.look(0.0)
    assert silence.look(3600.0) == LONGEST_STEP


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    silence = PeerSilence()
    for now in (0.0, 1.0, 0.5):
        silence.look(now)
    assert silence.seconds == 1.0
