"""When the next picture may leave for the page: by what the pages have acknowledged.

Between kernel and page lie queues that never say "full": a sender that does not ask
falls seconds behind on a slow connection. So each page that shows the panel says some
times a second up to which picture it has come. Under way may be what fits in `LAG` at
the rate at which a page takes them; the rest is dropped before it is sent. The window
grows by one with each timely acknowledgement and falls with a late one, as TCP's does.
From a page that is far away (a hub across an ocean) none comes soon: late is what comes
`LAG` later than the quickest one did, as TCP Vegas has it, within bounds.

Two things are not the page's fault: a page that has gone says nothing any more and must
not hold up the others; and a cell that blocks the kernel's main loop holds up the
acknowledgements, not the pictures: then they go on at a bounded rate.

Time is an input here; nothing waits. Requirement D3. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

LAG = 0.2
"""Seconds that pictures may be under way, beyond the page's distance, before fewer are
sent."""
FARTHEST = 0.3
"""Seconds of distance that are believed; more is a queue that was there before us."""
FIRST, LEAST, MOST = 6.0, 1.0, 12.0
"""The window, in pictures: to begin with, and its bounds."""
GONE = 1.5
"""Seconds without a word after which a page no longer counts."""
BLIND_RATE = 15.0
"""Pictures a second at most while a busy main loop keeps the acknowledgements."""
MOST_PAGES = 32
"""Pages that are remembered; beyond, the one that was silent longest is forgotten."""
REMEMBERED = 512
"""Pictures whose time of sending is kept."""


@dataclass(slots=True)
class KnownPage:
    """What is known of one page."""

    acknowledged: int
    """The number of the last picture that has come there."""
    heard: float
    """When it last said something."""
    advanced: float
    """When it last acknowledged something new."""
    window: float = FIRST
    rate: float = BLIND_RATE
    """Pictures a second that come there."""
    distance: float = FARTHEST
    """Seconds from a picture's leaving to the quickest acknowledgement."""


class Pacer:
    """Decides for one stream of pictures, for all the pages that show it."""

    def __init__(self, rate: float = 30.0) -> None:
        """`rate`: pictures a second at most, whatever the pages could take."""
        self.number = 0
        """Of the last picture that was sent; the first is 1."""
        self._gap = 1.0 / rate
        self._pages: dict[str, KnownPage] = {}
        self._sent: deque[tuple[int, float]] = deque(maxlen=REMEMBERED)
        self._last = self._due = float("-inf")
        self._blind = float("-inf")

    def pages(self, now: float, main_loop_late: bool = False) -> list[KnownPage]:
        """The pages that count: all that were heard of lately.

        Nobody can be heard while the main loop is late: then all of them.
        """
        if main_loop_late:
            self._blind = now
        since = max(now - GONE, 0.0)
        excused = self._blind > now - GONE
        return [p for p in self._pages.values() if excused or p.heard >= since]

    def may_send(self, now: float, main_loop_late: bool = False) -> bool:
        """Whether a picture may leave at `now`; False also where nobody looks."""
        pages = self.pages(now, main_loop_late)
        # A picture may come one gap early: a camera's do not come on the dot.
        if not pages or now < self._due - self._gap:
            return False
        if all(self.number - page.acknowledged < page.window for page in pages):
            return True
        slowest = min(page.rate for page in pages)
        blind_gap = 1 / min(BLIND_RATE, max(1.0, slowest))
        return main_loop_late and now - self._last >= blind_gap

    def sent(self, now: float) -> int:
        """A picture leaves; returns its number."""
        self.number += 1
        self._last = now
        self._due = max(self._due, now - self._gap) + self._gap
        self._sent.append((self.number, now))
        return self.number

    def heard(self, page: str, number: int, now: float) -> None:
        """`page` is there and has got all pictures up to `number` (cumulative)."""
        number = min(max(number, 0), self.number)
        known = self._pages.get(page)
        if known is None:
            self._forget(now)
            if len(self._pages) >= MOST_PAGES:
                del self._pages[min(self._pages, key=lambda n: self._pages[n].heard)]
            # What was sent before it came is not under way to it.
            self._pages[page] = KnownPage(self.number, now, now)
            return
        known.heard = now
        if number > known.acknowledged:
            self._advance(known, number, now)

    def gone(self, page: str) -> None:
        """`page` has said goodbye."""
        self._pages.pop(page, None)

    def _advance(self, page: KnownPage, number: int, now: float) -> None:
        came, took = number - page.acknowledged, now - page.advanced
        page.acknowledged, page.advanced = number, now
        sent = self._sent_at(number)
        if sent is None or sent <= self._blind:
            return  # late because of us, not of the page
        if took > 0:
            page.rate += 0.4 * (min(came / took, 120.0) - page.rate)
        page.distance = min(page.distance, now - sent)
        patience = page.distance + LAG
        if now - sent > patience:
            page.window = max(LEAST, min(page.window, page.rate * patience))
        else:
            page.window = min(MOST, page.window + 1)

    def _sent_at(self, number: int) -> float | None:
        if not self._sent or number < self._sent[0][0]:
            return None
        return self._sent[number - self._sent[0][0]][1]

    def _forget(self, now: float) -> None:
        """Pages silent for a minute will not come back under that name."""
        for name in [n for n, p in self._pages.items() if p.heard < now - 60.0]:
            del self._pages[name]
