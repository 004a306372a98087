"""What is served, by name, on the server of ``partageons serve``: ``python -m bench.applications NAME``.

Run from the folder of a collective. One worker, no refresher; the first line on standard output is the address.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bridge.collective import Collective
from bridge.config import load
from bridge.web import create_app
from bridge.web.page_cache import PageCache
from bridge.web.server import announce, free_port, wsgi_server


def never_kept() -> Any:
    """The whole application, every page written for each request."""
    here = Collective(load(Path.cwd(), os.environ))
    return PageCache(create_app(here), lambda: (here.store.seq, here.index.seq), capacity=0)


TARGETS = {
    "kept": "bridge.web.server:application",
    "never-kept": "bench.applications:never_kept",
    "oaipmh": "bench.oai_peers:of_oaipmh",
    "oai-repo": "bench.oai_peers:of_oai_repo",
}


@contextmanager
def served(name: str, folder: Path, prefix: Sequence[str] = ()) -> Iterator[tuple[str, int]]:
    """The address of one of ``TARGETS`` and the id of its process, whose one child is the worker.

    Args:
        folder: of the collective.
        prefix: a command that starts another one (``taskset``).
    """
    command = [*prefix, sys.executable, "-m", "bench.applications", name]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


if __name__ == "__main__":
    port = free_port("127.0.0.1", 0)
    server = wsgi_server(TARGETS[sys.argv[1]], "127.0.0.1", port, 1)
    server.on_startup(announce("127.0.0.1", port, f"http://127.0.0.1:{port}/"))
    server.serve()
