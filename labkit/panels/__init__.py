"""What a notebook shows: panels that draw themselves and can be pressed from Python.

    from labkit.panels import PhonePanel, side_by_side

    side_by_side(PhonePanel(alice), PhonePanel(bob))

Making a panel of the same phone again takes the former one's place; `close()` takes a
panel from the page and ends its threads, and a closed phone's panel ends by itself.

Notebook: 04-videocall.
"""

from labkit.panels.ladder_panel import LadderPanel
from labkit.panels.latency_plot import LatencyPlot
from labkit.panels.live_video import LiveVideo
from labkit.panels.phone_panel import PhonePanel
from labkit.panels.registry_panel import RegistryPanel
from labkit.panels.together import side_by_side

__all__ = [
    "LadderPanel",
    "LatencyPlot",
    "LiveVideo",
    "PhonePanel",
    "RegistryPanel",
    "side_by_side",
]
