"""RDF: the same graph in Turtle, JSON-LD and RDF/XML, judged by rdflib; DCAT by the rules of DCAT-AP, the vocabulary by
those of SKOS. ``GOLDEN=1`` writes the vocabulary of the cases anew."""

from __future__ import annotations

import logging
import os
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import skosify
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import Namespace
from writers_cases import BY_ID, CASES, ENTRIES, FEED, FULL, LIVE, ROOT, WORDS, written

from bridge.meaning.concepts import Vocabulary
from bridge.meaning.vocabulary import load
from bridge.record import Document, Entry, Point, Record, Relation
from bridge.writers import dcat, dcat_xml, rdf, skos
from bridge.writers.feed import Feed
from bridge.writers.rdf import Node, Text
from bridge.writers.xml import legal

# rdflib's own JSON-LD parser still calls what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
EU = Namespace("http://publications.europa.eu/resource/authority/")
FORMS = {"turtle": rdf.turtle, "json-ld": rdf.json_ld, "xml": rdf.rdf_xml}
DCAT_FORMS = {"dcat_ttl": "turtle", "dcat": "json-ld", "dcat_xml": "xml"}


def read(data: bytes | str, form: str) -> Graph:
    return Graph().parse(data=data, format=form, publicID="https://ailleurs.exemple/")


def graphs(*nodes: Node) -> list[Graph]:
    """The nodes, written and read back in each form."""
    found = [read("".join(write(nodes)), form) for form, write in FORMS.items()]
    assert all(isomorphic(found[0], other) for other in found[1:])
    return found


def catalogue(entries: list[Entry] = ENTRIES, feed: Feed = FEED) -> Graph:
    return read(written("dcat_ttl", entries, feed), "turtle")


# The three forms


AWKWARD = [
    "simple",
    "",
    " blancs  autour ",
    'guillemets " et """ et \\" et \\',
    "fin par une barre \\",
    "ligne 1\nligne 2\r\nligne 3\rligne 4\ttabulation",
    "\\u0041 \\n &amp; &lt; <b> ]]> <![CDATA[ @fr ^^<x>",
    "\x7f\x85\xa0\u200f\u2028\u2029\ud7ff\ue000\U0001f438",
    "contrôles \x00\x01\x0b\x1f\ud800\udfff\ufffe.",
    "é é ﷽ 湿地",
    "# @prefix a: <b> . }",
    "".join(map(chr, range(0x3000))),
]


@pytest.mark.parametrize("value", AWKWARD, ids=range(len(AWKWARD)))
def test_texts_come_back_exactly(value: str) -> None:
    said = {"dcterms:title": rdf.texts(value, language="fr"), "dcterms:abstract": rdf.texts(value)}
    expected = {DCTERMS.title: Literal(legal(value), lang="fr"), DCTERMS.abstract: Literal(legal(value))}
    for graph in graphs(Node("dcat:Resource", said, "https://exemple.fr/a")):
        for name, literal in expected.items():
            assert list(graph.objects(None, name)) == ([literal] if value else [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://exemple.fr/a?b=1&c='2'#d", "https://exemple.fr/a?b=1&c='2'#d"),
        ("https://exemple.fr/é/湿", "https://exemple.fr/é/湿"),
        ('https://exemple.fr/<">{}|\\^`', "https://exemple.fr/%3C%22%3E%7B%7D%7C%5C%5E%60"),
        (" https://exemple.fr/a b\n", "https://exemple.fr/a%20b"),
        ("https://exemple.fr/\x00\ud800é", "https://exemple.fr/%00é".replace("%00", "")),
        ("urn:isbn:9782123456803", "urn:isbn:9782123456803"),
        ("/relative", ""),
        ("rien", ""),
        ("", ""),
        ("dcterms:title", ""),
        ("skos:x", ""),
    ],
)
def test_addresses_are_absolute_and_legal(value: str, expected: str) -> None:
    node = Node("dcat:Resource", {"dcat:landingPage": rdf.addresses(value)}, "https://exemple.fr/a")
    for graph in graphs(node):
        assert [str(found) for found in graph.objects(None, DCAT.landingPage)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("value", "datatype"),
    [
        ("2014", XSD.gYear),
        ("2014-04", XSD.gYearMonth),
        ("2014-04-30", XSD.date),
        ("2014-04-30T10:00:00Z", XSD.dateTime),
        ("2014-04-31", None),
        ("0000", None),
        ("0000-00", None),
        ("2014-4", None),
        ("avril", None),
    ],
)
def test_dates_have_the_type_of_what_they_are(value: str, datatype: URIRef | None) -> None:
    for graph in graphs(Node("dcat:Resource", {"dcterms:issued": rdf.dates(value)})):
        (found,) = graph.objects(None, DCTERMS.issued)
        assert isinstance(found, Literal) and found.datatype == datatype and str(found).startswith(value[:4])


