"""JSON, maps, tables and schema.org, judged by json, csv, OGR and rdflib."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html
import pytest
import rdflib
from writers_cases import ENTRIES, FEED, FULL, LICENCES, LIVE, one, written

from bridge.meaning import trail
from bridge.readers import READERS
from bridge.record import FIELDS, Entry, Hop, Record, Response, from_json, to_json
from bridge.writers.json_flat import KEYS
from tests.real.parts import need

SCHEMA = rdflib.Namespace("https://schema.org/")

# rdflib's own JSON-LD parser still calls what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


# JSON


def _fields(flat: dict[str, Any]) -> dict[str, Any]:
    """The record's own fields of a flat object, under their names: its way without this node, nor its home when it
    came from there."""
    way = flat["path"][1:]
    own = {**flat, "path": way if len(way) > 1 else []}
    return {"status" if key == "action_status" else key: v for key, v in own.items() if key != "status"}


def test_json_flat_has_every_field_everywhere() -> None:
    objects = json.loads(written("json_flat"))
    assert all(list(o) == [*KEYS, "datestamp", "status"] for o in objects)
    assert [(o["id"], o["datestamp"], o["status"]) for o in objects] == [(e.id, e.datestamp, e.status) for e in ENTRIES]
    full, bare = objects[1], objects[0]
    assert {k: v for k, v in _fields(full).items() if k in FIELDS} == json.loads(json.dumps(to_json(FULL)))
    assert full["point"] == {"lon": 4.8902, "lat": 45.7719, "precision": "point"}
    assert full["leads"] == [{"name": "Ville de Villeurbanne", "siren": "216902668", "type": "a-commune"}]
    assert bare["title"] and bare["url"] is None and bare["themes"] == [] and bare["point"] is None
    assert [hop["node"] for hop in bare["path"]] == [FEED.node] and bare["licence"] == "NOASSERTION"


def test_json_flat_withdrawn_says_only_who_and_when() -> None:
    objects = {o["id"]: o for o in json.loads(written("json_flat"))}
    gone = {k: v for k, v in objects["brut:2"].items() if v not in (None, [])}
    assert gone == {"id": "brut:2", "source": "brut", "datestamp": "2026-11-05T12:00:00Z", "status": "withdrawn"}


def test_json_flat_reads_back() -> None:
    objects = [o for o in json.loads(written("json_flat")) if o["status"] == "live"]
    for given, record in zip(objects, LIVE, strict=True):
        said = {k: v for k, v in _fields(given).items() if v not in (None, [])}
        if record.id != "hostile:2":
            assert replace(from_json(said), path=record.path) == record
        assert [Hop(**hop) for hop in given["path"]] == list(trail.whole(record, FEED.node))


def test_geojson_is_rfc_7946() -> None:
    collection = json.loads(written("geojson"))
    assert collection["type"] == "FeatureCollection" and "crs" not in collection
    assert len(collection["features"]) == len(LIVE)
    for feature, record in zip(collection["features"], LIVE, strict=True):
        assert feature["type"] == "Feature" and feature["id"] == record.id
        assert all(isinstance(v, str) and v for v in feature["properties"].values())
        assert feature["properties"]["name"] == record.title.replace("\ud83d", "?")
        if record.point is None:
            assert feature["geometry"] is None
        else:
            lon, lat = feature["geometry"]["coordinates"]
            assert feature["geometry"]["type"] == "Point" and (lon, lat) == record.point[:2]
            assert all(isinstance(x, float) for x in (lon, lat)) and abs(lon) <= 180 and abs(lat) <= 90


def test_geojson_properties_are_for_people() -> None:
    properties = json.loads(one("geojson", FULL))["features"][0]["properties"]
    assert properties["url"] == FULL.url and properties["description"] == FULL.abstract
    assert properties["themes"] == "Zones humides & mares, Trame verte et bleue"
    assert properties["place"] == "Villeurbanne (Rhône), Métropole de Lyon"
    assert properties["period"] == FULL.period_text and properties["status"] == "Terminé"
    assert properties["image"] and properties["image_credit"] and properties["precision"] == "point"
    poor = json.loads(one("geojson", LIVE[0]))["features"][0]["properties"]
    assert poor["url"] == FEED.page("brut:1") and "place" not in poor and "image" not in poor


# Maps

LOCATED = [record for record in LIVE if record.point]


def features(name: str, records: list[Record] = LIVE, names: dict[str, str] | None = None) -> list[dict[str, Any]]:
    entries = [Entry(record.id, "2026-11-01T10:00:00Z", "live", record) for record in records]
    found: list[dict[str, Any]] = json.loads(written(name, entries, replace(FEED, names=names or {})))["features"]
    return found


def test_umap_holds_what_is_somewhere() -> None:
    found = features("umap")
    assert [feature["id"] for feature in found] == [record.id for record in LOCATED] and len(found) < len(LIVE)
    assert all(feature["geometry"]["type"] == "Point" for feature in found)
    assert not any("_umap_options" in feature["properties"] for feature in found)


def test_umap_tells_where_a_resource_comes_from() -> None:
    told = features("umap", [FULL])[0]["properties"]["description"]
    assert told.startswith(FULL.abstract)
    source = "Centre de ressources « Exemple &#38; Cie »"
    assert f"\n\n[[https://cdr.exemple.fr/fiches/mares?annee=2015&#38;lang=fr|{source}]] – Licence Ouverte 2.0" in told
    assert told.endswith(f" – {FULL.attribution}")


def umap_html(text: str) -> str:
    """What uMap makes of a text, as its ``toHTML`` does it, before the HTML is cleaned."""
    text = re.sub(r"\{ *([^{}/-]+)\}", "VARIABLE", text)
    text = re.sub(r"^\*\*? (.*)", r"<li>\1</li>", text, flags=re.M)
    text = re.sub(r"^#{1,3} (.*)", r"<h4>\1</h4>", text, flags=re.M)
    text = re.sub(r"^---", "<hr>", text, flags=re.M)
    text = re.sub(r"\*(.*?)\*", r"<em>\1</em>", text)
    text = re.sub(r"\[\[(https?:[^|]*?)\|(.*?)\]\]", r'<a href="\1">\2</a>', text)
    return re.sub(r"\{\{([^\]|]*?)\}\}", r'<img src="\1">', text)


@pytest.mark.parametrize(
    "text",
    [
        "# titre\n--- suite\n* liste\n** liste",
        "*gras* **gras** {name} {{https://a.fr/i.png}} {{{https://a.fr}}}",
        "[[https://mal.fr|clic]] <script>alert(1)</script> &lt; ]] |",
    ],
)
def test_umap_shows_a_text_as_it_is(text: str) -> None:
    record = replace(LOCATED[0], abstract=text, url='https://a.fr/*x*?[a]={b}|c&copy="<é>')
    page = lxml.html.fromstring(f"<div>{umap_html(features('umap', [record])[0]['properties']['description'])}</div>")
    assert [child.tag for child in page] == ["a"]
    assert page.text == f"{text}\n\n"
    assert page[0].get("href") == "https://a.fr/%2Ax%2A?%5Ba%5D=%7Bb%7D%7Cc&copy=%22%3C%C3%A9%3E"


def test_umap_has_the_properties_that_a_target_names() -> None:
    found = features("umap", [FULL], {"themes": "Thématique", "abstract": "description", "budget": "coût"})
    properties = found[0]["properties"]
    assert properties["Thématique"] == "Zones humides & mares, Trame verte et bleue" and properties["coût"] == "45000"
    assert properties["name"] == FULL.title and "[[https" in properties["description"]
    assert properties["Source"] and properties["Licence"] and properties["Attribution"] and "themes" not in properties


def elements(names: dict[str, str] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written("gogocarto", feed=replace(FEED, names=names or {})))["data"]
    return found


def test_gogocarto_elements() -> None:
    found = {element["id"]: element for element in elements()}
    assert list(found) == [record.id for record in LOCATED]
    full = found[FULL.id]
    assert full["name"] == FULL.title and full["geo"] == {"latitude": 45.7719, "longitude": 4.8902}
    assert full["categories"] == ["Retour d'expérience", "Zones humides & mares", "Trame verte et bleue"]
    assert full["address"] == {"addressLocality": "Villeurbanne (Rhône)"} and full["website"] == FULL.url
    assert full["images"] == ["https://cdr.exemple.fr/files/mare.jpg"] and len(full["files"]) == 2
    assert full["partenaire"] == full["source"] and full["licence"] and full["attribution"]
    core = {"id", "name", "geo", "address", "categories", "images", "files", "source"}
    for element in found.values():
        assert core <= set(element) and element["partenaire"] and element["licence"] and element["datestamp"]
        # GoGoCarto takes every field so called for an image, a category; it shows no one's address.
        strange = {key for key in set(element) - core if key.startswith(("image", "categ")) or "." in key}
        assert not strange and not {"email", "owner"} & set(element)


def test_gogocarto_fields_that_a_target_names() -> None:
    full = elements({"lessons": "bilan", "budget": "cout", "abstract": "name", "source": "reseau"})[0]
    assert (full["bilan"], full["cout"]) == ("Prévoir l'entretien dès le départ. Associer les écoles.", 45000)
    assert full["name"] == FULL.title and full["reseau"] == full["source"]
    assert full["licence"] and full["website"] and "porteur" not in full and "partenaire" not in full


@pytest.mark.parametrize(("name", "kind"), [("geojson", "geojson"), ("umap", "geojson"), ("gogocarto", "json_api")])
def test_maps_are_read_back(name: str, kind: str) -> None:
    records = LIVE if name == "geojson" else LOCATED
    page = READERS[kind].read(Response("https://a.fr/x", 200, {}, written(name)), {})
    assert [item.id for item in page.items] == [record.id for record in records] and not page.problems and page.whole
    for item, record in zip(page.items, records, strict=True):
        assert item.data["name"] == record.title.replace("\ud83d", "?")
        if record.point:
            place = item.data["geo"] if name == "gogocarto" else item.data["geometry"]
            assert [*place.values()] == [*record.point[:2]][:: -1 if name == "gogocarto" else 1]


# OGR, as QGIS


def ogr(path: Path, *options: str, layers: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The features that OGR reads in a file, or in some of its layers."""
    need("ogr2ogr", why="gdal-bin")
    made = path.with_name("made.geojson")
    command = ["ogr2ogr", *options, "-f", "GeoJSON", str(made), str(path), *layers]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert not done.stderr
    found: list[dict[str, Any]] = json.loads(made.read_text(encoding="utf-8"))["features"]
    return found


