"""A phone's line: where it takes calls, in SIP or in another group's dialect.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from labkit.dialects import Dialect
from labkit.effects import Address
from labkit.net.dialect_calls import DialectEndpoint
from labkit.net.sip import SipEndpoint
from labkit.signalling.machine.agent import UserAgent
from labkit.trace import Trace

Line: TypeAlias = SipEndpoint[UserAgent]
"""Or what speaks a dialect and has the same face."""


def open_line(
    host: str,
    port: int,
    new_agent: Callable[[Address], UserAgent],
    on_event: Callable[[object], None],
    trace: Trace,
    *,
    dialect: Dialect | None,
    find: Callable[[str], Address],
) -> Line:
    """Listen for calls on `port`; 0 chooses one.

    In a dialect, where names are called, `find` says where somebody is. Raises
    LocalError if the port is taken.
    """
    if dialect is None:
        return SipEndpoint(host, port, new_agent, on_event, trace)
    endpoint = DialectEndpoint(
        host, port, trace.observer, dialect, on_event, trace, find
    )
    return cast(Line, endpoint)
