"""Which of several pages has the devices.

The first page that speaks gets them; another may take them when the person says so. A
page that has gone is noticed by comparison, not by a clock: it left pings unanswered
that another page has answered. So a kernel that is kept busy by a cell, and hears of
nobody for a while, robs nobody.

Notebook: 03-media.
"""

from __future__ import annotations

MOST_PAGES = 16
UNANSWERED = 3
"""Pings by which a page may be behind another before it counts as gone."""


class Owner:
    """Knows the pages of one phone, and the one that has its devices."""

    def __init__(self) -> None:
        self.page = ""
        """The page with the devices; empty when there is none."""
        self._answered: dict[str, int] = {}

    @property
    def pages(self) -> tuple[str, ...]:
        """All pages, the one that spoke last at the end."""
        return tuple(self._answered)

    def heard(self, page: str, ping: int) -> None:
        """`page` has answered this ping."""
        latest = max(self._answered.pop(page, 0), ping)
        self._answered[page] = latest
        while len(self._answered) > MOST_PAGES:
            silent = next(iter(self._answered))
            self.gone(page if silent == self.page else silent)
        gone = latest - self._answered.get(self.page, -1) > UNANSWERED
        if not self.page or (page != self.page and gone):
            self._answered.pop(self.page, None)
            self.page = page

    def claim(self, page: str) -> None:
        """The person wants it to be this page."""
        self.heard(page, max(self._answered.values(), default=0))
        self.page = page

    def gone(self, page: str) -> None:
        """`page` said goodbye; the one that spoke last of the others follows."""
        self._answered.pop(page, None)
        if page == self.page:
            self.page = next(reversed(self._answered), "")
