"""The showcase on a real store and index, filled with invented resources: what a visitor gets, and can rely on."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Tag
from fake_collective import SOURCES, change, fill, records
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from markupsafe import Markup

from bridge.collective import Collective
from bridge.config import load
from bridge.meaning import territory
from bridge.record import FIELDS, NOASSERTION, Amount, Entry, Point, Problem, Record
from bridge.store.reading import SourceState
from bridge.store.search import FACETS, Query
from bridge.web import create_app, facts, selection, showcase, sources
from bridge.web.addresses import PURPOSES
from bridge.web.typography import typeset
from bridge.writers import WRITERS

ROOT = Path(__file__).parents[1]
PAGES = (
    "/",
    "/?vue=carte",
    "/?q=mare&theme=t-restauration&territoire=region/53",
    "/?page=2",
    "/?type=rien",
    "/fiche/cerema-nature:112",
    "/fiche/lpo-demo:125",
    "/fiche/cen-antilles:134",
    "/sources",
    *(f"/sources/{source}" for source in SOURCES),
    "/formats",
    "/formats?theme=t-haies",
    "/a-propos",
    "/accessibilite",
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collective]:
    folder = tmp_path_factory.mktemp("collective")
    (folder / "mappings").mkdir()
    collective = Collective(load(folder, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    fill(collective)
    yield collective
    collective.close()


@pytest.fixture(scope="module")
def app(here: Collective) -> Flask:
    return create_app(here)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def page(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "lxml")


def status(client: FlaskClient, path: str) -> int:
    with client.get(path) as answer:
        return answer.status_code


def kept(client: FlaskClient, path: str) -> str:
    with client.get(path) as answer:
        return answer.headers["Cache-Control"]


def texts(soup: Tag, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in soup.select(selector)]


def titles(soup: Tag) -> list[str]:
    return texts(soup, ".card :is(h2, h3)")


def total(soup: Tag) -> int:
    return int(re.sub(r"\D", "", texts(soup, "#nombre")[0]))


# What holds on every page


@pytest.mark.parametrize("path", [*PAGES, *(f"/en{path}" for path in PAGES), "/rien", "/fiche/arb-ouest:999"])
def test_pages_are_sober_and_sound(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    soup = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code in (200, 404, 410)
    assert soup.html and soup.html["lang"] == ("en" if path.startswith("/en") else "fr")
    assert "Set-Cookie" not in answer.headers
    assert not soup.select("[style], style, [onclick], script:not([src]):not([type='application/ld+json'])")
    called = [
        e.get("src") or e.get("href") for e in soup.select("script[src], img, iframe, image, link[rel=stylesheet]")
    ]
    assert called and all(str(address).startswith("/static/") for address in called)
    assert len(soup.select("h1")) == 1
    assert [int(h.name[1]) for h in soup.select("h1, h2, h3, h4") if not h.find_parent(class_="content")][0] <= 2
    ids = [e["id"] for e in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    for field in soup.select("input:not([type=hidden]), select"):
        assert field.find_parent("label") or soup.select(f"label[for={field['id']}]")
    assert soup.select("main#contenu") and soup.select("a.skip[href='#contenu']")
    assert "{{" not in answer.text and "None" not in soup.get_text()


def test_headers_close_what_is_not_needed(client: FlaskClient) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "public, no-cache"
    assert "public" not in client.get("/sources").headers.get("Cache-Control", "")  # visits change it, commits do not


def test_every_internal_link_leads_somewhere(client: FlaskClient) -> None:
    seen: set[str] = set()
    for path in (
        "/",
        "/fiche/cerema-nature:112",
        "/sources",
        "/sources/zones-humides",
        "/formats?theme=t-haies",
        "/en/",
    ):
        for link in page(client, path).select("a[href^='/'], link[href^='/'], script[src^='/']"):
            seen.add(str(link.get("href") or link.get("src")))
    assert len(seen) > 80
    assert {path: status(client, path) for path in seen} == dict.fromkeys(seen, 200)


def test_languages(client: FlaskClient) -> None:
    french = page(client, "/?q=haie&type=r-guide&vue=carte")
    switch = french.select_one(".switch a")
    assert switch and switch["href"] == "/en/?q=haie&type=r-guide&vue=carte"
    english = page(client, str(switch["href"]))
    back = english.select_one(".switch a")
    assert back and back["href"] == "/?q=haie&type=r-guide&vue=carte"
    assert "Filter" in english.get_text() and "Practical guide" in english.get_text()
    assert page(client, "/en/rien", 404).select_one("h1").get_text() == "This page does not exist"  # type: ignore[union-attr]
    assert str(page(client, "/rien", 404).select_one(".switch a")["href"]) == "/en/"  # type: ignore[index]
    card = next(c for c in page(client, "/en/?q=captage").select(".card") if "captage" in c.get_text())
    assert card.select_one("a[lang=fr]")


def test_every_string_is_translated_with_its_places() -> None:
    extract = runpy.run_path(str(ROOT / "scripts" / "translations.py"))["extract"]
    with (ROOT / "bridge/web/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        english = read_po(file)
    for message in extract():
        if not message.id:
            continue
        found = english.get(message.id)
        assert found, f"{message.id!r} manque : python scripts/translations.py --update"
        ours = [message.id] if isinstance(message.id, str) else list(message.id)
        theirs = [found.string] if isinstance(found.string, str) else list(found.string)
        places = {name for text in ours for name in re.findall(r"%\(\w+\)s", text)}
        assert all(theirs) and {name for text in theirs for name in re.findall(r"%\(\w+\)s", text)} == places


# The list


def test_welcome_says_what_this_is(client: FlaskClient) -> None:
    soup = page(client, "/")
    assert "40 ressources de 9 partenaires" in texts(soup, ".band .lead")[0]
    assert total(soup) == 40 and len(titles(soup)) == 20
    assert not page(client, "/?q=mare").select(".band--home")


def test_words_are_searched_for(client: FlaskClient) -> None:
    soup = page(client, "/?q=mangrove")
    assert titles(soup) == ["Replanter la mangrove avec les pêcheurs de la baie"]
    assert soup.select_one("#q")["value"] == "mangrove"  # type: ignore[index]
    assert soup.select_one("meta[name=robots]")["content"] == "noindex, follow"  # type: ignore[index]
    relaxed = page(client, "/?q=mangrove+pêcheurs+girafe")
    assert "tous ces mots" in relaxed.get_text() and titles(relaxed)


@pytest.mark.parametrize("key", FACETS)
def test_each_box_finds_what_it_announces(here: Collective, client: FlaskClient, key: str) -> None:
    counts = here.index.search(Query()).facets[key]
    boxes = {
        str(box["value"]): int(texts(box.find_parent("label"), ".count")[0].split()[0])  # type: ignore[arg-type]
        for box in page(client, "/").select(f"input[name={key}]")
    }
    assert boxes == dict(counts)
    for value, count in list(boxes.items())[:6]:
        assert total(page(client, f"/?{key}={value}")) == count


def test_territories_and_themes_are_nested(client: FlaskClient) -> None:
    soup = page(client, "/?territoire=commune/69266&theme=t-desimpermeabilisation")
    box = soup.select_one("input[value='commune/69266']")
    assert box and box.has_attr("checked")
    folded = box.find_parents("details", class_="under")
    above = [f.find_parent("li").select_one("input")["value"] for f in folded]  # type: ignore[union-attr, index]
    assert above == ["departement/69", "region/84"] and all(f.has_attr("open") for f in folded)
    assert texts(box.find_parent("label"), "span:not(.count)")[0] == "Villeurbanne"  # type: ignore[arg-type]
    group = soup.select_one("#groupe-territoire")
    assert group and group.select_one("input[value='epci/200046977']").find_parents("details", class_="under")  # type: ignore[union-attr]
    theme = soup.select_one("input[value=t-desimpermeabilisation]")
    assert (
        theme and theme.find_parent("details").find_parent("li").select_one("input")["value"] == "t-artificialisation"
    )  # type: ignore[union-attr, index]


def test_long_facets_are_folded(client: FlaskClient) -> None:
    soup = page(client, "/")
    rest = soup.select_one("#plus-territoire")
    shown = soup.select("#groupe-territoire > div > ul.boxes > li")
    assert rest and len(shown) == selection.TOP
    assert f"Voir plus {len(rest.find('ul').find_all('li', recursive=False))}" in texts(rest, "summary")[0]  # type: ignore[union-attr]


def test_communes_come_once_their_department_is_ticked(app: Flask) -> None:
    near = [code for code in territory.near(4.85, 45.75, 15) if "departement/69" in territory.ancestors(code)][:20]
    counts = {"territoire": [("region/84", 30), ("departement/69", 30), *((code, 1) for code in near)]}
    with app.test_request_context("/"):
        for ticked, shown in (("", selection.FEW), ("departement/69", 20), (near[-1], 20)):
            chosen = selection.Selection(filters={"territoire": (ticked,)} if ticked else {})
            (region,) = selection.groups(chosen, counts)[0].options
            (department,) = region.children
            assert (len(department.children), department.left) == (shown, 20 - shown)


def test_chips_remove_one_filter(client: FlaskClient) -> None:
    soup = page(client, "/?q=haie&theme=t-haies&theme=t-tvb&vue=carte&tri=titre")
    chips = {" ".join(a.get_text(" ").split()): str(a["href"]) for a in soup.select(".chips a")}
    assert parse_qs(urlsplit(chips["Retirer Thème Haies et bocage"]).query) == {
        "q": ["haie"], "theme": ["t-tvb"], "vue": ["carte"], "tri": ["titre"],
    }  # fmt: skip
    assert parse_qs(urlsplit(chips["Retirer « haie »"]).query)["theme"] == ["t-haies", "t-tvb"]
    assert chips["Tout effacer"] == "/"


@pytest.mark.parametrize(
    "path", ["/?theme=t-nexistepas", "/?territoire=%3Cscript%3E", "/?source=nulle", "/?langue=xx-%00", "/?licence=%22"]
)
def test_unknown_values_find_nothing_and_can_be_removed(client: FlaskClient, path: str) -> None:
    soup = page(client, path)
    assert total(soup) == 0 and "Rien ne répond" in soup.get_text()
    assert [str(a["href"]) for a in soup.select(".chips a")] == ["/"]


@pytest.mark.parametrize("path", ["/?page=x", "/?page=-3", "/?tri=hasard&vue=ronde&bbox=1,2,x&autre=1", "/?theme=&q="])
def test_what_means_nothing_is_ignored(client: FlaskClient, path: str) -> None:
    soup = page(client, path)
    assert total(soup) == 40
    assert soup.select_one("link[rel=canonical]")["href"] == "https://pont.exemple.fr/"  # type: ignore[index]


def test_pages(client: FlaskClient) -> None:
    first, second = page(client, "/?tri=titre"), page(client, "/?tri=titre&page=2")
    assert sorted(titles(first) + titles(second)) == sorted(r.title for r in records())
    assert titles(first)[0] < titles(first)[-1]
    assert first.select_one("a[rel=next]")["href"] == "/?tri=titre&page=2"  # type: ignore[index]
    assert second.select_one("ol.cards")["start"] == "21"  # type: ignore[index]
    assert second.select_one("link[rel=canonical]")["href"] == "https://pont.exemple.fr/?tri=titre"  # type: ignore[index]
    assert second.select_one("[aria-current=page][href*=page]").get_text().split()[-1] == "2"  # type: ignore[union-attr]
    page(client, "/?page=3", 404)


def test_page_numbers() -> None:
    assert showcase._numbers(1, 1) == [1]
    assert showcase._numbers(1, 9) == [1, 2, 3, 0, 9]
    assert showcase._numbers(5, 9) == [1, 0, 3, 4, 5, 6, 7, 0, 9]
    assert showcase._numbers(9, 9) == [1, 0, 7, 8, 9]


def test_newest_first_unless_words_are_searched_for(client: FlaskClient) -> None:
    # The first, which is what is done when nothing is asked for, asks for nothing.
    assert [str(o["value"]) for o in page(client, "/").select("#tri option")] == ["", "titre"]
    assert [str(o["value"]) for o in page(client, "/?q=haie").select("#tri option")] == ["", "recent", "titre"]
    assert page(client, "/?q=haie&tri=").select_one("#tri [selected]").get_text() == "Pertinence"  # type: ignore[union-attr]
    assert page(client, "/?q=haie&tri=recent").select_one("#tri [selected]")["value"] == "recent"  # type: ignore[index]


# The map


def test_map_and_list_hold_the_same(client: FlaskClient) -> None:
    soup = page(client, "/?vue=carte&theme=t-oiseaux")
    dots, listed = soup.select("#carte circle"), texts(soup, ".places dd a")
    found = client.get("/carte.json?theme=t-oiseaux").json["points"]  # type: ignore[index]
    assert len(dots) == len(found) == len(listed) == 2
    assert {title for _, _, title, _, _ in found} == set(listed)
    assert "2 ressources situées, 2 sans position" in " ".join(soup.get_text(" ").split())
    lon, lat, _, source, path = next(row for row in found if "hirondelles sauvés" in row[2])
    assert 5.9 < lon < 6.1 and 47.1 < lat < 47.4
    assert source == "Refuges et communes" and status(client, path) == 200


def test_map_asks_for_what_it_shows(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    brittany = client.get("/carte.json?bbox=-5.5,47,-1,49").json["points"]  # type: ignore[index]
    assert {title for _, _, title, _, _ in brittany} >= {"Des moutons d’Ouessant sur les talus de la rocade"}
    assert len(brittany) == 3
    monkeypatch.setattr(showcase, "POINTS", 2)
    clusters = client.get("/carte.json").json["clusters"]  # type: ignore[index]
    assert sum(count for _, _, count in clusters) == 22 and len(clusters) < 22
    assert len(client.get("/carte.json?bbox=-10,40,12,52").json["clusters"]) > len(clusters)  # type: ignore[index]


def test_paths_of_the_map_are_in_the_language_being_read(client: FlaskClient) -> None:
    assert client.get("/en/carte.json?q=mangrove").json["points"][0][4].startswith("/en/fiche/")  # type: ignore[index]


def test_outline_holds_france() -> None:
    shapes = json.loads((ROOT / "bridge/web/static/outline.geojson").read_text("utf-8"))["features"]
    france = next(s for s in shapes if s["id"] == "france")["geometry"]["coordinates"]
    overseas = ((-61.0, 14.65), (-61.6, 16.1), (-53.0, 4.0), (55.5, -21.1), (45.15, -12.8))
    for lon, lat in ((4.84, 45.76), (-4.1, 48.0), (9.1, 42.1), *overseas):
        assert any(_inside(polygon[0], lon, lat) for polygon in france), (lon, lat)
    assert not any(_inside(polygon[0], 7.0, 46.7) for polygon in france)


def _inside(ring: list[list[float]], x: float, y: float) -> bool:
    crossings = (
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False)
    )
    return sum(crossings) % 2 == 1


# The page of a resource


def test_a_full_record_is_shown_in_full(client: FlaskClient) -> None:
    record = next(r for r in records() if r.id == "cerema-nature:112")
    empty = {name for name in FIELDS if not getattr(record, name)}
    assert empty == {"version_of", "harvested"}, "every field must be shown: fill it, and expect it below"
    soup = page(client, "/fiche/cerema-nature:112")
    shown = unescape(
        " ".join(soup.get_text(" ").replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\xa0", " ").split())
    )
    links = {str(a["href"]) for a in soup.select("a[href]")}
    for expected in (
        "Une cour d’école oasis", "Du bitume brûlant", "Avant les travaux", "Retour d'expérience", "Nature en ville",
        "cour oasis", "îlot de chaleur", "Villeurbanne (Rhône)", "Auvergne-Rhône-Alpes", "De la rentrée 2020",
        "Terminé", "novembre 2022", "Claire Martin", "Éditions du Vivant", "DOI 10.5281/zenodo.1234",
        "ISBN 9782070360536", "2e édition", "Ville de Villeurbanne (Commune, SIREN 216902668)",
        "Direction Paysages et nature",
        "Métropole de Lyon (Intercommunalité)", "Agence de l’eau", "Territoire engagé pour la nature",
        "environ 684 000 € HT", "684 k€ HT, dont 12 mois de paysagiste", "0,18 ha", "240 m", "Milieu urbain et bâti",
        "Élus", "ODD 11", "Hérisson d’Europe", "Commencer par l’eau", "Photo : Ville de Villeurbanne", "Service Nature",
        "CC BY-SA", "À citer : Nature en ville, le réseau, 2022", "français", "Créée le 14 novembre 2022",
        "Modifiée par sa source le 2 mai 2024", "portail-sud.exemple.fr", "12 janvier 2025", "cerema-nature.exemple.fr",
        "Plan de la cour", "PDF, 2.4 MB", "Site ou parcelle", "Commune", "peut-être la même ressource",
        "Une mare pédagogique dans chaque école", "Désimperméabiliser une place de marché",
    ):  # fmt: skip
        assert expected in shown, expected
    assert {record.url, "https://doi.org/10.5281/zenodo.1234", record.documents[0].url, record.image.url} <= links  # type: ignore[union-attr]
    assert "https://cerema-nature.exemple.fr/contact" in links and "/?theme=t-nature-ville" in links
    assert texts(soup, "a.button") == ["Voir la fiche chez Nature en ville, le réseau"]
    assert soup.select_one("link[rel=canonical]")["href"] == record.url  # type: ignore[index]
    data = json.loads(soup.select_one("script[type='application/ld+json']").get_text())  # type: ignore[union-attr]
    assert data["@graph"][0]["name"] == record.title
    assert soup.select_one("meta[property='og:title']")["content"] == record.title  # type: ignore[index]


def test_a_poor_record_is_shown_poor(here: Collective, client: FlaskClient) -> None:
    poor = Record(id="lpo-demo:a/b é", source="lpo-demo", title="Pauvre <b>& fière</b>", licence=NOASSERTION)
    keep(here, poor)
    soup = page(client, "/fiche/lpo-demo:a/b%20%C3%A9")
    assert soup.select_one("h1").get_text() == "Pauvre <b>& fière</b>"  # type: ignore[union-attr]
    assert "Type non précisé" in soup.get_text() and "ne précise pas de licence" in soup.get_text()
    assert soup.select_one("a.button")["href"] == "https://lpo-demo.exemple.fr/"  # type: ignore[index]
    assert not soup.select(".locator, .facts, link[rel=canonical]")
    assert "Pauvre <b>& fière</b>" in titles(page(client, "/?source=lpo-demo"))
    withdraw(here, poor.id)


@pytest.mark.parametrize(
    "field, hostile",
    [
        ("title", "</script><script>alert(1)</script>"),
        ("abstract", '"><img src=x onerror=alert(1)>'),
        ("url", "https://a.exemple.fr/?\"onclick='x"),
        ("keywords", ("<svg onload=alert(1)>",)),
        ("place_text", "<i>"),
    ],
)
def test_nothing_of_a_source_becomes_markup(here: Collective, client: FlaskClient, field: str, hostile: object) -> None:
    record = Record(**{"id": "lpo-demo:666", "source": "lpo-demo", "title": "Hostile", field: hostile})  # type: ignore[arg-type]
    keep(here, record)
    for path in ("/fiche/lpo-demo:666", "/?source=lpo-demo", "/?vue=carte&source=lpo-demo"):
        soup = page(client, path)
        assert not soup.select("[onclick], [onerror], [onload], main script:not([type]), main i, main img")
    withdraw(here, record.id)


def test_gone_and_unknown(client: FlaskClient) -> None:
    gone = page(client, "/fiche/arb-ouest:999", 410)
    assert "Sa source ne la publie plus" in gone.get_text() and "Retirée" not in gone.get_text()
    unknown = page(client, "/fiche/nulle-part:1", 404)
    assert unknown.select("form input[name=q]")
    assert client.post("/").status_code == 405


def test_locator_windows() -> None:
    assert facts.window(Point(4.8, 45.7)) == facts.WINDOWS[0]
    assert facts.window(Point(-61.0, 14.6)) == facts.WINDOWS[1]
    assert facts.window(Point(55.5, -21.1)) == facts.WINDOWS[3]
    assert facts.window(Point(-149.5, -17.6)) == facts.WINDOWS[-1]


def test_an_error_of_ours_is_told_in_plain_words(here: Collective, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("détail interne")

    app = create_app(here)
    monkeypatch.setattr(here.index, "search", broken)
    answer = app.test_client().get("/")
    assert answer.status_code == 500 and "de notre côté" in answer.text and "détail interne" not in answer.text


# Sources


def test_sources_say_how_they_are(client: FlaskClient) -> None:
    soup = page(client, "/sources")
    cards = {texts(c, "h2")[0]: " ".join(c.get_text(" ").split()) for c in soup.select(".card")}
    assert len(cards) == 9
    assert "À jour" in cards["Agroécologie en partage"] and "4 ressources" in cards["Agroécologie en partage"]
    assert "Injoignable depuis" in cards["Refuges et communes"]
    assert "7 disparitions à confirmer" in cards["Entreprises et vivant"]


def test_a_source_shows_its_problems_and_words(client: FlaskClient) -> None:
    soup = page(client, "/sources/zones-humides")
    shown = " ".join(soup.get_text(" ").split())
    for expected in (
        "un tableau CSV", "Licence Ouverte 2.0", "la notice", "lue en entier", "4 visibles", "Champs laissés de côté",
        "désigne 220 communes", "La ligne 48 n’a pas de titre", "Date de saisie", "212",
    ):  # fmt: skip
        assert expected in shown, expected
    (told,) = soup.select(".problems a")  # what was refused has no page to lead to
    assert told["href"] == "/fiche/zones-humides:131" and "Fiche 48" in shown
    words = {texts(row, "th")[0]: texts(row, "td") for row in soup.select("table:first-of-type tbody tr")}
    assert words["Mares et étangs Thèmes"][0] != "–" and words["Mares et étangs Thèmes"][1] == "4"
    assert "Mots reconnus" in shown and "Zones humides" in shown
    page(client, "/sources/inconnue", 404)


STATE = SourceState("a", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", "", True, 3, 0, 0, 0, (), {})


@pytest.mark.parametrize(
    "state, level, words",
    [
        (None, "doubt", "Pas encore"),
        (replace(STATE, last_visit=""), "doubt", "Pas encore"),
        (STATE, "good", "À jour"),
        (replace(STATE, problems=(Problem("x"),)), "doubt", "fiches à corriger"),
        (replace(STATE, complete=False), "doubt", "incomplète"),
        (replace(STATE, held_back=9), "bad", "9 disparitions"),
        (replace(STATE, unreachable_since="2026-01-01T00:00:00Z", held_back=9), "bad", "1 janvier 2026"),
    ],
)
def test_health(app: Flask, state: SourceState | None, level: str, words: str) -> None:
    with app.test_request_context("/"):
        found = sources.health(state)
    assert found.level == level and words in found.sentence


# Reuse


def test_every_format_has_its_use() -> None:
    assert set(PURPOSES) == {writer.EXTENSION for writer in WRITERS.values()}


def test_addresses_follow_the_selection(client: FlaskClient) -> None:
    soup = page(client, "/formats?theme=t-haies&vue=carte&tri=titre")
    addresses = [str(a["href"]) for a in soup.select(".address a")]
    assert len(addresses) >= len(WRITERS) + 4 and all(a.startswith("https://pont.exemple.fr/") for a in addresses)
    assert "https://pont.exemple.fr/feed.atom?theme=t-haies" in addresses
    for address in addresses:
        assert status(client, address.removeprefix("https://pont.exemple.fr")) == 200, address
    assert [str(b["data-copy"]) for b in soup.select("[data-copy]")] == addresses


def test_small_files(client: FlaskClient) -> None:
    assert "Disallow: /carte.json" in client.get("/robots.txt").text
    with client.get("/favicon.ico") as icon:
        assert icon.mimetype == "image/svg+xml"
    sheet = str(page(client, "/").select("link[rel=stylesheet]")[-1]["href"])
    assert "immutable" in kept(client, sheet) and "max-age=31536000" in kept(client, sheet)
    assert "immutable" not in kept(client, sheet.partition("?")[0])


def test_search_engines_are_shown_our_own_pages_only(client: FlaskClient) -> None:
    """A resource is to be found at its owner's: its page here names that one as canonical."""
    told = re.search(r"^Sitemap: https://pont\.exemple\.fr(/\S+)$", client.get("/robots.txt").text, re.MULTILINE)
    assert told
    listed = [loc.text or "" for loc in etree.fromstring(client.get(told[1]).data).iter("{*}loc")]
    paths = [address.removeprefix("https://pont.exemple.fr") for address in listed]
    assert {"/", "/en/", "/sources", "/vocabulaire", "/api/", "/pour/", "/formats"} <= set(paths)
    assert len(paths) == len(set(paths)) and not any("/fiche/" in path for path in paths)
    assert all(status(client, path) == 200 for path in paths)
    canonical = page(client, "/fiche/cerema-nature:112").select_one("link[rel=canonical]")
    assert canonical and not str(canonical["href"]).startswith("https://pont.exemple.fr")


