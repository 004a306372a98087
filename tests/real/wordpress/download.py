"""WordPress and its SQLite drop-in, from the registries of Debian and npm, kept in the user's cache folder."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.real.npm import unpacked
from tests.real.parts import lack

# This release's WordPress (6.8) is one that the drop-in knows. Its packages are unpacked, not installed: the PHP of any
# other release runs it.
SUITE = "trixie"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
PACKAGES = (
    *("wordpress", "wordpress-l10n", "wordpress-theme-twentytwentyfive", "php-getid3", "libphp-phpmailer"),
    *("libjs-cropper", "libjs-jquery-ui", "libjs-lodash", "libjs-underscore"),
)
PLAYGROUND = "@wp-playground/cli@3.1.56"
DROP_IN = "sqlite-database-integration"


def downloaded() -> Path:
    """A folder with WordPress, and the drop-in beside its ``wp-content/themes``: to be copied, never written to."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "partageons-tests"
    ready = cache / f"wordpress-{SUITE}"
    if not ready.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            try:
                built = _build(Path(folder))
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", None) or error
                lack(f"WordPress n'a pas pu être téléchargé : {said}")
            if not ready.is_dir():  # another run may have been quicker
                built.rename(ready)
    return ready


def _build(folder: Path) -> Path:
    for package in _debian(folder):
        _run("dpkg-deb", "-x", package, folder / "root")
    target = folder / "wordpress"
    # Links lead to the libraries that Debian packs apart, beside it: files take their place.
    shutil.copytree(folder / "root/usr/share/wordpress", target, ignore=_not_wanted, ignore_dangling_symlinks=True)
    with zipfile.ZipFile(unpacked(PLAYGROUND) / f"{DROP_IN}.zip") as archive:
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


def _debian(folder: Path) -> list[Path]:
    """The packages of ``SUITE``, from the mirrors that this machine uses, its own lists left alone."""
    release = _run("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").strip()
    targets = _run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    mirrors = {mirror for mirror, _, suite in (line.partition(" ") for line in targets.split("\n")) if suite == release}
    lines = [f"deb [signed-by={KEYS}] {mirror} {SUITE} main\n" for mirror in sorted(mirrors)]
    (folder / "sources.list").write_text("".join(lines))
    for name in ("lists/partial", "archives/partial", "packages"):
        (folder / name).mkdir(parents=True)
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    apt = ["apt-get", "-qq", *(part for key, value in options.items() for part in ("-o", f"{key}={value}"))]
    _run(*apt, "update")
    _run("sh", "-c", f"cd {shlex.quote(str(folder))}/packages && {shlex.join([*apt, 'download', *PACKAGES])}")
    return list((folder / "packages").glob("*.deb"))


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
