"""The kit's one clock: seconds since 1 January 1970 that never jump.

`time.time()` may be set back by a time server in the middle of a call;
`time.perf_counter()` never jumps but starts anywhere. This clock reads the first once,
when the kit is imported, and counts with the second ever after. It is handed to the
machines as a plain number.

Notebook: 03-media.
"""

from __future__ import annotations

import time

_EPOCH = time.time() - time.perf_counter()


def now() -> float:
    """Seconds since the Unix epoch, monotonic within this process."""
    return _EPOCH + time.perf_counter()
