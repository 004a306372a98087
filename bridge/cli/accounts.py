"""The people: accounts, what they did, and how it is undone."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.markup import escape

from bridge import accounts, undoing
from bridge.cli.base import collective, main, say, table_of, who
from bridge.console import out
from bridge.errors import BridgeError
from bridge.store.accounts import Accounts
from bridge.store.journal import Journal

_ROLE = click.Choice(list(accounts.ROLES))
_name = click.argument("name", metavar="NOM")
_sources = click.option("--source", "sources", multiple=True, metavar="ID", help="Source d'un compte « partner ».")
_generate = click.option("--generate", is_flag=True, help="Tirer le mot de passe au hasard, et l'écrire.")


@main.group()
def account() -> None:
    """Les comptes de ceux qui peuvent écrire : administrateurs, coordinateurs, partenaires."""


@account.command("add")
@_name
@click.option("--role", type=_ROLE, required=True, help="Ce que ce compte peut faire.")
@_sources
@_generate
def add_account(name: str, role: str, sources: Sequence[str], generate: bool) -> None:
    """Faire un compte. Le mot de passe est demandé, ou lu sur l'entrée standard."""
    with collective() as here:
        password = _password(generate)
        accounts.add(here, name, role, sources, password, who())
    out.print(f"Le compte « {name.strip()} » est prêt : il ouvre /coordination.", markup=False)
    _tell(password, generate)


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def list_accounts(as_json: bool) -> None:
    """Montrer les comptes."""
    with collective() as here, here.store.snapshot() as snapshot:
        found = Accounts(snapshot).all()
    if as_json:
        say([each.to_json() for each in found])
    elif not found:
        out.print("Aucun compte. Le premier : partageons account add NOM --role administrator", markup=False)
    else:
        table = table_of("nom", "rôle", "sources", "état", "depuis")
        for each in found:
            state = "fermé" if each.disabled else "ouvert"
            table.add_row(each.name, each.role, ", ".join(each.sources), state, each.created)
        out.print(table)


@account.command("password")
@_name
@_generate
def set_password(name: str, generate: bool) -> None:
    """Donner un autre mot de passe à un compte ; toutes ses sessions finissent."""
    with collective() as here:
        with here.store.snapshot() as snapshot:
            accounts.find(snapshot, name)  # before anything is asked for
        password = _password(generate)
        accounts.set_password(here, name, password, who())
    out.print("Le mot de passe est changé.")
    _tell(password, generate)


@account.command()
@_name
def disable(name: str) -> None:
    """Fermer un compte ; toutes ses sessions finissent."""
    with collective() as here:
        accounts.disable(here, name, who())
    out.print("Ce compte est fermé.")


@account.command()
@_name
def enable(name: str) -> None:
    """Rouvrir un compte."""
    with collective() as here:
        accounts.enable(here, name, who())
    out.print("Ce compte est ouvert.")


@account.command("role")
@_name
@click.argument("role", metavar="RÔLE", type=_ROLE)
@_sources
def set_role(name: str, role: str, sources: Sequence[str]) -> None:
    """Donner un autre rôle à un compte : administrator, coordinator ou partner."""
    with collective() as here:
        accounts.set_role(here, name, role, sources, who())
    out.print("Le rôle est changé.")


@account.command("remove")
@_name
@click.confirmation_option(prompt="Supprimer ce compte ?")
def remove_account(name: str) -> None:
    """Supprimer un compte ; ce qu'il a fait reste au journal."""
    with collective() as here:
        accounts.remove(here, name, who())
    out.print("Ce compte est supprimé.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--last", "count", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Combien d'actes.")
def journal(as_json: bool, count: int) -> None:
    """Montrer qui a fait quoi, et quand ; les derniers d'abord."""
    with collective() as here, here.store.snapshot() as snapshot:
        acts = Journal(snapshot).acts(count)
    if as_json:
        say([each.to_json() for each in acts])
        return
    table = table_of("n°", "quand", "qui", "acte", "sur quoi", "annulé")
    for each in acts:
        undone = f"{each.undone_at} par {each.undone_by}" if each.undone else ""
        about = " ".join(filter(None, (each.about, str(each.kept.get("told", "")))))
        table.add_row(*map(escape, (str(each.number), each.at, each.who, each.act, about, undone)))
    out.print(table)


@main.command()
@click.argument("number", metavar="NUMÉRO", type=int)
def undo(number: int) -> None:
    """Annuler un acte du journal."""
    with collective() as here:
        told = undoing.undo(here, number, who())
    out.print(told, markup=False)


def _password(generate: bool) -> str:
    """A password: drawn, asked twice on a terminal, or read from the standard input."""
    if generate:
        return accounts.generated()
    if sys.stdin.isatty():
        asked: str = click.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois", err=True)
        return asked
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise BridgeError("Aucun mot de passe n'est donné.", "Écrivez-le sur l'entrée standard, ou --generate.")
    return given


def _tell(password: str, generate: bool) -> None:
    if generate:
        out.print(f"Mot de passe : {password}", markup=False)
