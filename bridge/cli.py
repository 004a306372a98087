"""``partageons``: the command line. Errors are one plain sentence on standard error; the exit code then is 1."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bridge import __version__, recognise
from bridge.collective import Collective
from bridge.config import SETTINGS, Settings, load
from bridge.console import harvest_now, out
from bridge.errors import BridgeError
from bridge.harvest.sample import sample
from bridge.meaning.source import Source
from bridge.record import to_json
from bridge.refresh import Summary, fetcher
from bridge.writers import WRITERS
from bridge.writers.feed import Feed

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


def say(value: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _table(*names: str) -> Table:
    """A table whose cells are folded on narrow screens, never cut."""
    table = Table(box=None)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="partageons")
def main() -> None:
    """Partageons vert : relier les bases de ressources biodiversité sans en créer une de plus."""


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
    table = _table("réglage", "valeur", "vient de", "variable")
    for setting in SETTINGS:
        value = getattr(current, setting.key)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value)
        if setting.key in ("secret", "smtp") and value:
            shown = "(défini)"
        table.add_row(setting.key, escape(shown), current.came_from[setting.key], setting.variable)
    out.print(table)


@main.command()
@click.argument("url", metavar="ADRESSE")
@click.option("--id", "source_id", default="", help="Identifiant de la source (sinon proposé d'après l'adresse).")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--dry-run", is_flag=True, help="Ne rien écrire.")
def add(url: str, source_id: str, as_json: bool, dry_run: bool) -> None:
    """Reconnaître un site et écrire sa table de correspondance."""
    with collective() as here:
        fetch = fetcher(here)
        proposal = recognise.recognise(url, fetch)
        if source_id:
            proposal = proposal._replace(id=source_id)
        if proposal.id in here.sources:
            raise BridgeError(f"La source « {proposal.id} » existe déjà.", "Donnez-lui un autre nom avec --id.")
        path = here.settings.mappings / f"{proposal.id}.toml"
        text = recognise.proposal_toml(proposal)
        source = here.load(text, path.name)
        assert source is not None  # a proposal always has a [source]
        found = sample(source, fetch)
        if not dry_run:
            _write(path, text)
    records = [to_json(mapped.record) for mapped in found.mapped if mapped.record]
    if as_json:
        say(
            {
                "id": proposal.id,
                "kind": proposal.kind,
                "url": proposal.url,
                "options": dict(proposal.options),
                "mapping_file": str(path),
                "records": records,
                "unmapped": sorted(found.unplaced),
                "problems": [{"item": p.item, "message": p.message} for p in found.problems],
            }
        )
        return
    for reason in proposal.why:
        out.print(f"• {reason}", markup=False)
    for record in records:
        out.print(f"\n[bold]{escape(record['title'])}[/]\n  {escape(record.get('url', ''))}")
        out.print("  " + escape(", ".join(f"{k}: {_short(v)}" for k, v in record.items() if k in _PREVIEW)))
    for problem in found.problems:
        out.print(f"⚠ {problem.message}", markup=False)
    if found.unplaced:
        out.print(f"\nChamps non repris : {', '.join(sorted(found.unplaced))}", markup=False)
    state = (
        "Rien n'a été écrit (--dry-run)." if dry_run else f"Écrit : {path}. Ensuite : partageons harvest {proposal.id}"
    )
    out.print(f"\n{state}", markup=False)


_PREVIEW = ("type", "themes", "territories", "place_text", "period", "licence")


def _short(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BridgeError(f"{path} existe déjà.", "Donnez un autre nom à la source avec --id.") from error
    except OSError as error:
        raise BridgeError(f"{path} ne peut pas être écrit : {error.strerror}.") from error


@main.command()
def check() -> None:
    """Vérifier les tables de correspondance, sans visiter aucun site."""
    with collective() as here:
        for source in here.sources.values():
            out.print(f"✓ {source.id} ({source.kind}) {source.url}", markup=False)
        for error in here.broken.values():
            err.print(f"✗ {error}", markup=False)
        if here.broken:
            sys.exit(1)
        if not here.sources:
            out.print(_NO_SOURCE)


_NO_SOURCE = "Aucune source. Ajoutez-en une : partageons add https://…"


@main.command()
@click.argument("ids", nargs=-1, metavar="[SOURCE]…")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--full", is_flag=True, help="Tout relire, même ce qui n'a pas changé.")
def harvest(ids: Sequence[str], as_json: bool, full: bool) -> None:
    """Moissonner les sources (toutes, ou celles nommées)."""
    with collective() as here:
        summaries = harvest_now(here, _chosen(here, ids), full=full, quiet=as_json)
        for error in here.broken.values():
            err.print(f"✗ {error}", markup=False)
        if not (as_json or here.sources or here.broken):
            out.print(_NO_SOURCE)
        if as_json:
            say([summary.to_json() for summary in summaries])
        if here.broken or not all(summary.complete for summary in summaries):
            sys.exit(1)


def _unknown(here: Collective, source: str) -> BridgeError:
    return BridgeError(f"La source « {source} » n'existe pas.", f"Sources : {', '.join(here.sources) or 'aucune'}.")


def _chosen(here: Collective, ids: Sequence[str]) -> list[Source]:
    for source_id in ids:
        if source_id not in here.sources:
            raise _unknown(here, source_id)
    return [source for source in here.sources.values() if not ids or source.id in ids]


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
    table = _table("source", "sorte", "fiches", "retirées", "absentes", "retenues", "dernière visite", "remarques")
    for row in rows:
        cells = [row[key] for key in ("source", "kind", "live", "withdrawn", "absent", "held_back", "last_visit")]
        problems = row["problems"]
        assert isinstance(problems, list)
        table.add_row(*map(str, cells), str(len(problems)))
    out.print(table)


@main.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(sorted(WRITERS)))
@click.option("--source", default="", help="Une seule source.")
def export(format_: str, source: str) -> None:
    """Écrire toutes les fiches sur la sortie standard, dans un format."""
    with collective() as here, here.store.snapshot() as snapshot:
        base = here.settings.base_url or "http://localhost/"
        writer = WRITERS[format_]
        _chosen(here, [source] if source else [])
        feed = Feed(
            title=here.settings.name,
            url=f"{base}feed.{writer.EXTENSION}",
            home=base,
            words=here.words,
            updated=snapshot.updated,
            node=here.settings.node,
        )
        for piece in writer.write(snapshot.walk(source=source), feed):
            sys.stdout.buffer.write(piece)


@main.command()
@click.argument("source", metavar="SOURCE")
@click.confirmation_option(prompt="Retirer toutes les fiches de cette source ?")
def forget(source: str) -> None:
    """Oublier une source : il ne reste d'elle que la trace que ses fiches ont été retirées."""
    with collective() as here:
        with here.store.snapshot() as snapshot:
            if source not in {*here.sources, *snapshot.states()}:
                raise _unknown(here, source)
        aside = _set_aside(here.paths[source]) if source in here.sources else None
        with here.store.writing() as writing:
            count = writing.forget(source)
            writing.journal("cli", "forget", source)
        here.store.compact()
        here.index.wipe()
        here.catch_up()
    out.print(f"{count} fiches retirées.", markup=False)
    if aside:
        out.print(f"Sa table de correspondance est mise de côté : {aside}. Supprimez-la, ou gardez-la.", markup=False)


