"""Make one real call and keep what was said, for the report's ladder: `call.json`.

    python -m report.figures.record_call

Registry and phones are on this machine, sockets and times are real. Run it again when
a message has changed; the ladder is drawn from the file, so that a report is the same
whenever it is built.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from labkit import Phone, Registry
from labkit.trace.ladder.rows import Band, Row
from labkit.trace.ladder.view import Ladder

KEPT = Path(__file__).with_name("call.json")
SECONDS = 2.0


def kept(row: Row, start: float) -> dict[str, object]:
    band = isinstance(row.what, Band)
    return {
        "time": round(row.what.time - start, 4),
        "from": row.start,
        "to": row.end,
        "label": row.label,
        "plane": "media" if band else row.what.record.plane,
    }


def main() -> None:
    with Registry(host="127.0.0.1", port=0) as registry:
        with Phone("alice", registry) as alice, Phone("bob", registry) as bob:
            bob.register()
            alice.register()
            call = alice.call("bob")
            bob.answer()
            call.wait()
            time.sleep(SECONDS)
            call.hang_up()
        drawing = Ladder((alice.trace, registry.trace, bob.trace)).drawing
    rows = [kept(row, drawing.start) for row in drawing.rows]
    text = json.dumps({"columns": drawing.columns, "rows": rows}, indent=1)
    KEPT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
