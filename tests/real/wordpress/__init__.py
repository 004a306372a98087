"""A real WordPress: Debian's packages in a temporary folder, on WordPress Playground's SQLite drop-in or a MariaDB.

Nothing is installed on the machine but PHP. What is downloaded is kept in the user's cache folder.
"""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import php
from tests.real.databases import Database
from tests.real.parts import need
from tests.real.wordpress.download import DROP_IN, WITH_DROP_IN, downloaded

HERE = Path(__file__).parent
EXTENSIONS = ("dom", "mbstring", "curl", "gd", "intl", "zip")
DEBIAN = "php-cli php-curl php-gd php-intl php-mbstring php-mysql php-sqlite3 php-xml php-zip"


PASSWORD = "mot-de-passe-de-la-base"


class WordPress:
    """A running site. ``ids`` names what ``seed.php`` wrote."""

    def __init__(
        self,
        folder: Path,
        port: int,
        plugins: tuple[Path, ...] = (),
        release: str = WITH_DROP_IN,
        database: Database | None = None,
    ) -> None:
        self.folder = folder
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/"
        _lay_out(folder, self.url.rstrip("/"), release, database)
        self.ids: dict[str, int] = json.loads(self._run(HERE / "seed.php"))
        for plugin in plugins:
            if plugin.suffix == ".zip":
                self.activate(self.install(plugin))
            else:
                (folder / "wp-content" / "plugins" / plugin.name).symlink_to(plugin)

    def php(self, code: str) -> str:
        """What PHP code prints, run inside this WordPress as its administrator."""
        return self._run("-r", f"require '{HERE}/load.php'; wp_set_current_user(1); {code}")

    def install(self, archive: Path) -> str:
        """Put a plugin in by its zip, as the page « Ajouter une extension » does; its name (``folder/file.php``)."""
        return self._run(HERE / "install.php", archive)

    def activate(self, plugin: str, network: bool = False) -> None:
        """Activate a plugin; with ``network``, on every site of the network at once."""
        act = f"activate_plugin('{plugin}', '', {'true' if network else 'false'})"
        self.php(f"{_ADMIN} $e = {act}; if ($e) throw new Exception($e->get_error_message());")

    def deactivate(self, plugin: str) -> None:
        self.php(f"{_ADMIN} deactivate_plugins('{plugin}');")

    def uninstall(self, plugin: str) -> None:
        """Deactivate a plugin, let it remove what it wrote, delete its files."""
        self.deactivate(plugin)
        self.php(f"{_ADMIN} $e = delete_plugins(array('{plugin}')); if ($e !== true) throw new Exception('kept');")

    def network(self, more: str) -> int:
        """Make the site the first of a network, then another in a folder of it; the number of that one."""
        self._run(HERE / "network.php")
        config = self.folder / "wp-config.php"
        constants = {"MULTISITE": "true", "SUBDOMAIN_INSTALL": "false", "DOMAIN_CURRENT_SITE": f"'{self.host}'"}
        constants |= {"PATH_CURRENT_SITE": "'/'", "SITE_ID_CURRENT_SITE": "1", "BLOG_ID_CURRENT_SITE": "1"}
        lines = "".join(f"define('{name}', {value});\n" for name, value in constants.items())
        config.write_text(config.read_text().replace("define('WP_DEBUG'", f"{lines}define('WP_DEBUG'"))
        return int(self.php(f"echo wpmu_create_blog('{self.host}', '/{more}/', 'Antenne', 1);"))

    def cron(self) -> None:
        """Run what is due, as a visit of ``wp-cron.php`` by the host's own timer does. The site is served."""
        with urllib.request.urlopen(f"{self.url}wp-cron.php", timeout=60):
            pass

    def _run(self, *arguments: str | Path) -> str:
        return php.run(*arguments, more={"SITE_FOLDER": str(self.folder), "SITE_URL": self.url})

    @contextmanager
    def served(self) -> Iterator[WordPress]:
        """The site answers while this lasts, several requests at a time: it may visit itself (``spawn_cron``)."""
        with php.serving(self.folder, self.host, f"{self.url}wp-json/", HERE / "router.php"):
            yield self


@contextmanager
def wordpress(
    folder: Path, plugins: tuple[Path, ...] = (), release: str = WITH_DROP_IN, database: Database | None = None
) -> Iterator[WordPress]:
    """A WordPress with content, served on a free port until the end of the block.

    Args:
        folder: an empty folder to put it in.
        plugins: zips of plugins to install and activate, or folders to link into it, not activated.
        release: « 6.8 », or « 6.1 » which needs a ``database``.
        database: a MariaDB, in which the site makes a database of its own; without it the site is on SQLite.
    """
    driver = "pdo_sqlite" if database is None else "mysqli"
    need("php", "apt-get", "dpkg-deb", php=(*EXTENSIONS, driver), why=DEBIAN)
    port = php.free_port()
    with WordPress(folder / "site", port, plugins, release, database).served() as site:
        yield site


_ADMIN = "require_once ABSPATH . 'wp-admin/includes/admin.php';"


def _lay_out(folder: Path, url: str, release: str, database: Database | None) -> None:
    if database is None and release != WITH_DROP_IN:
        raise ValueError(f"WordPress {release} needs a MariaDB")
    shutil.copytree(downloaded(release), folder)
    content = folder / "wp-content"
    for name in ("plugins", "mu-plugins", "database", "uploads"):
        (content / name).mkdir(exist_ok=True)
    shutil.copy(HERE / "guards.php", content / "mu-plugins")
    text = (HERE / "wp-config.php").read_text().replace("{url}", url)
    if database is None:
        _drop_in(content)
    else:
        name = f"site_{url.rpartition(':')[2]}"
        database.sql(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb4;"
            f" CREATE USER {name}@'%' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON {name}.* TO {name}@'%';"
        )
        text = text.replace("{host}", f"127.0.0.1:{database.port}").replace("{name}", name)
    (folder / "wp-config.php").write_text(text.replace("{password}", PASSWORD))


def _drop_in(content: Path) -> None:
    """Make the site write to SQLite."""
    drop_in = content / "mu-plugins" / DROP_IN
    (content / DROP_IN).rename(drop_in)
    text = (drop_in / "db.copy").read_text()
    text = text.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(drop_in))
    (content / "db.php").write_text(text.replace("{SQLITE_PLUGIN}", f"{DROP_IN}/load.php"))
