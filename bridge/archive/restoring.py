"""A backup brought back to a folder, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from bridge.archive.pieces import ArchiveError, unpack
from bridge.config import FILE, Settings, load
from bridge.store import SCHEMA, Store
from bridge.store.copying import Rows

FORMAT = "partageons-vert"
VERSION = 1
_NEEDED = {"ledger_state", "ledger_record"}
_LONGEST = 8 << 20
"""Octets of one row."""


class Restored(NamedTuple):
    """What was restored; ``at`` is when the backup was made."""

    at: str
    mappings: int
    rows: int
    secret: bool


def restore(path: Path, folder: Path, environ: Mapping[str, str], *, replace: bool = False) -> Restored:
    """Bring a backup back. Whatever is wrong with it, the folder is left as it was.

    Args:
        folder: a folder that exists.
        environ: the variables. A place outside of the folder must come from them: an archive does not choose it.
        replace: over the collective that is there, whose service must be stopped.

    Raises:
        ArchiveError: the backup cannot be used, or a collective is there.
        ConfigError: its settings cannot be used.
        StoreError: its rows cannot be.
    """
    folder = folder.absolute()
    if not replace and (found := _there(folder, environ)):
        raise ArchiveError(f"Un collectif est déjà là : {found}.", "Prenez un dossier vide, ou --replace.")
    try:
        with tempfile.TemporaryDirectory(prefix=".restauration-", dir=folder) as made:
            return _restore(path, Path(made), folder, environ, replace)
    except OSError as error:
        raise ArchiveError(f"{folder} ne peut pas être écrit : {error.strerror or error}.") from error


def _restore(path: Path, made: Path, folder: Path, environ: Mapping[str, str], replace: bool) -> Restored:
    unpacked, data, old = made / "new", made / "data", made / "old"
    for each in (unpacked, old):
        each.mkdir(0o700)
    names = {piece.name for piece in unpack(path, unpacked, shutil.disk_usage(folder).free // 2)}
    manifest = _manifest(unpacked, names)
    settings = _settings(unpacked, folder, environ)
    rows = _fill(settings.database, data, unpacked / "tables", manifest["tables"], replace)
    if "secret" in names:
        (unpacked / "secret").rename(data / "secret")
    places = {unpacked / "mappings": settings.mappings, data: settings.data}
    _place([(unpacked / FILE, folder / FILE)] if FILE in names else [], places, old)
    return Restored(manifest["at"], sum(name.startswith("mappings/") for name in names), rows, "secret" in names)


def _there(folder: Path, environ: Mapping[str, str]) -> Path | None:
    """What shows that a collective is in a folder already."""
    if (folder / FILE).exists():
        return folder / FILE
    settings = load(folder, environ)
    tables = settings.mappings.glob("*.toml") if settings.mappings.is_dir() else iter(())
    database = settings.data / "partageons.sqlite"
    return next(tables, database if database.exists() else None)


def _manifest(unpacked: Path, names: Collection[str]) -> dict[str, Any]:
    try:
        manifest = orjson.loads((unpacked / "manifest.json").read_bytes()) if "manifest.json" in names else None
    except orjson.JSONDecodeError:
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArchiveError("Ce fichier n'est pas une sauvegarde de Partageons vert.", "Prenez-en une autre.")
    schema, tables = manifest.get("schema"), manifest.get("tables")
    if manifest.get("version") != VERSION or not isinstance(schema, int) or schema > SCHEMA:
        raise ArchiveError(
            "Cette sauvegarde vient d'une version plus récente du programme.", "Mettez partageons-vert à jour."
        )
    there = {name.removeprefix("tables/").removesuffix(".jsonl") for name in names if name.startswith("tables/")}
    if not isinstance(tables, list) or set(map(str, tables)) != there or not there >= _NEEDED:
        raise ArchiveError("Il manque une table à cette sauvegarde, ou elle en a une de trop.", "Prenez-en une autre.")
    return {"at": str(manifest.get("at", "")), "tables": list(map(str, tables))}


def _settings(unpacked: Path, folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings that will be in force, and where its folders will be."""
    settings = load(unpacked, environ)
    if settings.database and settings.came_from["database"] == FILE:
        raise ArchiveError(
            "La sauvegarde vient d'une base qui n'est pas un fichier de son dossier.",
            "Dites où la remettre dans PARTAGEONS_DATABASE.",
        )
    mappings, data = (_final(key, settings, unpacked, folder) for key in ("mappings", "data"))
    if mappings.is_relative_to(data) or data.is_relative_to(mappings):
        raise ArchiveError("Les tables de correspondance et les données doivent être dans des dossiers séparés.")
    return replaced(settings, mappings=mappings, data=data)


def _final(key: str, settings: Settings, unpacked: Path, folder: Path) -> Path:
    path: Path = getattr(settings, key)
    inside = path.relative_to(unpacked) if path.is_relative_to(unpacked) else None
    if settings.came_from[key] == FILE and (inside is None or ".." in inside.parts or inside == Path()):
        raise ArchiveError(
            f"La sauvegarde voudrait écrire hors de ce dossier (« {key} »).",
            f"Si c'est voulu, dites où dans PARTAGEONS_{key.upper()}.",
        )
    return path if inside is None else folder / inside


def _fill(database: str, data: Path, tables: Path, names: Sequence[str], replace: bool) -> int:
    """Write the rows to a new database, or in one transaction to one that is elsewhere."""
    store = Store(data, database)
    try:
        with store.writing() as writing:
            rows = Rows(writing)
            if rows.held():
                if not replace:
                    raise ArchiveError("La base désignée par « database » n'est pas vide.", "Videz-la, ou --replace.")
                rows.clear()
            count = 0
            for name in names:
                with (tables / f"{name}.jsonl").open("rb") as file:
                    count += rows.take(name, _lines(file))
            rows.due()
    finally:
        store.close()
    return count


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(_LONGEST):
        if not line.endswith(b"\n"):
            raise ArchiveError("Une ligne de la sauvegarde est coupée, ou trop longue.", "Prenez-en une autre.")
        yield line


def _place(files: list[tuple[Path, Path]], folders: Mapping[Path, Path], old: Path) -> None:
    """Put everything in its place, what was there being set aside; back again if something cannot be."""
    moves: list[tuple[Path, Path]] = []
    try:
        for made, place in folders.items():
            place.mkdir(0o700, parents=True, exist_ok=True)
            for each in [each for each in sorted(place.iterdir()) if not each.name.startswith(".")]:
                _move(each, old / f"{len(moves)}", moves)
            files += [(each, place / each.name) for each in sorted(made.iterdir())] if made.exists() else []
        for made, place in files:
            if place.exists():
                _move(place, old / f"{len(moves)}", moves)
            _move(made, place, moves)
    except OSError:
        for origin, place in reversed(moves):
            shutil.move(place, origin)
        raise


def _move(origin: Path, place: Path, moves: list[tuple[Path, Path]]) -> None:
    shutil.move(origin, place)
    moves.append((origin, place))