@pytest.mark.parametrize("name", ["geojson", "umap"])
def test_ogr_reads_maps(name: str, tmp_path: Path) -> None:
    path = tmp_path / "in.geojson"
    path.write_bytes(written(name))
    found = {feature["id"]: feature for feature in ogr(path)}
    assert list(found) == [record.id for record in (LIVE if name == "geojson" else LOCATED)]
    for record in LOCATED:
        assert found[record.id]["geometry"]["coordinates"] == pytest.approx(record.point[:2], abs=1e-6)
    assert found[FULL.id]["properties"]["themes"] == "Zones humides & mares, Trame verte et bleue"


def test_ogr_reads_a_csv(tmp_path: Path) -> None:
    names = {"id": "id", "title": "Intitulé", "latitude": "y", "longitude": "x", "themes": "Thèmes"}
    path = tmp_path / "in.csv"
    path.write_bytes(written("csv_file", feed=replace(FEED, names=names)))
    options = ("-oo", "X_POSSIBLE_NAMES=x", "-oo", "Y_POSSIBLE_NAMES=y")
    found = {feature["properties"]["id"]: feature for feature in ogr(path, *options)}
    assert list(found) == [record.id for record in LIVE]
    full = found[FULL.id]
    assert full["geometry"]["coordinates"] == [4.8902, 45.7719]
    assert full["properties"]["Intitulé"] == FULL.title and full["properties"]["Thèmes"].startswith("Zones humides & m")