@pytest.mark.parametrize("language", ["fr", "zh-Hant", "fr-CA", "x-y", "en_GB", "", "fr fr", "é", "aaaaaaaaa", "fr-"])
def test_a_language_is_one_or_is_left_out(language: str) -> None:
    kept = language in {"fr", "zh-Hant", "fr-CA", "x-y"}
    for graph in graphs(Node("dcat:Resource", {"dcterms:title": rdf.texts("a", language=language)})):
        assert [str(o.language).lower() for o in graph.objects(None, DCTERMS.title)] == [  # type: ignore[attr-defined]
            language.lower() if kept else "none"
        ]


def test_a_node_met_twice_is_written_once_and_nameless_ones_stay_inside() -> None:
    theme = Node("skos:Concept", {"skos:prefLabel": rdf.texts("Mares")}, "https://exemple.fr/#mares")
    place = Node("dcterms:Location", {"skos:prefLabel": rdf.texts("Lyon"), "dcat:theme": [theme]})
    first = Node("dcat:Resource", {"dcat:theme": [theme], "dcterms:spatial": [place]}, "https://exemple.fr/1")
    second = Node("dcat:Resource", {"dcat:theme": [theme]}, "https://exemple.fr/2")
    for form, write in FORMS.items():
        assert "".join(write([first, second])).count("Mares") == 1, form
    for graph in graphs(first, second):
        assert len(graph) == 2 + 3 + 3 + 2 and len(set(graph.subjects())) == 4


def test_the_same_address_described_twice_says_both() -> None:
    nodes = [Node("dcat:Resource", {"dcterms:title": rdf.texts(text)}, "https://exemple.fr/1") for text in "ab"]
    for graph in graphs(*nodes):
        assert {str(title) for title in graph.objects(URIRef("https://exemple.fr/1"), DCTERMS.title)} == {"a", "b"}


def test_only_the_prefixes_that_are_used_are_declared() -> None:
    node = Node("foaf:Agent", {"foaf:name": [Text("a", datatype="xsd:string")], "dcat:landingPage": []})
    assert "".join(rdf.turtle([node])).count("@prefix") == 2
    assert "".join(rdf.rdf_xml([node])).count("xmlns:") == 3  # and rdf, for the root


def test_an_empty_graph_is_a_document() -> None:
    assert all(len(graph) == 0 for graph in graphs())


# DCAT, the catalogue


@pytest.mark.parametrize("entries", [ENTRIES, [], ENTRIES[:1]], ids=["all", "none", "one"])
def test_the_three_documents_are_one_graph(entries: list[Entry]) -> None:
    turtle, *others = (read(written(name, entries), form) for name, form in DCAT_FORMS.items())
    assert len(turtle) > 10 and all(isomorphic(turtle, other) for other in others)


def test_there_is_one_dataset_a_source_with_live_records() -> None:
    graph = catalogue()
    (whole,) = graph.subjects(RDF.type, DCAT.Catalog)
    datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert set(graph.objects(whole, DCAT.dataset)) == datasets
    assert len(datasets) == len({record.source for record in LIVE})


