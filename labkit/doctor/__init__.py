"""What this machine can do, what passes between two, and what to do about the rest.

    from labkit.doctor import examine, findings_table

    findings_table(examine())       `labkit doctor`

`machine` asks `software`, `devices` and `network`, all at once; `peer` examines the way
to another machine (`labkit doctor --peer`). Each answers in `Finding`s.
"""

from labkit.doctor.finding import Finding, findings_table
from labkit.doctor.machine import EXAMINATIONS, examine

__all__ = ["EXAMINATIONS", "Finding", "examine", "findings_table"]
