"""``partageons doctor``: looks at a running collective, and says in plain sentences what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bridge.doctor.checks import examine
from bridge.doctor.facts import Facts, gather
from bridge.doctor.finding import GRAVE, GRAVITIES, WORTH, Finding
from bridge.errors import BridgeError

__all__ = ["GRAVE", "GRAVITIES", "WORTH", "Facts", "Finding", "close", "examine", "gather"]


def close(paths: Iterable[Path]) -> list[Path]:
    """Let only their owner read and write these files and folders; those that were open to others.

    Raises:
        BridgeError: they belong to somebody else.
    """
    closed = []
    for path in paths:
        try:
            path.chmod(0o700 if path.is_dir() else 0o600)
        except OSError as error:
            raise BridgeError(
                f"Les droits de {path} ne peuvent pas être changés : {error.strerror}.",
                "Lancez cette commande sous le nom de celui à qui il appartient.",
            ) from error
        closed.append(path)
    return closed
