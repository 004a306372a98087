"""``serve``: web workers (granian) and the refresher as one process tree, under one command."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Hashable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import click
from granian.constants import Interfaces
from granian.server import Server
from granian.server.common import AbstractServer

from bridge.collective import Collective
from bridge.config import SETTINGS, Settings, load
from bridge.errors import BridgeError
from bridge.refresh import fetcher, run
from bridge.web import create_app
from bridge.web.page_cache import PageCache

log = logging.getLogger("partageons")
RETRY = 30.0

AGEING = 600
"""Seconds after which kept pages are written again: what they say of the hours passed, of what is over, of titles in
mapping files, moves without any commit."""

FRESH = 0.02
"""Seconds that a commit may stay unseen by a worker: looking at each request would cost a third of a kept page."""

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
    port = free_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}{settings.url_prefix}/"
    if not settings.base_url:
        settings = replace(settings, base_url=address)
    with closing(Collective(settings)) as here:  # an error of settings or data is told here, once
        here.catch_up()
    _hand_over(settings)
    server = wsgi_server("bridge.web.server:application", host, port, workers)
    child = multiprocessing.get_context("spawn").Process(target=_refresh, args=(settings, pace), name="refresher")
    if refresher:
        child.start()
    server.on_startup(announce(host, port, address))
    try:
        server.serve()
    finally:
        if refresher:
            child.terminate()
            child.join(GRACE)
            child.kill()


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
        respawn_failed_workers=True,
        # A worker that is asked to end while it starts does not hear it.
        workers_kill_timeout=GRACE,
    )


def application() -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """The WSGI application of one worker, from the environment that ``serve`` prepared."""
    _end_with_parent()
    here = Collective(load(Path.cwd(), os.environ))
    return PageCache(
        create_app(here), lately(lambda: (here.store.seq, here.index.seq, int(time.time()) // AGEING), FRESH)
    )


def lately(look: Callable[[], Hashable], seconds: float) -> Callable[[], Hashable]:
    """What ``look`` gave, looked at again once it is older than so many seconds."""
    held: Hashable = None
    until = 0.0

    def version() -> Hashable:
        nonlocal held, until
        now = time.monotonic()
        if now >= until:
            held, until = look(), now + seconds
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
    """The refresher's process."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    _end_with_parent()
    with closing(Collective(settings)) as here:
        fetch = fetcher(here)
        while not stop.is_set():
            try:
                run(here, fetch, stop, pace)
            except BridgeError as error:  # a full disk, say: it may pass, and the site must stay up meanwhile
                log.error("%s", error)
                stop.wait(RETRY)
            except Exception:  # a fault of ours must not stop every source for ever, nor be silent
                log.exception("the refresher failed; it goes on in %s s", RETRY)
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
