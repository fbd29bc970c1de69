"""The passwords of the registry's SIP door, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit import Registry
from labkit.errors import LocalError
from labkit.net.sip_door import read_passwords


def test_a_name_and_its_password_a_line(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("bob  se cret\n\nJoão x\n", encoding="utf-8")
    assert read_passwords(file) == {"bob": "se cret", "João": "x"}


@pytest.mark.parametrize("text", ["", "\n", "bob\n", "bob \n", "b\x07b x\n"])
def test_what_is_wrong_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "passwords"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LocalError):
        read_passwords(file)
    with pytest.raises(LocalError, match="cannot be read"):
        read_passwords(tmp_path / "nowhere")


def test_an_unknown_digest_leaves_no_registry_behind() -> None:
    with pytest.raises(LocalError, match="MD5 or SHA-256"):
        Registry("127.0.0.3", 5077, sip=0, digest="CRC")
    Registry("127.0.0.3", 5077).close()