# class -> property -> (least, most, class of the value, or None for a literal). https://semiceu.github.io/DCAT-AP/
LITERAL, ANY = None, RDFS.Resource
SHAPES: dict[URIRef, dict[URIRef, tuple[int, int, URIRef | None]]] = {
    DCAT.Catalog: {
        DCTERMS.title: (1, 9, LITERAL),
        DCTERMS.description: (1, 9, LITERAL),
        DCTERMS.publisher: (1, 1, FOAF.Agent),
        DCAT.dataset: (1, 999, DCAT.Dataset),
        DCTERMS.language: (1, 9, ANY),
        DCTERMS.modified: (1, 1, LITERAL),
        DCTERMS.rights: (0, 1, DCTERMS.RightsStatement),
        FOAF.homepage: (1, 1, ANY),
        DCAT.themeTaxonomy: (1, 9, ANY),
    },
    DCAT.Dataset: {
        DCTERMS.title: (1, 9, LITERAL),
        DCTERMS.description: (1, 9, LITERAL),
        DCTERMS.identifier: (1, 1, LITERAL),
        DCTERMS.publisher: (1, 1, FOAF.Agent),
        DCTERMS.license: (0, 1, ANY),
        DCTERMS.rights: (0, 1, DCTERMS.RightsStatement),
        DCTERMS.language: (0, 9, ANY),
        DCTERMS.modified: (1, 1, LITERAL),
        DCTERMS.spatial: (0, 1, DCTERMS.Location),
        DCAT.keyword: (0, 10, LITERAL),
        DCAT.theme: (1, 11, ANY),
        DCAT.landingPage: (1, 1, ANY),
        DCAT.distribution: (3, 4, DCAT.Distribution),
    },
    DCAT.Distribution: {
        DCTERMS.title: (1, 9, LITERAL),
        DCAT.accessURL: (1, 1, ANY),
        DCAT.downloadURL: (0, 1, ANY),
        DCAT.accessService: (0, 1, DCAT.DataService),
        DCTERMS.format: (1, 1, ANY),
        DCAT.mediaType: (1, 1, ANY),
        DCTERMS.license: (0, 1, ANY),
        DCTERMS.rights: (0, 1, DCTERMS.RightsStatement),
    },
    DCAT.DataService: {
        DCTERMS.title: (1, 9, LITERAL),
        DCAT.endpointURL: (1, 1, ANY),
        DCTERMS.conformsTo: (1, 1, ANY),
    },
    FOAF.Agent: {FOAF.name: (1, 1, LITERAL), FOAF.homepage: (0, 1, ANY)},
    SKOS.Concept: {SKOS.prefLabel: (1, 1, LITERAL), SKOS.notation: (1, 1, LITERAL)},
    DCTERMS.RightsStatement: {RDFS.label: (1, 1, LITERAL)},
    DCTERMS.Location: {DCAT.bbox: (1, 1, LITERAL)},
}


@pytest.mark.parametrize("url", [FEED.url, "https://pont.exemple.org/feed.dcat.ttl"])
def test_the_catalogue_keeps_to_dcat_ap(url: str) -> None:
    located = [entry(1, point=Point(2.0, 48.0)), entry(2, point=Point(3.0, 47.0))]
    graph = catalogue([*ENTRIES, *located], replace(FEED, url=url))
    assert set(graph.objects(None, RDF.type)) == set(SHAPES) - ({DCAT.DataService} if "?" in url else set())
    for kind, shape in SHAPES.items():
        for subject in graph.subjects(RDF.type, kind):
            assert set(graph.predicates(subject)) <= {RDF.type, *shape}, (kind, subject)
            for name, (least, most, range_) in shape.items():
                values = list(graph.objects(subject, name))
                assert least <= len(values) <= most, (kind, name)
                for value in values:
                    assert isinstance(value, Literal) == (range_ is None), (kind, name)
                    assert range_ in (None, ANY) or (value, RDF.type, range_) in graph, (kind, name)


