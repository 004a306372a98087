"""The records: harvested, counted, written out, taken away."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from bridge import undoing
from bridge.cli.base import NO_SOURCE, chosen, collective, err, main, say, table_of, unknown_source, who
from bridge.console import harvest_now, out
from bridge.errors import BridgeError
from bridge.writers import WRITERS, skos
from bridge.writers.feed import Feed


@main.command()
@click.argument("ids", nargs=-1, metavar="[SOURCE]…")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--full", is_flag=True, help="Tout relire, même ce qui n'a pas changé.")
def harvest(ids: Sequence[str], as_json: bool, full: bool) -> None:
    """Moissonner les sources (toutes, ou celles nommées)."""
    with collective() as here:
        summaries = harvest_now(here, chosen(here, ids), full=full, quiet=as_json)
        for error in here.broken.values():
            err.print(f"✗ {error}", markup=False)
        if not (as_json or here.sources or here.broken):
            out.print(NO_SOURCE)
        if as_json:
            say([summary.to_json() for summary in summaries])
        if here.broken or not all(summary.complete for summary in summaries):
            sys.exit(1)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def status(as_json: bool) -> None:
    """Montrer l'état de chaque source."""
    with collective() as here, here.store.snapshot() as snapshot:
        states = snapshot.states()
        rows = [
            {
                "source": source.id,
                "kind": source.kind,
                "url": source.url,
                "last_visit": state.last_visit if state else "",
                "last_success": state.last_success if state else "",
                "complete": bool(state and state.complete),
                "live": state.live if state else 0,
                "withdrawn": state.withdrawn if state else 0,
                "absent": state.absent if state else 0,
                "held_back": state.held_back if state else 0,
                "problems": [{"item": p.item, "message": p.message} for p in state.problems] if state else [],
            }
            for source in here.sources.values()
            for state in [states.get(source.id)]
        ]
    if as_json:
        say(rows)
        return
    table = table_of("source", "sorte", "fiches", "retirées", "absentes", "retenues", "dernière visite", "remarques")
    for row in rows:
        cells = [row[key] for key in ("source", "kind", "live", "withdrawn", "absent", "held_back", "last_visit")]
        problems = row["problems"]
        assert isinstance(problems, list)
        table.add_row(*map(str, cells), str(len(problems)))
    out.print(table)


@main.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(sorted(WRITERS)))
@click.option("--source", default="", help="Une seule source.")
@click.option("--target", "target_id", default="", help="Ce que reçoit une destination, dans ses mots.")
def export(format_: str, source: str, target_id: str) -> None:
    """Écrire toutes les fiches sur la sortie standard, dans un format."""
    if source and target_id:
        raise click.UsageError("--source et --target ne vont pas ensemble.")
    with collective() as here, here.store.snapshot() as snapshot:
        base = here.settings.base_url or "http://localhost/"
        writer = WRITERS[format_]
        chosen(here, [source] if source else [])
        target = here.targets.get(target_id)
        if target_id and target is None:
            known = ", ".join(here.targets) or "aucune"
            raise BridgeError(f"La destination « {target_id} » n'existe pas.", f"Destinations : {known}.")
        feed = Feed(
            title=target.title if target else here.settings.name,
            url=f"{base}{f'pour/{target.id}/' if target else ''}feed.{writer.EXTENSION}",
            home=base,
            words=here.words_of(target) if target else here.words,
            updated=snapshot.updated,
            node=here.settings.node,
            names=target.names if target else {},
            concepts=skos.base(here.vocabulary, base),
        )
        entries = here.received(snapshot, target) if target else snapshot.walk(source=source)
        for piece in writer.write(entries, feed):
            sys.stdout.buffer.write(piece)


@main.command()
@click.argument("source", metavar="SOURCE")
@click.confirmation_option(prompt="Retirer toutes les fiches de cette source ?")
def forget(source: str) -> None:
    """Oublier une source : il ne reste d'elle que la trace que ses fiches ont été retirées."""
    with collective() as here:
        with here.store.snapshot() as snapshot:
            if source not in {*here.sources, *snapshot.states()}:
                raise unknown_source(here, source)
        count, aside = undoing.forget(here, source, who())
    out.print(f"{count} fiches retirées.", markup=False)
    if aside:
        out.print(f"Sa table de correspondance est mise de côté : {aside}. Supprimez-la, ou gardez-la.", markup=False)


@main.command()
@click.argument("source", metavar="SOURCE")
@click.option("--refuse", is_flag=True, help="C'est une erreur de la source : les garder.")
@click.confirmation_option(prompt="Répondre pour toutes les fiches que cette source tient retenues ?")
def release(source: str, refuse: bool) -> None:
    """Retirer les fiches absentes qu'une source tient retenues : elles ont vraiment disparu."""
    with collective() as here:
        chosen(here, [source])
        ids = (undoing.refuse if refuse else undoing.release)(here, source, who())
    told = "fiches gardées" if refuse else "fiches retirées"
    out.print(f"{len(ids)} {told}." if ids else "Cette source ne retient aucune fiche.", markup=False)


@main.command()
@click.argument("record", metavar="FICHE")
@click.option("--reason", default="", help="Pourquoi, sans nom de personne.")
def oppose(record: str, reason: str) -> None:
    """Retirer une fiche pour toujours, à la demande d'une personne (droit d'opposition)."""
    with collective() as here:
        undoing.oppose(here, record, reason, who())
    out.print(f"{record} ne sera plus montrée, même après une nouvelle moisson.", markup=False)


@main.command()
@click.confirmation_option(prompt="Vider toutes les copies ? La prochaine moisson les refera.")
def wipe() -> None:
    """Vider les copies et l'index ; la prochaine moisson les refait à l'identique."""
    with collective() as here:
        here.store.wipe()
        here.index.wipe()
        with here.store.writing() as writing:
            writing.journal(who(), "wipe", "")
    out.print("Copies vidées. Ensuite : partageons harvest", markup=False)
