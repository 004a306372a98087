"""The deliveries: what is sent to targets, what did not arrive, what their people changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from bridge import delivering
from bridge.cli.base import collective, main, say, table_of, who
from bridge.collective import Collective
from bridge.console import out
from bridge.delivering import Done, Shown
from bridge.errors import BridgeError
from bridge.meaning.target import Target
from bridge.refresh import fetcher
from bridge.store.copies import Copies
from bridge.store.deliveries import Deliveries

ACTS = {
    "ping": "prévenue",
    "live": "annoncée",
    "withdrawn": "annoncée retirée",
    "create": "créée",
    "update": "mise à jour",
    "withdraw": "retirée",
    "edited": "modifiée là-bas : pas touchée",
    "removed": "supprimée là-bas : pas refaite",
    "refused": "refusée",
    "failed": "pas arrivé, réessayé plus tard",
    "stopped": "arrêtée",
}


@main.command()
@click.argument("ids", nargs=-1, metavar="[CIBLE]…")
@click.option("--dry-run", is_flag=True, help="Dire ce qui serait envoyé, sans rien envoyer ni noter.")
@click.option("--all", "everything", is_flag=True, help="Repartir de la première fiche.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def deliver(ids: Sequence[str], dry_run: bool, everything: bool, as_json: bool) -> None:
    """Envoyer maintenant aux destinations qui l'ont demandé ([target.push]) ce qui a changé."""
    done: list[Done] = []
    with collective() as here, fetcher(here) as fetch:
        chosen = _chosen(here, ids)
        here.catch_up()
        for target in chosen:
            some = delivering.deliver_now(here, fetch, target, dry_run=dry_run, everything=everything)
            if not dry_run:
                with here.store.writing() as writing:
                    writing.journal(who(), "deliver", f"{target.id}{' --all' if everything else ''}")
            done += some
    if as_json:
        say([each._asdict() for each in done])
    elif done:
        table = table_of("destination", "fiche", "ce qui serait fait" if dry_run else "ce qui est fait", "pourquoi")
        for each in done:
            table.add_row(each.target, each.record, ACTS[each.act], each.said)
        out.print(table)
    else:
        out.print("Rien à envoyer.")
    if any(each.act in ("failed", "stopped", "refused") for each in done):
        sys.exit(1)


@main.command()
@click.option("--replay", metavar="NUMÉRO|all", help="Réessayer un envoi abandonné, ou tous.")
@click.option("--compare", is_flag=True, help="Comparer chaque fiche modifiée là-bas à son origine, champ par champ.")
@click.option("--keep", type=int, metavar="NUMÉRO", help="Garder la version du destinataire.")
@click.option("--replace", type=int, metavar="NUMÉRO", help="La remplacer par celle d'origine, au prochain envoi.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def deliveries(replay: str | None, compare: bool, keep: int | None, replace: int | None, as_json: bool) -> None:
    """Montrer où en est chaque destination, ce qui attend, ce qui est abandonné, ce qu'on y a modifié."""
    with collective() as here:
        here.catch_up()
        if keep is not None:
            delivering.keep_theirs(here, keep, who())
        if replace is not None:
            with fetcher(here) as fetch:
                shown = delivering.compared(here, fetch.send, replace)
            if not shown.over:
                delivering.put_ours(here, replace, shown.seen, who())
        if replay is not None:
            if replay != "all" and not (replay.isascii() and replay.isdigit() and int(replay)):
                raise click.UsageError("--replay attend un numéro, ou all.")
            again = delivering.replay(here, who(), 0 if replay == "all" else int(replay))
            if not as_json:
                out.print(f"{len(again)} envoi(s) seront réessayés par le service, ou par partageons deliver.")
        rows, letters = _state(here)
        proposals = _proposals(here, compare)
    if as_json:
        say({"targets": rows, "deliveries": letters, "proposals": [each.to_json() for each in proposals]})
        return
    table = table_of(
        "destination", "vers", "dernier envoi", "copies", "attendent", "abandonnés", "modifiées", "arrêtée"
    )
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    out.print(table if rows else "Aucune destination n'a de [target.push].")
    if letters:
        table = table_of("numéro", "destination", "fiche", "état", "essais", "prochain essai", "pourquoi")
        for letter in letters:
            state = "abandonné" if letter["state"] == "dead" else "attend"
            keys = ("attempts", "next_try", "said")
            cells = [letter["id"], letter["target"], letter["only"], state, *(letter[key] for key in keys)]
            table.add_row(*map(str, cells))
        out.print(table)
    for each in proposals:
        title = each.title or "retirée à l'origine"
        out.print(f"Proposition {each.number}, chez {each.target} : {each.record} « {title} »", markup=False)
        out.print(f"  {each.address}" + (" : réglée" if each.over else ""), markup=False)
        for difference in each.differences:
            apart = difference.apart
            out.print(f"  {difference.label}", markup=False)
            out.print(f"    chez eux    : {apart.before}[{apart.there}]{apart.after}", markup=False)
            out.print(f"    à l'origine : {apart.before}[{apart.ours}]{apart.after}", markup=False)
    if proposals:
        out.print("partageons deliveries --compare les compare ; --keep NUMÉRO et --replace NUMÉRO y répondent.")


def _proposals(here: Collective, compare: bool) -> list[Shown]:
    found = delivering.listed(here)
    if compare:
        with fetcher(here) as fetch:
            found = [delivering.compared(here, fetch.send, each.number) for each in found]
    return found


def _chosen(here: Collective, ids: Sequence[str]) -> list[Target]:
    able = {target.id: target for target in delivering.pushed(here)}
    for id in ids:
        if id not in able:
            raise BridgeError(
                f"La destination « {id} » n'existe pas, ou n'a pas de [target.push].",
                f"Destinations : {', '.join(able) or 'aucune'}.",
            )
    return [target for target in able.values() if not ids or target.id in ids]


def _state(here: Collective) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    with here.store.snapshot() as snapshot:
        kept, copies = Deliveries(snapshot), Copies(snapshot)
        letters = kept.deliveries()
        rows: list[dict[str, object]] = []
        for target in _chosen(here, ()):
            known, held = kept.known(target.id), copies.count(target.id)
            states = [letter.state for letter in letters if letter.target == target.id]
            rows.append(
                {
                    "target": target.id,
                    "to": target.push.to if target.push else "",
                    "at": known.at if known else "",
                    "copies": held.get("live", 0),
                    "waiting": states.count("waiting"),
                    "dead": states.count("dead"),
                    "edited": held.get("edited", 0),
                    "stopped": known.stopped if known else "",
                }
            )
    return rows, [asdict(letter) for letter in letters]
