"""The partners: recognised, looked at before they are read, corrected."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bridge import adding, correcting, recording
from bridge.cli.base import NO_SOURCE, chosen, collective, err, main, say, who
from bridge.collective import Collective
from bridge.console import out, several, tell_arrival, tell_preview
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.preview import preview
from bridge.refresh import fetcher


@main.command()
@click.argument("url", metavar="ADRESSE", required=False)
@click.option("--from", "listed", type=click.Path(path_type=Path, dir_okay=False), help="Une liste : OPML, CSV, texte.")
@click.option("--id", "source_id", default="", help="Identifiant de la source (sinon proposé d'après l'adresse).")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--dry-run", is_flag=True, help="Ne rien écrire.")
def add(url: str | None, listed: Path | None, source_id: str, as_json: bool, dry_run: bool) -> None:
    """Reconnaître un site et écrire sa table de correspondance."""
    if bool(url) == bool(listed):
        raise BridgeError("Donnez une adresse, ou une liste d'adresses avec --from.")
    with collective() as here:
        fetch = fetcher(here)
        if listed:
            _add_all(here, fetch, adding.wanted(listed), as_json, dry_run)
            return
        assert url
        found = adding.arrival(here, url, fetch, source_id)
        if not dry_run:
            adding.accept(here, found.text, who())
    if as_json:
        say(found.to_json())
    else:
        tell_arrival(here, found, written=not dry_run)


def _add_all(here: Collective, fetch: Fetcher, wanted: Sequence[adding.Wanted], as_json: bool, dry_run: bool) -> None:
    """Each site of a list in turn. Those that are sources already are passed over: the same command, given again, goes
    on where it stopped."""
    told: list[dict[str, str]] = []
    for url, source_id in wanted:
        if already := adding.known(here, url):
            row = {"url": url, "id": already, "state": "known"}
        else:
            try:
                found = adding.arrival(here, url, fetch, source_id)
                if not dry_run:
                    adding.accept(here, found.text, who())
                row = {"url": url, "id": found.proposal.id, "state": "added", "kind": found.proposal.kind}
            except BridgeError as error:
                row = {"url": url, "state": "failed", "message": str(error)}
        told.append(row)
        if not as_json:
            mark, state = {"known": ("•", "déjà là"), "added": ("✓", "ajoutée"), "failed": ("✗", "")}[row["state"]]
            words = row.get("message") or f"{state} ({', '.join(filter(None, (row['id'], row.get('kind'))))})"
            out.print(f"{mark} {url} : {words}", markup=False)
    failed = sum(row["state"] == "failed" for row in told)
    if as_json:
        say(told)
    elif failed:
        sentence = several(failed, "adresse n'a pas pu être ajoutée", "adresses n'ont pas pu être ajoutées")
        err.print(f"{sentence} ; la même commande reprendra là.", markup=False)
    if failed:
        sys.exit(1)


@main.command()
@click.argument("ids", nargs=-1, metavar="[SOURCE]…")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def check(ids: Sequence[str], as_json: bool) -> None:
    """Vérifier les tables de correspondance ; celles des sources nommées, en visitant leur site sans rien changer."""
    with collective() as here:
        if ids:
            fetch = fetcher(here)
            found = [preview(here, source, fetch) for source in chosen(here, ids)]
            if as_json:
                say([each.to_json() for each in found])
            else:
                for each in found:
                    tell_preview(here, each)
            if not all(each.summary.complete for each in found):
                sys.exit(1)
            return
        sources = _as_last_seen(here)
        broken = [{"file": name, "message": str(error)} for name, error in here.broken.items()]
        if as_json:
            say({"sources": sources, "broken": broken})
        else:
            for row in sources:
                out.print(f"✓ {row['source']} ({row['kind']}) {row['url']}", markup=False)
                left = [several(row[key], *words) for key, words in _LEFT.items() if row[key]]
                if left:
                    out.print(f"    {', '.join(left)} : partageons check {row['source']}", markup=False)
            for row in broken:
                err.print(f"✗ {row['message']}", markup=False)
            if not (sources or broken):
                out.print(NO_SOURCE)
        if broken:
            sys.exit(1)


_LEFT = {
    "unknown": ("mot non reconnu", "mots non reconnus"),
    "unplaced": ("champ laissé de côté", "champs laissés de côté"),
    "problems": ("remarque", "remarques"),
}


def _as_last_seen(here: Collective) -> list[dict[str, Any]]:
    """Each source, and how much of it was not understood at its last visit."""
    with here.store.snapshot() as snapshot:
        states = snapshot.states()
        return [
            {
                "source": source.id,
                "kind": source.kind,
                "url": source.url,
                "unknown": sum(not concept for _, _, concept, _ in snapshot.terms(source.id)),
                "unplaced": len(states[source.id].unplaced) if source.id in states else 0,
                "problems": len(states[source.id].problems) if source.id in states else 0,
            }
            for source in here.sources.values()
        ]


@main.command()
@click.argument("source", metavar="SOURCE")
@click.argument("field", metavar="CHAMP")
@click.argument("word", metavar="MOT")
@click.argument("concepts", nargs=-1, metavar="[CONCEPT]…")
def accept(source: str, field: str, word: str, concepts: Sequence[str]) -> None:
    """Écrire ce que veut dire un mot d'un partenaire : des concepts de notre vocabulaire, ou rien."""
    with collective() as here:
        (found,) = chosen(here, [source])
        correcting.accept_word(here, found, field, word, concepts, who())
    meaning = ", ".join(concepts) or "rien"
    out.print(f"« {word} » veut dire {meaning} ({here.paths[source]}). La prochaine visite relit tout.", markup=False)


@main.command()
@click.argument("source", metavar="SOURCE")
@click.argument("theirs", metavar="SON_CHAMP")
@click.argument("ours", metavar="[NOTRE_CHAMP]", default="")
def assign(source: str, theirs: str, ours: str) -> None:
    """Écrire lequel de nos champs est celui d'un partenaire ; sans notre champ : le sien n'est pas voulu."""
    with collective() as here:
        (found,) = chosen(here, [source])
        correcting.accept_field(here, found, theirs, ours, who())
    told = f"va dans « {ours} »" if ours else "est laissé de côté"
    out.print(f"« {theirs} » {told} ({here.paths[source]}). La prochaine visite relit tout.", markup=False)


@main.command()
@click.argument("url", metavar="ADRESSE")
@click.option("--case", "name", required=True, help="Nom du cas, comme csv_file-parc.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("tests/cases"), show_default=True
)
def record(url: str, name: str, folder: Path) -> None:
    """Enregistrer les réponses d'un site comme cas de test : cinq fiches au plus, sans donnée personnelle."""
    with collective() as here:
        written = recording.record(here, url, fetcher(here), folder / name)
    out.print(f"Écrit : {written}. Relisez-le avant de le publier.", markup=False)