def test_ogr_reads_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(written("xlsx"))
    rows = [feature["properties"] for feature in ogr(path, "--config", "OGR_XLSX_HEADERS", "FORCE", layers=("Fiches",))]
    assert [row["Identifiant"] for row in rows] == [record.id for record in LIVE]
    full = rows[1]
    assert (full["Budget (€)"], full["Latitude"], full["Statut"]) == (45000, 45.7719, "Terminé")


# CSV


def rows(entries: list[Entry] = ENTRIES) -> list[dict[str, str]]:
    content = written("csv_file", entries)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(lines, newline=""), delimiter=";", strict=True))


def test_csv_is_one_line_a_record() -> None:
    content = written("csv_file").decode("utf-8-sig")
    assert content.count("\r\n") == len(LIVE) + 1 == content.count("\n")
    assert content.count("\r") == content.count("\n") and len(content.splitlines()) == len(LIVE) + 1
    dialect = csv.Sniffer().sniff(content[:20_000], delimiters=";,\t|")
    assert dialect.delimiter == ";"
    assert [r["Identifiant"] for r in rows()] == [r.id for r in LIVE]


def test_csv_row() -> None:
    row = next(r for r in rows() if r["Identifiant"] == FULL.id)
    assert all(row.values())
    assert row["Résumé"] == " ".join(FULL.abstract.split())
    assert row["Thèmes"] == "Zones humides & mares | Trame verte et bleue"
    assert row["Territoire"] == "Villeurbanne (Rhône) | Métropole de Lyon"
    assert row["Code(s) territoire"] == "commune/69266 | epci/200046977"
    assert (row["Latitude"], row["Longitude"]) == ("45.7719", "4.8902")
    assert (row["Budget (€)"], row["HT ou TTC"], row["Surface (ha)"]) == ("45000", "HT", "3.5")
    assert row["ISBN ou DOI"] == "ISBN 9782123456803 | ISSN 2049-3630 | DOI 10.1234/mares.2016"
    assert row["Licence"] == " | ".join(LICENCES["etalab-2.0"])
    assert row["Origine"] == "cdr.exemple.fr oai:cdr.exemple.fr:fiche/1024"
    assert row["Parcours"] == (
        "pont.exemple.org cdr-exemple:1024 | cdr.exemple.fr oai:cdr.exemple.fr:fiche/1024"
        " | pont.voisin.org oai:pont.voisin.org:cdr-exemple:1024"
    )
    assert row["Page du réseau"] == FEED.page(FULL.id)
    assert row["Contact"] == "Service biodiversité | https://cdr.exemple.fr/contact | biodiversite@cdr.exemple.fr"


