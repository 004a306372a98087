"""What is written, then harvested by our own readers through a mapping file, is what it was: every field that a format
carries, of any record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.collective import shipped
from bridge.meaning.mapping import apply
from bridge.meaning.source import Source, load_source
from bridge.meaning.words import Words
from bridge.readers import READERS
from bridge.record import FIELDS, Entry, Record, Response
from bridge.writers import WRITERS
from bridge.writers.feed import Feed
from tests.generated import VOCABULARY, records

PRESETS = {preset.name.removesuffix(".toml"): preset.read_text("utf-8") for preset in (shipped() / "presets").iterdir()}
WORDS = Words(VOCABULARY, {"s": "Source d’exemple"})
FEED = Feed(title="Tout", url="https://p.fr/f", home="https://p.fr/", words=WORDS, updated="2026-11-01T10:00:00Z")
URL = "https://p.fr/f"

# Of a record, what belongs to the node it is on: its identity there, its path, what a person confirmed.
OURS = {"id", "source", "origin", "path", "harvested", "same_as", "version_of", "related"}


def export(name: str) -> Callable[[Sequence[Record]], bytes]:
    """The document of a writer."""

    def written(given: Sequence[Record]) -> bytes:
        entries = [Entry(record.id, "2026-11-01T10:00:00Z", record=record) for record in given]
        return b"".join(WRITERS[name].write(entries, FEED))

    return written


def listed(name: str) -> Callable[[Sequence[Record]], bytes]:
    """An answer of OAI-PMH to ListRecords, in a metadata format."""

    def written(given: Sequence[Record]) -> bytes:
        rows = "".join(
            f"<record><header><identifier>{record.id}</identifier><datestamp>2026-11-01T10:00:00Z</datestamp></header>"
            f"<metadata>{WRITERS[name].fragment(record, WORDS)}</metadata></record>"  # type: ignore[attr-defined]  # some have it
            for record in given
        )
        return (
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-02T00:00:00Z</responseDate>'
            f'<request verb="ListRecords">{URL}</request><ListRecords>{rows}</ListRecords></OAI-PMH>'
        ).encode()

    return written


class Format(NamedTuple):
    """How a format is written, the mapping that reads it, the fields of the record that it carries."""

    write: Callable[[Sequence[Record]], bytes]
    mapping: str
    carried: set[str]


CSV = """
[fields]
title = "Titre"
abstract = "Résumé"
type = "Type"
themes = "Thèmes"
keywords = "Mots-clés d'origine"
url = "Adresse de la fiche"
documents = "Documents"
insee = "Code(s) territoire"
place = "Lieu (texte)"
lat = "Latitude"
lon = "Longitude"
scale = "Échelle"
period = "Période"
status = "Statut"
published = "Publié"
authors = "Auteurs"
publishers = "Éditeurs"
identifiers = "ISBN ou DOI"
leads = "Porteur"
actor_types = "Type d'acteurs"
partners = "Partenaires"
funders = "Financeurs"
recognitions = "Reconnu acteur engagé"
budget = "Budget (€)"
area_ha = "Surface (ha)"
length_m = "Linéaire (m)"
habitats = "Milieux"
audiences = "Publics"
sdgs = "ODD"
lessons = "Ce qu'on en retient"
licence = "Licence"
attribution = "Attribution"
language = "Langue"
created = "Créé"
modified = "Modifié"
"""
JSON = "\n".join(
    ["[fields]", 'insee = "territories"', 'place = "place_text"', 'lat = "point.lat"', 'lon = "point.lon"']
    + [
        f'{name} = "{"action_status" if name == "status" else name}"'
        for name in FIELDS
        if name not in OURS | {"territories", "place_text", "point", "content", "budget", "contact", "image", "edition"}
        and name not in {"department", "period_text", "budget_text", "taxa", "leads", "publishers", "partners"}
        and name not in {"funders", "authors", "identifiers", "documents"}
    ]
    + [f'{name} = "{name}[].name"' for name in ("leads", "publishers", "partners", "funders", "authors")]
    + ['identifiers = "identifiers[].value"', 'documents = "documents"', 'budget = "budget.value"']
)
TABLE = (
    set(FIELDS) - OURS - {"content", "contact", "image", "edition", "department", "taxa", "period_text", "budget_text"}
)
CELLS = TABLE - {"documents"}  # their addresses only
DUBLIN_CORE = {"title", "abstract", "type", "url", "language", "licence", "territories"}
NEWS = {"title", "abstract", "url", "themes", "licence", "point"}
FORMATS: dict[str, Format] = {
    "pv": Format(listed("pv_xml"), 'extends = "_plugin"\n[source]', TABLE),
    "csv": Format(export("csv_file"), f'[source]\nkind = "csv_file"\noptions = {{ id = "Identifiant" }}{CSV}', CELLS),
    "xlsx": Format(export("xlsx"), f'[source]\nkind = "spreadsheet"\noptions = {{ id = "Identifiant" }}{CSV}', CELLS),
    "json": Format(export("json_flat"), f'[source]\nkind = "json_api"\n{JSON}', TABLE),
    "oai_dc": Format(listed("oai_dc"), 'extends = "_oai"\n[source]', DUBLIN_CORE),
    "oai_qdc": Format(
        listed("oai_qdc"),
        'extends = "_oai"\n[source]\n[fields]\nabstract = "abstract"\nplace = "spatial"\npublished = "issued"\n'
        'created = "created"\nmodified = "modified"\naudiences = "audience"\nlicence = "license"',
        DUBLIN_CORE | {"published", "created", "modified", "audiences"},
    ),
    "atom": Format(export("atom"), 'extends = "_feed"\n[source]', NEWS),
    "rss": Format(export("rss"), 'extends = "_feed"\n[source]', NEWS | {"language"}),
    "json_feed": Format(
        export("json_feed"),
        '[source]\nkind = "json_api"\noptions = { items = "items" }\n[fields]\ntitle = "title"\nabstract = "summary"\n'
        'url = "external_url"\ntype = "_partageons.type"\nthemes = "_partageons.themes"\nauthors = "authors[].name"\n'
        'insee = "_partageons.territories[].code"\nlicence = "_partageons.licence.code"\nlanguage = "language"\n'
        'attribution = "_partageons.attribution"\nperiod = "_partageons.period"',
        {"title", "abstract", "url", "type", "themes", "authors", "territories", "licence", "language", "attribution"}
        | {"period"},
    ),
    "geojson": Format(
        export("geojson"),
        'extends = "_geojson"\n[source]\n[fields]\nattribution = "attribution"\nplace = "place"\nstatus = "status"',
        {"title", "abstract", "url", "type", "status", "licence", "attribution", "point", "territories"},
    ),
    "gogocarto": Format(
        export("gogocarto"),
        'extends = "_gogocarto"\n[source]\n[fields]\ntype = "type"\nstatus = "statut"\nlicence = "licence"',
        {"title", "abstract", "url", "type", "themes", "status", "licence", "point", "territories"},
    ),
}


def source_of(mapping: str) -> Source:
    agreement = 'keep = "full"\nagreement = { date = 2026-11-24 }'
    text = mapping.replace("[source]", f'[source]\nid = "s"\nurl = "{URL}"\n{agreement}', 1)
    found = load_source(text, "s.toml", PRESETS, VOCABULARY, "")
    assert found is not None
    return found


SOURCES = {name: source_of(each.mapping) for name, each in FORMATS.items()}


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(given_records=st.lists(records(), min_size=1, max_size=3, unique_by=lambda record: record.id))
def test_what_is_exported_is_harvested(name: str, given_records: list[Record]) -> None:
    source, carried = SOURCES[name], FORMATS[name].carried
    if name == "gogocarto":  # a map of what is somewhere
        given_records = [record for record in given_records if record.point]
    body = FORMATS[name].write(given_records)
    page = READERS[source.kind].read(Response(URL, 200, {}, body, {"verb": "ListRecords"}), source.options)
    assert not page.problems
    for item, record in zip(page.items, given_records, strict=True):
        mapped = apply(source, item)
        assert mapped.record is not None
        for field in sorted(carried):
            assert (field, getattr(mapped.record, field)) == (field, getattr(record, field))
