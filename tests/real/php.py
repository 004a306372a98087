"""PHP as sites are run on it: a script to its end, or its own server on a loopback port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of the loopback interface that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def run(*arguments: str | Path, at: Path | None = None, more: Mapping[str, str] | None = None, typed: str = "") -> str:
    """What PHP prints; ``at`` is its folder, ``more`` what its environment has besides ours."""
    done = subprocess.run(
        ["php", "-d", "display_errors=stderr", "-d", "memory_limit=512M", *arguments],
        cwd=at,
        env={**os.environ, **(more or {})},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"PHP a échoué : {done.stderr or done.stdout}")
    return done.stdout


@contextmanager
def serving(folder: Path, host: str, ready: str, *router: Path, workers: int = 4) -> Iterator[None]:
    """The site of a folder answers at ``host`` (``127.0.0.1:port``) while this lasts.

    Args:
        ready: an address that answers well once the site does.
        router: the script that PHP asks first, if any.
    """
    log = folder.parent / "php.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            # A file that a test writes again is read again at once.
            ["php", "-d", "memory_limit=256M", "-d", "opcache.revalidate_freq=0", "-S", host, "-t", folder, *router],
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": str(workers)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # its workers are stopped with it
        )
    try:
        _wait(server, ready, log)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)


def _wait(server: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(ready, timeout=20):
                return
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{ready} répond {error.code} : {error.read()[:500]!r}") from error
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"Le site n'a pas démarré : {log.read_text(errors='replace')[-500:]}")
