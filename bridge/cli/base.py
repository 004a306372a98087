"""What the commands share: the group that tells errors, the collective of the working folder, tables, JSON."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bridge import __version__
from bridge.collective import Collective
from bridge.config import Settings, load
from bridge.errors import BridgeError
from bridge.meaning.source import Source
from bridge.store.office import CLI

err = Console(stderr=True, highlight=False, soft_wrap=True)


class Group(click.Group):
    """Commands whose ``BridgeError`` is told in one sentence."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BridgeError as error:
            err.print(f"[bold red]Erreur :[/] {escape(str(error))}")
            context.exit(1)


def settings() -> Settings:
    return load(Path.cwd(), os.environ)


def collective() -> closing[Collective]:
    return closing(Collective(settings()))


def who() -> str:
    """Who is at the command line, as the journal names them."""
    try:
        return f"{CLI} ({getpass.getuser()})"
    except (KeyError, OSError):  # a process whose number has no name, and no variable that says it
        return CLI


def say(value: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table_of(*names: str) -> Table:
    """A table whose cells are folded on narrow screens, never cut."""
    table = Table(box=None)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="partageons")
def main() -> None:
    """Partageons vert : relier les bases de ressources biodiversité sans en créer une de plus."""


NO_SOURCE = "Aucune source. Ajoutez-en une : partageons add https://…"


def unknown_source(here: Collective, source: str) -> BridgeError:
    return BridgeError(f"La source « {source} » n'existe pas.", f"Sources : {', '.join(here.sources) or 'aucune'}.")


def chosen(here: Collective, ids: Sequence[str]) -> list[Source]:
    for source_id in ids:
        if source_id not in here.sources:
            raise unknown_source(here, source_id)
    return [source for source in here.sources.values() if not ids or source.id in ids]
