"""What figures of the plugins need: a bridge that hears their signals, and two things measured in turn."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.figure import wall

HEARD = b'{"state": "due"}'


@contextmanager
def bridge() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that hears every signal, and what it heard."""
    heard: list[str] = []

    class Ears(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard.append(self.path)
            self.send_response(202)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(HEARD)))
            self.end_headers()
            self.wfile.write(HEARD)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ears) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", heard
        server.shutdown()


def quickest(
    one: Callable[[], object], other: Callable[[], object], runs: int, pause: float = 0
) -> tuple[float, float]:
    """Seconds of each, taken in turn: that of the quickest fifth of them, which neighbours trouble least."""
    taken: tuple[list[float], list[float]] = ([], [])
    for run in range(runs + 1):
        for each, seconds in zip((one, other), taken, strict=True):
            spent = wall(each)
            time.sleep(pause)
            if run:  # the first one warms up
                seconds.append(spent)
    return sorted(taken[0])[runs // 5], sorted(taken[1])[runs // 5]
