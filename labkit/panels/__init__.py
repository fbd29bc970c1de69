"""What a notebook shows: panels that draw themselves and can be pressed from Python.

    from labkit.panels import PhonePanel, side_by_side

    side_by_side(PhonePanel(alice), PhonePanel(bob))
    PhonePanel(alice, files="clips", recordings="recordings")
    BrowserDevices(alice)               the browser's camera and microphone alone
    LinkPanel(alice)                    a bad network, with sliders
    TreatmentPanel(alice, bob)          what is done about it, with switches
    LossPlot(bob)                       what it changes, live
    BufferPanel(bob)                    frames of sound as they wait and are played
    BufferPlot(bob), PlayoutPlot(bob)   the same as figures, live
    PhoneDoor()                         asks for name and registry, then is that panel
    before_after(("as sent", sent, 8000), ("as heard", heard, 8000))
    language("pt")                      what all of them speak: en, es, pt

Making a panel of the same phone again takes the former one's place; `close()` takes a
panel from the page and ends its threads, and a closed phone's panel ends by itself.

Notebook: 04-videocall.
"""

from labkit.panels.browser_devices import BrowserDevices
from labkit.panels.buffer_panel import BufferPanel
from labkit.panels.buffer_plot import BufferPlot, PlayoutPlot
from labkit.panels.ladder_panel import LadderPanel
from labkit.panels.latency_plot import LatencyPlot
from labkit.panels.link_panel import LinkPanel
from labkit.panels.live_video import LiveVideo
from labkit.panels.loss_plot import LossPlot
from labkit.panels.phone_door import PhoneDoor
from labkit.panels.phone_panel import PhonePanel
from labkit.panels.registry_panel import RegistryPanel
from labkit.panels.sound import Stretch
from labkit.panels.sound_panel import SoundPanel, before_after
from labkit.panels.together import side_by_side
from labkit.panels.treatment_panel import TreatmentPanel
from labkit.panels.words import language

__all__ = [
    "BrowserDevices",
    "BufferPanel",
    "BufferPlot",
    "LadderPanel",
    "LatencyPlot",
    "LinkPanel",
    "LiveVideo",
    "LossPlot",
    "PhoneDoor",
    "PhonePanel",
    "PlayoutPlot",
    "RegistryPanel",
    "SoundPanel",
    "Stretch",
    "TreatmentPanel",
    "before_after",
    "language",
    "side_by_side",
]