def test_udata_takes_each_dataset_once_with_its_files_and_no_service_apart() -> None:
    """What ``udata.harvest.backends.dcat`` asks: title, identifier unique in the catalogue, an address a resource;
    services are datasets' own; a licence is an address that nothing describes, whose label would be taken instead."""
    graph = catalogue(feed=replace(FEED, url="https://pont.exemple.org/feed.dcat.rdf"))
    datasets = list(graph.subjects(RDF.type, DCAT.Dataset))
    identifiers = [str(graph.value(dataset, DCTERMS.identifier)) for dataset in datasets]
    assert len(set(identifiers)) == len(datasets) and all(graph.value(each, DCTERMS.title) for each in datasets)
    assert set(graph.subjects(RDF.type, DCAT.DataService)) <= set(graph.objects(None, DCAT.accessService))
    assert all(isinstance(keyword, Literal) for keyword in graph.objects(None, DCAT.keyword))
    licences = set(graph.objects(None, DCTERMS.license))
    assert licences and not any(list(graph.predicate_objects(licence)) for licence in licences)


def described(source: str, entries: list[Entry] = ENTRIES, feed: Feed = FEED) -> tuple[Graph, URIRef]:
    dataset = URIRef(f"https://pont.exemple.org/sources/{source}#donnees")
    graph = catalogue(entries, feed)
    assert (dataset, RDF.type, DCAT.Dataset) in graph
    return graph, dataset


def test_a_dataset_says_what_its_records_say() -> None:
    graph, dataset = described("cdr-exemple")
    says = {
        DCTERMS.identifier: "tag:pont.exemple.org,2026:cdr-exemple",
        DCTERMS.title: "Ressources partagées par Centre de ressources « Exemple & Cie »",
        DCTERMS.license: "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        DCTERMS.language: str(EU["language/FRA"]),
        DCTERMS.modified: "2026-11-02T10:01:00Z",
        DCAT.landingPage: "https://pont.exemple.org/sources/cdr-exemple",
    }
    for name, expected in says.items():
        (value,) = graph.objects(dataset, name)
        assert value == Literal(expected, datatype=XSD.dateTime) if name == DCTERMS.modified else str(value) == expected
    assert str(graph.value(dataset, DCTERMS.description)).startswith("1 ressource sur la biodiversité partagée par ")
    labels = {Literal("Zones humides & mares", lang="fr"), Literal("Trame verte et bleue", lang="fr")}
    assert set(graph.objects(dataset, DCAT.keyword)) == labels
    themes = {URIRef(f"https://pont.exemple.org/vocabulaire#{theme}") for theme in FULL.themes}
    assert set(graph.objects(dataset, DCAT.theme)) == {EU["data-theme/ENVI"], *themes}
    assert {graph.value(theme, SKOS.prefLabel) for theme in themes} == labels


def test_the_files_of_a_dataset_are_the_sources_and_keep_the_filters() -> None:
    graph, dataset = described("cdr-exemple")
    files = {str(url) for each in graph.objects(dataset, DCAT.distribution) for url in graph.objects(each)}
    base = "https://pont.exemple.org/feed."
    asked = "?theme=t-tvb&type=r-guide&source=cdr-exemple"
    assert {f"{base}csv{asked}", f"{base}geojson{asked}", f"{base}flat.json{asked}"} <= files
    whole = replace(FEED, url="https://pont.exemple.org/feed.dcat.jsonld?source=biblio")
    graph, dataset = described("cdr-exemple", feed=whole)
    addresses = {str(url) for url in graph.objects(None, DCAT.downloadURL) if "cdr-exemple" in url}
    assert addresses == {f"{base}{extension}?source=cdr-exemple" for extension in ("csv", "geojson", "flat.json")}
    harvest = "https://pont.exemple.org/oai?verb=ListRecords&metadataPrefix=oai_dc&set=partner%3Acdr-exemple"
    assert (URIRef("https://pont.exemple.org/sources/cdr-exemple#oai"), DCAT.accessURL, URIRef(harvest)) in graph


def test_the_files_of_a_targets_catalogue_are_the_targets() -> None:
    feed = replace(FEED, url="https://pont.exemple.org/pour/maison/feed.dcat.ttl")
    graph, _ = described("cdr-exemple", feed=feed)
    assert all("/pour/maison/feed." in url for url in graph.objects(None, DCAT.accessURL))


def entry(number: int, **changes: Any) -> Entry:
    record = replace(LIVE[0], id=f"brut:{number}", **changes)
    return Entry(record.id, f"2026-11-{number:02}T10:00:00Z", "live", record)


