"""The reader of the guide, as somebody else would bring it: a package of its own, by entry point, same contract."""

from __future__ import annotations

import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bridge.errors import FetchError, ReadError
from bridge.readers import READERS, contract
from bridge.record import Item, Page, Request, Response
from tests.terminal import Terminal
from tests.web_server import WebServer

GUIDE = (Path(__file__).parents[1] / "docs" / "un-lecteur.md").read_text(encoding="utf-8")
CODE, ENTRY, MAPPING = (
    re.search(rf"```{language}\n({start}.*?)```", GUIDE, re.S)[1]  # type: ignore[index]
    for language, start in (("python", '"""KML'), ("toml", r"\[project\]"), ("toml", r"\[source\]"))
)
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark id="m1"><name>Mare de l'école</name><description>Creusée en 2022.</description><ExtendedData>
<Data name="Thème"><value>Mares</value></Data></ExtendedData><Point><coordinates>4.83,45.76,0</coordinates></Point>
</Placemark><Placemark id="m2"><name>Haie</name><LineString><coordinates>4,45 5,46</coordinates></LineString>
</Placemark>
</Document></kml>"""


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's package, installed."""
    folder = tmp_path_factory.mktemp("site-packages")
    (folder / "partageons_kml.py").write_text(CODE, encoding="utf-8")
    about = folder / "partageons_kml-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: partageons-kml\nVersion: 1.0\n")
    group, line = re.search(r'entry-points\."([\w.]+)"\]\n(.+)', ENTRY).groups()  # type: ignore[union-attr]
    (about / "entry_points.txt").write_text(f"[{group}]\n{line.replace(chr(34), '')}\n")
    return folder


@pytest.fixture(scope="module")
def kml(site_packages: Path) -> ModuleType:
    spec = spec_from_file_location("partageons_kml", site_packages / "partageons_kml.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_s_reader_is_short(kml: ModuleType) -> None:
    assert len(CODE.splitlines()) <= 60
    assert contract.problems(kml) == []


@pytest.mark.parametrize("kind", READERS)
def test_our_readers_keep_the_contract(kind: str) -> None:
    assert contract.problems(READERS[kind]) == []


def test_the_guide_s_reader_is_a_kind_of_source(site_packages: Path, tmp_path: Path) -> None:
    answer = (200, {"Content-Type": "application/vnd.google-earth.kml+xml"}, KML.encode())
    with WebServer({"/jardins.kml": answer}) as site:
        terminal = Terminal(tmp_path, hosts=(f"127.0.0.1:{site.server_port}",), more={"PYTHONPATH": str(site_packages)})
        terminal("init", ".")
        written = MAPPING.replace("https://carte.example/jardins.kml", site.url("/jardins.kml"))
        (tmp_path / "mappings" / "carte-exemple.toml").write_text(written, encoding="utf-8")
        (summary,) = terminal.json("harvest")
        assert (summary["complete"], summary["created"]) == (True, 2)
        first, second = json.loads(terminal("export", "json_flat"))
        assert {first["title"], second["title"]} == {"Mare de l'école", "Haie"}


def bad(**more: Any) -> Any:
    given = {"INCREMENTAL": False, "REFUSALS": frozenset(), "start": lambda *_: Request("https://a.fr/")}
    return SimpleNamespace(**given | {"read": refuse} | more)


def refuse(*_: Any) -> Page:
    raise ReadError("Non.")


def fail(error: Exception) -> Any:
    def read(*_: Any) -> Page:
        raise error

    return read


NUMBERS = count()


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (bad(INCREMENTAL=None), "INCREMENTAL"),
        (bad(REFUSALS={404}), "REFUSALS"),
        (bad(start=fail(KeyError("x"))), "start lève KeyError"),
        (bad(start=lambda *_: "https://a.fr"), "start doit rendre"),
        (bad(read=fail(ReadError(""))), "sans phrase"),
        (bad(read=fail(FetchError("x"))), "FetchError au lieu"),
        (bad(read=fail(ValueError("x"))), "read lève ValueError"),
        (bad(read=lambda *_: []), "read doit rendre"),
        (bad(read=lambda *_: Page(items=(Item(str(next(NUMBERS)), {}),))), "ne retient rien"),
        (bad(read=lambda *_: Page(items=(Item("1", {}), Item("1", {})))), "même identifiant"),
        (bad(read=lambda *_: Page()), "entière et vide"),
        (bad(read=lambda *_: Page(next=(Request("file:///etc/passwd"),))), "adresse web"),
        (bad(read=lambda *_: Page(next=(Request("https://a.fr", {"a": (1,)}),))), "« carry »"),
    ],
)
def test_the_contract_tells_what_is_broken(reader: Any, told: str) -> None:
    assert any(told in sentence for sentence in contract.problems(reader))
    assert contract.problems(bad()) == [] and contract.problems(bad(start=refuse)) == []


def test_answers_of_the_guide(kml: ModuleType) -> None:
    page = kml.read(Response("https://a.fr/", 200, {}, KML.encode()), {})
    assert [item.id for item in page.items] == ["m1", "m2"]
    assert page.items[0].data["Thème"] == "Mares" and page.items[1].data["lon"] == 4.5
