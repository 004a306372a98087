"""The service, and the demo."""

from __future__ import annotations

from collections.abc import Iterable

import click

from bridge.cli.base import main, say, settings
from bridge.refresh import Summary


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
    """Faire vivre un réseau de démonstration : de petits sites inventés, moissonnés sous vos yeux."""
    from bridge.demo.run import run_demo  # the sites' content is only read when asked for

    summaries: Iterable[Summary] = run_demo(once=once, quiet=as_json, host=host, port=port)
    if as_json:
        say([summary.to_json() for summary in summaries])
