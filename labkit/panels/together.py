"""Several panels on one page, side by side where there is room.

Requirement D7. Notebook: 04-videocall.
"""

from __future__ import annotations

import ipywidgets


def side_by_side(*panels: ipywidgets.DOMWidget, narrowest: int = 360) -> ipywidgets.Box:
    """The panels in one row, or below each other where a row would give one of them
    less than `narrowest` pixels."""
    columns = f"repeat(auto-fit, minmax(min(100%, {narrowest}px), 1fr))"
    layout = ipywidgets.Layout(
        display="grid", grid_template_columns=columns, grid_gap="14px", width="100%"
    )
    return ipywidgets.Box(panels, layout=layout)
