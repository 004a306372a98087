"""A small real web server on a free loopback port, for tests: each path answers what the test says."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

Answer = tuple[int, Mapping[str, str], bytes | Iterable[bytes]]
Page = Answer | Callable[["Handler"], Answer | None]


class Handler(BaseHTTPRequestHandler):
    """Answers from ``server.pages``; a callable page that returns None has written to ``wfile`` itself."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are written apart: the body would wait for an acknowledgement
    server: WebServer

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers.items())))
        page = self.server.pages.get(self.path, (404, {}, b"absent"))
        answer = page(self) if callable(page) else page
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if isinstance(body, bytes):
            if "Content-Length" not in headers and status != 304:
                self.send_header("Content-Length", str(len(body)))
            body = [body]
        else:
            self.close_connection = True
        self.end_headers()
        for part in body:
            try:
                self.wfile.write(part)
            except OSError:
                self.close_connection = True
                return

    def log_message(self, format: str, *args: object) -> None:
        pass


class WebServer(ThreadingHTTPServer):
    """``with WebServer(pages) as site: site.url("/x")``; ``site.seen`` holds (path, headers) of each request."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, pages: Mapping[str, Page] | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Page] = dict(pages or {})
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    def paths(self) -> list[str]:
        """What was asked, ``robots.txt`` left out."""
        return [path for path, _ in self.seen if path != "/robots.txt"]

    def process_request(self, request: object, client_address: object) -> None:
        self.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        pass

    def __enter__(self) -> WebServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
