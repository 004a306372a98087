"""The pieces of an archive: a gzipped tar of plain files (POSIX ustar), read without trusting it."""

from __future__ import annotations

import gzip
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from bridge.errors import BridgeError

MOST_FILES = 20_000
LARGEST_FILE = 8 << 20
"""Octets of a settings or mapping file; a table may have more."""
LARGEST = 4 << 30
"""Octets of all pieces, once decompressed."""
_BLOCK = 512
_CHUNK = 1 << 20
# What we write and nothing else: no path that leads out, no hidden file.
_NAME = re.compile(
    r"manifest\.json|partageons\.toml|secret|tables/[a-z_]{1,60}\.jsonl|mappings(/[^/.\x00-\x1f\x7f\\][^/\x00-\x1f\x7f\\]{0,99}){1,4}"
)


class ArchiveError(BridgeError):
    """The archive cannot be made or used."""


class Piece(NamedTuple):
    """One file: its name in the archive, its octets."""

    name: str
    size: int


def kept(name: str) -> bool:
    """Whether a file may be in an archive under this name."""
    return bool(_NAME.fullmatch(name)) and all(part not in ("", ".", "..") for part in name.split("/"))


Add = Callable[[str, BinaryIO], None]
"""Adds a file under a name, from its beginning. Raises ``ArchiveError``: the name is too long for the format."""


@contextmanager
def writing(file: BinaryIO) -> Iterator[Add]:
    """An archive written to an open file."""
    with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.USTAR_FORMAT) as tar:

        def add(name: str, content: BinaryIO) -> None:
            info = tarfile.TarInfo(name)
            info.size, info.mode = content.seek(0, os.SEEK_END), 0o600
            content.seek(0)
            try:
                tar.addfile(info, content)
            except ValueError as error:
                raise ArchiveError(f"Le nom du fichier {name} est trop long.", "Raccourcissez-le.") from error

        yield add


def unpack(path: Path, folder: Path, room: int) -> Iterator[Piece]:
    """Write each piece under a folder, and say so once it is there.

    Headers are read one by one, so that only plain files under our own names are ever looked at: no link, no device,
    no extension of the format.

    Args:
        room: octets that all pieces may take together.

    Raises:
        ArchiveError: it is not an archive of ours, is cut, damaged, or holds something else.
    """
    try:
        with gzip.open(path, "rb") as file:
            seen: set[str] = set()
            while piece := _next(file, min(room, LARGEST)):
                if piece.name in seen or len(seen) >= MOST_FILES:
                    raise _foreign(piece.name)
                seen.add(piece.name)
                room -= piece.size
                _copy(file, piece.size, folder / piece.name)
                yield piece
            while file.read(_CHUNK).strip(b"\0") == b"" and file.peek(1):
                pass  # the padding; its end is where the checksum is
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as error:
        raise ArchiveError(
            f"{path.name} n'est pas une sauvegarde, ou elle est coupée ou abîmée.", "Prenez-en une autre."
        ) from error
    except OSError as error:
        raise ArchiveError(f"{path} ne peut pas être lu ou déballé : {error.strerror or error}.") from error


def _next(file: gzip.GzipFile, room: int) -> Piece | None:
    header = file.read(_BLOCK)
    if len(header) < _BLOCK:
        raise EOFError
    if not header.strip(b"\0"):
        return None
    info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
    if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or not kept(info.name):
        raise _foreign(info.name)
    most = room if info.name.startswith("tables/") else min(room, LARGEST_FILE)
    if not 0 <= info.size <= most:
        raise ArchiveError("La sauvegarde est plus grande que ce qui est accepté ici.", "Faites de la place.")
    return Piece(info.name, info.size)


def _copy(file: gzip.GzipFile, size: int, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    left = size
    with to.open("xb") as out:
        while left:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                raise EOFError
            out.write(chunk)
            left -= len(chunk)
    to.chmod(0o600)
    if len(file.read(-size % _BLOCK)) != -size % _BLOCK:
        raise EOFError


def _foreign(name: str) -> ArchiveError:
    return ArchiveError(f"La sauvegarde contient autre chose que prévu : {name[:80]!r}.", "Rien n'en a été pris.")
