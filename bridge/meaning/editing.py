"""STUB by the lead so that imports work meanwhile: to be overwritten whole by the helper who owns this file."""

from __future__ import annotations

from collections.abc import Sequence


def accept(text: str, field: str, label: str, concepts: Sequence[str]) -> str:
    return text


def set_field(text: str, ours: str, theirs: str) -> str:
    return text


def ignore(text: str, key: str) -> str:
    return text
