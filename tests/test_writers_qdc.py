"""Qualified Dublin Core, judged by a schema written from DCMI's, and against simple Dublin Core."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from writers_cases import BY_ID, ENTRIES, FULL, LICENCES, LIVE, WORDS, tree

from bridge.record import Document, Organisation, Record, Relation
from bridge.writers import oai_dc, oai_qdc
from bridge.writers.rdf import iri

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "qdc.xsd"))
DC, TERMS = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def qdc(record: Record) -> dict[str, list[str]]:
    """Element -> its values, each after its encoding scheme or its language where it has one."""
    out: dict[str, list[str]] = {}
    for element in etree.fromstring(oai_qdc.fragment(record, WORDS)):
        name = element.tag.replace(DC, "dc:").replace(TERMS, "dcterms:")
        said = element.get(TYPE, "").removeprefix("dcterms:") or element.get(LANG, "")
        out.setdefault(name, []).append(f"{said} | {element.text}" if said else element.text)
    return out


@pytest.mark.parametrize("record", LIVE, ids=lambda r: ascii(r.id))
def test_it_is_valid(record: Record) -> None:
    element = etree.fromstring(oai_qdc.fragment(record, WORDS))
    SCHEMA.assertValid(element)
    assert element.tag == f"{{{oai_qdc.NAMESPACE}}}qualifieddc"
    assert all(each.text and not (each.get(TYPE) and each.get(LANG)) for each in element)
    location = element.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert location == f"{oai_qdc.NAMESPACE} {oai_qdc.SCHEMA}"


@pytest.mark.parametrize("record", LIVE, ids=lambda r: ascii(r.id))
def test_it_says_all_that_simple_dublin_core_says(record: Record) -> None:
    simple = etree.fromstring(oai_dc.fragment(record, WORDS))
    qualified = etree.fromstring(oai_qdc.fragment(record, WORDS))
    said = {each.text for each in qualified} | {each.text[:10] for each in qualified.iter(f"{TERMS}created")}
    assert {each.text for each in simple} <= said | {record.url if iri(record.url) in said else ""}


def test_of_a_poor_record() -> None:
    assert qdc(LIVE[0]) == {
        "dc:title": ["Plantation d'une haie"],
        "dc:identifier": ["brut:1"],
        "dc:source": ["brut"],
        "dcterms:isPartOf": ["brut"],
        "dc:rights": ["Licence non précisée"],
    }


def test_of_a_full_record() -> None:
    source = "Centre de ressources « Exemple & Cie »"
    assert qdc(FULL) == {
        "dc:title": [f"fr | {FULL.title}"],
        "dc:creator": ["Jeanne Exemple", "Atelier des mares", "Collectif", "Ville de Villeurbanne"],
        "dc:subject": [
            *("fr | Zones humides & mares", "fr | Trame verte et bleue", "fr | m-humide"),
            *("mares", "amphibiens", "chantier participatif", "Triturus cristatus"),
        ],
        "dcterms:abstract": [f"fr | {FULL.abstract}"],
        "dc:publisher": ["Éditions du Vivant"],
        "dc:contributor": ["Association des mares", "Agence de l'eau", "Région"],
        "dcterms:issued": ["W3CDTF | 2016-02"],
        "dcterms:created": ["W3CDTF | 2016-02-03T10:00:00Z"],
        "dcterms:modified": ["W3CDTF | 2026-02-28T22:15:00Z"],
        "dc:type": ["fr | Retour d'expérience", "DCMIType | Text"],
        "dc:format": ["IMT | application/pdf"],
        "dcterms:extent": ["482113 octets"],
        "dc:identifier": [
            f"URI | {FULL.url}",
            "URI | urn:isbn:9782123456803",
            "URI | urn:issn:2049-3630",
            "URI | https://doi.org/10.1234/mares.2016",
            FULL.id,
        ],
        "dcterms:bibliographicCitation": [
            f"Jeanne Exemple, Atelier des mares, Collectif. {FULL.title}. 2e édition. Éditions du Vivant, 2016-02."
        ],
        "dc:source": [source],
        "dcterms:isPartOf": [source],
        "dcterms:isVersionOf": ["cdr-exemple:12"],
        "dcterms:hasPart": [f"URI | {document.url}" for document in FULL.documents],
        "dc:relation": ["voisin:77"],
        "dc:language": ["RFC4646 | fr"],
        "dcterms:spatial": [
            "Villeurbanne (Rhône)",
            "Métropole de Lyon",
            "Villeurbanne et Lyon (Rhône)",
            "Point | name=Villeurbanne (Rhône); east=4.8902; north=45.7719",
            "ISO3166 | FR",
        ],
        "dcterms:temporal": [
            "Period | start=2014-04; end=2015-07; scheme=W3C-DTF",
            "D'avril 2014 à juillet 2015",
        ],
        "dcterms:audience": ["fr | p-elus", "fr | p-techniciens"],
        "dcterms:license": [f"URI | {LICENCES['etalab-2.0'][1]}"],
        "dc:rights": ["Licence Ouverte 2.0", "Centre de ressources Exemple, 2016"],
    }


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        ({"published": "2014-04-31"}, "dcterms:issued", ["2014-04-31"]),
        ({"published": "2015~"}, "dcterms:issued", ["W3CDTF | 2015"]),
        ({"published": "201X"}, "dcterms:issued", None),
        ({"language": "en_GB"}, "dc:language", ["en_GB"]),
        ({"language": "zh-Hant"}, "dc:title", ["zh-Hant | Plantation d'une haie"]),
        ({"language": "en_GB"}, "dc:title", ["Plantation d'une haie"]),
        ({"documents": (Document(url="https://a.fr/x", media_type='a"b/<c>'),)}, "dc:format", ['a"b/<c>']),
        ({"url": "https://a.fr/é x?<"}, "dc:identifier", ["URI | https://a.fr/é%20x?%3C", "brut:1"]),
        ({"period_text": "au printemps"}, "dcterms:temporal", ["au printemps"]),
        ({"place_text": "Ailleurs"}, "dcterms:spatial", ["Ailleurs"]),
        ({"publishers": (Organisation("Éd. du Vivant"),)}, "dcterms:bibliographicCitation", [
            "Plantation d'une haie. Éd. du Vivant."
        ]),
        ({"related": (Relation("a:1"), Relation("b:2", "confirmed"))}, "dc:relation", ["b:2"]),
    ],
)  # fmt: skip
def test_a_value_names_its_scheme_only_where_it_keeps_to_it(
    changes: dict[str, Any], name: str, expected: list[str] | None
) -> None:
    record = replace(LIVE[0], **changes)
    assert qdc(record).get(name) == expected
    SCHEMA.assertValid(etree.fromstring(oai_qdc.fragment(record, WORDS)))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("2016-02", "février 2016"),
        ('<dc:type xsi:type="dcterms:DCMIType">Text', '<dc:type xsi:type="dcterms:DCMIType">Texte'),
        ("<dc:title", "<dc:titre/><dc:title"),
        ("east=", "est="),
        ('xsi:type="dcterms:RFC4646"', 'xsi:type="dcterms:RFC5646"'),
        ("IMT", "XYZ"),
    ],
)
def test_the_schema_refuses(good: str, bad: str) -> None:
    fragment = oai_qdc.fragment(FULL, WORDS)
    assert good in fragment and not SCHEMA.validate(etree.fromstring(fragment.replace(good, bad, 1)))


def test_the_document_holds_each_record_as_it_is_harvested() -> None:
    records = tree("oai_qdc").findall("record")
    assert [(r.get("id"), r.get("datestamp"), r.get("status"), len(r)) for r in records] == [
        (e.id, e.datestamp, e.status, int(e.record is not None)) for e in ENTRIES
    ]


def test_markup_stays_text() -> None:
    element = etree.fromstring(oai_qdc.fragment(BY_ID["hostile:1"], WORDS))
    assert len(list(element.iter())) == 1 + len(element) and element[0].text == BY_ID["hostile:1"].title
