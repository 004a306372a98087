"""Packages of another release of Debian, unpacked without being installed, and kept in the user's cache folder."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.real.parts import lack

# Its packages are unpacked, not installed: the PHP of any other release runs them.
SUITE = "trixie"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


def kept(name: str, build: Callable[[Path], Path], suite: str = SUITE) -> Path:
    """The folder that ``build`` makes in the empty one it is given: to be copied, never written to.

    It is made once. The test is skipped when that cannot be done.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "partageons-tests"
    ready = cache / f"{name}-{suite}"
    if not ready.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            try:
                built = build(Path(folder))
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", None) or error
                lack(f"{name} n'a pas pu être téléchargé : {said}")
            if not ready.is_dir():  # another run may have been quicker
                built.rename(ready)
    return ready


def unpacked(folder: Path, *packages: str, suite: str = SUITE) -> Path:
    """The root in which these packages of a release are unpacked, below a folder."""
    root = folder / "root"
    for package in _downloaded(folder, packages, suite):
        _run("dpkg-deb", "-x", package, root)
    return root


def _downloaded(folder: Path, packages: tuple[str, ...], suite: str) -> list[Path]:
    """The files of packages, from the mirrors that this machine uses, its own lists left alone."""
    release = _run("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").strip()
    targets = _run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    mirrors = {mirror for mirror, _, named in (line.partition(" ") for line in targets.split("\n")) if named == release}
    lines = [f"deb [signed-by={KEYS}] {mirror} {suite} main\n" for mirror in sorted(mirrors)]
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
    _run("sh", "-c", f"cd {shlex.quote(str(folder))}/packages && {shlex.join([*apt, 'download', *packages])}")
    return list((folder / "packages").glob("*.deb"))


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