def test_a_dataset_has_a_licence_only_when_all_its_records_have_it() -> None:
    same = [entry(1, licence="ODbL-1.0"), entry(2, licence="ODbL-1.0")]
    graph, dataset = described("brut", same)
    odbl = URIRef("https://opendatacommons.org/licenses/odbl/1-0/")
    assert graph.value(dataset, DCTERMS.license) == odbl and not graph.value(dataset, DCTERMS.rights)
    assert all(graph.value(each, DCTERMS.license) == odbl for each in graph.objects(dataset, DCAT.distribution))
    graph, dataset = described("brut", [*same, entry(3)])
    assert not list(graph.subject_objects(DCTERMS.license))
    (sentence,) = graph.objects(graph.value(dataset, DCTERMS.rights), RDFS.label)
    assert "garde sa propre licence" in sentence
    graph, dataset = described("brut", [entry(1)])
    (sentence,) = graph.objects(graph.value(dataset, DCTERMS.rights), RDFS.label)
    assert str(sentence) == "Licence non précisée"


def test_a_dataset_counts_and_dates_its_records_and_bounds_them() -> None:
    places = [Point(4.8, 45.7), Point(-61.5, 16.2), Point(2.0, 48.0)]
    graph, dataset = described("brut", [entry(n + 1, point=point) for n, point in enumerate(places)])
    assert str(graph.value(dataset, DCTERMS.description)).startswith("3 ressources sur la biodiversité partagées par")
    assert graph.value(dataset, DCTERMS.modified) == Literal("2026-11-03T10:00:00Z", datatype=XSD.dateTime)
    ring = "POLYGON((-61.5 16.2, 4.8 16.2, 4.8 48.0, -61.5 48.0, -61.5 16.2))"
    assert list(graph.objects(None, DCAT.bbox)) == [Literal(ring, datatype=GEO.wktLiteral)]


def test_one_point_bounds_nothing() -> None:
    graph, dataset = described("brut", [entry(1, point=Point(2.0, 48.0)), entry(2, point=Point(2.0, 48.0)), entry(3)])
    assert not list(graph.objects(dataset, DCTERMS.spatial))


def test_a_dataset_keeps_its_most_frequent_themes() -> None:
    entries = [entry(n, themes=tuple(f"t-{m:02}" for m in range(n))) for n in range(1, 16)]
    graph, dataset = described("brut", entries)
    assert {str(k) for k in graph.objects(dataset, DCAT.keyword)} == {f"t-{m:02}" for m in range(dcat.MOST_THEMES)}


def test_the_catalogue_speaks_the_language_of_the_document() -> None:
    graph, dataset = described("cdr-exemple", feed=replace(FEED, language="en"))
    assert str(graph.value(dataset, DCTERMS.title)).startswith("Resources shared by ")
    assert Literal("Wetlands", lang="en") in set(graph.objects(dataset, DCAT.keyword))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("fr", EU["language/FRA"]),
        ("en-GB", EU["language/ENG"]),
        ("br", URIRef("http://id.loc.gov/vocabulary/iso639-1/br")),
        ("gsw", None),
        ("", None),
    ],
)
def test_languages_have_addresses(tag: str, expected: URIRef | None) -> None:
    graph, dataset = described("brut", [entry(1, language=tag)])
    assert graph.value(dataset, DCTERMS.language) == expected


def test_what_is_remembered_does_not_grow_with_the_records() -> None:
    def many(count: int) -> Iterator[Entry]:
        for number in range(count):
            yield Entry(f"brut:{number}", "2026-11-01T10:00:00Z", "live", replace(FULL, id=f"brut:{number}"))

    def peak(count: int) -> int:
        tracemalloc.start()
        assert b"".join(dcat.write(many(count), FEED))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(5000) < peak(50) + 20_000


# DCAT, one record


def resource(record: Record) -> tuple[Graph, BNode]:
    text = dcat_xml.fragment(record, WORDS)
    assert text.startswith("<rdf:RDF ") and text.endswith("</rdf:RDF>")
    graph = read(text, "xml")
    subject = graph.value(None, DCTERMS.identifier, Literal(record.id.replace("\x00", "")))
    assert isinstance(subject, BNode)
    return graph, subject


