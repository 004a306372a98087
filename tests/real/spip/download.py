"""SPIP and the PHP libraries that Debian packs apart from it, kept in the user's cache folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.real.debian import kept, unpacked

PACKAGES = (
    *("spip", "libjs-jquery", "fonts-dustin", "php-getid3", "php-algo26-idna-convert", "php-jakeasmith-http-build-url"),
    *("php-psr-container", "php-symfony-config", "php-symfony-dependency-injection", "php-symfony-filesystem"),
    *("php-symfony-deprecation-contracts", "php-symfony-service-contracts", "php-symfony-var-exporter"),
)
LIBRARIES = "lib-php"
"""The folder of the libraries, inside that of SPIP."""


def downloaded() -> Path:
    """A folder with SPIP and its libraries: to be copied, never written to."""
    return kept("spip", _build)


def _build(folder: Path) -> Path:
    root = unpacked(folder, *PACKAGES)
    target = folder / "spip"
    # Links lead to libraries beside it (files take their place), or out of the root (the folders of Debian's sites).
    shutil.copytree(root / "usr/share/spip", target, ignore=_not_wanted, ignore_dangling_symlinks=True)
    shutil.copytree(root / "usr/share/php", target / LIBRARIES)
    return target


def _not_wanted(_: str, names: list[str]) -> list[str]:
    """Debian's own way to serve many sites."""
    return [name for name in names if name in ("mes_options.php", "ecran_securite.php", "mutualisation")]