# Where it is served


def test_under_a_path(here: Collective) -> None:
    here.settings, before = replace(here.settings, url_prefix="/pont", base_url=""), here.settings
    try:
        client = create_app(here).test_client()
        for path in ("/pont/sources", "/sources"):  # a front server may remove the prefix, or not
            soup = page(client, path)
            links = [str(e.get("href")) for e in soup.select("a[href^='/'], link[href^='/']")]
            assert links and all(link.startswith("/pont/") for link in links)
        assert page(client, "/pont").select("#filtres[action='/pont/']")
        assert page(client, "/pont/en/?q=haie").select_one(".switch a")["href"] == "/pont/?q=haie"  # type: ignore[index]
        canonical = page(client, "/pont/").select_one("link[rel=canonical]")
        assert canonical and canonical["href"] == "http://localhost/pont/"
        assert client.get("/pontoise").status_code == 404
    finally:
        here.settings = before


def test_behind_a_trusted_proxy_only(here: Collective) -> None:
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "vitrine.exemple.fr", "X-Forwarded-Prefix": "/b"}
    here.settings, before = replace(here.settings, trusted_proxies=1, base_url=""), here.settings
    try:
        trusting = BeautifulSoup(create_app(here).test_client().get("/", headers=claims).text, "lxml")
        here.settings = replace(here.settings, trusted_proxies=0)
        wary = BeautifulSoup(create_app(here).test_client().get("/", headers=claims).text, "lxml")
    finally:
        here.settings = before
    assert trusting.select_one("link[rel=canonical]")["href"] == "https://vitrine.exemple.fr/"  # type: ignore[index]
    assert wary.select_one("link[rel=canonical]")["href"] == "http://localhost/"  # type: ignore[index]


