"""The latency bench's instruments: marks at any size, calls in one process or two."""

from __future__ import annotations

import json
import shutil
import time

import cv2
import pytest

QUICK = ("--seconds", "1", "--warm-up", "0.5")


def jpeg(pixels):
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


@pytest.mark.parametrize("width", [320, 640, 800, 1280])
@pytest.mark.parametrize("fps", [10, 30])
def test_every_picture_of_a_film_is_told_from_all_others(bench, width, fps):
    marks = bench("marks")
    film, eye = marks.Film(width, width * 3 // 4 // 8 * 8, fps, seconds=2), marks.Eye()
    borne = []
    for at in range(2 * fps):
        pixels, bears = film.next()
        eye.look(jpeg(pixels), float(at))
        borne.append((bears, float(at)))
    assert eye.seen == borne
    assert len({bears for bears, _ in borne}) == 2 * fps


def party(sent, seen, spoken=(), heard=()):
    return {"sent": sent, "seen": seen, "spoken": [*spoken], "heard": [*heard]}


def test_each_phone_is_looked_at_with_its_own_peer(bench):
    """Of two calls in one process: alice and bob, carol and dave."""
    alice = party([(1, 10.0)], [(2, 10.103)], spoken=[10.0])
    bob = party([(2, 10.1)], [(1, 10.002)], heard=[10.05])
    carol, dave = party([(1, 10.4)], []), party([], [(1, 10.5)])
    result = {"cores": 0.1, "begun": 10.0, "ended": 11.0}
    result["parties"] = [alice, bob, carol, dave]
    found = bench("latency").latencies([result])
    assert sorted(found["video"]) == pytest.approx([2.0, 3.0, 100.0])
    assert found["audio"] == pytest.approx([50.0])
    assert found["fps"] == [3 / 4]
    assert found["heard"] == [0.24 / 4]  # a tone of each is due every 0.24 s


@pytest.mark.parametrize("numbered", [False, True])
def test_what_comes_after_the_measured_time_does_not_count(bench, capsys, numbered):
    """Both kinds of marks: those of a good network, and those of a bad one."""
    marks, party = bench("numbered" if numbered else "marks"), bench("party")
    film = marks.NumberedFilm() if numbered else marks.Film()
    eye, ear = (
        (marks.NumberedEye(), marks.NumberedEar())
        if numbered
        else (marks.Eye(), marks.Ear())
    )

    def show() -> None:
        now = time.perf_counter()
        eye.look(film.next()[0], now)
        ear.listen(ear.tone(0, 960, 48_000), 48_000, now)

    with party.measured([(eye, ear)], hang_up=show):
        show()
        show()
    (told,) = json.loads(capsys.readouterr().out)["result"]["parties"]
    assert len(told["seen"]) == 2
    assert len(told["heard"]) <= 2
    assert len(ear.blocks) == 2


def test_a_whole_call_in_one_process_is_seen_and_heard(bench):
    found = bench("latency").call("party", ("--pairs", "1", *QUICK))
    assert len(found["video"]) > 30
    assert found["audio"]
    assert found["cores"][0] > 0


def test_gstreamer_does_the_same_work(bench):
    if shutil.which("gst-launch-1.0") is None:
        pytest.skip("GStreamer is not installed")
    options = (*QUICK, "--size", "320x240")
    found = bench("latency").call("gstreamer", options, options)
    assert len(found["video"]) > 30
    assert found["audio"]
    assert found["cores"][0] > 0


def test_no_two_users_of_the_largest_registry_have_one_address(bench):
    users = bench("scaling_users")
    places = {users.address(number) for number in range(users.USERS[-1])}
    assert len(places) == users.USERS[-1]
    assert all(0 < port < 65_536 for _, port in places)
