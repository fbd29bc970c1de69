"""Devices that live in a page: the browser's cameras, microphone and loudspeaker.

    Phone("alice", registry, camera="browser", microphone="browser", speaker="browser")

The kernel may run anywhere, in a hub or a container; the camera is where the page is. A
`Page` is where the two meet: the devices of one phone say on it what they want, a panel
carries its messages, and what comes from the page is mistrusted until parsed.

Notebook: 03-media.
"""

from labkit.devices.browser.camera import BrowserCamera
from labkit.devices.browser.microphone import BrowserMicrophone
from labkit.devices.browser.page import Page, page_of
from labkit.devices.browser.speaker import BrowserSpeaker

__all__ = ["BrowserCamera", "BrowserMicrophone", "BrowserSpeaker", "Page", "page_of"]