def test_tiles_are_the_only_third_party(here: Collective) -> None:
    tiles = "https://{s}.tuiles.exemple.fr/{z}/{x}/{y}.png"
    here.settings, before = replace(here.settings, tiles=tiles, tiles_attribution="© Exemple"), here.settings
    try:
        answer = create_app(here).test_client().get("/?vue=carte")
    finally:
        here.settings = before
    assert "img-src 'self' data: https://*.tuiles.exemple.fr;" in answer.headers["Content-Security-Policy"]
    assert tiles in answer.text and "© Exemple" in answer.text


def test_contrasts() -> None:
    css = (ROOT / "bridge/web/static/page.css").read_text("utf-8")
    colour = dict(re.findall(r"--(\w+): (#\w+);", css))
    pairs = [(text, ground) for text in ("ink", "soft", "fir") for ground in ("mist", "paper", "pale")]
    pairs += [("ink", "lichen"), ("paper", "deep"), ("paper", "fir"), ("lichen", "deep")]
    for text, ground in pairs:
        assert _contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    assert _contrast(colour["edge"], colour["paper"]) >= 3  # edges of fields


def _contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two ``#rgb`` or ``#rrggbb`` colours."""

    def luminance(code: str) -> float:
        full = code[1:] if len(code) == 7 else "".join(c * 2 for c in code[1:])
        parts = (int(full[i : i + 2], 16) / 255 for i in (0, 2, 4))
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def keep(here: Collective, record: Record) -> None:
    with here.store.writing() as writing:
        writing.keep(record.source, "1", [change(here, record)])
    here.catch_up()


