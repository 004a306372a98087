"""A real MediaWiki: Debian's packages, laid out in a temporary folder, with its content in SQLite.

Nothing is installed on the machine but PHP. What is downloaded is kept in the user's cache folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real.mediawiki.download import EXTENSIONS, downloaded
from tests.real.parts import need

HERE = Path(__file__).parent
PHP = ("pdo_sqlite", "dom", "mbstring", "intl", "xml")
DEBIAN = "php-cli php-intl php-mbstring php-sqlite3 php-xml"
NAME = "Wiki des communes vivantes"


class MediaWiki:
    """A running wiki, installed and filled with the files of ``pages/``, whose names are titles."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/"
        shutil.copytree(downloaded(), folder)
        for name in ("data", "images"):
            (folder / name).mkdir(exist_ok=True)
        where = ("--dbtype", "sqlite", "--dbpath", str(folder / "data"), "--dbname", "wiki")
        address = ("--server", self.url.rstrip("/"), "--scriptpath", "", "--lang", "fr")
        self._run("install", *where, *address, "--pass", "un-mot-de-passe-long", NAME, "Jeanne Vautrin")
        with (folder / "LocalSettings.php").open("a") as settings:
            settings.write("".join(f"wfLoadExtension('{name}');\n" for name in EXTENSIONS))
        for path in sorted((HERE / "pages").iterdir()):
            self.write(path.stem.replace("--", ":"), path.read_text())
        self.refresh()

    def write(self, title: str, text: str) -> None:
        """Create or edit a page."""
        self._run("edit", "--user", "Jeanne Vautrin", title, typed=text)

    def delete(self, title: str) -> None:
        self._run("deleteBatch", "-", typed=title)

    def refresh(self) -> None:
        """What the wiki would do by and by: the counts of its categories."""
        self._run("runJobs")

    def _run(self, script: str, *arguments: str, typed: str = "") -> str:
        given = [argument for argument in arguments if argument != "-"]
        done = subprocess.run(
            ["php", "-d", "error_reporting=E_ERROR", "-d", "memory_limit=512M", "maintenance/run.php", script, *given],
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{script} a échoué : {done.stderr or done.stdout}")
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[MediaWiki]:
        """The wiki answers while this lasts."""
        log = self.folder.parent / "php.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["php", "-d", "memory_limit=256M", "-S", self.host, "-t", self.folder],
                env={**os.environ, "PHP_CLI_SERVER_WORKERS": "2"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # its workers are stopped with it
            )
        try:
            self._wait(server, log)
            yield self
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)

    def _wait(self, server: subprocess.Popen[bytes], log: Path) -> None:
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{self.url}api.php?action=query&format=json", timeout=20):
                    return
            except OSError:
                if server.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"MediaWiki n'a pas démarré : {log.read_text(errors='replace')[-500:]}")


@contextmanager
def mediawiki(folder: Path) -> Iterator[MediaWiki]:
    """A MediaWiki with content, served on a free port until the end of the block; ``folder`` is an empty one for it."""
    need("php", "apt-get", "dpkg-deb", php=PHP, why=DEBIAN)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with MediaWiki(folder / "site", port).served() as site:
        yield site
