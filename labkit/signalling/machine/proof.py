"""The answer to "who are you?": a digest of our password.

RFC 3261 section 22, RFC 8760.

Notebook: 02-signalling.
"""

from __future__ import annotations

from labkit.errors import RemoteError
from labkit.signalling.messages.digest import Challenge
from labkit.signalling.messages.response import Response

HEADERS = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}
"""Question and answer, by status: who takes the call asks, or a proxy on the way."""


def proof_for(
    response: Response, uri: str, username: str, password: str, cnonce: str
) -> tuple[str, str] | None:
    """The header that answers the first question that we know how to answer.

    None if the response asks nothing of the kind.
    """
    if response.status not in HEADERS:
        return None
    question, answer = HEADERS[response.status]
    for name, text in response.headers:
        if name.lower() != question.lower():
            continue
        try:
            challenge = Challenge.parse(text)
        except RemoteError:
            continue  # RFC 8760, section 2.4: another one may be of a kind we know
        method = response.cseq.method
        proof = challenge.answered(method, uri, username, password, cnonce)
        return answer, str(proof)
    return None
