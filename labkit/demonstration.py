"""The seven-minute demonstration: what each of its cells begins with.

    minute(5, click="Loss, and push it to 10 %")

In front of a class the kernel has been restarted, a cell was left out, nobody pressed
*Answer*. So a minute first looks whether all that it shows is there. A missing call it
makes; for missing phones it says which cell to run. Then it says how late it is and
what to click, for the text above leaves the page: what it shows is brought to the top.

Requirements A20, D7. Notebook: demo-7-minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labkit.errors import LocalError
from labkit.net import clock

if TYPE_CHECKING:
    from labkit.phone import Phone

MADE_IN = {"registry": 1, "alice": 2, "bob": 2}
"""The minute whose cell makes each of them."""
ALL = (*MADE_IN, "carol")
RINGS, TALK = 3, 4
"""The minute in which alice calls, and the one from which on they are in a call."""

_began: float | None = None


class NotYet(LocalError):
    """A cell that was run too early; a notebook shows the words without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def minute(
    number: int, names: Mapping[str, Any] | None = None, *, click: str = ""
) -> None:
    """Begin this minute, 1 to 7; the first one clears away what was there before it.

    `names` are the notebook's own unless others are given; `click` is what to click.
    Raises NotYet when a cell before this one has not been run.
    """
    global _began
    names = _of_the_notebook() if names is None else names
    if number == 1:
        _began = clock.now()
        _clear_away(names)
    for name, made in MADE_IN.items():
        if made < number and not _is_there(names.get(name)):
            raise NotYet(
                f"Minute {number} needs {name}, which minute {made} makes. It is not "
                "there: that cell was not run since the kernel started.\nDo this now: "
                "Run → Run All Above Selected Cell. Then run this cell again."
            )
    if number >= RINGS:
        _register(names["alice"], names["bob"])
    if number >= TALK:
        _connect(names["alice"], names["bob"])
    _announce(number, click)


def _clear_away(names: Mapping[str, Any]) -> None:
    for name in reversed(ALL):  # the phones say goodbye to a registry that listens
        if _is_there(names.get(name)):
            names[name].close()


def _is_there(one: Any) -> bool:
    """Whether it is a phone or a registry that has not been closed."""
    if hasattr(one, "is_open"):
        return bool(one.is_open)
    return hasattr(one, "state") and not one.state.closed


def _register(*phones: Phone) -> None:
    for phone in phones:
        if not phone.state.registered:
            phone.register()


def _connect(caller: Phone, callee: Phone) -> None:
    """What the buttons Call and Answer do, where nobody has pressed them."""
    if not caller.state.busy:
        caller.call(callee.name)
    call = caller.present_call
    assert call is not None
    if not call.state.is_up:
        callee.answer()
    call.wait("accepted")


def _of_the_notebook() -> Mapping[str, Any]:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return {} if shell is None else shell.user_ns


# Code and panels to the upper edge where both find room, else the panels: while they
# grow, also when JupyterLab has scrolled to the next cell, and until somebody touches
# the page or another minute begins.
TO_THE_TOP = """
setTimeout(() => {
  const cell = element.closest(".jp-Cell");
  const page = element.closest(".jp-WindowedPanel-outer");
  if (!cell || !page) return;
  const up = () => {
    const fits = cell.offsetHeight <= page.clientHeight;
    const part = fits ? cell : cell.querySelector(".jp-Cell-outputWrapper");
    part.scrollIntoView({ block: "start" });
  };
  const growing = new ResizeObserver(up);
  const stop = () => {
    growing.disconnect();
    page.removeEventListener("scroll", up);
  };
  window.labkitMinute?.();
  window.labkitMinute = stop;
  growing.observe(cell);
  page.addEventListener("scroll", up);
  for (const touch of ["pointerdown", "wheel", "keydown"])
    window.addEventListener(touch, stop, { once: true });
}, 100);
"""


def _announce(number: int, click: str) -> None:
    from IPython.display import Javascript, display

    since = None if _began is None else round(clock.now() - _began)
    at = "" if since is None else f", at {since // 60}:{since % 60:02}"
    then = f". Click: {click}" if click else ""
    print(f"Minute {number} of 7{at}{then}")
    display(Javascript(TO_THE_TOP))  # type: ignore[no-untyped-call]
