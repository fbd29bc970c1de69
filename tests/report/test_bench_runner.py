"""`make bench`: what a bench found is kept in one shape, and none stops the others."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT

BENCHES = ROOT / "report" / "bench"
GOOD = f"""
import sys
sys.path.insert(0, {str(BENCHES)!r})
import common
LINES = {{"kit": {{10: [2.0]}}}}
options = common.arguments("A bench").parse_args()
found = common.result(
    "good",
    {{"query_ms": [1.0, 3.0, 2.0][: options.runs], "lost": [float("inf")]}},
    runs=options.runs,
    to_reach={{"query_ms": "≤ 5", "calls": "300"}},
    seeds=[1, 2],
    absent={{"redis": "not here"}},
    curves={{"users": common.curve("users", "", "time", "ms", LINES)}},
)
common.report(found, options.json)
"""
BAD = """
import sys
print("here and there", file=sys.stderr)
raise SystemExit("no luck: there is no moon")
"""
ENDLESS = """
import os, signal, subprocess, sys
from pathlib import Path
child = subprocess.Popen(
    [sys.executable, "-c", "import signal; print(1, flush=True); signal.pause()"],
    stdout=subprocess.PIPE, start_new_session=True,
)
child.stdout.read(1)
Path(__file__).with_name("pids").write_text(f"{os.getpid()} {child.pid}")
signal.pause()
"""


@pytest.fixture
def run(tmp_path: Path):
    """Run benches of these texts; the runner's exit status, and what was kept."""

    def run(*options: str, **texts: str) -> tuple[int, str, dict[str, dict]]:
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text), "utf-8")
        where = ("--folder", str(tmp_path), "--results", str(tmp_path / "results"))
        done = subprocess.run(
            [sys.executable, str(BENCHES / "run.py"), *where, *options, *texts],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        kept = {
            path.stem: json.loads(path.read_text("utf-8"))
            for path in (tmp_path / "results").glob("*.json")
        }
        return done.returncode, done.stdout + done.stderr, kept

    return run


def test_what_a_bench_found_is_kept_and_shown(run):
    status, shown, kept = run("--runs", "3", good=GOOD)
    assert status == 0
    good = kept["good"]
    assert good["figures"] == {
        "query_ms": {
            "median": 2.0, "min": 1.0, "max": 3.0, "runs": 3,
            "unit": "ms", "to_reach": "≤ 5",
        }
    }  # fmt: skip
    assert good["absent"] == {
        "redis": "not here",
        "calls": "not measured in this run",
        "lost": "did not come about in most runs",
    }
    assert good["curves"]["users"]["lines"] == {"kit": [[10, 2.0, 2.0, 2.0]]}
    assert (good["runs"], good["seeds"]) == (3, [1, 2])
    assert "query_ms" in shown
    assert "absent: redis: not here" in shown


def test_a_bench_that_fails_is_told_as_absent_and_stops_no_other(run):
    status, shown, kept = run(bad=BAD, good=GOOD)
    assert status == 1
    assert "without a result: bad" in shown
    assert kept["bad"]["absent"] == {"bad": "no luck: there is no moon (exit status 1)"}
    assert kept["bad"].keys() == kept["good"].keys()
    assert "query_ms" in kept["good"]["figures"]


def test_a_bench_beyond_its_limit_is_ended_with_all_its_processes(run, tmp_path):
    status, _, kept = run("--minutes", "0.03", endless=ENDLESS)
    assert status == 1
    assert kept["endless"]["absent"] == {"endless": "not done within 0.03 minutes"}
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []


def test_a_name_that_no_bench_has_is_told_with_those_there_are(run):
    status, shown, kept = run("nonsense", good=GOOD)
    assert status == 1
    assert "there is no bench of this name: setup, registry" in shown
    assert kept.keys() == {"good"}


def test_every_bench_that_is_run_is_there(bench):
    names = bench("run").MINUTES
    assert {name for name in names if not (BENCHES / f"{name}.py").is_file()} == set()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "report" / "results").glob("*.json")), ids=lambda p: p.stem
)
def test_a_kept_result_has_the_one_shape(path: Path, bench):
    result = json.loads(path.read_text("utf-8"))
    assert result.keys() == bench("common").result("any", {}, runs=1).keys()
    assert result["bench"] == path.stem
    for figure in result["figures"].values():
        assert figure["min"] <= figure["median"]
        assert figure["runs"] >= 1
        assert isinstance(figure["to_reach"] + figure["unit"], str)
    for curve in result["curves"].values():
        for line in curve["lines"].values():
            places = [at for at, *_ in line]
            assert places == sorted(places)
    assert result["absent"].keys() & result["figures"].keys() <= {
        key for key, found in result["figures"].items() if found["median"] == 0
    }