def _set_aside(path: Path) -> Path:
    """The mapping file under a name that no harvest reads: a service that runs would bring its source back."""
    aside = path.with_name(f"{path.name}.oubliee")
    try:
        return path.replace(aside)
    except OSError as error:
        raise BridgeError(f"{path} ne peut pas être mis de côté : {error.strerror}.") from error


@main.command()
@click.argument("source", metavar="SOURCE")
@click.confirmation_option(prompt="Retirer les fiches retenues de cette source ?")
def release(source: str) -> None:
    """Retirer les fiches absentes qu'une source tient retenues : elles ont vraiment disparu."""
    with collective() as here:
        _chosen(here, [source])
        with here.store.writing() as writing:
            gone = writing.release(source)
            writing.journal("cli", "release", source)
        here.catch_up()
    out.print(f"{len(gone)} fiches retirées." if gone else "Cette source ne retient aucune fiche.", markup=False)


@main.command()
@click.argument("record", metavar="FICHE")
@click.option("--reason", default="", help="Pourquoi, sans nom de personne.")
def oppose(record: str, reason: str) -> None:
    """Retirer une fiche pour toujours, à la demande d'une personne (droit d'opposition)."""
    with collective() as here:
        with here.store.writing() as writing:
            if not writing.oppose(record, reason):
                raise BridgeError(
                    f"La fiche « {record} » n'est pas connue ici.",
                    "Donnez son identifiant, comme source:123 : il est à la fin de l'adresse de sa page.",
                )
            writing.journal("cli", "oppose", record)
        here.store.compact()
        here.index.wipe()
        here.catch_up()
    out.print(f"{record} ne sera plus montrée, même après une nouvelle moisson.", markup=False)


@main.command()
@click.confirmation_option(prompt="Vider toutes les copies ? La prochaine moisson les refera.")
def wipe() -> None:
    """Vider les copies et l'index ; la prochaine moisson les refait à l'identique."""
    with collective() as here:
        here.store.wipe()
        here.index.wipe()
    out.print("Copies vidées. Ensuite : partageons harvest", markup=False)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, help="0 : un port libre.")
@click.option("--workers", default=2, show_default=True, help="Nombre de processus web.")
@click.option("--no-refresh", is_flag=True, help="Servir sans moissonner.")
def serve(host: str, port: int, workers: int, no_refresh: bool) -> None:
    """Servir le site, OAI-PMH, les flux et l'API, et tenir tout à jour."""
    from bridge.web.server import serve as run_server  # Flask and granian only where they serve

    run_server(settings(), host, port, workers, refresher=not no_refresh)


@main.command()
@click.option("--once", is_flag=True, help="Moissonner une fois et finir.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, help="Sinon 8000, ou un port libre s'il est pris.")
def demo(once: bool, as_json: bool, host: str, port: int | None) -> None:
    """Faire vivre un réseau de démonstration : dix petits sites inventés, moissonnés sous vos yeux."""
    from bridge.demo.run import run_demo  # the sites' content is only read when asked for

    summaries: Iterable[Summary] = run_demo(once=once, quiet=as_json, host=host, port=port)
    if as_json:
        say([summary.to_json() for summary in summaries])


if __name__ == "__main__":
    main()
