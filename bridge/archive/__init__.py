"""``partageons backup`` and ``restore``: all that cannot be harvested again, in one file.

Settings, mapping files, the secret, the ledger and what people did. No content of a partner: the next harvest makes the
copies again, with their dates, tombstones and oppositions.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import orjson

from bridge import __version__
from bridge.archive.pieces import LARGEST_FILE, Add, ArchiveError, kept, writing
from bridge.archive.restoring import FORMAT, VERSION, Restored, restore
from bridge.collective import Collective
from bridge.config import FILE, Settings
from bridge.store import SCHEMA, now
from bridge.store.copying import Rows

__all__ = ["ArchiveError", "Backup", "Restored", "backup", "restore"]


class Backup(NamedTuple):
    """What a backup holds. ``secret`` is False when the secret comes from a variable: it is to be kept apart."""

    size: int
    mappings: int
    rows: int
    secret: bool


def backup(here: Collective, folder: Path, to: Path) -> Backup:
    """Write a file that only its owner reads, of one moment although the service runs.

    Args:
        folder: where the settings are.
        to: a file that is not there yet.

    Raises:
        ArchiveError: it is there, or cannot be written.
        StoreError: the database cannot be read.
    """
    if to.exists():
        raise ArchiveError(f"{to} existe déjà.", "Donnez un autre nom.")
    _ = here.secret  # made now if it never was: the keys that are given later must survive
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with ExitStack() as stack:
            draft.touch(0o600, exist_ok=False)
            stack.callback(draft.unlink, missing_ok=True)
            with draft.open("wb") as file:
                files, rows = _write(here, folder, file)
                file.flush()
                os.fsync(file.fileno())
            to.hardlink_to(draft)  # never over a file that came meanwhile
        size = to.stat().st_size
    except OSError as error:
        raise ArchiveError(f"La sauvegarde {to} ne peut pas être écrite : {error.strerror}.") from error
    mappings = sum(name.startswith("mappings/") for name in files)
    return Backup(size, mappings, rows, "secret" in files or here.settings.came_from.get("secret") == FILE)


def _write(here: Collective, folder: Path, file: io.BufferedWriter) -> tuple[list[str], int]:
    files, count = dict(_files(here.settings, folder)), 0
    with writing(file) as add, here.store.snapshot() as snapshot:
        tables = dict(Rows(snapshot).out())
        told = {"format": FORMAT, "version": VERSION, "schema": SCHEMA, "program": __version__, "at": now()}
        add("manifest.json", io.BytesIO(orjson.dumps(told | {"tables": list(tables)})))
        for name, path in files.items():
            content = path.read_bytes()
            if len(content) > LARGEST_FILE:
                raise ArchiveError(f"{path} est trop gros pour une sauvegarde.", "Sortez-le de ce dossier.")
            add(name, io.BytesIO(content))
        for name, lines in tables.items():
            count += _add_table(add, name, lines)
    return list(files), count


def _add_table(add: Add, name: str, lines: Iterable[bytes]) -> int:
    """A table's size must be known before it is written: its lines go through the disk."""
    count = 0
    with tempfile.TemporaryFile() as spool:
        for line in lines:
            spool.write(line + b"\n")
            count += 1
        add(f"tables/{name}.jsonl", spool)
    return count


def _files(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    """What is kept beside the tables: name in the archive, path."""
    if (folder / FILE).exists():
        yield FILE, folder / FILE
    if not settings.secret:
        yield "secret", settings.data / "secret"
    for where, folders, names in os.walk(settings.mappings):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for path in sorted(Path(where, each) for each in names if not each.startswith(".")):
            name = f"mappings/{path.relative_to(settings.mappings).as_posix()}"
            if not kept(name):
                raise ArchiveError(
                    f"{path} ne peut pas être sauvegardé sous ce nom.", "Renommez-le, ou sortez-le de là."
                )
            if path.is_file():
                yield name, path