@pytest.mark.parametrize("record", LIVE, ids=lambda r: ascii(r.id))
def test_a_record_is_one_resource(record: Record) -> None:
    graph, subject = resource(record)
    assert (subject, RDF.type, DCAT.Resource) in graph
    assert str(graph.value(subject, DCTERMS.title)) == legal(record.title)
    assert (graph.value(subject, DCAT.landingPage) is not None) == bool(record.url)
    assert graph.value(subject, DCTERMS.license) or graph.value(subject, DCTERMS.rights)


def test_a_poor_record_says_little() -> None:
    graph, subject = resource(LIVE[0])
    assert set(graph.predicates(subject)) == {
        *(RDF.type, DCTERMS.identifier, DCTERMS.title, DCTERMS.publisher, DCTERMS.rights)
    }


def test_a_full_record_says_everything() -> None:
    graph, subject = resource(FULL)

    def said(name: URIRef, of: URIRef | None = None) -> set[str]:
        found = graph.objects(subject, name)
        return {str(graph.value(each, of)) if of else str(each) for each in found}

    def typed(name: URIRef, kind: URIRef) -> None:
        (value,) = graph.objects(None, name)
        assert isinstance(value, Literal) and value.datatype == kind

    assert said(DCTERMS.identifier) == {
        *(FULL.id, "urn:isbn:9782123456803", "urn:issn:2049-3630", "https://doi.org/10.1234/mares.2016")
    }
    assert said(DCTERMS.publisher, FOAF.name) == {"Éditions du Vivant"}
    assert said(DCTERMS.creator, FOAF.name) == {
        *("Jeanne Exemple", "Atelier des mares", "Collectif", "Ville de Villeurbanne")
    }
    assert {str(graph.value(each, FOAF.name)) for each in graph.subjects(RDF.type, FOAF.Person)} == {"Jeanne Exemple"}
    assert said(DCTERMS.contributor, FOAF.name) == {"Association des mares", "Agence de l'eau", "Région"}
    assert said(DCAT.theme, SKOS.notation) == {*FULL.themes, *FULL.habitats}
    assert said(DCAT.keyword) == {*FULL.keywords, *FULL.taxa}
    assert "http://purl.org/dc/dcmitype/Text" in said(DCTERMS.type)
    assert said(DCTERMS.hasPart) == {document.url for document in FULL.documents}
    assert said(DCTERMS.spatial, DCTERMS.identifier) == {*FULL.territories, "None"}
    assert said(DCTERMS.spatial, DCAT.centroid) == {"POINT(4.8902 45.7719)", "None"}
    assert said(DCTERMS.isVersionOf, DCTERMS.identifier) == {"cdr-exemple:12"}
    assert said(DCTERMS.relation, DCTERMS.identifier) == {"voisin:77"}
    assert said(DCTERMS.license) == {"https://www.etalab.gouv.fr/licence-ouverte-open-licence/"}
    assert said(DCTERMS.rights, RDFS.label) == {FULL.attribution}
    for name, kind in {
        DCTERMS.issued: XSD.gYearMonth,
        DCTERMS.created: XSD.dateTime,
        DCTERMS.modified: XSD.dateTime,
        DCAT.startDate: XSD.gYearMonth,
        DCAT.endDate: XSD.gYearMonth,
    }.items():
        typed(name, kind)


def test_what_a_machine_proposes_and_what_is_no_address_are_not_said() -> None:
    doubtful = replace(
        LIVE[0], related=(Relation("a:1"),), documents=(Document(url="fichier.pdf"),), url="page", period="201X"
    )
    assert isomorphic(resource(doubtful)[0], resource(LIVE[0])[0])


def test_a_place_without_code_is_named() -> None:
    graph, subject = resource(BY_ID["hostile:1"])
    assert "x; east=0; north=0 \\ <y>" in {str(label) for label in graph.objects(None, SKOS.prefLabel)}


# SKOS


