"""All transactions of one phone, found by branch (RFC 3261 section 17).

Everything is a dict: a linear scan collapses at a few hundred calls a second. Answered
transactions are kept for repetitions, at most `MOST_ANSWERED` of them and `MOST_OCTETS`
of answers; beyond, the oldest is forgotten, so that a flood cannot fill the memory.

Notebook: 02-signalling.
"""

from __future__ import annotations

from collections import OrderedDict

from labkit.effects import Effect
from labkit.signalling.machine.client_transaction import (
    ClientState,
    ClientTransaction,
    InviteClientTransaction,
    RequestClientTransaction,
    own_answer,
)
from labkit.signalling.machine.destination import Destination
from labkit.signalling.machine.server_transaction import (
    InviteServerTransaction,
    RequestServerTransaction,
    ServerState,
    ServerTransaction,
)
from labkit.signalling.machine.timing import Timing, TransactionTimer
from labkit.signalling.machine.transaction_key import TransactionKey
from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response

MOST_ANSWERED = 4096
MOST_OCTETS = 1 << 21

_MergeKey = tuple[str, str, int, str]


class Transactions:
    """The transaction layer: requests and answers in, requests and answers out."""

    def __init__(self, timing: Timing, most_answered: int = MOST_ANSWERED) -> None:
        self._timing = timing
        self._most_answered = most_answered
        self._clients: dict[TransactionKey, ClientTransaction] = {}
        self._servers: dict[TransactionKey, ServerTransaction] = {}
        # Octets, in the order of answering; a dict is slow to take its first from.
        self._answered: OrderedDict[TransactionKey, int] = OrderedDict()
        self._by_origin: dict[_MergeKey, TransactionKey] = {}
        self._octets = 0

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    # --- requests of ours ---

    def request(self, request: Request, to: Destination, now: float) -> list[Effect]:
        """Begin a client transaction: send the request and look after it."""
        kind = (
            InviteClientTransaction
            if request.method == "INVITE"
            else RequestClientTransaction
        )
        transaction = kind(request, to, self._timing)
        self._clients[transaction.key] = transaction
        return transaction.start(now)

    def response(
        self, response: Response, now: float
    ) -> tuple[list[Effect], Response | None]:
        """Take an answer that arrived; also returns it if it is news to the call.

        A 2xx to an INVITE that belongs to no transaction any more is always news:
        it needs its ACK (section 13.2.2.4).
        """
        transaction = self._clients.get(TransactionKey.of_response(response))
        if transaction is None:
            stray = response.is_success and response.cseq.method == "INVITE"
            return [], response if stray else None
        effects, news = transaction.received(response, now)
        self._tidy_client(transaction)
        return effects, news

    def forget_request(self, request: Request) -> list[Effect]:
        """End the client transaction of this request: nothing is expected any more."""
        transaction = self._clients.pop(TransactionKey.of_own(request), None)
        return transaction.terminate() if transaction is not None else []

    def unreachable(self, to: Destination) -> list[tuple[list[Effect], Response]]:
        """What was on its way there failed: a 503 of our own making for each
        (8.1.3.1)."""
        failed = [
            transaction
            for transaction in self._clients.values()
            if transaction.to.transport == to.transport
            and transaction.to.address == to.address
            and transaction.state in (ClientState.TRYING, ClientState.PROCEEDING)
        ]
        return [
            (
                self.forget_request(transaction.request),
                own_answer(transaction.request, 503, "Cannot be reached"),
            )
            for transaction in failed
        ]

    # --- requests of others ---

    def find(self, request: Request) -> ServerTransaction | None:
        """The server transaction that a request (or its ACK) belongs to."""
        return self._servers.get(TransactionKey.of_request(request))

    def find_cancelled(self, cancel: Request) -> ServerTransaction | None:
        """The INVITE that a CANCEL means: same branch (section 9.2)."""
        key = TransactionKey.of_request(cancel)._replace(method="INVITE")
        return self._servers.get(key)

    def is_merged(self, request: Request) -> bool:
        """Whether this request is here already, by another way (section 8.2.2.2)."""
        return not request.to.tag and _origin(request) in self._by_origin

    def begin(self, request: Request, back: Destination) -> ServerTransaction:
        """Begin a server transaction for a request that is new."""
        kind = (
            InviteServerTransaction
            if request.method == "INVITE"
            else RequestServerTransaction
        )
        transaction = kind(request, back, self._timing)
        self._servers[transaction.key] = transaction
        self._by_origin.setdefault(_origin(request), transaction.key)
        return transaction

    def respond(
        self, transaction: ServerTransaction, response: Response, now: float
    ) -> list[Effect]:
        """Answer a request; final answers are kept for repetitions."""
        effects = transaction.respond(response, now)
        if response.is_final:
            self._answered[transaction.key] = transaction.octets
            self._octets += transaction.octets
            effects += self._forget_oldest()
        self._tidy_server(transaction)
        return effects

    def _forget_oldest(self) -> list[Effect]:
        effects: list[Effect] = []
        while len(self._answered) > self._most_answered or self._octets > MOST_OCTETS:
            oldest = self._servers[next(iter(self._answered))]
            effects += oldest.terminate()
            self._tidy_server(oldest)
        return effects

    def acknowledged(
        self, transaction: InviteServerTransaction, now: float
    ) -> list[Effect]:
        """The ACK to a refusal of ours came."""
        effects = transaction.acknowledged(now)
        self._tidy_server(transaction)
        return effects

    # --- time ---

    def timeout(
        self, timer: TransactionTimer, now: float
    ) -> tuple[list[Effect], Response | None]:
        """A timer fired; also returns the 408 that stands for "no answer"."""
        if timer.transaction.side == "client":
            client = self._clients.get(timer.transaction)
            if client is None:
                return [], None
            effects, news = client.timeout(timer.letter, now)
            self._tidy_client(client)
            return effects, news
        server = self._servers.get(timer.transaction)
        if server is None:
            return [], None
        effects = server.timeout(timer.letter, now)
        self._tidy_server(server)
        return effects, None

    def _tidy_client(self, transaction: ClientTransaction) -> None:
        if transaction.state is ClientState.TERMINATED:
            self._clients.pop(transaction.key, None)

    def _tidy_server(self, transaction: ServerTransaction) -> None:
        if transaction.state is ServerState.TERMINATED:
            self._servers.pop(transaction.key, None)
            self._octets -= self._answered.pop(transaction.key, 0)
            origin = _origin(transaction.request)
            if self._by_origin.get(origin) == transaction.key:
                del self._by_origin[origin]


def _origin(request: Request) -> _MergeKey:
    cseq = request.cseq
    return (request.call_id, request.from_.tag, cseq.number, request.method)
