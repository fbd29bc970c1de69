"""The exercise on dialects: a right file passes, wrong ones are told where."""

import pytest

from labkit.checks import check_dialect

RIGHT = """
name = "ours"

[call.messages]
invite = "PODE?;{name};{port}"
accept = "PODE;{port}"
refuse = "NAO PODE"
end = "FIM;{name}"
"""


def test_a_right_dialect_passes() -> None:
    assert check_dialect(lambda: RIGHT)


def test_one_that_is_not_begun_is_not_yet() -> None:
    def our_dialect() -> str:
        raise NotImplementedError

    assert check_dialect(our_dialect).outcome == "not yet"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("{port}", "{prot}", "field {prot} is not known"),
        ("PODE?;", "PODE? ", "the invitation"),
        ('"PODE;{port}"', '"PODE;{name};{port}"', "a yes"),
        ("end", "fim", "this is no message"),
    ],
)
def test_a_wrong_one_is_told_where(
    right: str, wrong: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_dialect(lambda: RIGHT.replace(right, wrong, 1)).outcome == "failed"
    assert told in capsys.readouterr().out
