"""A real SPIP: Debian's packages, laid out in a temporary folder, with its content in SQLite.

Nothing is installed on the machine but PHP. What is downloaded is kept in the user's cache folder.
"""

from __future__ import annotations

import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import php
from tests.real.parts import need
from tests.real.spip.download import LIBRARIES, downloaded

HERE = Path(__file__).parent
EXTENSIONS = ("pdo_sqlite", "sqlite3", "dom", "mbstring", "zip")
DEBIAN = "php-cli php-mbstring php-sqlite3 php-xml php-zip"
# What a person answers to the questions of SPIP's installation; the third one makes the tables.
_STEPS = (
    {"etape": "1"},
    {"etape": "2", "server_db": "sqlite3", "chmod": "0777"},
    {"etape": "3", "server_db": "sqlite3", "choix_db": "new_spip", "table_new": "spip", "tprefix": "spip"},
    {"etape": "4", "server_db": "sqlite3", "nom": "Admin", "email": "admin@exemple.org", "login": "admin"}
    | dict.fromkeys(("pass", "pass_verif"), "un-mot-de-passe"),
    {"etape": "fin"},
)


class Spip:
    """A running site. ``ids`` names what ``seed.php`` wrote."""

    ids: dict[str, int]

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/"
        _lay_out(folder)

    def php(self, code: str) -> str:
        """What PHP code prints, run inside this SPIP; what the site keeps of its pages is forgotten after it."""
        return self._run("-r", f"require '{HERE}/load.php'; {code} forget();")

    def _run(self, *arguments: str | Path) -> str:
        about = {"SITE_FOLDER": str(self.folder), "SITE_URL": self.url}
        return php.run("-d", "error_reporting=E_ERROR", *arguments, more=about)

    @contextmanager
    def served(self) -> Iterator[Spip]:
        """The site, installed and filled, answers while this lasts."""
        with php.serving(self.folder, self.host, f"{self.url}spip.png", HERE / "router.php"):
            self._install()
            self.ids = json.loads(self._run(HERE / "seed.php"))
            yield self

    def _install(self) -> None:
        for answers in _STEPS:
            data = urllib.parse.urlencode({"exec": "install", **answers}).encode()
            with urllib.request.urlopen(f"{self.url}ecrire/index.php", data, timeout=60) as answer:
                said = answer.read()
        if not (self.folder / "config/connect.php").is_file():
            raise RuntimeError(f"SPIP ne s'est pas installé : {said[-500:]!r}")


@contextmanager
def spip(folder: Path) -> Iterator[Spip]:
    """A SPIP with content, served on a free port until the end of the block; ``folder`` is an empty one for it."""
    need("php", "apt-get", "dpkg-deb", php=EXTENSIONS, why=DEBIAN)
    with Spip(folder / "site", php.free_port()).served() as site:
        yield site


def _lay_out(folder: Path) -> None:
    shutil.copytree(downloaded(), folder)
    for name in ("IMG", "tmp", "local", "config"):
        (folder / name).mkdir(exist_ok=True)
    shutil.copy(HERE / "mes_options.php", folder / "config")
    # Debian wrote where it puts files.
    kernel = folder / LIBRARIES / "SpipLeague/Component/Kernel/InstallationDetector.php"
    for path in (*folder.rglob("autoload.php"), kernel):
        text = path.read_text()
        text = text.replace("/usr/share/php/", f"{folder / LIBRARIES}/")
        path.write_text(text.replace("/usr/share/spip/", f"{folder}/"))