@pytest.fixture(scope="module")
def ours() -> Vocabulary:
    return load(ROOT / "mappings" / "vocabulary")


HOME = "https://pont.exemple.org/"


def vocabulary_graph(vocabulary: Vocabulary, base: str = f"{HOME}vocabulaire#") -> Graph:
    turtle = read(b"".join(skos.turtle(vocabulary, base)), "turtle")
    assert isomorphic(turtle, read(b"".join(skos.json_ld(vocabulary, base)), "json-ld"))
    return turtle


@pytest.fixture(scope="module")
def published(ours: Vocabulary) -> Graph:
    return vocabulary_graph(ours)


def small(folder: Path, base: str = "https://EXEMPLE-A-CHOISIR/voc/") -> Vocabulary:
    """Two levels, labels that escape, matches of each kind."""
    (folder / "a.toml").write_text(
        f'[vocabulary]\nfr = "Petit « vocabulaire »"\nbase = "{base}"\nversion = "1"\nlicence = "x"\n'
        '[prefix]\ngemet = "http://www.eionet.europa.eu/gemet/concept/"\n'
        '[[licence]]\ncode = "x"\nlabel = "Licence X"\nurl = "https://exemple.org/x"\nreuse = "open"\n',
        encoding="utf-8",
    )
    (folder / "b.toml").write_text(
        '[scheme]\nid = "theme"\nfr = "Thème"\nen = "Theme"\nmultiple = true\nfacet = true\n'
        '[[concept]]\nid = "t-eau"\nfr = "L\'\\"eau\\" \\\\ & <mer>"\nen = "Water"\nalt = ["flots", "Mer"]\n'
        'exactMatch = ["gemet:9098"]\n'
        '[[concept]]\nid = "t-mare"\nfr = "Mare"\nalt = ["Mare", "mare"]\nbroader = "t-eau"\n'
        'closeMatch = ["gemet:6431"]\nodd = [15, 6]\n',
        encoding="utf-8",
    )
    return load(folder)


@pytest.mark.parametrize("name", ["ttl", "jsonld"])
def test_a_small_vocabulary(tmp_path: Path, name: str) -> None:
    vocabulary, path = small(tmp_path), CASES / "skos" / f"out.{name}"
    write = skos.turtle if name == "ttl" else skos.json_ld
    found = b"".join(write(vocabulary, skos.base(vocabulary, HOME)))
    if os.environ.get("GOLDEN"):
        path.write_bytes(found)
    assert found == path.read_bytes()


def test_the_base_is_the_page_until_it_is_chosen(tmp_path: Path, ours: Vocabulary) -> None:
    assert skos.base(ours, HOME) == skos.base(small(tmp_path), HOME) == f"{HOME}vocabulaire#"
    chosen = small(tmp_path, "https://w3id.org/pv/voc/")
    assert skos.base(chosen, HOME) == "https://w3id.org/pv/voc/"
    graph = vocabulary_graph(chosen, skos.base(chosen, HOME))
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == {
        URIRef(f"https://w3id.org/pv/voc/t-{n}") for n in ("eau", "mare")
    }


def test_every_scheme_and_concept_is_there(ours: Vocabulary, published: Graph) -> None:
    graph = published
    base = f"{HOME}vocabulaire#"
    concepts = [concept for scheme in ours.schemes for concept in ours.concepts(scheme.id)]
    assert len(concepts) > 100
    assert set(graph.subjects(RDF.type, SKOS.ConceptScheme)) == {URIRef(base + scheme.id) for scheme in ours.schemes}
    assert {str(s) for s in graph.subjects(RDF.type, SKOS.Concept)} == {base + concept.id for concept in concepts}
    for concept in concepts:
        node = URIRef(base + concept.id)
        labels = {Literal(concept.fr, lang="fr"), *([Literal(concept.en, lang="en")] if concept.en else [])}
        assert set(graph.objects(node, SKOS.prefLabel)) == labels
        assert {str(label) for label in graph.objects(node, SKOS.altLabel)} == set(concept.alt) - {concept.fr}
        for match in ("exactMatch", "closeMatch"):
            assert {str(o) for o in graph.objects(node, SKOS[match])} == set(concept.match.get(match, ()))


