"""A real WordPress: Debian's packages and the SQLite drop-in of WordPress Playground, laid out in a temporary folder.

Nothing is installed on the machine but PHP. What is downloaded is kept in the user's cache folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import php
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
        return php.run(*arguments, more={"SITE_FOLDER": str(self.folder), "SITE_URL": self.url})

    @contextmanager
    def served(self) -> Iterator[WordPress]:
        """The site answers while this lasts."""
        with php.serving(self.folder, self.host, f"{self.url}wp-json/", HERE / "router.php"):
            yield self


@contextmanager
def wordpress(folder: Path, plugins: tuple[Path, ...] = ()) -> Iterator[WordPress]:
    """A WordPress with content, served on a free port until the end of the block.

    Args:
        folder: an empty folder to put it in.
        plugins: folders of plugins to link into it; none is activated.
    """
    need("php", "apt-get", "dpkg-deb", php=EXTENSIONS, why=DEBIAN)
    port = php.free_port()
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
