"""``serve``: web workers (granian) and the refresher as one process tree, under one command."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread, current_thread
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import click
from granian.constants import Interfaces
from granian.server import Server
from granian.server.common import AbstractServer

from bridge import delivering, hub, logs, mailing, pairing
from bridge.collective import Collective
from bridge.config import SETTINGS, Settings, load
from bridge.errors import BridgeError
from bridge.refresh import fetcher, run
from bridge.web import create_app, health, limits
from bridge.web.hub import renderer
from bridge.web.page_cache import PageCache

log = logging.getLogger("partageons")
RETRY = 30.0
_REFRESHER = "PARTAGEONS_REFRESHER"
"""The variable that tells the workers whether a refresher runs beside them."""

AGEING = 600
"""Seconds after which kept pages are written again: what they say of the hours passed, of what is over, of titles in
mapping files, moves without any commit."""

FRESH = 0.02
"""Seconds that a commit may stay unseen by a worker: looking at each request would cost a third of a kept page."""
CALM = 0.25
"""The same, for those that follow at once: while a harvest commits, pages are written again four times a second."""

GRACE = 4
"""Seconds that a process which was asked to end may take, a walk or a download being under way. Workers, then the
refresher: both fit in the ten seconds that systems leave before they kill."""


def serve(
    settings: Settings, host: str, port: int, workers: int, *, refresher: bool, pace: timedelta | None = None
) -> None:
    """Serve until interrupted. The first line on standard output is the address, as soon as it answers; ``port`` 0
    picks a free one.

    Raises:
        BridgeError: the port is taken or not allowed.
    """
    _begin(settings)
    port = free_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}{settings.url_prefix}/"
    if not settings.base_url:
        settings = replace(settings, base_url=address)
    with closing(Collective(settings)) as here:  # an error of settings or data is told here, once
        here.catch_up()
    _hand_over(settings)
    os.environ[_REFRESHER] = "1" if refresher else ""
    server = wsgi_server("bridge.web.server:application", host, port, workers)
    server.on_startup(announce(host, port, address))
    with _refresher(settings, pace) if refresher else nullcontext():
        server.serve()


@contextmanager
def _refresher(settings: Settings, pace: timedelta | None) -> Iterator[None]:
    """A process that refreshes, and another one should it die."""
    stop = Event()

    def keep() -> None:
        while not stop.is_set():
            child = multiprocessing.get_context("spawn").Process(
                target=_refresh, args=(settings, pace), name="refresher"
            )
            child.start()
            while child.is_alive() and not stop.wait(0.2):
                pass
            if not stop.is_set():
                log.error("the refresher ended (%s); it is started again", child.exitcode)
                stop.wait(1)
        child.terminate()
        child.join(GRACE)
        child.kill()

    keeper = Thread(target=keep, name="keeper")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def wsgi_server(target: str, host: str, port: int, workers: int) -> AbstractServer[Any]:
    """The server of ``serve``; ``target`` is the ``module:function`` that makes the application of each worker."""
    return Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        factory=True,
        log_level="warning",  # type: ignore[arg-type]  # granian takes the name, and types its enum
        log_dictconfig={"formatters": {}, "handlers": {}, "loggers": {}},  # its lines go where ours do
        respawn_failed_workers=True,
        # A worker that is asked to end while it starts does not hear it.
        workers_kill_timeout=GRACE,
    )


def application() -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """The WSGI application of one worker, from the environment that ``serve`` prepared."""
    _end_with_parent()
    settings = load(Path.cwd(), os.environ)
    _begin(settings)
    here = Collective(settings)
    _ = here.sources  # a thousand mapping files take seconds to read: not the first visitor's
    app = create_app(here)
    limits.settle(app)
    if os.environ.get(_REFRESHER):
        health.expect_refresher(app)
    return PageCache(app, lately(lambda: (here.store.seq, here.index.seq, int(time.time()) // AGEING), FRESH, CALM))


def _begin(settings: Settings) -> None:
    """What each process of the service begins with: its log, and files that only its user reads."""
    logs.set_up(settings.log_format, settings.log_level)
    os.umask(0o077)


def lately(look: Callable[[], Hashable], seconds: float, calm: float) -> Callable[[], Hashable]:
    """What ``look`` gave, looked at again once it is older than ``seconds``, or than ``calm`` when it was news."""
    held: Hashable = None
    until = 0.0

    def version() -> Hashable:
        nonlocal held, until
        now = time.monotonic()
        if now >= until:
            found = look()
            held, until = found, now + (seconds if found == held else calm)
        return held

    return version


def announce(host: str, port: int, address: str) -> Callable[[], None]:
    """What tells the address, once started, as soon as a worker answers there: whoever waits for it may ask at once."""

    def tell() -> None:
        while True:
            try:
                socket.create_connection((host, port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                click.echo(address)
                return

    return Thread(target=tell, daemon=True).start


def _end_with_parent() -> None:
    """End this process soon after the one that started it, whatever ended that one."""
    parent = multiprocessing.parent_process()

    def watch(pid: int) -> None:
        while os.getppid() == pid:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os.kill(os.getpid(), signal.SIGKILL)

    if parent and parent.pid:
        Thread(target=watch, args=(parent.pid,), daemon=True).start()


def _refresh(settings: Settings, pace: timedelta | None) -> None:
    """The refresher's process: visits, and beside them what is told to others and asked by them."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    _end_with_parent()
    _begin(settings)
    with closing(Collective(settings)) as here, fetcher(here) as fetch:
        render = renderer(create_app(here))
        beside = {
            "pairing": lambda: pairing.run(here, fetch, stop),
            "hub": lambda: hub.run(here, fetch, stop, render),
            "delivering": lambda: delivering.run(here, fetch, stop),
            "mailing": lambda: mailing.run(here, stop),
        }
        threads = [Thread(target=_keep_on, args=(work, stop), name=name) for name, work in beside.items()]
        for thread in threads:
            thread.start()
        _keep_on(lambda: run(here, fetch, stop, pace), stop)
        for thread in threads:
            thread.join()


def _keep_on(work: Callable[[], None], stop: Event) -> None:
    """Do something until ``stop``, whatever happens to it."""
    while not stop.is_set():
        try:
            work()
        except BridgeError as error:  # a full disk, say: it may pass, and the site must stay up meanwhile
            log.error("%s", error)
            stop.wait(RETRY)
        except Exception:  # a fault of ours must not stop everything for ever, nor be silent
            log.exception("%s failed; it goes on in %s s", current_thread().name, RETRY)
            stop.wait(RETRY)


def _hand_over(settings: Settings) -> None:
    """Put the settings where the workers, which are processes of their own, find them."""
    for setting in SETTINGS:
        value: Any = getattr(settings, setting.key)
        os.environ[setting.variable] = ",".join(value) if isinstance(value, tuple) else str(value)


def free_port(host: str, port: int) -> int:
    """The port, or any free one for 0.

    Raises:
        BridgeError: it is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BridgeError(
                f"L'adresse {host}:{port} ne peut pas être ouverte : {error.strerror}.", "Choisissez un autre --port."
            ) from error
        return int(probe.getsockname()[1])
