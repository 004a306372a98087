"""The wheel, installed alone in a fresh environment and used in an empty folder, the clone out of reach."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from bridge import __version__
from tests.real.parts import lack, need
from tests.terminal import ROOT, Terminal
from tests.web_server import WebServer

SHIPPED = {
    "bridge/mappings": ROOT / "mappings",
    "bridge/web/templates": ROOT / "bridge/web/templates",
    "bridge/web/static": ROOT / "bridge/web/static",
    "bridge/web/translations": ROOT / "bridge/web/translations",
    "bridge/data": ROOT / "bridge/data",
}
"""Folder in the wheel -> folder in the clone: every file of the second is in the first."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need(python=("build",), why="build")
    folder = tmp_path_factory.mktemp("wheel")
    # In this environment when it has the build backend; else in one that `build` makes and fills from the network.
    options = ["--no-isolation"] if find_spec("hatchling") else []
    run([sys.executable, "-m", "build", "--wheel", *options, "--outdir", str(folder), str(ROOT)])
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment's folder."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    try:
        run([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", str(wheel)])
    except subprocess.CalledProcessError as error:
        lack(f"Les dépendances n'ont pas pu être installées : {error.stderr[-500:]}")
    return folder


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


@pytest.fixture
def terminal(installed: Path, tmp_path: Path) -> Terminal:
    return Terminal(tmp_path, program=(str(installed / "bin/partageons"),))


def test_what_it_holds(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for inside, folder in SHIPPED.items():
        for path in folder.rglob("*"):
            wanted = path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".po", ".pot", ".py")
            if wanted and (folder.name != "mappings" or path.parent != folder):
                assert f"{inside}/{path.relative_to(folder)}" in names
    assert "bridge/data/pv.xsd" in names and "bridge/py.typed" not in names
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"bridge", f"partageons_vert-{__version__}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".sqlite"))]


def test_nothing_of_the_clone_is_used(installed, tmp_path):
    code = "import bridge, sys; print(bridge.__file__); print(sys.path)"
    said = subprocess.run(
        [str(installed / "bin/python"), "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith(str(installed)) and str(ROOT) not in said


def test_a_first_day(terminal, tmp_path):
    assert terminal("--version") == f"partageons, version {__version__}\n"
    items = [{"id": n, "titre": f"Mare n° {n}", "theme": "Mares", "commune": "Lyon", "insee": "69123"} for n in "123"]
    with WebServer({"/d.json": (200, {"Content-Type": "application/json"}, json.dumps(items).encode())}) as site:
        terminal.hosts = (f"127.0.0.1:{site.server_port}",)
        terminal("init", ".")
        said = terminal.json("add", site.url("/d.json"), "--id", "a")
        assert said["records"][0]["territories"] == ["commune/69123"]
        (summary,) = terminal.json("harvest")
        assert (summary["complete"], summary["created"]) == (True, 3)
    with terminal.serve("--no-refresh") as served:
        static = ROOT / "bridge/web/static"
        vendor = [path.relative_to(static) for path in static.glob("vendor/*/*.js")]
        paths = {
            "": "Mare n° 2",
            "fiche/a:1": "Lyon (Rhône)",
            "en/formats": '<html lang="en"',
            "oai?verb=Identify": "<repositoryName>Partageons vert</repositoryName>",
            "schemas/pv.xsd": "<xs:schema",
            "feed.geojson": "FeatureCollection",
            "static/page.css": "{",
            **{f"static/{path}": "function" for path in vendor},
        }
        for path, text in paths.items():
            with urllib.request.urlopen(served.url + path, timeout=10) as answer:
                assert answer.status == 200 and text in answer.read().decode(), path


def test_a_preset_of_ones_own_is_laid_over_those_that_are_shipped(terminal, tmp_path):
    (tmp_path / "mappings" / "presets").mkdir(parents=True)
    (tmp_path / "mappings" / "presets" / "_maison.toml").write_text('[source]\nkind = "csv_file"\n')
    for name, extends in (("a", "_maison"), ("b", "_yeswiki"), ("c", "_wordpress")):
        (tmp_path / "mappings" / f"{name}.toml").write_text(
            f'extends = "{extends}"\n[source]\nid = "{name}"\nurl = "https://{name}.exemple.fr/"'
        )
    assert terminal("check").splitlines() == [
        "✓ a (csv_file) https://a.exemple.fr/",
        "✓ b (yeswiki) https://b.exemple.fr/",
        "✓ c (wordpress) https://c.exemple.fr/",
    ]


def test_the_demonstration(terminal):
    summaries = terminal.json("demo", "--once")
    assert len(summaries) >= 10 and all(summary["complete"] for summary in summaries)
