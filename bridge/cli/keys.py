"""Keys of partners, and sites that ask to join."""

from __future__ import annotations

import click

from bridge import pairing, undoing
from bridge.cli.base import collective, main, say, table_of, who
from bridge.collective import Collective
from bridge.console import out
from bridge.errors import BridgeError
from bridge.refresh import fetcher
from bridge.signing import shown
from bridge.store.keys import OVERLAP, Keys
from bridge.store.pairings import Pairings

_STATES = {"asked": "à vérifier", "verified": "vérifiée", "refused": "refusée", "accepted": "acceptée"}


@main.command()
@click.argument("id", metavar="ID")
@click.option("--rotate", "act", flag_value="rotate", help="Une nouvelle clé ; l'ancienne vaut encore un jour.")
@click.option("--revoke", "act", flag_value="revoke", help="Plus aucune clé ne vaut, dès maintenant.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def key(id: str, act: str | None, as_json: bool) -> None:
    """Montrer la clé d'un partenaire, la renouveler ou la révoquer."""
    with collective() as here:
        known = sorted({*here.sources, *here.targets})
        if id not in known:
            raise BridgeError(
                f"Aucun partenaire ne s'appelle « {id} ».", f"Sources et destinations : {', '.join(known) or 'aucune'}."
            )
        if act:
            undoing.change_key(here, id, act, who())
        keys = [shown(each) for each in here.keys(id)]
        with here.store.snapshot() as snapshot:
            version = Keys(snapshot).state(id).version
        ping = f"{here.settings.base_url}ping/{id}" if id in here.sources else ""
    if as_json:
        say({"id": id, "state": "valid" if keys else "revoked", "version": version, "keys": keys, "ping": ping})
        return
    if not keys:
        out.print(f"La clé de « {id} » est révoquée : ce qui est signé avec elle est refusé.", markup=False)
        out.print(f"Pour lui en donner une autre : partageons key {id} --rotate", markup=False)
        return
    # Never folded: a key is copied whole.
    click.echo(keys[0])
    out.print(f"Clé de « {id} », à coller dans les réglages de son extension, sur son site ; elle est secrète.")
    if ping:
        out.print(f"Elle signe ses signaux (Standard Webhooks), envoyés à {ping}", markup=False, soft_wrap=True)
    if len(keys) > 1:
        hours = int(OVERLAP.total_seconds() // 3600)
        out.print(f"L'ancienne clé vaut encore, {hours} heures au plus après le renouvellement.", markup=False)
    out.print(f"Perdue ou vue par d'autres : partageons key {id} --rotate, ou --revoke pour l'arrêter.", markup=False)


@main.command(name="pairing")
@click.option("--accept", "accepted", default="", metavar="ID", help="Accepter une demande vérifiée.")
@click.option("--refuse", "refused", default="", metavar="ID", help="Refuser une demande.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def pairings(accepted: str, refused: str, as_json: bool) -> None:
    """Les sites qui demandent à rejoindre le réseau ; en accepter, en refuser."""
    if accepted and refused:
        raise BridgeError("Acceptez ou refusez, pas les deux à la fois.")
    with collective() as here:
        if accepted:
            source = pairing.accept(here, accepted, who(), fetcher(here))
            told = {"pairing": accepted, "state": "accepted", "source": source.id}
            sentence = f"Ce site est la source « {source.id} ». Son extension reçoit sa clé d'elle-même."
        elif refused:
            pairing.refuse(here, refused, who())
            told, sentence = {"pairing": refused, "state": "refused"}, "Cette demande est refusée."
        else:
            _list(here, as_json)
            return
    if as_json:
        say(told)
    else:
        out.print(sentence, markup=False)


def _list(here: Collective, as_json: bool) -> None:
    with here.store.snapshot() as snapshot:
        found = Pairings(snapshot).all()
    if as_json:
        names = ("id", "feed", "state", "said", "source", "at")
        say([{name: getattr(each, name) for name in names} for each in found])
        return
    if not found:
        out.print("Aucun site ne demande à rejoindre le réseau.")
        return
    table = table_of("demande", "site", "état", "depuis")
    for each in found:
        state = f"{_STATES[each.state]} : {each.source or each.said}".removesuffix(" : ")
        table.add_row(each.id, each.feed, state, each.at)
    out.print(table)
    if any(each.state == "verified" for each in found):
        out.print("Pour répondre : partageons pairing --accept ID, ou --refuse ID.", markup=False)
