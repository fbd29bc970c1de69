"""What makes a transaction the same transaction (RFC 3261 sections 17.1.3, 17.2.3).

Notebook: 02-signalling.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from labkit.signalling.messages.request import Request
from labkit.signalling.messages.response import Response
from labkit.signalling.messages.via import MAGIC_COOKIE


class TransactionKey(NamedTuple):
    """The index of all transactions: no message is ever searched for."""

    side: Literal["client", "server"]
    branch: str
    sent_by: str
    """Who put the branch there; our own requests need not say."""
    method: str
    """The request's; an ACK belongs to its INVITE."""

    @classmethod
    def of_request(cls, request: Request) -> TransactionKey:
        """The server transaction that a received request belongs to."""
        via = request.via[0]
        branch = via.branch
        if not branch.startswith(MAGIC_COOKIE) or branch == MAGIC_COOKIE:
            # A phone older than RFC 3261, or a careless one: compare what section
            # 17.2.3 lists instead.
            branch = f"{branch} {request.call_id} {request.from_.tag} "
            branch += str(request.cseq.number)
        method = "INVITE" if request.method == "ACK" else request.method
        return cls("server", branch, via.sent_by, method)

    @classmethod
    def of_response(cls, response: Response) -> TransactionKey:
        """The client transaction that a received answer belongs to."""
        return cls("client", response.branch, "", response.cseq.method)

    @classmethod
    def of_own(cls, request: Request) -> TransactionKey:
        """The client transaction of a request of ours."""
        return cls("client", request.branch, "", request.method)