def withdraw(here: Collective, record_id: str) -> None:
    with here.store.writing() as writing:
        writing.withdraw([record_id])
    here.catch_up()


# Words


@pytest.mark.parametrize(
    "text, shown",
    [
        ("Une mare : pourquoi ?", "Une mare~: pourquoi~?"),
        ("Dire « oui » à 20 % près ; vite !", "Dire «~oui~» à 20~% près~; vite~!"),
        ("un :mot, une adresse http://a.fr/?b", "un :mot, une adresse http://a.fr/?b"),
        (12, 12),
        (None, None),
    ],
)
def test_punctuation_stays_with_its_word(text: object, shown: object) -> None:
    assert typeset(text) == (shown.replace("~", "\N{NO-BREAK SPACE}") if isinstance(shown, str) else shown)


def test_markup_stays_markup(client: FlaskClient) -> None:
    assert typeset(Markup("<b>a</b> ?")) == Markup("<b>a</b>\N{NO-BREAK SPACE}?")
    assert isinstance(typeset(Markup("a ?")), Markup) and not isinstance(typeset("a ?"), Markup)
    assert "atteignait <strong>52 °C</strong>" in client.get("/fiche/cerema-nature:112").text


def test_an_amount_is_told_once(app: Flask) -> None:
    said = "environ 12 000 € HT"
    with app.test_request_context("/"):
        twice = facts.rows(
            Record(id="a:1", source="a", title="x", budget=Amount(12000.0, "HT", True), budget_text=said)
        )
    assert [len(row.facts) for row in twice if row.title == "Budget"] == [1]


def test_nodes_are_named_by_their_host() -> None:
    assert [facts.node(name) for name in ("https://a.exemple.fr/wiki/?Accueil", "a.exemple.fr")] == ["a.exemple.fr"] * 2


def test_places_without_a_name_come_last() -> None:
    entries = [Entry(f"a:{n}", "", "live", Record(id=f"a:{n}", source="a", title="x", place_text=place))
               for n, place in enumerate(("", "Évry", "Auch", "Zuydcoote"))]  # fmt: skip
    assert [place for place, _ in showcase._by_place(entries)] == ["Auch", "Évry", "Zuydcoote", ""]
