"""The digest exercise: a right one passes, broken ones fail where they should."""

from __future__ import annotations

from hashlib import md5

import pytest

from labkit.checks import check_digest_response


def md5_of(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def response(name, realm, password, method, uri, nonce, count, cnonce) -> str:
    secret = md5_of(f"{name}:{realm}:{password}")
    asked = md5_of(f"{method}:{uri}")
    return md5_of(f"{secret}:{nonce}:{count}:{cnonce}:auth:{asked}")


def test_a_right_response_passes() -> None:
    assert check_digest_response(response)


def test_a_wrong_response_is_told_where(capsys: pytest.CaptureFixture[str]) -> None:
    def always_get(name, realm, password, method, *rest) -> str:
        return response(name, realm, password, "GET", *rest)

    assert not check_digest_response(always_get)
    assert "✗ wrong  bob registers" in capsys.readouterr().out
