"""WordPress and its SQLite drop-in, from the registries of Debian and npm, kept in the user's cache folder."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from tests.real import debian, npm

# Debian's next release has a WordPress (6.8) that the drop-in knows.
PACKAGES = (
    *("wordpress", "wordpress-l10n", "wordpress-theme-twentytwentyfive", "php-getid3", "libphp-phpmailer"),
    *("libjs-cropper", "libjs-jquery-ui", "libjs-lodash", "libjs-underscore"),
)
PLAYGROUND = "@wp-playground/cli@3.1.56"
DROP_IN = "sqlite-database-integration"


def downloaded() -> Path:
    """A folder with WordPress, and the drop-in beside its ``wp-content/themes``: to be copied, never written to."""
    return debian.kept("wordpress", _build)


def _build(folder: Path) -> Path:
    root = debian.unpacked(folder, *PACKAGES)
    target = folder / "wordpress"
    # Links lead to the libraries that Debian packs apart, beside it: files take their place.
    shutil.copytree(root / "usr/share/wordpress", target, ignore=_not_wanted, ignore_dangling_symlinks=True)
    with zipfile.ZipFile(npm.unpacked(PLAYGROUND) / f"{DROP_IN}.zip") as archive:
        archive.extractall(folder)
    next(folder.glob(f"*{DROP_IN}")).rename(target / "wp-content" / DROP_IN)
    return target


def _not_wanted(folder: str, names: list[str]) -> list[str]:
    """Debian's own configuration, and the languages of others."""
    languages = "/wp-content/languages" in folder
    return [
        name
        for name in names
        if name in ("wp-config.php", ".htaccess") or (languages and "." in name and "fr_FR" not in name)
    ]
