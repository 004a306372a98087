"""A new collective and its settings."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.markup import escape

from bridge.cli.base import main, settings, table_of
from bridge.config import SETTINGS
from bridge.console import out
from bridge.errors import BridgeError


@main.command()
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Préparer le dossier d'un nouveau collectif."""
    if (folder / "partageons.toml").exists():
        raise BridgeError(f"{folder} contient déjà un collectif.", "Choisissez un autre dossier.")
    try:
        (folder / "mappings").mkdir(parents=True, exist_ok=True)
        (folder / "partageons.toml").write_text(_settings_file(), encoding="utf-8")
        (folder / ".gitignore").write_text("/var/\n", encoding="utf-8")
    except OSError as error:
        raise BridgeError(f"{folder} ne peut pas être écrit : {error.strerror}.") from error
    out.print(
        f"Collectif prêt dans {folder}. Ensuite :\n\n  cd {folder}\n  partageons add https://…\n  partageons serve\n"
    )


def _settings_file() -> str:
    lines = ["# Réglages de Partageons vert. Chacun peut aussi venir d'une variable PARTAGEONS_…", ""]
    for setting in SETTINGS:
        default = setting.default
        value = json.dumps(list(default) if isinstance(default, tuple) else default, default=str, ensure_ascii=False)
        lines += [f"# {setting.help}", f"# {setting.key} = {value}", ""]
    return "\n".join(lines)


@main.command()
def config() -> None:
    """Montrer les réglages en vigueur et d'où chacun vient."""
    current = settings()
    table = table_of("réglage", "valeur", "vient de", "variable")
    for setting in SETTINGS:
        value = getattr(current, setting.key)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value)
        if setting.hidden and value:
            shown = "(défini)"
        table.add_row(setting.key, escape(shown), current.came_from[setting.key], setting.variable)
    out.print(table)
