"""What the doctor found, as a sentence, and as the row of a table.

Requirement A19. Notebook: 00-start-here.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

TITLE = "What this machine can do"
YES, NO = "#0aa962", "#c4661f"
"""Green and orange that stand on white and on black."""
WIDEST = 62
"""Letters of the last column: a notebook beside its file browser has no more room."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found; `advice` says what still works and what to do."""

    topic: str
    ok: bool
    found: str
    advice: str = ""


def findings_table(findings: list[Finding], title: str = TITLE) -> Table:
    """The findings as a table for a terminal or a notebook."""
    table = Table(title=title, box=SIMPLE_HEAD, show_lines=True)
    table.add_column("", no_wrap=True)
    table.add_column("what", no_wrap=True, style="bold")
    table.add_column("found, and what to do", overflow="fold", max_width=WIDEST)
    for finding in findings:
        mark = Text("✓ yes", YES) if finding.ok else Text("✗ no", NO)
        words = Text(finding.found)
        if finding.advice:
            words.append(f"\n{finding.advice}", "" if not finding.ok else "dim")
        table.add_row(mark, finding.topic, words)
    return table
