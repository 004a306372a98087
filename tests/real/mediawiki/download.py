"""MediaWiki from Debian's packages, kept in the user's cache folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.real.debian import kept, unpacked

PACKAGES = ("mediawiki", "mediawiki-classes")
EXTENSIONS = ("Cite", "PageImages", "TextExtracts")


def downloaded() -> Path:
    """A folder with MediaWiki: to be copied, never written to."""
    return kept("mediawiki", _build)


def _build(folder: Path) -> Path:
    source = unpacked(folder, *PACKAGES) / "usr/share/mediawiki"
    target = folder / "mediawiki"
    shutil.copytree(source, target, symlinks=True, ignore=_not_wanted)
    for name in EXTENSIONS:
        shutil.copytree(source / "extensions-core" / name, target / "extensions" / name)
    return target


def _not_wanted(folder: str, names: list[str]) -> list[str]:
    """Debian's links to its own configuration, the extensions, and the languages of others."""
    languages = folder.endswith("languages/i18n")
    return [
        name
        for name in names
        if Path(folder, name).is_symlink()
        or name == "extensions-core"
        or (languages and name.endswith(".json") and name not in ("fr.json", "en.json", "qqq.json"))
    ]
