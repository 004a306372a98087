"""Packages of the npm registry that tests need, unpacked once in the user's cache folder; none of them is run here."""

from __future__ import annotations

import os
import runpy
import subprocess
import tempfile
from pathlib import Path

from tests.real.parts import lack

FRONTEND = Path(__file__).parents[2] / "scripts" / "frontend.py"


def unpacked(package: str) -> Path:
    """The folder of ``name@version``: to be read, never written to. The test is skipped when it cannot be had."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "partageons-tests"
    ready = cache / package.replace("/", "+")
    if not ready.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            try:
                fetched: Path = runpy.run_path(str(FRONTEND))["unpack"](package, Path(folder))
            except (OSError, subprocess.CalledProcessError) as error:
                lack(f"Le paquet npm {package} n'a pas pu être téléchargé : {error}")
            if not ready.is_dir():  # another run may have been quicker
                fetched.rename(ready)
    return ready
