"""A real MediaWiki: Debian's packages, laid out in a temporary folder, with its content in SQLite.

Nothing is installed on the machine but PHP. What is downloaded is kept in the user's cache folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import php
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
        run = ("-d", "error_reporting=E_ERROR", "maintenance/run.php", script, *given)
        return php.run(*run, at=self.folder, typed=typed)

    @contextmanager
    def served(self) -> Iterator[MediaWiki]:
        """The wiki answers while this lasts."""
        with php.serving(self.folder, self.host, f"{self.url}api.php?action=query&format=json", workers=2):
            yield self


@contextmanager
def mediawiki(folder: Path) -> Iterator[MediaWiki]:
    """A MediaWiki with content, served on a free port until the end of the block; ``folder`` is an empty one for it."""
    need("php", "apt-get", "dpkg-deb", php=PHP, why=DEBIAN)
    with MediaWiki(folder / "site", php.free_port()).served() as site:
        yield site