def test_csv_of_a_poor_record() -> None:
    row = {k: v for k, v in rows()[0].items() if v}
    assert row == {
        "Identifiant": "brut:1",
        "Titre": "Plantation d'une haie",
        "Licence": "Licence non précisée",
        "Source": "brut",
        "Changé ici le": "2026-11-01T10:00:00Z",
        "Parcours": "pont.exemple.org brut:1",
        "Page du réseau": "https://pont.exemple.org/fiche/brut:1",
    }


def test_csv_runs_no_formula() -> None:
    for row in rows():
        for label, cell in row.items():
            if label in ("Latitude", "Longitude"):
                assert not cell or float(cell)
            else:
                assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠")), label
    row = next(r for r in rows() if r["Identifiant"] == "tableur:1")
    assert row["Titre"] == "'=cmd|' /C calc'!A0" and row["Porteur"].startswith("'@SUM")
    assert row["Ce qu'on en retient"].startswith("'=HYPERLINK") and row["Budget (texte)"] == "'- 12 000 €"
    assert row["Longitude"] == "-4.486"


@pytest.mark.parametrize(
    ("value", "cell"), [(0.0, "0"), (100.0, "100"), (1e-5, "0.00001"), (1e16, "1" + "0" * 16), (0.1, "0.1")]
)
def test_csv_numbers(value: float, cell: str) -> None:
    record = replace(LIVE[0], area_ha=value)
    assert rows([Entry(record.id, "2026-11-01T10:00:00Z", "live", record)])[0]["Surface (ha)"] == cell


