"""Mapping files are written all or nothing, and set aside rather than deleted."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bridge.errors import BridgeError

ASIDE = ".oubliee"
"""What is added to the name of a mapping file that no harvest must read any more."""


def read(path: Path) -> str:
    """The text of a file, its line ends as they are.

    Raises:
        BridgeError: it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BridgeError(f"{path} ne peut pas être lu.", "Vérifiez ses droits et son codage (UTF-8).") from error


def write(path: Path, text: str) -> None:
    """All or nothing: a service that reads the file meanwhile sees the old one or the new one.

    Raises:
        BridgeError: it cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(text.encode("utf-8"))
        with suppress(FileNotFoundError):
            shutil.copymode(path, aside)
        aside.replace(path)
    except OSError as error:
        raise BridgeError(f"{path} ne peut pas être écrit : {error.strerror}.") from error


def set_aside(path: Path) -> Path:
    """The file under a name that no harvest reads: a service that runs would bring its source back.

    Raises:
        BridgeError: it cannot be moved.
    """
    return move(path, path.with_name(f"{path.name}{ASIDE}"))


def move(path: Path, to: Path) -> Path:
    """The file under another name of the same folder.

    Raises:
        BridgeError: it cannot be moved.
    """
    try:
        return path.replace(to)
    except OSError as error:
        raise BridgeError(f"{path} ne peut pas être renommé : {error.strerror}.") from error


def way_back(path: Path, before: str, after: str) -> dict[str, Any]:
    """What it takes to come back from a changed file: the piece that changed, and how to know the file again."""
    start = len(os.path.commonprefix([before, after]))
    end = len(os.path.commonprefix([before[start:][::-1], after[start:][::-1]]))
    was, length = before[start : len(before) - end], len(after) - end - start
    return {"file": path.name, "after": digest(after), "at": start, "length": length, "was": was}


def come_back(folder: Path, way: Mapping[str, Any]) -> tuple[Path, str]:
    """The file, and the text that it had before.

    Raises:
        BridgeError: it cannot be read, or has been changed since.
    """
    path = folder / Path(str(way["file"])).name
    text, at = read(path), int(way["at"])
    if digest(text) != way["after"]:
        raise BridgeError(
            f"{path.name} a été modifié depuis : revenir en arrière effacerait ces changements.",
            "Annulez d'abord ce qui a suivi, ou corrigez le fichier à la main.",
        )
    return path, text[:at] + str(way["was"]) + text[at + int(way["length"]) :]


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
