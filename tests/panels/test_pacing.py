"""Pacing on virtual time: pages of any speed, that vanish, a blocked loop."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.panels.pacing import BLIND_RATE, GONE, LAG, MOST, Pacer

RATE = 30.0
TICK = 0.001


@dataclass
class Network:
    """A page at the end of a connection that takes `rate` pictures a second."""

    name: str
    rate: float
    delay: float = 0.01
    queue: list[tuple[int, float]] = field(default_factory=list)
    lags: list[tuple[float, float]] = field(default_factory=list)
    acks: list[tuple[float, int]] = field(default_factory=list)
    got: int = 0
    far: float = 0.0
    """Seconds more until an acknowledgement is heard."""
    present: bool = True
    _free: float = 0.0
    _told: float = 0.0

    def send(self, number: int, now: float) -> None:
        self._free = max(self._free, now) + 1 / self.rate
        self.queue.append((number, now))

    def step(self, pacer: Pacer, now: float, hears: bool) -> None:
        room = int((self._free - now) * self.rate) + (self._free > now)
        while len(self.queue) > max(room, 0):
            number, sent = self.queue.pop(0)
            self.got = number
            self.lags.append((now, now - sent + self.delay))
        if self.present and hears and now - self._told >= 0.08:
            self._told = now
            self.acks.append((now + self.far, self.got))
        while self.acks and self.acks[0][0] <= now:
            pacer.heard(self.name, self.acks.pop(0)[1], now)


def run(
    pacer: Pacer,
    pages: list[Network],
    seconds: float,
    start: float = 100.0,
    blocked: bool = False,
) -> list[float]:
    """A camera of 30 pictures a second for some seconds; when each was sent."""
    sent: list[float] = []
    due, waiting = start, False
    for step in range(int(seconds / TICK)):
        now = start + step * TICK
        if now >= due:
            due, waiting = due + 1 / RATE, True
        late = blocked and now - start > 0.25
        if waiting and pacer.may_send(now, late):
            waiting = False
            sent.append(now)
            number = pacer.sent(now)
            for page in pages:
                page.send(number, now)
        for page in pages:
            page.step(pacer, now, hears=not blocked)
    return sent


def test_a_fast_page_gets_every_picture() -> None:
    sent = run(Pacer(), [Network("a", 200.0)], 5.0)
    assert len(sent) >= 149


def test_nothing_is_sent_where_nobody_looks() -> None:
    assert run(Pacer(), [], 2.0) == []


def test_a_slow_page_gets_what_it_can_take_and_is_never_far_behind() -> None:
    page = Network("a", 10.0)
    sent = run(Pacer(), [page], 6.0)
    settled = [lag for now, lag in page.lags if now > 102.0]
    assert max(settled) <= 0.5
    assert len([at for at in sent if at > 102.0]) >= 36, "the connection is used"


def test_a_page_that_is_far_but_quick_gets_nearly_every_picture() -> None:
    sent = run(Pacer(), [Network("a", 200.0, far=0.25)], 6.0)
    assert len([at for at in sent if at > 102.0]) >= 4 * 28


def test_a_page_that_is_far_and_slow_is_not_a_second_behind() -> None:
    page = Network("a", 10.0, far=0.25)
    sent = run(Pacer(), [page], 8.0)
    assert max(lag for now, lag in page.lags if now > 103.0) <= 0.9
    assert len([at for at in sent if at > 103.0]) >= 45


def test_a_page_that_was_slow_is_back_at_once() -> None:
    page = Network("a", 10.0)
    pacer = Pacer()
    run(pacer, [page], 5.0)
    page.rate = 200.0
    sent = run(pacer, [page], 2.0, start=105.0)
    assert len([at for at in sent if at > 105.5]) >= 44
    assert max(lag for now, lag in page.lags if now > 105.5) < 0.1


def test_a_page_that_vanished_does_not_hold_up_the_others() -> None:
    stays, goes = Network("a", 200.0), Network("b", 200.0)
    pacer = Pacer()
    run(pacer, [stays, goes], 2.0)
    goes.present = False
    sent = run(pacer, [stays], 4.0, start=102.0)
    assert len([at for at in sent if at > 102.0 + GONE + 0.1]) >= 69
    pacer.gone("a")
    assert not pacer.may_send(106.5), "nobody is left"


def test_a_blocked_main_loop_lets_pictures_go_on_at_a_bounded_rate() -> None:
    page = Network("a", 200.0)
    pacer = Pacer()
    run(pacer, [page], 2.0)
    sent = run(pacer, [page], 10.0, start=102.0, blocked=True)
    later = [at for at in sent if at > 103.0]
    assert 9 * 8 <= len(later) <= 9 * BLIND_RATE + 1
    after = run(pacer, [page], 1.0, start=112.0)
    assert len(after) >= 27, "and at full rate once the cell is over"


def test_a_page_that_comes_while_pictures_flow_owes_nothing() -> None:
    pacer = Pacer()
    run(pacer, [Network("a", 200.0)], 1.0)
    pacer.heard("new", 0, 101.0)
    pacer.heard("a", pacer.number, 101.0)
    assert pacer.may_send(101.2)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["send", "heard", "gone", "ask"]),
            st.sampled_from(["a", "b", "c"]),
            st.integers(-5, 10_000),
            st.floats(0.0, 2.0),
            st.booleans(),
        ),
        max_size=200,
    )
)
@settings(max_examples=200)
def test_whatever_pages_say_the_window_bounds_what_is_under_way(
    steps: list[tuple[str, str, int, float, bool]],
) -> None:
    pacer, now = Pacer(), 1000.0
    for what, page, number, later, late in steps:
        now += later
        match what:
            case "heard":
                pacer.heard(page, number, now)
            case "gone":
                pacer.gone(page)
            case _:
                allowed = pacer.may_send(now, late)
                pages = pacer.pages(now, late)
                assert not allowed or pages
                for known in pages:
                    assert 0 <= known.acknowledged <= pacer.number
                    assert 1.0 <= known.window <= MOST
                    if allowed and not late:
                        assert pacer.number - known.acknowledged < known.window
                if allowed and what == "send":
                    assert pacer.sent(now) == pacer.number
    assert LAG < GONE
