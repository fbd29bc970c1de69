"""The registry's requests and replies in a dialect: the kit's own machine speaks it.

    wire = RegistryWire(load("uam").registry)
    wire.parse_request(b"QUERY bob")                  # Query("bob")
    wire.write_reply(Refused(404, "unknown user: bob"))    # b"NOK USER_UNKNOWN"

Notebook: 08-voice-room.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from labkit.dialects.dialect import RegistryTalk
from labkit.dialects.messages import FALLBACKS, Message
from labkit.dialects.wire.framing import Cutter
from labkit.errors import LocalError, RemoteError
from labkit.registry.messages import (
    Bye,
    Found,
    ListUsers,
    Query,
    Quit,
    Refused,
    Register,
    Registered,
    Reply,
    Request,
    Unregister,
    Unregistered,
    User,
    UserList,
)

WRONG_PASSWORD, UNKNOWN_REQUEST = 401, 501
_MEANINGS = {
    400: "malformed",
    401: "wrong_password",
    403: "address_refused",
    404: "unknown_user",
    409: "name_taken",
    501: "unknown_request",
}
"""What a refusal's status means; all others are just `refused`."""


@dataclass(frozen=True, slots=True)
class Registration(Register):
    """A registration with what some dialects say beside."""

    password: str = ""
    protocols: str = ""


@dataclass(frozen=True, slots=True)
class Member(User):
    """A user with what some dialects tell beside."""

    protocols: str = ""


class RegistryWire:
    """Reads requests and writes replies; none of it raises for what a client sends but
    RemoteError, whose `reply` is the refusal to answer with."""

    def __init__(self, talk: RegistryTalk) -> None:
        self._talk = talk
        self._listed: Sequence[User] | None = None
        self._list_bytes = b""

    def reader(self) -> Cutter:
        """Cuts what one client sends."""
        return self._talk.requests.cutter()

    def parse_request(self, line: bytes) -> Request:
        """The request of one piece."""
        try:
            return _request(self._talk.requests.read(line))
        except (RemoteError, LocalError) as error:
            words = str(error)[:200]
            raise RemoteError(words, Refused(self._status(line), words)) from None

    def write_reply(self, reply: Reply) -> bytes:
        """The reply; nothing at all where the dialect has no word for it."""
        match reply:
            case Found():
                return self._say(["found"], **_about(reply.user))
            case Registered():
                return self._say(["registered"], **_about(reply.user))
            case Unregistered():
                return self._say(["unregistered"], name=reply.name)
            case Bye():
                return self._say(["bye"])
            case UserList():
                return self._list(reply.users)
            case Refused():
                return self._refusal(reply)

    def can_say(self, user: User) -> bool:
        """Whether a user of this name can stand in a reply and in the list.

        `a#b` cannot where `#` ends a row: one such user would spoil the list for all.
        """
        try:
            self._talk.replies.write("found", **_about(user))
            if "users" in self._talk.replies.forms:
                self._talk.replies.write("users", count=1, users=(_about(user),))
            self._rows((user,))
        except LocalError:
            return False
        return True

    def _status(self, line: bytes) -> int:
        """400 for a request that has something wrong, 501 for one that nobody knows."""
        begins = [
            form.begins
            for forms in self._talk.requests.forms.values()
            for form in forms
            if form.begins
        ]
        known = any(line.strip().startswith(begin.strip()) for begin in begins)
        return 400 if known or not begins else UNKNOWN_REQUEST

    def _say(self, meanings: Sequence[str], **fields: object) -> bytes:
        """The first of these that the dialect has, and that these fields can fill."""
        for meaning in meanings:
            if meaning in self._talk.replies.forms:
                try:
                    return self._talk.replies.write(meaning, **fields)
                except LocalError:
                    continue
        return b""

    def _refusal(self, refused: Refused) -> bytes:
        meaning = _MEANINGS.get(refused.status, "refused")
        meanings = (meaning, *FALLBACKS[meaning])
        about = re.search(r": (\S+)", refused.text)
        fields = {"name": about[1]} if about else {}
        text, status = refused.text, refused.status
        return self._say(meanings, status=status, text=text, **fields)

    def _list(self, users: Sequence[User]) -> bytes:
        if users != self._listed:  # a class asks for it over and over
            self._listed, self._list_bytes = users, self._rows(users)
        return self._list_bytes

    def _rows(self, users: Sequence[User]) -> bytes:
        """One message with all of them, or one each between a beginning and an end."""
        replies, rows = self._talk.replies, [_about(user) for user in users]
        if "users" in replies.forms:
            return replies.write_unread("users", count=len(rows), users=tuple(rows))
        if "user" not in replies.forms:
            return self._refusal(Refused(UNKNOWN_REQUEST, "there is no list here"))
        lines = [replies.write_unread("user", **row) for row in rows]
        begin = self._say(["users_begin"], count=len(rows))
        return b"".join([begin, *lines, self._say(["users_end"])])


def _request(message: Message) -> Request:
    name = message.text("name")
    match message.meaning:
        case "register":
            return Registration(
                name,
                message.text("host"),
                message.number("port"),
                message.text("password"),
                message.text("protocols"),
            )
        case "query":
            return Query(name)
        case "list":
            return ListUsers()
        case "unregister":
            return Unregister(name)
    return Quit()


def _about(user: User) -> dict[str, object]:
    """The fields that a reply may say of a user."""
    fields: dict[str, object] = {
        "name": user.name,
        "host": user.host,
        "port": user.port,
        "time": user.since or 0.0,
    }
    protocols = user.protocols if isinstance(user, Member) else ""
    return {**fields, "protocols": protocols} if protocols else fields
