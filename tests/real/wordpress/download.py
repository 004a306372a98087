"""WordPress and its SQLite drop-in, from the registries of Debian and npm, kept in the user's cache folder."""

from __future__ import annotations

import shutil
import zipfile
from functools import partial
from pathlib import Path

from tests.real import debian, npm

SUITES = {"6.8": ("trixie", "twentytwentyfive"), "6.1": ("bookworm", "twentytwentythree")}
"""WordPress's releases: Debian's release that has it, and the theme that goes with it."""
WITH_DROP_IN = "6.8"
"""What the SQLite drop-in knows; an older one needs a MariaDB."""
PACKAGES = (
    *("wordpress", "wordpress-l10n", "php-getid3", "libphp-phpmailer"),
    *("libjs-cropper", "libjs-jquery-ui", "libjs-lodash", "libjs-underscore"),
)
PLAYGROUND = "@wp-playground/cli@3.1.56"
DROP_IN = "sqlite-database-integration"


def downloaded(release: str = WITH_DROP_IN) -> Path:
    """A folder with WordPress, and the drop-in beside its ``wp-content/themes``: to be copied, never written to."""
    suite, theme = SUITES[release]
    return debian.kept("wordpress-whole", partial(_build, suite, theme), suite)


def _build(suite: str, theme: str, folder: Path) -> Path:
    root = debian.unpacked(folder, *PACKAGES, f"wordpress-theme-{theme}", suite=suite)
    target = folder / "wordpress"
    # Links lead to the libraries that Debian packs apart, beside it: files take their place.
    shutil.copytree(root / "usr/share/wordpress", target, ignore=_not_wanted)
    with zipfile.ZipFile(npm.unpacked(PLAYGROUND) / f"{DROP_IN}.zip") as archive:
        archive.extractall(folder)
    next(folder.glob(f"*{DROP_IN}")).rename(target / "wp-content" / DROP_IN)
    return target


def _not_wanted(folder: str, names: list[str]) -> list[str]:
    """Debian's own configuration, the languages of others, and links to packages that are not there."""
    languages = "/wp-content/languages" in folder
    return [
        name
        for name in names
        if name in ("wp-config.php", ".htaccess")
        or (languages and "." in name and "fr_FR" not in name)
        or not Path(folder, name).exists()
    ]
