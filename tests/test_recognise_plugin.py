"""A site with our plugin: found from its home page, its own fields proposed in a few lines, the usual ones in none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from lxml import etree

from bridge import adding
from bridge.collective import Collective
from bridge.meaning.suggest import Memory
from bridge.meaning.vocabulary import load
from bridge.recognise import recognise
from bridge.recognise.plugin import Found, own_fields
from bridge.record import Amount, Organisation, Point, Record
from tests.conftest import Web

HOME = "https://asso.exemple.fr/"
FEED = "https://asso.exemple.fr/?partageons=oai"
PV = "https://partageons-vert.org/ns/pv/1.0"
OAI = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-11-24T10:00:00Z</responseDate><request>x</request>{}</OAI-PMH>"
)
IDENTIFY = (
    "<Identify><repositoryName>Association Exemple</repositoryName><baseURL>x</baseURL><protocolVersion>2.0"
    "</protocolVersion><adminEmail>contact@asso.exemple.fr</adminEmail><earliestDatestamp>2026-01-01T00:00:00Z"
    "</earliestDatestamp><deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
    "</Identify>"
)
FORMATS = "<ListMetadataFormats>{}</ListMetadataFormats>".format(
    "".join(f"<metadataFormat><metadataPrefix>{each}</metadataPrefix></metadataFormat>" for each in ("oai_dc", "pv"))
)
Own = tuple[str, str, str, Sequence[str]]
"""Name, label, type and values of a field of the site; of a list, the labels."""


def field(own: Own) -> str:
    name, label, kind, values = own
    shown = "".join(
        f'<pv:value key="{number}" label={quoteattr(each)}/>'
        if kind == "list"
        else f"<pv:value>{escape(each)}</pv:value>"
        for number, each in enumerate(values)
    )
    attributes = f"name={quoteattr(name)} label={quoteattr(label)} type={quoteattr(kind)}"
    return f"<pv:source-field {attributes}>{shown}</pv:source-field>"


def records(*each: Sequence[Own], more: str = "") -> str:
    listed = "".join(
        f"<record><header><identifier>oai:asso.exemple.fr:{number}</identifier><datestamp>2026-11-20T08:00:00Z"
        f'</datestamp></header><metadata><pv:record xmlns:pv="{PV}"><pv:id>{number}</pv:id>'
        f"<pv:title>Fiche {number}</pv:title>{more}<pv:url>{HOME}?p={number}</pv:url>{''.join(map(field, owns))}"
        "</pv:record></metadata></record>"
        for number, owns in enumerate(each, 1)
    )
    return f"<ListRecords>{listed}</ListRecords>"


def site(web: Web, listed: str, door: str = FEED) -> None:
    """A home page that announces the feed, and the feed."""
    head = f'<link rel="alternate" type="text/xml" title="OAI-PMH" href="{door.replace("&", "&amp;")}">'
    head += '<link rel="alternate" type="application/rss+xml" title="Flux" href="/feed/">'
    head += '<link rel="https://api.w.org/" href="https://asso.exemple.fr/wp-json/">'
    page = f"<!DOCTYPE html><html><head><title>Asso</title>{head}</head><body>Bonjour</body></html>"
    web.put(HOME, page, content_type="text/html; charset=utf-8")
    join = "&" if "?" in door else "?"
    for verb, body in (
        ("Identify", IDENTIFY),
        ("ListMetadataFormats", FORMATS),
        ("ListRecords&metadataPrefix=pv", listed),
    ):
        web.put(f"{door}{join}verb={verb}", OAI.format(body), content_type="text/xml; charset=utf-8")


def added(here: Collective, web: Web) -> tuple[Mapping[str, Any], adding.Arrival]:
    """The mapping file that ``partageons add`` proposes, read as TOML."""
    found = adding.arrival(here, HOME, web)  # type: ignore[arg-type]
    return tomllib.loads(found.text), found


def first(found: adding.Arrival) -> Record:
    record = found.sample.mapped[0].record
    assert record
    return record


USUAL: Sequence[Own] = (
    ("commune", "Commune", "text", ["Lyon"]),
    ("code_insee", "Code INSEE", "text", ["69123"]),
    ("porteur", "Porteur du projet", "text", ["Ville de Lyon"]),
    ("budget", "Budget", "text", ["12 000 € TTC"]),
    ("partenaires", "Partenaires", "list", ["LPO", "Syndicat de rivière"]),
    ("date_debut", "Début", "date", ["2024-03-01"]),
    ("date_fin", "Fin", "date", ["2025-06-30"]),
    ("statut", "Statut", "list", ["Terminé"]),
)


@pytest.mark.parametrize(
    "door", [FEED, "https://asso.exemple.fr/wp-json/partageons/v1/oai", f"{HOME}?rest_route=/partageons/v1/oai"]
)
def test_usual_fields_need_no_line(collective: Collective, web: Web, door: str) -> None:
    site(web, records(USUAL), door)
    table, found = added(collective, web)
    assert table["extends"] == "_plugin" and "fields" not in table and "ignore" not in table["source"]
    assert (table["source"]["kind"], table["source"]["url"]) == ("oai", door)
    assert table["source"]["options"] == {"prefix": "pv"}
    assert table["source"]["title"] == "Association Exemple"
    record = first(found)
    assert record.territories == ("commune/69123",) and record.place_text == "Lyon"
    assert record.leads == (Organisation("Ville de Lyon"),)
    assert record.budget == Amount(12000.0, "TTC") and record.budget_text == "12 000 € TTC"
    assert record.partners == (Organisation("LPO"), Organisation("Syndicat de rivière"))
    assert record.period == "2024-03-01/2025-06-30"
    assert record.status == "s-termine"
    assert not found.sample.unplaced


def test_as_few_requests_as_possible(web: Web) -> None:
    site(web, records(USUAL))
    recognise(HOME, web)
    assert web.asked == [
        HOME,
        f"{FEED}&verb=Identify",
        f"{FEED}&verb=ListMetadataFormats",
        f"{FEED}&verb=ListRecords&metadataPrefix=pv",
    ]


def test_unusual_fields_are_proposed_and_those_of_people_left(collective: Collective, web: Web) -> None:
    owns: Sequence[Own] = (
        *USUAL,
        ("champ_12", "Maître d'ouvrage", "text", ["Syndicat du Gier"]),
        ("objectif-principal", "Objectif principal", "html", ["<p>Ramener l'eau.</p>"]),
        ("field_7f3", "Enjeux", "list", ["Trame verte et bleue"]),
        ("courriel_contact", "Courriel", "text", ["anne@exemple.fr"]),
        ("joindre", "Pour en parler", "text", ["04 72 00 00 00"]),
        ("couleur", "Couleur du bandeau", "text", ["vert"]),
    )
    site(web, records(owns))
    table, found = added(collective, web)
    assert table["fields"] == {"themes": "fields.field_7f3", "leads": ["fields.porteur", "fields.champ_12"]}
    assert table["source"]["ignore"] == ["fields.courriel_contact", "fields.joindre"]
    assert found.sample.unplaced == {"fields.objectif-principal", "fields.couleur"}
    record = first(found)
    assert record.leads == (Organisation("Ville de Lyon"),)
    assert record.themes == ("t-tvb",)
    assert "04 72" not in repr(record) and "anne@" not in repr(record)
    assert "Champs de personnes laissés de côté : fields.courriel_contact, fields.joindre." in found.proposal.why


def test_what_the_feed_says_itself_comes_first(collective: Collective, web: Web) -> None:
    own: Sequence[Own] = (
        ("objectifs", "Objectifs", "text", ["De l'eau."]),
        ("lien", "Lien", "url", ["https://ailleurs.exemple/"]),
        ("nom", "Nom", "text", ["Autre nom"]),
        ("axes", "Axe", "list", ["Trame verte et bleue"]),
        ("situation", "Où se situe l'action", "text", ["Lyon"]),
        ("label", "Label obtenu", "text", ["Territoire engagé pour la nature"]),
    )
    said = (
        "<pv:abstract>Le résumé écrit.</pv:abstract><pv:theme>Actualités</pv:theme>"
        "<pv:place-text>Villeurbanne</pv:place-text><pv:recognition>Autre</pv:recognition>"
    )
    site(web, records(own, more=said))
    table, found = added(collective, web)
    assert table["fields"] == {
        "abstract": ["abstract", "fields.objectifs"],
        "themes": "fields.axes",
        "place": ["place-text", "fields.situation"],
    }
    record = first(found)
    assert (record.title, record.abstract, record.url) == ("Fiche 1", "Le résumé écrit.", f"{HOME}?p=1")
    assert record.place_text == "Villeurbanne" and record.themes == ("t-tvb",)


def test_a_few_lines_for_a_usual_site(collective: Collective, web: Web) -> None:
    """As an association names its ACF fields: five lines at most beyond what every proposal holds."""
    names = (
        *("resume", "thematiques", "commune_projet", "code_postal", "latitude", "longitude", "structure_porteuse"),
        *("partenaires_techniques", "financeurs", "cout_projet", "annee", "etat", "public_cible", "milieux"),
        *("enseignements", "photo", "surface_ha", "type_action", "email", "nom_du_referent"),
    )
    site(web, records([(name, "", "text", ["x"]) for name in names]))
    table, _ = added(collective, web)
    assert len(table["fields"]) <= 5, table["fields"]


def shown(*owns: Own, memory: Memory | None = None) -> Found:
    return own_fields(etree.fromstring(OAI.format(records(owns)).encode()), memory)


def test_names_of_any_kind() -> None:
    found = shown(
        ("type-ressource", "Nature", "list", ["Guide"]),
        ('Guillemet " et \\', "Partenaires", "text", ["LPO"]),
        ("Maître d’ouvrage", "", "text", ["Ville"]),
        ("inconnu", "", "text", []),
    )
    assert found.fields == {
        "type": ['fields."type-ressource"'],
        "leads": ['fields."Maître d’ouvrage"'],
        "partners": ['fields."Guillemet \\" et \\\\"'],
    }
    assert found.names == ("type-ressource", 'Guillemet " et \\', "Maître d’ouvrage", "inconnu")


def test_a_place_on_a_map_is_a_point_and_a_name(collective: Collective, web: Web) -> None:
    place = (
        '<pv:source-field name="{}" type="geo"><pv:value label="Mairie, Lyon">45.76,4.83</pv:value></pv:source-field>'
    )
    for name, line in (("localisation", None), ("carte", {"point": "fields.carte"})):
        site(web, records([], more=place.format(name)))
        table, found = added(collective, web)
        assert table.get("fields") == line
        assert first(found).point == Point(4.83, 45.76)
    site(web, records([], more=place.format("localisation")))
    assert first(added(collective, web)[1]).place_text == "Mairie, Lyon"


def test_a_beginning_and_an_end_are_one_period() -> None:
    found = shown(
        ("debut_travaux", "", "date", ["2024"]),
        ("periode_reelle", "Calendrier", "text", ["2023"]),
        ("fin_travaux", "", "date", ["2025"]),
    )
    assert found.fields == {"period": ["fields.periode_reelle", "[fields.debut_travaux, fields.fin_travaux]"]}


def test_two_fields_of_one_label() -> None:
    found = shown(("a", "Partenaires", "text", ["LPO"]), ("b", "Partenaires", "text", ["ONF"]))
    assert found.fields == {"partners": ["fields.a"]}


def test_what_another_partner_taught(collective: Collective) -> None:
    other = '[source]\nid = "autre"\nkind = "csv_file"\nurl = "https://autre.fr/a.csv"\n[fields]\ntitle = "titre"\n'
    (collective.settings.mappings / "autre.toml").write_text(f'{other}leads = "Qui a fait"\n', encoding="utf-8")
    vocabulary = load(Path(__file__).parent.parent / "mappings" / "vocabulary")
    asked: Own = ("champ_3", "Qui a fait ?", "text", ["Ville"])
    assert shown(asked, memory=Memory(vocabulary)).fields == {}
    assert shown(asked, memory=collective.memory).fields == {"leads": ["fields.champ_3"]}


def test_records_of_any_shape() -> None:
    """A feed may say anything in its fields: nothing is raised, nothing is invented."""
    odd = (
        f'<record><metadata><pv:record xmlns:pv="{PV}"><pv:source-field>texte</pv:source-field>'
        '<pv:source-field name=""/><pv:source-field name="a"><pv:value/><pv:value key="k"/></pv:source-field>'
        '<pv:source-field name="a" label="Commune"><pv:value>Lyon<b/></pv:value></pv:source-field>'
        '<pv:source-field name="b"><pv:autre/></pv:source-field></pv:record></metadata></record><record/>'
    )
    found = own_fields(etree.fromstring(OAI.format(f"<ListRecords>{odd}</ListRecords>").encode()))
    assert found == Found({}, (), ("a", "b"))


def test_a_feed_that_gives_no_list_is_still_a_source(web: Web) -> None:
    site(web, records())
    web.fail(f"{FEED}&verb=ListRecords&metadataPrefix=pv", 503)
    found = recognise(HOME, web)
    assert (found.kind, found.extends, found.fields) == ("oai", "_plugin", {})


def test_a_set_is_asked_as_it_was_given(web: Web) -> None:
    given = f"{FEED}&verb=ListRecords&metadataPrefix=pv&set=fiche"
    site(web, records(USUAL))
    web.put(given, OAI.format(records([("nom_qui", "Porteur", "text", ["Ville"])])), content_type="text/xml")
    found = recognise(given, web)
    assert found.options == {"prefix": "pv", "set": "fiche"} and found.fields == {"leads": ["fields.nom_qui"]}


def test_records_saved_in_one_file(web: Web) -> None:
    url = "https://asso.exemple.fr/export.xml"
    web.put(url, OAI.format(records([("champ_1", "Porteur", "text", ["Ville"])])), content_type="text/xml")
    found = recognise(url, web)
    assert (found.extends, found.options) == ("_plugin", {"file": True, "prefix": "pv"})
    assert found.fields == {"leads": ["fields.champ_1"]}
