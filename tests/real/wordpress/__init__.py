"""A real WordPress: Debian's packages and the SQLite drop-in of WordPress Playground, laid out in a temporary folder.

Nothing is installed on the machine but PHP. What is downloaded is kept in the user's cache folder.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real.parts import need
from tests.real.wordpress.download import DROP_IN, downloaded

HERE = Path(__file__).parent
EXTENSIONS = ("pdo_sqlite", "dom", "mbstring", "curl", "gd", "intl")
DEBIAN = "php-cli php-curl php-gd php-intl php-mbstring php-sqlite3 php-xml"


class WordPress:
    """A running site. ``ids`` names what ``seed.php`` wrote."""

    def __init__(self, folder: Path, port: int, plugins: tuple[Path, ...] = ()) -> None:
        self.folder = folder
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/"
        _lay_out(folder, self.url.rstrip("/"))
        for plugin in plugins:
            (folder / "wp-content" / "plugins" / plugin.name).symlink_to(plugin)
        self.ids: dict[str, int] = json.loads(self._run(HERE / "seed.php"))

    def php(self, code: str) -> str:
        """What PHP code prints, run inside this WordPress as its administrator."""
        return self._run("-r", f"require '{HERE}/load.php'; wp_set_current_user(1); {code}")

    def _run(self, *arguments: str | Path) -> str:
        done = subprocess.run(
            ["php", "-d", "display_errors=stderr", "-d", "memory_limit=512M", *arguments],
            env={**os.environ, "SITE_FOLDER": str(self.folder), "SITE_URL": self.url},
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"PHP a échoué : {done.stderr or done.stdout}")
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[WordPress]:
        """The site answers while this lasts."""
        log = self.folder.parent / "php.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["php", "-d", "memory_limit=256M", "-S", self.host, "-t", self.folder, HERE / "router.php"],
                env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"},
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
                with urllib.request.urlopen(f"{self.url}wp-json/", timeout=20):
                    return
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"WordPress répond {error.code} : {error.read()[:500]!r}") from error
            except OSError:
                if server.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"WordPress n'a pas démarré : {log.read_text(errors='replace')[-500:]}")


@contextmanager
def wordpress(folder: Path, plugins: tuple[Path, ...] = ()) -> Iterator[WordPress]:
    """A WordPress with content, served on a free port until the end of the block.

    Args:
        folder: an empty folder to put it in.
        plugins: folders of plugins to link into it; none is activated.
    """
    need("php", "apt-get", "dpkg-deb", php=EXTENSIONS, why=DEBIAN)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with WordPress(folder / "site", port, plugins).served() as site:
        yield site


def _lay_out(folder: Path, url: str) -> None:
    shutil.copytree(downloaded(), folder)
    content = folder / "wp-content"
    for name in ("plugins", "mu-plugins", "database", "uploads"):
        (content / name).mkdir(exist_ok=True)
    drop_in = content / "mu-plugins" / DROP_IN
    (content / DROP_IN).rename(drop_in)
    text = (drop_in / "db.copy").read_text()
    text = text.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(drop_in))
    (content / "db.php").write_text(text.replace("{SQLITE_PLUGIN}", f"{DROP_IN}/load.php"))
    shutil.copy(HERE / "guards.php", content / "mu-plugins")
    (folder / "wp-config.php").write_text((HERE / "wp-config.php").read_text().replace("{url}", url))
