"""« J'ajoute une initiative »: where one may add a resource, at partners' only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from bridge import contributing, pairing
from bridge.errors import MappingError
from bridge.record import Response
from bridge.store import Store
from bridge.store.pairings import Plugins
from bridge.web import create_app
from bridge.writers.wikiword import image_of, tag
from tests.fake_collective import fill

FORM = "https://wiki.exemple.fr/?BazaR&vue=saisir&action=saisir_fiche&id=5"
IDENTIFY = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><Identify><description><partageons '
    'xmlns="https://partageons-vert.org/ns/plugin/1.0" version="1.0" add="{}"/></description></Identify></OAI-PMH>'
)


def wiki(add_source: Any, more: str = "", url: str = "https://wiki.exemple.fr/?PagePrincipale") -> None:
    add_source("a", kind="yeswiki", url=url, source_more='options = { form = "5" }', more=more)


def where(collective: Any, plugins: Any = None) -> list[str]:
    return [door.url for door in contributing.doors(collective, plugins or {})]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", [FORM]),
        ("[contribute]\noff = true", []),
        ('[contribute]\nurl = "https://wiki.exemple.fr/?Proposer"', ["https://wiki.exemple.fr/?Proposer"]),
        ('[contribute]\ntitle = "Le carnet"', [FORM]),
    ],
)
def test_a_wiki_offers_its_own_form(more: str, expected: list[str], collective: Any, add_source: Any) -> None:
    wiki(add_source, more)
    assert where(collective) == expected


def test_a_wiki_whose_form_is_not_known_offers_nothing(collective: Any, add_source: Any) -> None:
    add_source("a", kind="yeswiki", url="https://wiki.exemple.fr/")
    assert where(collective) == []


def test_any_source_may_say_where(collective: Any, add_source: Any) -> None:
    add_source("a")
    assert where(collective) == []
    add_source("a", more='[contribute]\nurl = "https://a.exemple.fr/proposer?x=1"\ntitle = "Proposer une action"')
    assert contributing.doors(collective, {}) == [
        ("a", "Proposer une action", "https://a.exemple.fr/proposer?x=1"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        'url = "javascript:alert(1)"',
        'url = "ftp://a.fr/"',
        'url = "a.fr"',
        'off = "oui"',
        "autre = 1",
        f'title = "{"x" * 101}"',
    ],
)
def test_what_cannot_be_used_is_told(wrong: str, collective: Any, add_source: Any) -> None:
    add_source("a", more=f"[contribute]\n{wrong}")
    assert "a" not in collective.sources
    with pytest.raises(MappingError, match="contribute"):
        raise collective.broken["a.toml"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (FORM, FORM),
        ("https://ailleurs.exemple.fr/ajouter", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_plugin_says_where_on_its_own_site(
    said: str, expected: str, collective: Any, add_source: Any, web: Any
) -> None:
    feed = "https://wiki.exemple.fr/?api/partageons/oai"
    add_source("a", kind="oai", url=feed, source_more='options = { prefix = "pv" }')
    web.put(f"{feed}&verb=Identify", IDENTIFY.format(said.replace("&", "&amp;")), content_type="text/xml")
    pairing.look_again(collective, web)
    with collective.store.snapshot() as snapshot:
        plugins = Plugins(snapshot).all()
    assert plugins["a"].add == expected
    assert where(collective, plugins) == ([expected] if expected else [])


def test_what_it_says_is_read_from_its_identify() -> None:
    answer = Response("", 200, {"content-type": "text/xml"}, IDENTIFY.format("https://a.fr/x").encode())
    assert pairing.announced(answer).add == "https://a.fr/x"


def test_titles_begin_the_form_of_a_wiki_only() -> None:
    assert contributing.begun(FORM, 'Mare & "haie"') == f"{FORM}&bf_titre=Mare%20%26%20%22haie%22"
    assert contributing.begun(FORM, "") == FORM
    assert contributing.begun("https://a.fr/proposer", "Mare") == "https://a.fr/proposer"
    assert len(contributing.begun(FORM, "x" * 10_000)) < 400


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_page_lists_where_one_may_add(language: str, collective: Any, add_source: Any) -> None:
    add_source("b", more='[contribute]\nurl = "https://a.exemple.fr/proposer"\ntitle = "<b>Zoé</b>"')
    wiki(add_source)
    client = create_app(collective).test_client()
    page = html.fromstring(client.get(f"{language}/ajouter?titre=Une%20%3Cb%3E").get_data(as_text=True))
    assert page.xpath('//ul[@class="sources"]//a/@href') == [
        "https://a.exemple.fr/proposer",
        f"{FORM}&bf_titre=Une%20%3Cb%3E",
    ]
    assert page.xpath('string(//ul[@class="sources"]//a)') == "<b>Zoé</b>"
    assert not page.xpath("//main//b")


def test_it_is_offered_where_one_looks_and_where_nothing_was_found(collective: Any, add_source: Any) -> None:
    client = create_app(collective).test_client()
    assert "/ajouter" not in client.get("/?q=zzz").get_data(as_text=True)
    assert "mailto:" in client.get("/ajouter").get_data(as_text=True)
    wiki(add_source)
    page = html.fromstring(client.get("/?q=une+mare+zzz").get_data(as_text=True))
    assert page.xpath('//a[text()="J’ajoute une initiative"]/@href') == ["/ajouter", "/ajouter?titre=une+mare+zzz"]
    assert client.get("/sitemap.xml").get_data(as_text=True).count("/ajouter<") == 2


def test_what_plugins_said_is_asked_again_after_an_upgrade(tmp_path: Path) -> None:
    Store(tmp_path).close()
    path = tmp_path / "partageons.sqlite"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TABLE office_plugin")
        raw.execute(
            "CREATE TABLE office_plugin (source VARCHAR PRIMARY KEY, ping VARCHAR, version VARCHAR, at VARCHAR)"
        )
        raw.execute("INSERT INTO office_plugin VALUES ('a', '', '1.0', '2026-11-01T00:00:00Z')")
        raw.execute("UPDATE ledger_state SET value = '3' WHERE \"key\" = 'schema'")
    with closing(Store(tmp_path)) as store:
        with store.snapshot() as snapshot:
            assert Plugins(snapshot).all() == {}
        with store.writing() as writing:
            Plugins(writing).note("a", "", "1.0", FORM)
        with store.snapshot() as snapshot:
            assert Plugins(snapshot).all()["a"].add == FORM


# Images, where a wiki looks for them


def test_a_wiki_finds_images_at_their_source(collective: Any) -> None:
    fill(collective)
    text = '[target]\nid = "mares"\ntitle = "Les mares"\nsite = "https://mares.exemple.fr/"\nform = 7\n'
    (collective.settings.mappings / "mares.toml").write_text(text, encoding="utf-8")
    client = create_app(collective).test_client()
    entries = client.get("/pour/mares/?api/forms/7/entries").json
    named = {name: entry["imagebf_image"] for name, entry in entries.items() if entry["imagebf_image"]}
    assert named
    for name, file in named.items():
        stem, _, extension = file.rpartition(".")
        assert stem == name
        for path in (
            f"files/{file}",
            f"cache/{stem}_vignette_300_400.{extension}",
            f"cache/{stem}_cropped_9_9.{extension}",
        ):
            answer = client.get(f"/pour/mares/{path}")
            assert answer.status_code == 302 and answer.headers["Location"].startswith("http"), path
    for path in ("files/x.png", "files/FicheInconnueX0123456789abcdef.png", "cache/..%2f..%2fsecret"):
        assert client.get(f"/pour/mares/{path}").status_code == 404


def test_names_of_images_are_tags() -> None:
    name = tag("a:1")
    assert image_of(f"{name}.jpg") == image_of(f"{name}_vignette_1_2.png") == name
    assert not any(map(image_of, (name, "x.png", f"../{name}.jpg", "")))
