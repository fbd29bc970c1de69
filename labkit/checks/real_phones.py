"""Check of the exercise on real phones: what travels in place of a password.

SIP's digest is HTTP's (RFC 3261 section 22, RFC 7616 section 3.4.1).

Notebook: 11-real-phones.
"""

from __future__ import annotations

from labkit.checks.frame import Case, CheckResult, Student, check

DIGEST = (
    Case(
        "RFC 7616's own example",
        (
            "Mufasa", "http-auth@example.org", "Circle of Life", "GET",
            "/dir/index.html", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        ),
        "8ca523f5e9506fed4657c9700eebdbec",
        "three sums: of name:realm:password, of method:uri, and of both with "
        "nonce:count:cnonce:auth between them. All joined by ':'.",
    ),
    Case(
        "the same with another password",
        (
            "Mufasa", "http-auth@example.org", "circle of life", "GET",
            "/dir/index.html", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        ),
        "e5f2814b70ec1d5e1fe6319faef3a938",
        "does the password go into the first sum?",
    ),
    Case(
        "bob registers",
        (
            "bob", "labkit", "secret", "REGISTER", "sip:127.0.0.1",
            "1a2157eb166-a949", "00000001", "c93b507b",
        ),
        "18dc1b3500d6ee68f412e6e8603f8077",
        "the method is part of the second sum: REGISTER:sip:127.0.0.1.",
    ),
)  # fmt: skip


def check_digest_response(function: Student) -> CheckResult:
    """`digest_response(name, realm, password, method, uri, nonce, count, cnonce)`.

    Returns the hexadecimal MD5 that `Authorization` bears, with qop=auth.
    """
    return check(function, DIGEST)
