"""A demo site on a free port of the loopback interface, in threads of this process."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

from bridge.demo.site import Answer, Asked, Site

HOST = "127.0.0.1"
_FORM_MAX = 1 << 16


class SiteServer(ThreadingHTTPServer):
    """Answers for one site from ``start`` to ``stop``."""

    daemon_threads = False  # closing waits for the answers under way

    def __init__(self, site: Site) -> None:
        super().__init__((HOST, 0), _Conversation)
        self.site = site
        self.host = f"{HOST}:{self.server_port}"
        site.base = f"http://{self.host}"
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name=site.id, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    timeout = 10
    server: SiteServer

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self._send(self.server.site.answer(Asked(unquote(urlsplit(path).path), query.partition("#")[0])))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        """A form, as OAI-PMH harvesters may send it."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _FORM_MAX:
            self._send(Answer(b"", 413))
            return
        query = self.rfile.read(int(length)).decode("latin-1")
        self._send(self.server.site.answer(Asked(unquote(self.path.partition("?")[0]), query)))

    def _send(self, answer: Answer) -> None:
        body, status, headers = answer
        if status == 200 and self._known(headers.get("ETag"), headers.get("Last-Modified")):
            body, status = b"", 304
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _known(self, etag: str | None, last_modified: str | None) -> bool:
        """Whether the visitor already holds this very answer (RFC 9110, 13.1)."""
        if asked := self.headers.get("If-None-Match"):
            return etag is not None and etag in [each.strip().removeprefix("W/") for each in asked.split(",")]
        return last_modified is not None and self.headers.get("If-Modified-Since") == last_modified

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: all the sites would drown what the console tells."""
