"""Text during a call: MESSAGE within the call's dialog (RFC 3428).

One MESSAGE is under way at a time, the next leaves after its final answer (section 8:
no more load than the way carries); so texts arrive in the order in which they were
said. Each is answered, and the answer says whether it arrived. What comes in is text,
short, and not too much of it, or it is refused: 400 413 415 503. A text that fails
never ends the call.

    number, effects = agent.say(call_id, "Can you see me?", now)
    # ... Notify(TextDelivered(call_id, number))

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections import deque

from labkit.effects import Effect, Notify
from labkit.errors import LocalError
from labkit.signalling.machine.dialog import Dialog
from labkit.signalling.machine.events import TextDelivered, TextFailed
from labkit.signalling.machine.transactions import Transactions
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.text import readable, shown
from labkit.signalling.wire import sip

TEXT_TYPE = "text/plain"
TEXT_HEADERS = (("Content-Type", f"{TEXT_TYPE};charset=UTF-8"),)
CHARSETS = ("utf-8", "us-ascii")
MOST_BYTES = 1300
"""Of a whole MESSAGE, headers too: more may be cut to pieces on its way (section 8)."""
MOST_RECEIVED = 4096
"""Bytes of text that we take from a phone that does not keep to the 1300."""
MOST_WAITING = 16
MOST_A_SECOND = 10
"""Texts that a peer may send in the long run; twice as many at once."""

Header = tuple[str, str]
_WHY = {
    405: "takes no text",
    501: "takes no text",
    413: "takes only shorter texts",
    415: "does not take plain text",
    408: "did not answer",
    481: "says that the call is over",
    503: "takes no more text just now; try again in a moment",
}


class Chat:
    """The texts of one call: those that wait, the one under way, those that come."""

    def __init__(self, call_id: str, peer: str, transactions: Transactions) -> None:
        self._call_id = call_id
        self._peer = peer
        self._transactions = transactions
        self._said = 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._under_way: tuple[int, bytes, Request] | None = None
        self._is_repeated = False
        self._credit, self._counted_at = 2.0 * MOST_A_SECOND, 0.0

    # --- ours ---

    def say(self, text: str, dialog: Dialog) -> int:
        """Queue a text; returns its number in this call, from 1 on.

        Raises LocalError for one that is empty or too long, or when too many wait.
        """
        body = readable(text).encode("utf-8", "replace")
        if not body:
            raise LocalError("there is nothing to say: the text is empty")
        number = dialog.local_number + 1
        head = dialog.request("MESSAGE", number=number, headers=TEXT_HEADERS)
        room = MOST_BYTES - len(sip.write(head)) - 4  # longer numbers are to come
        if len(body) > room:
            raise LocalError(
                f"the text has {len(body)} bytes, and a MESSAGE to {self._peer} has "
                f"room for {room} (RFC 3428: {MOST_BYTES} with its headers); "
                "say it in several"
            )
        if len(self._waiting) >= MOST_WAITING:
            raise LocalError(
                f"{MOST_WAITING} texts wait until {self._peer}'s phone has answered "
                "the one before; wait a moment"
            )
        self._said += 1
        self._waiting.append((self._said, body))
        return self._said

    def go_on(self, dialog: Dialog, now: float) -> list[Effect]:
        """Send the next text, unless one is under way."""
        if self._under_way is not None or not self._waiting:
            return []
        number, body = self._waiting.popleft()
        self._is_repeated = False
        return self._send(number, body, dialog, now)

    def _send(
        self, number: int, body: bytes, dialog: Dialog, now: float
    ) -> list[Effect]:
        request = dialog.request("MESSAGE", headers=TEXT_HEADERS, body=body)
        self._under_way = number, body, request
        return self._transactions.request(request, dialog.next_hop, now)

    def responded(self, response: Response, dialog: Dialog, now: float) -> list[Effect]:
        """An answer to a MESSAGE of ours, or a timer's word in its place (408, 503).

        500 says that a later request of ours, a re-INVITE perhaps, was faster (RFC
        3261 section 12.2.2): the text gets a new number and is sent once more.
        """
        if self._under_way is None or not response.is_final:
            return []
        number, body, request = self._under_way
        if response.cseq != request.cseq:
            return []
        self._under_way = None
        if response.is_success:
            news: TextDelivered | TextFailed = TextDelivered(self._call_id, number)
        elif response.status == 500 and not self._is_repeated:
            self._is_repeated = True
            return self._send(number, body, dialog, now)
        else:
            news = self._failed(number, response)
        return [Notify(news)]

    def _failed(self, number: int, response: Response) -> TextFailed:
        said = shown(f"answered {response.status} {response.reason}")
        why = f"{self._peer}'s phone {_WHY.get(response.status, said)}"
        return TextFailed(self._call_id, number, response.status, why)

    def end(self) -> list[Effect]:
        """The call is over: whatever was not answered failed."""
        numbers = [self._under_way[0]] if self._under_way is not None else []
        numbers += [number for number, _ in self._waiting]
        self._under_way = None
        self._waiting.clear()
        return [
            Notify(TextFailed(self._call_id, number, 0, "the call is over"))
            for number in numbers
        ]

    # --- theirs ---

    def refusal_of(
        self, request: Request, now: float
    ) -> tuple[int, *tuple[Header, ...]] | None:
        """Status and headers for a MESSAGE that we do not take, or None."""
        gone = max(now - self._counted_at, 0.0)
        self._counted_at = now
        self._credit = min(self._credit + gone * MOST_A_SECOND, 2.0 * MOST_A_SECOND)
        if self._credit < 1:
            return 503, ("Retry-After", "1")
        self._credit -= 1
        if request.content_type != TEXT_TYPE or _charset(request) not in CHARSETS:
            return 415, ("Accept", TEXT_TYPE)
        if len(request.body) > MOST_RECEIVED:
            return (413,)
        try:
            request.body.decode()
        except UnicodeDecodeError:
            return (400,)
        return None


def _charset(request: Request) -> str:
    """The character set that Content-Type names, in lower case (RFC 2046: or ASCII)."""
    _, *parameters = request.header("Content-Type").lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return value.strip().strip('"')
    return "us-ascii"
