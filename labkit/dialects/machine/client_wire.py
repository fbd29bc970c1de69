"""The registry's requests and replies in a dialect, as a phone needs them.

Replies say little (`Usuario registrado!`); what they leave out is what was asked for.
Notebook: 08-voice-room.
"""

from __future__ import annotations

from labkit.dialects.dialect import RegistryTalk
from labkit.dialects.messages import Message
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

_MEANINGS: dict[type, str] = {
    Register: "register",
    Query: "query",
    ListUsers: "list",
    Unregister: "unregister",
    Quit: "quit",
}
_STATUSES = {
    "malformed": 400,
    "wrong_password": 401,
    "address_refused": 403,
    "unknown_user": 404,
    "name_taken": 409,
    "address_taken": 409,
    "unknown_request": 501,
}
"""The kit's number for each refusal; 400 to 599 are also read as they come."""


class DialectClientWire:
    """Writes requests and reads replies, of one client whose user is `name`.

    An empty `password` is the dialect's usual one, where it wants one at all.
    """

    def __init__(self, talk: RegistryTalk, name: str, password: str = "") -> None:
        self._talk, self._name, self._password = talk, name, password

    def write_request(self, request: Request) -> bytes:
        """The request; LocalError where this dialect has no such one."""
        meaning = self._talk.requests.says(_MEANINGS[type(request)])
        if meaning is None:
            raise LocalError(f"{self._talk.requests.name} has no word for it")
        fields: dict[str, object] = {"name": self._name, "me": self._name}
        match request:
            case Register():
                fields |= {"host": request.host, "port": request.port}
                fields["name"] = request.name
                fields |= {"password": self._password} if self._password else {}
            case Query() | Unregister():
                fields["name"] = request.name
        return self._talk.requests.write(meaning, **fields)

    def reply_reader(self) -> ReplyPieces:
        """Cuts what the registry sends into replies."""
        return ReplyPieces(self._talk)

    def parse_reply(self, data: bytes, request: Request | None) -> Reply:
        """One reply; RemoteError for what is none, or none to this request."""
        try:
            return self._reply(data, request)
        except LocalError as error:  # a name or an address that cannot be
            raise RemoteError(str(error)) from None

    def _reply(self, data: bytes, request: Request | None) -> Reply:
        replies = self._talk.replies
        if "users" not in replies.forms and isinstance(request, ListUsers):
            return _listed([replies.read(each) for each in _cut(self._talk, data)])
        return _answer(replies.read(data), request)


class ReplyPieces:
    """Cuts a stream into replies; where a list is many messages, they stay together."""

    def __init__(self, talk: RegistryTalk) -> None:
        self._talk = talk
        self._cutter: Cutter = talk.replies.cutter()
        self._list: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """Take in some bytes; return the replies they complete."""
        pieces = self._cutter.feed(data)
        if "users_begin" not in self._talk.replies.forms:
            return pieces
        replies = []
        for piece in pieces:
            meaning = self._meaning(piece)
            if meaning == "users_begin" or self._list:
                self._list.append(piece)
                if meaning == "users_end" or len(self._list) > 100_000:
                    replies.append(b"".join(self._list))
                    self._list = []
            else:
                replies.append(piece)
        return replies

    def _meaning(self, piece: bytes) -> str:
        try:
            return self._talk.replies.read(piece).meaning
        except RemoteError:
            return ""


def _answer(message: Message, request: Request | None) -> Reply:
    match message.meaning, request:
        case "registered", Register():
            return Registered(User(request.name, request.host, request.port))
        case "found", Query():
            return Found(_user(message, request.name))
        case "users", ListUsers():
            rows = message.fields.get("users", ())
            assert isinstance(rows, tuple)
            # A dict of a row's fields is a message's.
            users = [_user(Message("user", dict(row)), "") for row in rows]  # type: ignore[arg-type]
            return UserList(tuple(users))
        case "unregistered", Unregister():
            return Unregistered(request.name)
        case "bye", _:
            return Bye()
        case meaning, _ if meaning in _STATUSES or meaning == "refused":
            return _refused(message, request)
    raise RemoteError(f"{message.meaning} is no reply to {request}")


def _cut(talk: RegistryTalk, data: bytes) -> list[bytes]:
    return talk.replies.cutter().feed(data) or [data]


def _listed(messages: list[Message]) -> Reply:
    first = messages[0]
    if first.meaning in _STATUSES or first.meaning == "refused":
        return _refused(first, ListUsers())
    users = [_user(each, "") for each in messages if each.meaning == "user"]
    if first.meaning != "users_begin" or first.number("count", len(users)) != len(
        users
    ):
        raise RemoteError("this is no whole list of users")
    return UserList(tuple(users))


def _user(message: Message, name: str) -> User:
    since = message.fields.get("time")
    return User(
        message.text("name", name),
        message.text("host"),
        message.number("port"),
        since if isinstance(since, float) else None,
    )


def _refused(message: Message, request: Request | None) -> Refused:
    status = message.number("status", _STATUSES.get(message.meaning, 400))
    words = message.meaning.replace("_", " ")
    about = getattr(request, "name", "")
    text = message.text("text", f"{words}: {about}" if about else words)
    return Refused(status if 400 <= status <= 599 else 400, text)
