"""One address -> what kind of source, with as few questions as possible, and the mapping file to start from."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import BridgeError, FetchError
from bridge.meaning.keys import NAMES
from bridge.meaning.mapping_file import ID, MAPPED
from bridge.meaning.source import load_source
from bridge.meaning.suggest import Memory
from bridge.meaning.vocabulary import load
from bridge.readers import READERS
from bridge.recognise import PROBES, Proposal, guess, proposal_toml, recognise
from bridge.recognise.guess import Guess, guesses, id_key, paths
from bridge.recognise.look import Look
from bridge.recognise.proposal import proposed_id
from bridge.record import Request, Response

FOLDER = Path(__file__).parent.parent / "mappings" / "vocabulary"
Answer = tuple[str, str | bytes] | int


class Site:
    """Answers by address: (media type, body), or a status; ``asked`` is what was asked, in order."""

    def __init__(self, answers: Mapping[str, Answer], headers: Mapping[str, str] | None = None) -> None:
        self.answers = answers
        self.headers = headers or {}
        self.asked: list[str] = []

    def get(self, request: Request, /) -> Response:
        self.asked.append(request.url)
        answer = self.answers.get(request.url, 404)
        if isinstance(answer, int):
            raise FetchError(f"refus {answer}", status=answer or None)
        media_type, body = answer
        body = body.encode() if isinstance(body, str) else body
        return Response(request.url, 200, {"content-type": media_type, **self.headers}, body)


def page(head: str = "", body: str = "") -> Answer:
    return "text/html; charset=utf-8", f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def data(value: Any) -> Answer:
    return "application/json", json.dumps(value)


# OAI-PMH

OAI = '<?xml version="1.0"?><!-- x --><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{}</OAI-PMH>'
IDENTIFY: Answer = ("text/xml", OAI.format("<Identify><repositoryName>Base  Écho</repositoryName></Identify>"))
BAD_VERB: Answer = ("text/xml", OAI.format('<error code="badVerb"/>'))


def formats(*prefixes: str) -> Answer:
    each = "".join(f"<metadataFormat><metadataPrefix>{p}</metadataPrefix></metadataFormat>" for p in prefixes)
    return "text/xml", OAI.format(f"<ListMetadataFormats>{each}</ListMetadataFormats>")


@pytest.mark.parametrize(
    ("given", "first", "asked"),
    [
        ("https://a.fr/ws/connector.php?source=1", BAD_VERB, 3),
        ("https://a.fr/ws/connector.php?source=1&verb=Identify", IDENTIFY, 2),
        ("https://a.fr/ws/connector.php?verb=ListRecords&source=1&metadataPrefix=x#y", BAD_VERB, 3),
    ],
)
def test_oai_base_urls(given: str, first: Answer, asked: int) -> None:
    base = "https://a.fr/ws/connector.php?source=1"
    site = Site(
        {
            given: first,
            f"{base}&verb=Identify": IDENTIFY,
            f"{base}&verb=ListMetadataFormats": formats("oai_dc", "marcxml"),
        }
    )
    found = recognise(given, site)
    assert (found.kind, found.url, found.title, found.extends) == ("oai", base, "Base Écho", "_oai")
    assert found.options == {"prefix": "oai_dc"}
    assert found.why == (
        "OAI-PMH : l'adresse répond en OAI-PMH, et l'entrepôt s'appelle « Base Écho ».",
        "Format choisi : oai_dc (autres : marcxml).",
    )
    assert len(site.asked) == asked


def test_oai_announced_by_a_page_with_the_plugin_format() -> None:
    head = '<base href="/wiki/"><link rel="alternate" type="text/xml" title="OAI-PMH" href="?api/partageons/oai">'
    base = "https://a.fr/wiki/?api/partageons/oai"
    site = Site(
        {
            "https://a.fr/wiki/": page(head),
            f"{base}&verb=Identify": IDENTIFY,
            f"{base}&verb=ListMetadataFormats": formats("oai_dc", "pv"),
        }
    )
    found = recognise("a.fr/wiki/", site)
    assert (found.url, found.options, found.extends) == (base, {"prefix": "pv"}, "_plugin")


def test_oai_address_that_refuses_without_verb() -> None:
    site = Site(
        {
            "https://a.fr/oai?set=guides": 422,
            "https://a.fr/oai?verb=Identify": IDENTIFY,
            "https://a.fr/oai?verb=ListMetadataFormats": formats("oai_dc"),
        }
    )
    found = recognise("https://a.fr/oai?set=guides", site)
    assert (found.url, found.options) == ("https://a.fr/oai", {"prefix": "oai_dc", "set": "guides"})
    assert len(found.why) == 1


def test_oai_format_of_the_given_address() -> None:
    given = "https://a.fr/oai?verb=ListRecords&metadataPrefix=mods"
    site = Site(
        {
            given: BAD_VERB,
            "https://a.fr/oai?verb=Identify": IDENTIFY,
            "https://a.fr/oai?verb=ListMetadataFormats": formats("oai_dc", "mods"),
        }
    )
    found = recognise(given, site)
    assert (found.options, found.extends) == ({"prefix": "mods"}, "")


def test_oai_in_the_name_is_not_enough() -> None:
    site = Site({"https://oai.a.fr/": page("<title>x</title>")})
    with pytest.raises(BridgeError, match="Rien n'a été reconnu"):
        recognise("https://oai.a.fr/", site)
    assert site.asked[:2] == ["https://oai.a.fr/", "https://oai.a.fr/?verb=Identify"]


# YesWiki

FORMS = {
    "1": {"bn_id_nature": "1", "bn_label_nature": "Annuaire des acteurs"},
    "5": {"bn_id_nature": "5", "bn_label_nature": "Initiatives biodiversité"},
    "12": {"bn_id_nature": 12, "bn_label_nature": "Fiches outils"},
    "13": {"bn_id_nature": "13", "bn_label_nature": None},
}
WIKI_HEAD = "<title>Le wiki : Accueil</title><script src='javascripts/yeswiki-base.js?v=4'></script>"


@pytest.mark.parametrize(
    "given",
    ["https://w.fr/ecrire/?PagePrincipale", "https://w.fr/ecrire/PagePrincipale", "https://w.fr/ecrire/?Liste/iframe"],
)
def test_yeswiki_from_any_page(given: str) -> None:
    site = Site({given: page(WIKI_HEAD), "https://w.fr/ecrire/?api/forms": data(FORMS)})
    found = recognise(given, site)
    assert (found.kind, found.url, found.options) == ("yeswiki", "https://w.fr/ecrire/", {"form": "5"})
    assert found.title == "Le wiki : Initiatives biodiversité"
    assert found.why[1:] == (
        "Formulaire choisi d'après son nom et ses champs : 5 (« Initiatives biodiversité »).",
        "Autres formulaires : 1 « Annuaire des acteurs », 12 « Fiches outils », 13 « sans nom ».",
    )
    assert len(site.asked) == 2
    assert found.others == (
        ("Formulaire « Annuaire des acteurs »", "https://w.fr/ecrire/?api/forms/1"),
        ("Formulaire « Fiches outils »", "https://w.fr/ecrire/?api/forms/12"),
        ("Formulaire « sans nom »", "https://w.fr/ecrire/?api/forms/13"),
    )


@pytest.mark.parametrize(
    ("given", "root", "form"),
    [
        ("https://w.fr/?api/forms/12/entries", "https://w.fr/", "12"),
        ("https://w.fr/wakka.php?api/forms/12", "https://w.fr/", "12"),
        ("https://w.fr/w/api/forms/12/entries/json", "https://w.fr/w/", "12"),
        ("https://w.fr/?api/forms/99/entries", "https://w.fr/", "5"),
        ("https://w.fr/?api/entries", "https://w.fr/", "5"),
    ],
)
def test_yeswiki_from_its_api(given: str, root: str, form: str) -> None:
    site = Site({given: data({"Une": {"id_fiche": "Une"}}), f"{root}?api/forms": data(FORMS)})
    found = recognise(given, site)
    assert (found.kind, found.url, found.options) == ("yeswiki", root, {"form": form})
    assert ("adresse donnée" in found.why[1]) is (form == "12")


@pytest.mark.parametrize(("answer", "asked"), [(data(FORMS), 1), (data([FORMS["5"]]), 1), (data(FORMS["5"]), 1)])
def test_yeswiki_when_the_address_lists_its_forms(answer: Answer, asked: int) -> None:
    site = Site({"https://w.fr/?api/forms": answer})
    found = recognise("https://w.fr/?api/forms", site)
    assert (found.options, found.title) == ({"form": "5"}, "Initiatives biodiversité")
    assert len(site.asked) == asked


def test_a_closed_yeswiki_is_told() -> None:
    site = Site({"https://w.fr/": page(WIKI_HEAD), "https://w.fr/?api/forms": 401})
    with pytest.raises(BridgeError, match=r"w.fr/\?api/forms : refus 401"):
        recognise("https://w.fr/", site)


# WordPress

TYPES = {
    "post": {"rest_base": "posts", "rest_namespace": "wp/v2", "name": "Articles"},
    "page": {"rest_base": "pages", "rest_namespace": "wp/v2", "name": "Pages"},
    "initiative": {"rest_base": "initiatives", "rest_namespace": "wp/v2", "name": "Initiatives"},
    "wp_block": {"rest_base": "blocks", "rest_namespace": "wp/v2", "name": "Blocs"},
    "elsewhere": {"rest_base": "x", "rest_namespace": "autre/v1", "name": "X"},
    "odd": [],
    "none": {"rest_base": False},
}
API_LINK = '<link rel="https://api.w.org/" href="{}">'


@pytest.mark.parametrize(
    ("given", "head", "api", "root", "types"),
    [
        ("/a/", API_LINK.format("/wp-json/"), "/wp-json/", "/", None),
        ("/", API_LINK.format("/index.php?rest_route=/"), "/?rest_route=/", "/", None),
        ("/", "<script src='/b/wp-content/x.js'></script>", "/b/?rest_route=/", "/b/", None),
        ("/b/wp-json/", "", "/b/wp-json/", "/b/", None),
        ("/wp-json/wp/v2/initiatives?per_page=5", "", "/wp-json/", "/", ["initiatives"]),
        ("/?rest_route=/wp/v2/posts", "", "/?rest_route=/", "/", ["posts"]),
        ("/wp-json/wp/v2/inconnu", "", "/wp-json/", "/", None),
    ],
)
def test_wordpress(given: str, head: str, api: str, root: str, types: list[str] | None) -> None:
    given, api, root = (f"https://s.fr{path}" for path in (given, api, root))
    title = "<title>Mon site &#8211; Un slogan</title>"
    site = Site({given: page(title + head), f"{api}wp/v2/types": data(TYPES)})
    found = recognise(given, site)
    assert (found.kind, found.url, found.extends) == ("wordpress", root, "_wordpress")
    expected: dict[str, Any] = {"types": types or ["initiatives", "posts"]}
    if "rest_route" in api:
        expected["rest"] = "query"
    assert found.options == expected
    assert found.title == ("Mon site" if given == "https://s.fr/" else "Un slogan")
    assert len(site.asked) == (2 if types else 4)
    assert found.others == ()
    assert ("Retirez" in found.why[-1]) is (types is None)


def sitemap(*locations: str) -> Answer:
    listed = "".join(f"<sitemap><loc> {url} </loc></sitemap>" for url in locations)
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}<sitemap/></sitemapindex>'
    return "application/xml", f'<?xml version="1.0"?><?xml-stylesheet href="x"?>{index}'


WITH_TAXONOMIES = {**TYPES, "post": {**TYPES["post"], "taxonomies": ["category", "milieu"]}}  # type: ignore[dict-item]


def test_wordpress_types_that_only_the_sitemap_shows() -> None:
    index = sitemap(
        "http://s.fr/b/wp-sitemap-posts-post-1.xml",
        "http://s.fr/b/wp-sitemap-posts-page-1.xml",
        "http://s.fr/b/wp-sitemap-posts-initiative-1.xml",
        "http://s.fr/b/wp-sitemap-posts-guide_interne-1.xml",
        "http://s.fr/b/wp-sitemap-posts-guide_interne-2.xml",
        "http://s.fr/b/wp-sitemap-posts-elementor_library-1.xml",
        "http://s.fr/b/wp-sitemap-taxonomies-theme-1.xml",
        "http://s.fr/b/wp-sitemap-users-1.xml",
        "https://ailleurs.fr/wp-sitemap-posts-guide-1.xml",
        "",
    )
    site = Site(
        {
            "https://s.fr/b/": page(API_LINK.format("/b/wp-json/")),
            "https://s.fr/b/wp-json/wp/v2/types": data(WITH_TAXONOMIES),
            "https://s.fr/b/wp-sitemap.xml": index,
        }
    )
    found = recognise("https://s.fr/b/", site)
    assert found.others == (
        ("Pages web « guide_interne », absentes de l'API", "https://s.fr/b/wp-sitemap-posts-guide_interne-1.xml"),
        ("Pages web « guide_interne », absentes de l'API", "https://s.fr/b/wp-sitemap-posts-guide_interne-2.xml"),
    )
    assert found.why[2] == (
        "Son plan de site montre aussi ce que son API cache : « guide_interne » ; ces pages web s'ajoutent à part."
    )
    assert len(site.asked) == 3


def test_wordpress_sitemap_of_an_seo_plugin() -> None:
    answers = {
        "https://s.fr/b/": page(API_LINK.format("/b/wp-json/")),
        "https://s.fr/b/wp-json/wp/v2/types": data(WITH_TAXONOMIES),
        "https://s.fr/robots.txt": (
            "text/plain",
            "User-agent: *\nSitemap: https://cdn.fr/a.xml\n sitemap : https://s.fr/b/sitemap_index.xml\n",
        ),
        "https://s.fr/b/sitemap_index.xml": sitemap(
            *(
                f"https://s.fr/b/{name}-sitemap{number}.xml"
                for name, number in (("post", ""), ("initiative", 2), ("guide", ""), ("milieu", ""), ("author", ""))
            ),
            "https://s.fr/b/type_de_ressource-sitemap.xml",
            "https://s.fr/b/thematique-sitemap.xml",
            "https://s.fr/b/autre.xml",
        ),
    }
    site = Site(answers)  # type: ignore[arg-type]
    found = recognise("https://s.fr/b/", site)
    assert found.others == (("Pages web « guide », absentes de l'API", "https://s.fr/b/guide-sitemap.xml"),)
    assert len(site.asked) == 5


@pytest.mark.parametrize("body", ["<sitemapindex><sitemap>", "<urlset/>", "non"])
def test_wordpress_sitemap_that_is_none(body: str) -> None:
    answers: dict[str, Answer] = {
        "https://s.fr/": page(API_LINK.format("/wp-json/")),
        "https://s.fr/wp-json/wp/v2/types": data(TYPES),
        "https://s.fr/wp-sitemap.xml": ("text/xml", body),
    }
    assert recognise("https://s.fr/", Site(answers)).others == ()


def test_wordpress_says_its_name_at_the_root_of_its_api() -> None:
    api = "https://s.fr/wp-json/"
    site = Site({api: data({"name": "Mon site", "namespaces": []}), f"{api}wp/v2/types": data(TYPES)})
    assert recognise(api, site).title == "Mon site"


def test_wordpress_named_by_a_header() -> None:
    site = Site(
        {"https://s.fr/": page(), "https://s.fr/wp-json/wp/v2/types": data(TYPES)},
        {"link": '<https://s.fr/wp-json/>; rel="https://api.w.org/", <x>'},
    )
    assert recognise("https://s.fr/", site).kind == "wordpress"


RSS: Answer = ("application/rss+xml", "<rss><channel><title>Actus</title><item><title>x</title></item></channel></rss>")


def test_wordpress_with_a_closed_api_still_has_its_feed() -> None:
    head = API_LINK.format("/wp-json/") + (
        '<link rel="alternate" type="application/rss+xml" title="Commentaires" href="/comments/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Flux" href="/feed/">'
    )
    site = Site({"https://s.fr/": page(head), "https://s.fr/wp-json/wp/v2/types": 401, "https://s.fr/feed/": RSS})
    found = recognise("https://s.fr/", site)
    assert (found.kind, found.url, found.title, found.extends) == ("feed", "https://s.fr/feed/", "Actus", "_feed")


# Feeds


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("\ufeff<?xml version='1.0'?>\n<!-- <x> -->" + str(RSS[1]), "Actus"),  # type: ignore[index]
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>Atomes</title></feed>', "Atomes"),
        (
            '<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><channel><title>Un</title></channel></rdf:RDF>',
            "Un",
        ),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": "Fil", "items": [{"id": "1"}]}', "Fil"),
        ("<rss><channel><title>coupé", "f.fr"),
        ("<rss><channel/></rss>", "f.fr"),
    ],
)
def test_feeds(body: str, title: str) -> None:
    found = recognise("https://f.fr/x", Site({"https://f.fr/x": ("text/plain", body)}))
    assert (found.kind, found.url, found.title) == ("feed", "https://f.fr/x", title)


def test_a_feed_announced_that_is_none() -> None:
    head = '<link rel="alternate" type="application/atom+xml" href="/flux">'
    with pytest.raises(BridgeError) as caught:
        recognise("https://f.fr/", Site({"https://f.fr/": page(head), "https://f.fr/flux": page()}))
    assert "essayé : https://f.fr/ ; https://f.fr/flux" in caught.value.message and "CSV" in caught.value.remedy


# JSON, GeoJSON, CSV


def test_geojson() -> None:
    features = [
        {"type": "Feature", "geometry": None, "properties": {"ref": f"r{n}", "Nom": "Mare", "tel": "0", "point": 1}}
        for n in range(3)
    ]
    site = Site({"https://g.fr/mares.geojson": data({"type": "FeatureCollection", "features": [*features, None]})})
    found = recognise("https://g.fr/mares.geojson", site)
    assert (found.kind, found.id, found.options, found.ignore) == ("geojson", "g-mares", {"id": "ref"}, ("tel", "ref"))
    assert found.fields == {"title": ["Nom"], "lon": ["geometry.lon"], "lat": ["geometry.lat"]}
    assert found.why[-1] == "Champs de personnes laissés de côté : tel."
    features[0]["id"] = "7"
    again = recognise(
        "https://g.fr/", Site({"https://g.fr/": data({"type": "FeatureCollection", "features": features})})
    )
    assert again.options == {}


@pytest.mark.parametrize(
    ("value", "options"),
    [
        ({"a1": {"title": "x", "n": 1}, "a2": {"title": "y"}}, {}),
        ([{"uuid": "a", "title": "x"}], {"id": "uuid"}),
        ({"meta": {"n": 1}, "data": [{"id": 1, "title": "x"}, {"id": 2, "title": "y"}]}, {"items": "data", "id": "id"}),
        ({"a": {"b": {"c": [{"title": "x"}]}}, "z": []}, {"items": "a.b.c"}),
        ({"few": [{"title": "x"}], "many": [{"title": "x"}, {"title": "x"}]}, {"items": "many"}),
        ({"data": [{"id": 1, "title": "x"}, {"id": 1, "title": "x"}]}, {"items": "data"}),
    ],
)
def test_json(value: Any, options: dict[str, str]) -> None:
    found = recognise("https://j.fr/api", Site({"https://j.fr/api": data(value)}))
    assert (found.kind, found.options, found.fields) == ("json_api", options, {"title": ["title"]})


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        [1, 2],
        ["a", {"id": 1}],
        {"a": {"b": 1}, "c": {"d": 1}},
        {"a": {"b": 1}, "c": 1},
        {"a": {"b": {"c": {"d": [{"id": 1}]}}}},
        {"a b": [{}]},
    ],
)
def test_json_without_a_list_of_objects(value: Any) -> None:
    with pytest.raises(BridgeError, match="Rien n'a été reconnu"):
        recognise("https://j.fr/api", Site({"https://j.fr/api": data(value)}))


def test_json_cut_is_told() -> None:
    with pytest.raises(BridgeError, match="n'est pas du JSON complet"):
        recognise("https://j.fr/api", Site({"https://j.fr/api": ("application/json", '[{"id": 1},')}))


TABLE = """N° fiche;Intitulé de l'action;Résumé;Code INSEE;Courriel
1;Mare;Une mare, deux crapauds;01004;a@b.fr
2;Haie;;69123;
"""


@pytest.mark.parametrize(
    ("media_type", "body", "options", "columns"),
    [
        ("text/csv", TABLE, {"separator": ";"}, 5),
        ("text/plain", TABLE.encode("cp1252"), {"separator": ";"}, 5),
        ("text/csv", "\ufeffid,nom\n1,a\n2,b\n", {"id": "id"}, 2),
        ("text/tab-separated-values", "id\tnom\tx\n1\ta\t\n2\tb\t\n", {"separator": "\t", "id": "id"}, 3),
        ("text/csv", 'a|b|c\n1|"x\ny"|2\n', {"separator": "|"}, 3),
    ],
)
def test_csv(media_type: str, body: str | bytes, options: dict[str, str], columns: int) -> None:
    found = recognise("https://c.fr/t", Site({"https://c.fr/t": (media_type, body)}))
    assert (found.kind, found.options) == ("csv_file", options)
    assert found.why[0].startswith(f"CSV : {columns} colonnes")


def test_csv_fields() -> None:
    found = recognise("https://c.fr/t.csv", Site({"https://c.fr/t.csv": ("", TABLE)}))
    assert found.fields == {"title": ["Intitulé de l'action"], "abstract": ["Résumé"], "insee": ["Code INSEE"]}
    assert found.ignore == ("Courriel",)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/plain", "Bonjour, ceci est un texte, pas un tableau.\nAu revoir, donc, et merci, vraiment.\n"),
        ("text/plain", "a,b\n1,2\n"),
        ("text/csv", "a;b;c\n"),
        ("text/csv", "a;a;c\n1;2;3\n"),
        ("text/csv", "a;;c\n1;2;3\n"),
        ("text/csv", "a;b;c\n1\n2\n3;4;5\n"),
        ("text/csv", "a\rb;c;d\n"),
        ("application/pdf", b"%PDF;a;b\0\n1;2;3\n"),
        ("text/csv", ""),
        ("text/html", ""),
    ],
)
def test_what_is_no_table(media_type: str, body: str | bytes) -> None:
    with pytest.raises(BridgeError, match="Rien n'a été reconnu"):
        recognise("https://c.fr/t", Site({"https://c.fr/t": (media_type, body)}))


# What cannot be read at all


@pytest.mark.parametrize("status", [0, 401, 403, 429])
def test_a_closed_door_is_not_pushed(status: int) -> None:
    site = Site({"https://x.fr": status})
    with pytest.raises(FetchError, match=f"refus {status}"):
        recognise(" x.fr ", site)
    assert site.asked == ["https://x.fr"]


def test_a_page_that_is_gone() -> None:
    with pytest.raises(BridgeError, match="essayé : https://x.fr/a : refus 404"):
        recognise("https://x.fr/a", Site({}))


def test_broken_links_are_passed_over() -> None:
    head = (
        '<link rel="https://api.w.org/" href="http://[x/"><link rel="alternate" href="mailto:a@b.fr"><a rel="license">'
    )
    with pytest.raises(BridgeError, match="Rien"):
        recognise("https://x.fr/", Site({"https://x.fr/": page(head)}))


def test_a_refused_address_has_nothing_to_look_at() -> None:
    look = Look(Site({}), "https://x.fr/", None)
    assert (look.text, look.json, look.xml, look.html, look.links, look.scripts, look.title) == (
        "",
        None,
        None,
        None,
        (),
        (),
        "",
    )


# Licence, title, id


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.fr", "CC-BY-SA-4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://www.etalab.gouv.fr/licence-ouverte-open-licence", "etalab-2.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("https://exemple.fr/mentions", "NOASSERTION"),
    ],
)
def test_licences_are_those_that_the_page_declares(href: str, code: str) -> None:
    head = (
        '<meta property="og:site_name" content=" Le  site "><link rel="alternate" type="application/rss+xml" href="/f">'
    )
    empty: Answer = ("text/xml", "<rss/>")
    site = Site({"https://x.fr/": page(head, f'<a rel="license" href="{href}">x</a>'), "https://x.fr/f": empty})
    found = recognise("https://x.fr/", site)
    assert (found.licence, found.title) == (code, "Le site")


@pytest.mark.parametrize(
    ("url", "proposed"),
    [
        ("https://www.mon-asso.fr/", "mon-asso"),
        ("https://www.mon-asso.fr/wiki/?PagePrincipale", "mon-asso-wiki"),
        ("https://data.exemple.org/api/v1/Été/fiches.csv?x=1", "exemple-ete-fiches"),
        ("https://exemple.fr/%C3%89cologie/wp-json/", "exemple-ecologie"),
        ("http://127.0.0.1:8000/feed/", "127-0-0-1"),
        ("http://localhost:8000/", "localhost"),
        ("http://[::1]/", "1"),
        ("https://api.fr/feed", "source"),
        ("https://un-nom-de-domaine-vraiment-tres-long-a-ecrire.fr/", "un-nom-de-domaine-vraiment-tres-long-a"),
        (f"https://{'x' * 60}.fr/", "x" * 40),
    ],
)
def test_proposed_ids(url: str, proposed: str) -> None:
    assert proposed_id(url) == proposed
    assert re.match(ID, proposed)


# Guessing fields


def test_every_guess_is_a_field_of_the_mapping() -> None:
    assert set(NAMES) <= set(MAPPED)


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("bf_titre", "title"),
        ("Titre de la fiche", "title"),
        ("title.rendered", "title"),
        ("attributes.title", "title"),
        ("attributes.body.processed", "abstract"),
        ("datePublication", "published"),
        ("Code INSEE de la commune", "insee"),
        ("MOTS-CLÉS", "keywords"),
        ("geo.lat", "lat"),
        ("address.postalCode", "postcode"),
        ("acf.budget", "budget"),
        ("Maître d’ouvrage", "leads"),
        ("Site web", "url"),
        ("Adresse web", "url"),
        ("fr", None),
        ("author.name", None),
        ("Auteur", None),
        ("Date", None),
        ("???", None),
    ],
)
def test_guesses(key: str, ours: str | None) -> None:
    assert guess([key]) == ({ours: [key]} if ours else {}, ())


@pytest.mark.parametrize(
    "key",
    [
        "bf_mail",
        "E-mail",
        "Courriel du porteur",
        "Tél.",
        "N° de téléphone",
        "Nom du contact",
        "contact.email",
        "createur",
    ]
    + ["Prénom", "Responsable du projet", "Référente", "Adresse"],
)
def test_people_are_never_mapped(key: str) -> None:
    assert guess([key]) == ({}, (key,))


def test_a_name_beside_a_first_name_is_a_person() -> None:
    assert guess(["Nom", "Prénom", "Titre"]) == ({"title": ["Titre"]}, ("Nom", "Prénom"))


def test_several_columns_for_one_field_are_a_fallback_list_in_our_order() -> None:
    fields, _ = guess(["description", "nom", "resume", "titre", "lat", "latitude"])
    assert fields == {"title": ["titre", "nom"], "abstract": ["resume", "description"], "lat": ["lat"]}
    assert list(fields) == ["title", "abstract", "lat"]


def test_guesses_say_how_sure_they_are() -> None:
    memory = Memory(load(FOLDER))
    assert guesses(["titre", "Prénom", "xyzzy"]) == [
        Guess("titre", "title", 0.95, "nom courant"),
        Guess("Prénom", "", 1.0, "une personne"),
    ]
    (alike,) = guesses(["Intitulé de la bonne pratique"], memory)
    assert (alike.ours, alike.reason) == ("title", "ressemble à « intitule »")
    assert 0.5 <= alike.confidence < 0.95
    assert guesses(["xyzzy"], memory) == []
    assert guess(["Intitulé de la bonne pratique", "Prénom"], memory) == ({}, ("Prénom",))


def test_a_name_that_another_partner_explained_is_guessed() -> None:
    words = load(FOLDER)
    text = '[source]\nid = "a"\nkind = "json_api"\nurl = "https://a.fr/"\n[fields]\nleads = ["porteur", "Le moteur"]\n'
    source = load_source(text, "a", {}, words, "")
    assert source is not None
    memory = Memory(words, [source])
    assert guess(["Le moteur", "porteur"], memory) == ({"leads": ["porteur", "Le moteur"]}, ())
    assert guess(["Le moteur"]) == ({}, ())


def test_paths_of_nested_objects() -> None:
    assert paths([{"a": 1, "b c": {"d": 1, 'e"f': 2}}, {"g": [{"h": 1}]}]) == ["a", '"b c".d', '"b c"."e\\"f"', "g"]


def test_identifiers_are_distinct_and_never_empty() -> None:
    assert id_key([{"Ref": "a", "id": ""}, {"Ref": "b", "id": "1"}]) == "Ref"
    assert id_key([]) == ""


# The mapping file


def test_the_mapping_file_is_toml() -> None:
    proposal = Proposal(
        id="exemple",
        kind="json_api",
        url='https://exemple.fr/"\\',
        options={"items": "data", "types": ["a", "b"], "n": 3, "deep": {"x y": True, "z": 1.5, "no": {}}},
        title='Une "mare"\x7f\x00\n𝕏 \ud800 é\t',
        licence="etalab-2.0",
        extends="_modele",
        fields={"title": ['Intitulé "x"\x7f\x01'], "abstract": ["a", "b"]},
        ignore=("Tél.\n",),
    )
    text = proposal_toml(proposal)
    read = tomllib.loads(text)
    assert read["extends"] == "_modele"
    assert read["source"] == {
        "id": "exemple",
        "partner": "exemple",
        "title": 'Une "mare" 𝕏 é',
        "kind": "json_api",
        "url": 'https://exemple.fr/"\\',
        "licence": "etalab-2.0",
        "options": {"items": "data", "types": ["a", "b"], "n": 3, "deep": {"x y": True, "z": 1.5, "no": {}}},
        "ignore": ["Tél.\n"],
    }
    assert read["fields"] == {"title": 'Intitulé "x"\x7f\x01', "abstract": ["a", "b"]}
    text.encode()


def test_the_mapping_file_is_short() -> None:
    proposal = Proposal("w", "yeswiki", "https://w.fr/", {"form": "5"}, "Le wiki", extends="_yeswiki")
    assert proposal_toml(proposal) == (
        'extends = "_yeswiki"\n\n[source]\nid      = "w"\npartner = "w"\ntitle   = "Le wiki"\nkind    = "yeswiki"\n'
        'url     = "https://w.fr/"\nlicence = "NOASSERTION"\noptions = { form = "5" }\n'
    )
    with_fields = proposal_toml(proposal, {"title": "bf_titre", "place": ["bf_ville", "bf_lieu"], "type": ["=r-x"]})
    assert with_fields.endswith('\n[fields]\ntitle = "bf_titre"\nplace = ["bf_ville", "bf_lieu"]\ntype  = "=r-x"\n')


def test_probes_are_named_after_readers() -> None:
    """But those that find another kind's door: an OAI file, a GoGoCarto's JSON, a page."""
    others = {"static_repository", "gogocarto", "ckan", "udata", "spip", "linked_file", "sitemap", "html_list"}
    assert {name for name, _ in PROBES} - others == set(READERS) - {"html_page"}
