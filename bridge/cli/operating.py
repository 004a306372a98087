"""Keeping a collective in order: what is wrong, backups."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import click
from rich.markup import escape

from bridge import archive, doctor
from bridge.cli.base import collective, main, say, settings
from bridge.console import out
from bridge.errors import BridgeError
from bridge.refresh import HEARTBEAT, fetcher

_COLOURS = {"grave": "bold red", "à corriger": "yellow", "à savoir": "dim"}
_STOPPED = 60.0
"""Seconds without a heartbeat after which a service is taken to be stopped."""


@main.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--network", is_flag=True, help="Demander aussi au serveur de courrier et à une source.")
@click.option("--fix", is_flag=True, help="Fermer aux autres utilisateurs ce qu'ils ne doivent pas lire.")
@click.pass_context
def examine(context: click.Context, as_json: bool, network: bool, fix: bool) -> None:
    """Dire ce qui ne va pas, et quoi faire : réglages, sources, comptes, disque, droits, horloge, base."""
    try:
        if not (settings().data.exists() or settings().mappings.exists()):
            raise BridgeError("Aucun collectif dans ce dossier.", "Placez-vous dans le sien, ou faites-en un : init.")
        with collective() as here:
            heartbeat = here.settings.data / HEARTBEAT
            fetch = fetcher(here) if network else None
            facts = doctor.gather(here, Path.cwd(), heartbeat, fetch)
            if fix and facts.loose:
                doctor.close(facts.loose)
                facts = doctor.gather(here, Path.cwd(), heartbeat, fetch)
        findings = doctor.examine(facts)
    except BridgeError as error:  # what hinders every command is a finding too
        findings = [doctor.Finding(doctor.GRAVE, "database", error.message, error.remedy)]
    wrong = [each for each in findings if each.gravity != doctor.WORTH]
    if as_json:
        say({"ok": not wrong, "findings": [each._asdict() for each in findings]})
    else:
        for each in findings:
            out.print(f"[{_COLOURS[each.gravity]}]{each.gravity}[/] {escape(each.message)}", soft_wrap=True)
            out.print(f"  → {escape(each.remedy)}" if each.remedy else "", soft_wrap=True)
        if not findings:
            out.print("Rien à signaler.")
    if wrong:
        context.exit(1)


@main.command("backup")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
def back_up(file: Path) -> None:
    """Sauvegarder ce qui ne se refait pas : réglages, tables de correspondance, secret, registre, journal, comptes."""
    with collective() as here:
        made = archive.backup(here, Path.cwd(), file)
    out.print(
        f"{escape(str(file))} : {made.mappings} tables de correspondance, {made.rows} lignes du registre et du journal "
        f"({made.size / 1024:.0f} Kio)."
    )
    out.print(
        "Le secret du pont y est : gardez ce fichier comme un mot de passe."
        if made.secret
        else "Le secret du pont n'y est pas : il vient de PARTAGEONS_SECRET, gardez-le à part.",
        soft_wrap=True,
    )


@main.command("restore")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Remplacer le collectif qui est là ; service arrêté.")
def bring_back(file: Path, replace: bool) -> None:
    """Remettre une sauvegarde dans ce dossier, tout ou rien."""
    if replace and _runs(settings().data / HEARTBEAT):
        raise BridgeError(
            "Le service tourne.", "Arrêtez-le d'abord (systemctl stop partageons), puis attendez une minute."
        )
    back = archive.restore(file, Path.cwd(), os.environ, replace=replace)
    out.print(
        f"Sauvegarde du {back.at} remise : {back.mappings} tables de correspondance, {back.rows} lignes.",
        soft_wrap=True,
    )
    if not back.secret:
        out.print("Elle n'a pas de secret : remettez PARTAGEONS_SECRET tel qu'il était.", soft_wrap=True)
    out.print("Les fiches reviennent, avec leurs dates, à la prochaine moisson : partageons serve, ou harvest.")


def _runs(heartbeat: Path) -> bool:
    with suppress(OSError):
        return time.time() - heartbeat.stat().st_mtime < _STOPPED
    return False
