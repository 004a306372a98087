"""``pv`` and ``oai_dc``, judged by XML schemas and read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from lxml import etree
from writers_cases import DC_SCHEMA, ENTRIES, FULL, LICENCES, LIVE, NS, PV_SCHEMA, ROOT, WORDS, tree

from bridge.record import (
    FIELDS,
    Agent,
    Amount,
    Contact,
    Document,
    Hop,
    Identifier,
    Image,
    Organisation,
    Origin,
    Point,
    Record,
    Relation,
    from_json,
    to_json,
)
from bridge.writers import oai_dc, pv_xml
from bridge.writers.xml import PV_NAMESPACE, legal

# pv


TAGS = {"path": "hop", "taxa": "taxon", "territories": "territory"}
CONTENT = {Document: "title", Identifier: "value", Amount: "value", Image: "credit"}
CONTENT |= dict.fromkeys((Origin, Hop, Relation), "id") | dict.fromkeys((Agent, Organisation, Contact), "name")


def read_pv(element: Any) -> Record:
    """A record read back with what the types of ``bridge.record`` say, and no code of the writer."""
    out: dict[str, Any] = {}
    for field, hint in get_type_hints(Record).items():
        many = get_origin(hint) is tuple
        tag = TAGS.get(field) or (field.removesuffix("s") if many and field != "same_as" else field)
        kind = (get_args(hint) or (hint,))[0]
        values = [read_value(found, kind) for found in element.findall(f"pv:{tag.replace('_', '-')}", NS)]
        if values:
            assert many or len(values) == 1
            out[field] = tuple(values) if many else values[0]
    return Record(**out)


def read_value(found: Any, kind: Any) -> Any:
    if not hasattr(kind, "_fields"):
        return found.get("code") or kind(found.text or "")
    members = {name.replace("-", "_"): value for name, value in found.attrib.items()}
    if kind in CONTENT:
        members[CONTENT[kind]] = found.text or ""
    casts = get_type_hints(kind) | {"altered": "true".__eq__, "approx": "true".__eq__}
    return kind(**{name: casts[name](value) for name, value in members.items()})


def without_what_moves(record: Record) -> Record:
    return replace(record, harvested="", path=tuple(hop._replace(datestamp="") for hop in record.path))


def as_xml(value: Any) -> Any:
    """The same JSON without what XML cannot hold."""
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, list):
        return [as_xml(v) for v in value]
    return {k: as_xml(v) for k, v in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("record", LIVE, ids=lambda r: ascii(r.id))
def test_pv_is_valid_and_reads_back_without_loss(record: Record) -> None:
    element = etree.fromstring(pv_xml.fragment(record, WORDS))
    PV_SCHEMA.assertValid(element)
    expected = from_json(as_xml(to_json(without_what_moves(record))))
    back = read_pv(element)
    assert to_json(back) == to_json(expected)


def test_pv_keeps_zeroes() -> None:
    record = replace(LIVE[0], area_ha=0.0, point=Point(0.0, 51.5))
    assert read_pv(etree.fromstring(pv_xml.fragment(record, WORDS))) == record


def test_pv_elements_are_the_fields_in_order() -> None:
    schema = etree.parse(ROOT / "plugins" / "pv.xsd")
    declared = schema.xpath("//xs:complexType[@name='Record']/xs:sequence/xs:element/@name", namespaces=NS)
    tags = [etree.QName(e).localname for e in etree.fromstring(pv_xml.fragment(FULL, WORDS))]
    assert [*dict.fromkeys(tags), "source-field"] == declared
    assert list(pv_xml._ELEMENTS) == [f for f in FIELDS if f != "harvested"]


def test_pv_names_its_schema_wherever_the_bridge_lives() -> None:
    key = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
    for element in (etree.fromstring(pv_xml.fragment(FULL, WORDS)), tree("pv_xml")):
        assert element.get(key) == f"{PV_NAMESPACE} schemas/pv.xsd"


def test_pv_says_codes_and_words() -> None:
    theme = etree.fromstring(pv_xml.fragment(FULL, WORDS)).find("pv:theme", NS)
    assert theme.get("code") == "t-zones-humides" and theme.text == "Zones humides & mares"


def test_pv_does_not_move_by_itself() -> None:
    moved = replace(
        FULL,
        harvested="2027-01-01T00:00:00Z",
        path=tuple(h._replace(datestamp="2027-01-01T00:00:00Z") for h in FULL.path),
    )
    assert pv_xml.fragment(moved, WORDS) == pv_xml.fragment(FULL, WORDS)
    assert pv_xml.fragment(replace(FULL, edition="3e"), WORDS) != pv_xml.fragment(FULL, WORDS)


def test_pv_document_is_valid_and_says_what_was_withdrawn() -> None:
    document = tree("pv_xml")
    PV_SCHEMA.assertValid(document)
    entries = document.findall("pv:entry", NS)
    assert [(e.get("id"), e.get("datestamp"), e.get("status"), len(e)) for e in entries] == [
        (e.id, e.datestamp, e.status, int(e.record is not None)) for e in ENTRIES
    ]
    assert entries[1].get("harvested") == FULL.harvested and entries[0].get("harvested") is None


def test_pv_example_is_valid_and_uses_everything() -> None:
    schema = etree.parse(ROOT / "plugins" / "pv.xsd")
    example = etree.parse(ROOT / "plugins" / "pv-example.xml")
    PV_SCHEMA.assertValid(example)
    elements = set(schema.xpath("//xs:element/@name", namespaces=NS))
    attributes = set(schema.xpath("//xs:attribute/@name", namespaces=NS))
    assert elements == {etree.QName(e).localname for e in example.iter(f"{{{PV_NAMESPACE}}}*")}
    assert attributes <= {name for e in example.iter() for name in e.attrib}
    assert read_pv(example.find(".//pv:record", NS)).title == FULL.title


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("<pv:id>a:1</pv:id>", ""),
        ("<pv:title>t</pv:title>", "<pv:title></pv:title>"),
        ("<pv:title>t</pv:title>", "<pv:title>t</pv:title><pv:email>a@b.fr</pv:email>"),
        ("<pv:title>t</pv:title>", "<pv:title>t</pv:title><pv:created>2020-01-01</pv:created>"),
        ("<pv:title>t</pv:title>", '<pv:title>t</pv:title><pv:territory code="69123"/>'),
        ("<pv:title>t</pv:title>", '<pv:title>t</pv:title><pv:point lon="4,8" lat="45"/>'),
        ("<pv:title>t</pv:title>", "<pv:title>t</pv:title><pv:source-field><pv:value>x</pv:value></pv:source-field>"),
    ],
)
def test_pv_schema_refuses(good: str, bad: str) -> None:
    document = f'<pv:record xmlns:pv="{PV_NAMESPACE}"><pv:id>a:1</pv:id><pv:title>t</pv:title></pv:record>'
    assert PV_SCHEMA.validate(etree.fromstring(document))
    assert not PV_SCHEMA.validate(etree.fromstring(document.replace(good, bad)))


# oai_dc


def dc(record: Record) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for element in etree.fromstring(oai_dc.fragment(record, WORDS)):
        out.setdefault(etree.QName(element).localname, []).append(element.text)
    return out


@pytest.mark.parametrize("record", LIVE, ids=lambda r: ascii(r.id))
def test_oai_dc_is_valid(record: Record) -> None:
    element = etree.fromstring(oai_dc.fragment(record, WORDS))
    DC_SCHEMA.assertValid(element)
    assert all(e.text and not e.attrib for e in element)
    location = element.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert location == f"{oai_dc.OAI_DC_NAMESPACE} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"


def test_oai_dc_of_a_poor_record() -> None:
    assert dc(LIVE[0]) == {
        "title": ["Plantation d'une haie"],
        "identifier": ["brut:1"],
        "source": ["brut"],
        "rights": ["Licence non précisée"],
    }


def test_oai_dc_of_a_full_record() -> None:
    assert dc(FULL) == {
        "title": [FULL.title],
        "creator": ["Jeanne Exemple", "Atelier des mares", "Collectif", "Ville de Villeurbanne"],
        "subject": ["Zones humides & mares", "Trame verte et bleue", "mares", "amphibiens", "chantier participatif"],
        "description": [FULL.abstract],
        "publisher": ["Éditions du Vivant"],
        "contributor": ["Association des mares", "Agence de l'eau", "Région"],
        "date": ["2016-02"],
        "type": ["Retour d'expérience", "Text"],
        "format": ["application/pdf"],
        "identifier": [
            FULL.url,
            "urn:isbn:9782123456803",
            "urn:issn:2049-3630",
            "https://doi.org/10.1234/mares.2016",
            FULL.id,
        ],
        "source": ["Centre de ressources « Exemple & Cie »"],
        "language": ["fr"],
        "relation": ["voisin:77", "cdr-exemple:12"],
        "coverage": [
            "Villeurbanne (Rhône)",
            "Métropole de Lyon",
            "Villeurbanne et Lyon (Rhône)",
            "name=Villeurbanne (Rhône); east=4.8902; north=45.7719",
            "start=2014-04; end=2015-07; scheme=W3C-DTF",
        ],
        "rights": [*LICENCES["etalab-2.0"], "Centre de ressources Exemple, 2016"],
    }


@pytest.mark.parametrize(
    ("changes", "coverage"),
    [
        ({"period": "2018/.."}, ["start=2018; scheme=W3C-DTF"]),
        ({"period": "../2020~"}, ["end=2020; scheme=W3C-DTF"]),
        ({"period": "201X"}, None),
        ({"point": Point(-4.4, 48.3)}, ["east=-4.4; north=48.3"]),
        ({"place_text": "a;b=c\\", "point": Point(2.0, 48.0)}, ["a;b=c\\", "name=a\\;b\\=c\\\\; east=2.0; north=48.0"]),
    ],
)
def test_oai_dc_coverage(changes: dict[str, Any], coverage: list[str] | None) -> None:
    assert dc(replace(LIVE[0], **changes)).get("coverage") == coverage


def test_oai_dc_date_is_the_works_or_else_the_pages() -> None:
    assert dc(replace(LIVE[0], created="2016-02-03T10:00:00Z"))["date"] == ["2016-02-03"]
    assert dc(replace(LIVE[0], created="2016-02-03T10:00:00Z", published="2015~"))["date"] == ["2015"]


def test_oai_dc_document() -> None:
    records = tree("oai_dc").findall("record")
    assert [(r.get("id"), r.get("datestamp"), r.get("status"), len(r)) for r in records] == [
        (e.id, e.datestamp, e.status, int(e.record is not None)) for e in ENTRIES
    ]
