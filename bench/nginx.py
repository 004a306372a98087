"""Debian's nginx serving files from memory: the limit that kept pages are compared with."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bridge.web.server import free_port

# One process, as one worker of ours; everything it writes is in its folder, so that no privilege is needed.
CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  server {{ listen 127.0.0.1:{port}; root {folder}; {locations} }}
}}
"""
LOCATION = "location = /{name} {{ default_type '{kind}'; {encoding} }}"


@contextmanager
def nginx(pages: Mapping[str, tuple[bytes, str, str]], prefix: Sequence[str] = ()) -> Iterator[tuple[str, int]]:
    """Its address and process id; ``/<name>`` gives each page.

    Args:
        pages: by name: the bytes, their Content-Type, their Content-Encoding or nothing.
        prefix: a command that starts another one (``taskset``).
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = free_port("127.0.0.1", 0)
        locations = []
        for page, (body, kind, encoding) in pages.items():
            (folder / page).write_bytes(body)
            header = f"add_header Content-Encoding {encoding};" if encoding else ""
            locations.append(LOCATION.format(name=page, kind=kind, encoding=header))
        text = CONFIGURATION.format(folder=folder, port=port, locations=" ".join(locations))
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        command = [*prefix, "/usr/sbin/nginx", "-p", name, "-e", f"{name}/error.log", "-c", f"{name}/nginx.conf"]
        with subprocess.Popen(command) as process:
            try:
                _wait(port)
                yield f"http://127.0.0.1:{port}/", process.pid
            finally:
                process.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("nginx did not start")
