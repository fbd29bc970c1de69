"""Every message passes here once; log, table, ladder and capture file are its views.

    print(log(alice.trace))
    ladder(alice.trace, bob.trace)
    save("call.pcapng", alice.trace)

Begin with `record`: the `Trace` of one observer. `describe` says in a line what a
message says; `log`, `table`, `ladder/` and `capture/` show it, `merge` joins several
observers.

Notebook: 02-signalling.
"""

from labkit.trace.capture import capture, save
from labkit.trace.describe import full_text, summary
from labkit.trace.ladder import Ladder, ladder
from labkit.trace.log import log, log_text
from labkit.trace.merge import Arrow, merge
from labkit.trace.record import Record, RtpPacketSeen, Trace
from labkit.trace.table import (
    messages_html,
    messages_table,
    users_html,
    users_table,
)

__all__ = [
    "Arrow",
    "Ladder",
    "Record",
    "RtpPacketSeen",
    "Trace",
    "capture",
    "full_text",
    "ladder",
    "log",
    "log_text",
    "merge",
    "messages_html",
    "messages_table",
    "save",
    "summary",
    "users_html",
    "users_table",
]
