"""Hypothesis strategies: any message that can be said."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.registry.messages import (
    Bye,
    Found,
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Registered,
    Unregister,
    Unregistered,
    User,
    UserList,
    checked_host,
)


def _is_a_name(text: str) -> bool:
    normal = unicodedata.normalize("NFC", text)
    return 1 <= len(normal) <= 64 and normal.isprintable() and " " not in normal


NAMES = st.text(min_size=1, max_size=64).filter(_is_a_name)


def _is_a_host(host: str) -> bool:
    try:
        return bool(checked_host(host))
    except LocalError:
        return False


HOSTS = (st.ip_addresses(v=4) | st.ip_addresses(v=6)).map(str).filter(_is_a_host)
PORTS = st.integers(1, 65_535)
USERS = st.builds(User, NAMES, HOSTS, PORTS)
REQUESTS = st.one_of(
    st.builds(Register, NAMES, HOSTS, PORTS),
    st.builds(Query, NAMES),
    st.builds(Unregister, NAMES),
    st.just(ListUsers()),
    st.just(Quit()),
)
REPLIES = st.one_of(
    st.builds(Registered, USERS),
    st.builds(Found, USERS),
    st.builds(UserList, st.lists(USERS, max_size=8).map(tuple)),
    st.builds(Unregistered, NAMES),
    st.just(Bye()),
    st.builds(
        Refused,
        st.integers(400, 599),
        st.text(max_size=100).filter(str.isprintable),
    ),
)
