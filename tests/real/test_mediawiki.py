"""A real MediaWiki through the whole bridge, by its command line, as a person would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge.fetch import Fetcher
from bridge.recognise import recognise
from tests.real.mediawiki import HERE, NAME, MediaWiki, mediawiki
from tests.terminal import Terminal

PAGES = 12
LYON = "Mare de l'école de Lyon"
PRIVATE = ("SECRET-", "Vautrin", "Bonnot", "bonnot", "@exemple.org")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    with mediawiki(tmp_path_factory.mktemp("mediawiki")) as running:
        yield running


@pytest.fixture
def bridge(site: MediaWiki, tmp_path: Path) -> Terminal:
    """A collective whose only source is the wiki, added by its home page, not harvested yet."""
    terminal = Terminal(tmp_path, hosts=(site.host,), more={"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"})
    terminal("init", ".")
    terminal("add", site.url, "--id", "w")
    return terminal


def exported(bridge: Terminal) -> dict[str, dict[str, Any]]:
    """The live records by title."""
    return {one["title"]: one for one in json.loads(bridge("export", "json_flat")) if one["status"] == "live"}


def test_the_home_page_leads_to_the_resources(site: MediaWiki, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, hosts=(site.host,))
    terminal("init", ".")
    said = terminal.json("add", site.url, "--id", "w", "--dry-run")
    assert (said["kind"], said["url"]) == ("mediawiki", f"{site.url}api.php")
    assert said["options"] == {"category": "Initiatives"}
    assert len(said["records"]) == 3
    assert any("Association (3)" in why for why in said["why"])


@pytest.mark.parametrize(
    ("path", "category"),
    [
        ("api.php", "Initiatives"),
        ("index.php/Nichoirs_de_Pau", "Initiatives"),
        ("index.php?title=Cat%C3%A9gorie:Initiatives", "Initiatives"),
        ("index.php?title=Category:Association", "Association"),
        ("index.php/Cat%C3%A9gorie:Zones_humides", "Zones humides"),
    ],
)
def test_any_page_leads_to_resources(site: MediaWiki, path: str, category: str) -> None:
    with closing(Fetcher(allow_hosts=(site.host,), sleep=lambda _: None)) as fetcher:
        found = recognise(site.url + path, fetcher)
    assert (found.kind, found.url, found.options) == ("mediawiki", f"{site.url}api.php", {"category": category})


def test_what_is_published_is_read_rightly(site: MediaWiki, bridge: Terminal) -> None:
    (summary,) = bridge.json("harvest")
    assert (summary["complete"], summary["created"]) == (True, PAGES), summary
    records = exported(bridge)
    assert set(records) == {path.stem for path in (HERE / "pages").glob("* de *.wiki")} - {
        *("La mare de Lyon", "Compte rendu de mars", "Discussion--Nichoirs de Pau")
    } | {"Renaturation de la Bièvre à Gentilly"}
    lyon = records[LYON]
    assert lyon["url"] == f"{site.url}index.php/Mare_de_l%27%C3%A9cole_de_Lyon"
    assert (lyon["territories"], lyon["themes"]) == (["commune/69123"], ["t-zones-humides"])
    assert lyon["abstract"] == "La mare a été creusée avec les élèves. Elle fait 300 m²."
    assert lyon["budget"]["value"] == 12500
    assert [lead["name"] for lead in lyon["leads"]] == ["Ville de Lyon"]
    assert (lyon["period"], lyon["language"]) == ("2021/2023", "fr")
    assert lyon["attribution"] == f"{NAME} : Initiatives"
    told = json.dumps([records, bridge.json("status"), summary], ensure_ascii=False)
    assert [word for word in PRIVATE if word in told] == []


def test_what_is_edited_is_followed_and_what_is_deleted_withdrawn(site: MediaWiki, bridge: Terminal) -> None:
    bridge.json("harvest")
    (summary,) = bridge.json("harvest")
    assert (summary["complete"], summary["changed"], summary["withdrawn"]) == (True, 0, 0)
    title = "Ruche de Gap"
    text = (HERE / "pages" / f"{title}.wiki").read_text()
    site.write(title, text.replace("900 €", "1 200 €"))
    site.write("Noue de Vannes", text.replace("commune=Gap", "commune=Vannes").replace("Gap", "Vannes"))
    site.delete("Nichoirs de Pau")
    try:
        (summary,) = bridge.json("harvest")
        assert (summary["created"], summary["changed"], summary["absent"] + summary["withdrawn"]) == (1, 1, 1), summary
        bridge.json("harvest")
        records = exported(bridge)
        assert records[title]["budget"]["value"] == 1200
        assert records["Noue de Vannes"]["territories"] == ["commune/56260"]
        assert "Nichoirs de Pau" not in records and len(records) == PAGES
        for path in (bridge.folder / "var").rglob("*"):
            assert b"Nichoirs de Pau" not in (path.read_bytes() if path.is_file() else b""), path
    finally:
        site.delete("Noue de Vannes")
        for name in (title, "Nichoirs de Pau"):
            site.write(name, (HERE / "pages" / f"{name}.wiki").read_text())
        site.refresh()
