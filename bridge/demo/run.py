"""``partageons demo``: the network harvested before one's eyes, then served while its sites live their life."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import chdir, closing, contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import tomlkit

from bridge import adding
from bridge.collective import Collective
from bridge.config import FILE, Settings, load
from bridge.console import harvest_now, out
from bridge.demo.network import Network
from bridge.errors import BridgeError
from bridge.refresh import Summary, fetcher

PORT = 8000
PACE = timedelta(seconds=5)
WORKERS = 2
_EVERYWHERE = ("0.0.0.0", "::")


def run_demo(*, once: bool, quiet: bool, host: str, port: int | None) -> list[Summary]:
    """Harvest the sites into a temporary collective and, unless ``once``, serve it until interrupted.

    Args:
        quiet: show no progress bars.
        port: the one asked for, 0 for a free one; None for 8000, or a free one when it is taken.

    Raises:
        BridgeError: the folder cannot be written, or the port asked for cannot be opened.
    """
    opened = 0 if once else _opened(host, port)
    with _folder() as folder, Network() as network:
        settings = settle(folder, network)
        with closing(Collective(settings)) as here:
            summaries = harvest_now(here, list(here.sources.values()), quiet=quiet, pace=PACE)
        if not once:
            _serve(settings, network, folder, host, opened)
    return summaries


def settle(folder: Path, network: Network) -> Settings:
    """Open the demo's collective in a folder, and add each site as a coordinator does.

    The address that a person would paste is recognised; over what is proposed come the few lines that the network
    keeps for this site, and what it receives; those that only receive have a file of their own.

    Raises:
        BridgeError: a site is not recognised, or the folder cannot be written.
    """
    hosts = ", ".join(f'"{host}"' for host in network.hosts)
    lines = (
        'name = "Partageons vert (démonstration)"',
        f"allow_hosts = [{hosts}]",
        "confirm_delay = 2",
        'log_level = "warning"',
        "",
    )
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")
    settings = load(folder, {})
    corrections, targets = network.corrections(), network.targets()
    with closing(Collective(settings)) as here:
        fetch = fetcher(here)
        for name, site in network.sites.items():
            proposed = adding.arrival(here, site.pasted, fetch, name).text
            mapping = corrected(corrected(proposed, corrections[name]), targets.pop(name, ""))
            adding.accept(here, mapping)
        for name, text in targets.items():
            (settings.mappings / f"{name}.toml").write_text(text, encoding="utf-8")
    return settings


def corrected(proposed: str, lines: str) -> str:
    """A proposed mapping file with the lines of another laid over it, table by table."""
    mapping = tomlkit.parse(proposed)
    _lay(mapping, tomlkit.parse(lines))
    return tomlkit.dumps(mapping)


def _lay(under: MutableMapping[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping) and key in under:
            _lay(under[key], value)
        else:
            under[key] = value


@contextmanager
def _folder() -> Iterator[Path]:
    try:
        with TemporaryDirectory(prefix="partageons-demo-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise BridgeError(f"Le dossier temporaire ne peut pas être écrit : {error.strerror}.") from error


def _serve(settings: Settings, network: Network, folder: Path, host: str, port: int) -> None:
    from bridge.web.server import serve  # Flask and granian only where they serve

    # A fork would copy the sites' threads and sockets into the workers.
    multiprocessing.set_start_method("spawn", force=True)
    stop = Event()
    life = Thread(target=_live, args=(network, host, port, stop), name="timeline", daemon=True)
    life.start()
    try:
        with chdir(folder):  # the workers read the settings where they are started
            serve(settings, host, port, WORKERS, refresher=True, pace=PACE)
    finally:
        stop.set()
        life.join()


def _live(network: Network, host: str, port: int, stop: Event) -> None:
    """Tell what will happen as soon as the showcase answers, then let it happen."""
    while not _answers(host, port):
        if stop.wait(0.3):
            return
    _explain(network)
    delay = network.first
    while not stop.wait(delay):
        out.print(f"{time.strftime('%H:%M:%S')}  {network.tick().told}", markup=False)
        delay = network.every


def _answers(host: str, port: int) -> bool:
    visit = HTTPConnection("127.0.0.1" if host in _EVERYWHERE else host, port, timeout=5)
    try:
        visit.request("HEAD", "/")
        return visit.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        visit.close()


def _explain(network: Network) -> None:
    told = "sites inventés vivent dans ce programme ; la page ci-dessus montre ce qu'ils partagent :"
    out.print(f"\n{len(network.sites)} {told}")
    for site in network.sites.values():
        out.print(f"  {site.base:<24} {site.name} ({site.about['speaks']})", markup=False)
    told = "destinations reçoivent ce que les autres partagent, dans leurs mots : voyez la page /pour/."
    out.print(f"\n{len(network.targets())} {told}", markup=False)
    out.print(
        f"\nDans {network.first:g} secondes, puis toutes les {network.every:g}, l'un d'eux corrige, ajoute ou retire "
        f"une fiche.\nChaque site est revisité toutes les {PACE.seconds} secondes : rechargez la page pour le voir. "
        "Ctrl-C arrête tout.\n",
        markup=False,
    )


def _opened(host: str, port: int | None) -> int:
    """The port asked for; 8000, or a free one, when none is. Told before the harvest, not after."""
    from bridge.web.server import free_port

    if port is not None:
        return free_port(host, port)
    try:
        return free_port(host, PORT)
    except BridgeError:
        return free_port(host, 0)