# schema.org


def graph(entries: list[Entry] = ENTRIES) -> rdflib.Graph:
    """Read as RDF by rdflib, which would have to fetch a context that is not inline."""
    return rdflib.Graph().parse(data=written("schema_org", entries), format="json-ld")


def test_schema_org_is_rdf() -> None:
    found = graph()
    for record in LIVE:
        page = rdflib.URIRef(FEED.page(record.id))
        assert (page, SCHEMA.name, rdflib.Literal(record.title.replace("\ud83d", "?"))) in found
    kinds = Counter(str(o) for s, o in found.subject_objects(rdflib.RDF.type) if isinstance(s, rdflib.URIRef))
    assert kinds["https://schema.org/CreativeWork"] == 12
    assert kinds["https://schema.org/HowTo"] == kinds["https://schema.org/Event"] == 1
    assert all(str(p).startswith((str(SCHEMA), str(rdflib.RDF))) for p in found.predicates())


def test_schema_org_statements() -> None:
    found = graph()
    page = rdflib.URIRef(FEED.page(FULL.id))
    assert found.value(page, SCHEMA.isBasedOn) == rdflib.URIRef(FULL.url)
    assert found.value(page, SCHEMA.license) == rdflib.URIRef(LICENCES["etalab-2.0"][1])
    assert str(found.value(page, SCHEMA.temporalCoverage)) == "2014-04/2015-07"
    assert str(found.value(page, SCHEMA.isbn)) == "9782123456803"
    geo = [o for place in found.objects(page, SCHEMA.spatialCoverage) for o in found.objects(place, SCHEMA.geo)]
    assert [float(found.value(g, SCHEMA.latitude)) for g in geo] == [45.7719]
    grant = found.value(page, SCHEMA.funding)
    amount = found.value(grant, SCHEMA.amount)
    assert (float(found.value(amount, SCHEMA.value)), str(found.value(amount, SCHEMA.currency))) == (45000.0, "EUR")
    assert set(found.objects(page, SCHEMA.sameAs)) == {
        rdflib.URIRef("https://doi.org/10.1234/mares.2016"),
        rdflib.URIRef(FEED.page("voisin:77")),
    }
    publisher = found.value(page, SCHEMA.sdPublisher)
    assert str(found.value(publisher, SCHEMA.name)) == FEED.title
    authors = {
        str(found.value(a, SCHEMA.name)): found.value(a, rdflib.RDF.type) for a in found.objects(page, SCHEMA.author)
    }
    assert authors == {"Jeanne Exemple": SCHEMA.Person, "Atelier des mares": SCHEMA.Organization, "Collectif": None}
    units = {
        str(found.value(s, SCHEMA.unitCode)): float(found.value(s, SCHEMA.value)) for s in found[page : SCHEMA.size]
    }
    assert units == {"HAR": 3.5, "MTR": 1250.0}
    assert not list(found.objects(page, SCHEMA.mentions))


def test_schema_org_event_has_a_place_and_dates() -> None:
    found = graph()
    page = rdflib.URIRef(FEED.page("agenda:2026-05-22"))
    assert str(found.value(page, SCHEMA.startDate)) == "2026-05-22"
    assert str(found.value(page, SCHEMA.endDate)) == "2026-05-24"
    assert str(found.value(found.value(page, SCHEMA.location), SCHEMA.name)) == "Florac Trois Rivières (Lozère)"
    assert found.value(page, SCHEMA.spatialCoverage) is None


def test_schema_org_position_without_territory() -> None:
    found = graph()
    place = found.value(rdflib.URIRef(FEED.page("carto:pt")), SCHEMA.spatialCoverage)
    assert float(found.value(found.value(place, SCHEMA.geo), SCHEMA.longitude)) == -4.12345678


def test_schema_org_cannot_close_its_script_element() -> None:
    assert b"<" not in written("schema_org")
    assert json.loads(written("schema_org"))["@graph"][4]["name"].startswith("<script>")
