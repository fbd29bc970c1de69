"""Which tests may run side by side: the one place that says so.

Most tests live on virtual time: a busy machine makes them slow, never wrong. The others
live in real time, with sockets, threads, devices, kernels and browsers. `make test`
starts three workers (pytest-xdist): each of LANES goes to one of them as a whole, its
tests one after the other as ever. What is in no hurry, the notebooks first, fills what
the two lanes leave over of the machine, at the lowest priority.

A plain `pytest` knows nothing of this: all tests, one after the other.
`python -m tests.lanes` prints what lives in real time, for .ci/run.
"""

from __future__ import annotations

import os

import pytest

LANES = {
    "pages and devices": ("browser", "devices", "foreign", "report"),
    "phones": (
        *("hostile", "net", "panels", "phone", "two_hosts", "notebooks/test_kernel"),
        *("test_cli", "test_doctor", "test_doctor_peer", "test_end_to_end"),
        *("test_link_console", "dialects/machine/test_client", "studies/test_watched"),
    ),
}
"""Files and folders of tests/ that live in real time. Both lanes take about as long."""
PATIENT = ("notebooks/test_notebooks",)
"""Real time, too, but nobody minds how long a cell takes; begun first, being long."""
WORKERS = len(LANES) + 1


def lane_of(test: str) -> str | None:
    """The lane of `tests/net/test_sip.py::test_…`; None where there is no hurry."""
    return next((lane for lane, names in LANES.items() if is_in(test, names)), None)


def is_in(test: str, names: tuple[str, ...]) -> bool:
    """Whether its file, or a folder above that, is among `names`."""
    parts = file_of(test).removeprefix("tests/").removesuffix(".py").split("/")
    return any("/".join(parts[:depth]) in names for depth in range(1, len(parts) + 1))


def file_of(test: str) -> str:
    return test.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means here."""
    return WORKERS


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """What takes longest is handed out first."""
    if _is_worker(config):
        items.sort(
            key=lambda item: (
                lane_of(item.nodeid) is None,
                not is_in(item.nodeid, PATIENT),
            )
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Work is handed out by lanes, and else by single files."""
    from xdist.scheduler import LoadScopeScheduling

    class Lanes(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return lane_of(nodeid) or file_of(nodeid)

    config.option.loadscopereorder = False  # in the order of the collection
    return Lanes(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What has no hurry makes way for what lives in real time."""
    if _is_worker(item.config) and lane_of(item.nodeid) is None and hasattr(os, "nice"):
        os.nice(19)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


if __name__ == "__main__":
    print("|".join((*PATIENT, *(name for lane in LANES.values() for name in lane))))