# The integrity conditions of the reference, each as what would break it.
INTEGRITY = {
    "S9 a concept is no scheme": "?a a skos:Concept, skos:ConceptScheme",
    "S13 labels are disjoint": "?a skos:prefLabel ?l ; skos:altLabel ?l",
    "S14 one preferred label a language": ("?a skos:prefLabel ?l, ?m . FILTER (?l != ?m && LANG(?l) = LANG(?m))"),
    "S27 related is no ancestor": "?a (skos:related|skos:relatedMatch) ?b . ?a (skos:broader|^skos:narrower)+ ?b",
    "S37 a member of a collection": "?a a skos:Concept, skos:Collection",
    "S46 an exact match is no other": "?a skos:exactMatch ?b ; (skos:broadMatch|skos:relatedMatch) ?b",
    "an exact match is no close one": "?a skos:exactMatch ?b ; skos:closeMatch ?b",
    "no circle": "?a (skos:broader|^skos:narrower)+ ?a",
    "broader has its inverse": "?a skos:broader ?b FILTER NOT EXISTS { ?b skos:narrower ?a }",
    "narrower has its inverse": "?b skos:narrower ?a FILTER NOT EXISTS { ?a skos:broader ?b }",
    "in one scheme": "?a a skos:Concept FILTER NOT EXISTS { ?a skos:inScheme ?s . ?s a skos:ConceptScheme }",
    "a top or something broader": (
        "?a a skos:Concept FILTER NOT EXISTS { { ?a skos:topConceptOf ?s . ?s skos:hasTopConcept ?a } "
        "UNION { ?a skos:broader ?b } }"
    ),
    "never both": "?a skos:topConceptOf ?s ; skos:broader ?b",
    "a notation means one thing in a scheme": (
        "?a skos:notation ?n ; skos:inScheme ?s . ?b skos:notation ?n ; skos:inScheme ?s . FILTER (?a != ?b)"
    ),
    "links lead somewhere": "?a (skos:broader|skos:narrower|skos:hasTopConcept) ?b FILTER NOT EXISTS { ?b a ?k }",
}


@pytest.mark.parametrize("rule", INTEGRITY)
def test_the_vocabulary_keeps_to_skos(published: Graph, rule: str) -> None:
    assert list(published.query(_query(INTEGRITY[rule]))) == []


def test_the_rules_find_what_breaks_them() -> None:
    """Each on a vocabulary made of nothing but faults."""
    faults = Graph().parse(
        format="turtle",
        data=f"""@prefix skos: <{SKOS}> . @prefix : <https://exemple.fr/> .
        :a a skos:Concept, skos:ConceptScheme, skos:Collection ; skos:notation "1" ; skos:inScheme :s ;
            skos:prefLabel "x"@fr, "y"@fr ; skos:altLabel "x"@fr ; skos:exactMatch :z ; skos:closeMatch :z ;
            skos:broadMatch :z ; skos:broader :b ; skos:related :b ; skos:topConceptOf :s .
        :b a skos:Concept ; skos:broader :a ; skos:inScheme :s ; skos:notation "1" ; skos:narrower :nowhere, :c .
        :c a skos:Concept .""",
    )
    silent = [rule for rule, broken in INTEGRITY.items() if not list(faults.query(_query(broken)))]
    assert silent == []


def _query(broken: str) -> str:
    return f"PREFIX skos: <{SKOS}> SELECT ?a WHERE {{ {broken} }}"


def test_a_dedicated_reader_has_nothing_to_correct(published: Graph, caplog: pytest.LogCaptureFixture) -> None:
    corrected = Graph() + published
    with caplog.at_level(logging.WARNING):
        corrected = skosify.skosify(corrected, mark_top_concepts=False)
    assert [told.getMessage().partition(".")[0] for told in caplog.records] == ["Multiple concept schemes found"]
    kept = {SKOS[name] for name in ("prefLabel", "altLabel", "broader", "narrower", "inScheme", "notation")}
    assert {t for t in published if t[1] in kept} == {t for t in corrected if t[1] in kept}
