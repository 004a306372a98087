"""What the doctor says."""

from __future__ import annotations

from typing import NamedTuple

GRAVITIES = ("grave", "à corriger", "à savoir")
GRAVE, WRONG, WORTH = GRAVITIES


class Finding(NamedTuple):
    """Something to know. ``check`` is the name of the check that found it."""

    gravity: str
    check: str
    message: str
    remedy: str
