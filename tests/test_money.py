"""Sums, areas, lengths: every line of ``cases/money.tsv``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.meaning import money
from bridge.record import Amount

CASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "cases" / "money.tsv").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize(("text", "function", "expected"), CASES)
def test_case(text: str, function: str, expected: str) -> None:
    found = getattr(money, function)(text)
    if not expected:
        assert found is None
    elif function == "amount":
        value, *notes = expected.split(" ")
        tax = next((note for note in notes if note != "approx"), "")
        assert found == Amount(float(value), tax, "approx" in notes)
    else:
        assert found == pytest.approx(float(expected))


def test_the_table_holds_enough() -> None:
    assert len(CASES) >= 80
    assert len({case[:2] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("read", [money.amount, money.area, money.length])
def test_prose_and_nothing_give_nothing(read: object) -> None:
    assert callable(read)
    assert read("") is None
    assert read("12 € 3 ha 5 km".ljust(money.MAX_LENGTH + 1)) is None
