"""The demo network: sites over real HTTP, harvested, changed while it runs, and what must never come out of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from importlib.resources import files
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from threading import Timer
from urllib.parse import urlencode, urlsplit
from zipfile import ZipFile

import pytest

from bridge import adding
from bridge.collective import Collective
from bridge.demo.network import Network
from bridge.demo.run import run_demo, settle
from bridge.demo.site import Fiche, Site, State
from bridge.demo.sites import SPEAKERS
from bridge.fetch import Fetcher
from bridge.meaning.text import plain
from bridge.readers import READERS
from bridge.recognise import recognise
from bridge.record import to_json
from bridge.writers import WRITERS
from bridge.writers.feed import Feed
from tests.harvested_demo import Demo, harvested

HIDDEN = (State.DRAFT, State.PROTECTED, State.DELETED, State.COMING)


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as up:
        yield up


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Demo]:
    """Harvested for one test, which may let events happen."""
    with harvested(tmp_path) as demo:
        yield demo


def _ask(
    site: Site, target: str, method: str = "GET", body: str = "", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Status, headers (lower case) and text."""
    parts = urlsplit(site.base)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=5)) as visit:
        visit.request(method, target, body or None, named)
        answer = visit.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read().decode("utf-8", "replace")


def _exports(demo: Demo) -> Iterator[tuple[str, str]]:
    entries = demo.entries()
    feed = Feed(
        title="Démonstration", url="http://p/f", home="http://p/", words=demo.here.words, updated="2026-11-24T00:00:00Z"
    )
    for name, writer in WRITERS.items():
        document = b"".join(writer.write(entries, feed))
        if name == "xlsx":
            with ZipFile(BytesIO(document)) as book:
                document = b"".join(map(book.read, book.namelist()))
        yield name, document.decode("utf-8-sig")


def test_sites_of_every_family_are_harvested_whole(demo: Demo):
    assert len(demo.first) == len(demo.network.sites) == 22
    assert [summary.source for summary in demo.first if not summary.complete or summary.held_back] == []
    assert sum(summary.created for summary in demo.first) == len(demo.records()) >= 290
    # A DCAT catalogue is a recorded case.
    assert {source.kind for source in demo.here.sources.values()} == set(READERS) - {"dcat"}
    spoken = Counter(site.about["speaks"] for site in demo.network.sites.values())
    assert spoken == {**dict.fromkeys(SPEAKERS, 1), "yeswiki": 2, "oai": 2}


RECOGNISED = {
    "agence-paysages": "oai",
    "agenda-nature": "ics",
    "bocages-du-levant": "drupal",
    "carte-des-friches": "json_api",
    "caue-val-ambre": "csv_file",
    "centre-lorraine-vivante": "oai",
    "civam-ormelle": "yeswiki",
    "collectif-des-experiences": "html_page",
    "communes-clairieres": "json_api",
    "cpie-sept-etangs": "feed",
    "documentation-milieux-vivants": "oai",
    "donnees-observatoire": "json_api",
    "herbes-folles": "feed",
    "inventaire-communes": "spreadsheet",
    "lieux-de-nature": "umap",
    "marais-oree": "geojson",
    "parc-trois-rivieres": "yeswiki",
    "rando-crete": "geotrek",
    "ressources-terres-communes": "wordpress",
    "sentes-et-lisieres": "html_page",
    "vallees-vives": "html_page",
    "wiki-des-communs": "mediawiki",
}
GOLDEN = Path(__file__).parent / "demo_records.json"
# Of the large sites, whose readers have golden cases of their own, so many tell whether they were added right.
SHOWN = 7


def test_partners_are_added_by_their_address_alone(demo: Demo):
    """The first records of each, against what a person read once (``GOLDEN=1`` writes it anew, a record a line)."""
    assert {name: source.kind for name, source in demo.here.sources.items()} == RECOGNISED
    found: dict[str, list[dict]] = {name: [] for name in RECOGNISED}
    left = {"source", "origin", "path", "harvested", "created", "modified", "attribution"}
    for record in sorted(demo.records().values(), key=lambda record: record.id):
        if len(found[record.source]) < SHOWN:
            said = json.dumps({key: value for key, value in to_json(record).items() if key not in left})
            found[record.source].append(json.loads(said.replace(demo.network.sites[record.source].base, "http://site")))
    if os.environ.get("GOLDEN"):
        lines = (
            f" {json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(r, ensure_ascii=False)}" for r in records) + "\n ]"
            for name, records in found.items()
        )
        GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))


def _over(under: dict, over: dict) -> dict:
    both = {name: _over(under[name], over[name]) for name in under.keys() & over if isinstance(over[name], dict)}
    return {**under, **over, **both}


def test_a_coordinator_has_five_lines_at_most_to_write(network: Network, tmp_path: Path, monkeypatch):
    """A source is what the bridge proposes for the address that a person pastes, under these lines; nothing else."""
    proposed: dict[str, dict] = {}
    arrival = adding.arrival

    def told(here: Collective, url: str, fetch: Fetcher, name: str) -> adding.Arrival:
        assert url == network.sites[name].pasted
        found = arrival(here, url, fetch, name)
        proposed[name] = tomllib.loads(found.text)
        return found

    monkeypatch.setattr(adding, "arrival", told)
    mappings = settle(tmp_path, network).mappings
    written = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in mappings.glob("*.toml")}
    assert set(written) == {*network.sites, *network.targets()} and set(proposed) == set(network.sites)
    for name, text in network.corrections().items():
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("[")]
        assert len(lines) <= 5 and not any("{" in line for line in lines), name
        said = tomllib.loads(text)
        # Where the site is and how it is read is the bridge's to find.
        assert set(said) <= {"source", "fields", "values"}
        assert set(said.get("source", {})) <= {"title", "licence", "ignore"}
        written[name].pop("target", None)  # what it receives is another matter
        assert written[name] == _over(proposed[name], said)
    folder = files("bridge.demo") / "mappings"
    assert {file.name.removesuffix(".toml") for file in folder.iterdir()} <= set(network.sites)


def test_every_record_leads_to_a_page_of_its_site(demo: Demo):
    for record in demo.records().values():
        site = demo.network.sites[record.source]
        assert _ask(site, record.url.removeprefix(site.base))[0] == 200, record.url


def test_records_are_rich_enough_to_be_worth_showing(demo: Demo):
    records = list(demo.records().values())
    assert all(record.abstract and record.url.startswith("http://127.0.0.1:") for record in records)
    for field, least in {
        "type": 200,
        "themes": 200,
        "territories": 130,
        "point": 130,
        "period": 100,
        "budget": 70,
    }.items():
        assert sum(bool(getattr(record, field)) for record in records) >= least, field
    assert len({record.type for record in records}) >= 10
    assert len({theme for record in records for theme in record.themes}) >= 40
    assert len({record.licence for record in records}) >= 6
    assert {i.scheme for record in records for i in record.identifiers} == {"isbn", "doi"}


def test_every_key_of_the_partners_is_taken_or_ignored_on_purpose(demo: Demo):
    with demo.here.store.snapshot() as snapshot:
        states = snapshot.states()
        unknown = {name: [term for term in snapshot.terms(name) if not term[2]] for name in states}
    assert {name: dict(state.unplaced) for name, state in states.items() if state.unplaced} == {}
    words = {label for terms in unknown.values() for _, label, *_ in terms}
    assert {"Ruralités vivantes", "Vivre ensemble", "paysage nourricier"} <= words


def test_a_second_visit_finds_everything_unchanged(living: Demo):
    for summary in living.visit().values():
        changes = (summary.created, summary.changed, summary.absent, summary.withdrawn)
        assert summary.complete and changes == (0, 0, 0, 0), summary.source


def test_nothing_personal_comes_out_in_any_format(demo: Demo):
    written = dict(_exports(demo))
    assert set(written) == set(WRITERS)
    for name, text in written.items():
        assert not re.search(r"[\w.]+(@|\(at\)|%40)[\w-]+\.example", text), name
        assert not re.search(r"(?<![\d.])0[1-9]([ .]?\d\d){4}\b", text), name
        for word in ("Fauvel", "Lison Aubrac", "delmas"):
            assert word not in text, (name, word)


def test_drafts_protected_and_coming_resources_do_not_come_out(demo: Demo):
    hidden = [site.words(fiche)[0] for site in demo.network.sites.values() for fiche in site.fiches(*HIDDEN)]
    assert len(hidden) >= 8
    for name, text in _exports(demo):
        assert [title for title in hidden if title in text] == [], name


def test_a_resource_without_title_is_told_and_costs_nothing_else(demo: Demo):
    told = {s.source: [p.item for p in s.problems if "pas de titre" in p.message] for s in demo.first}
    assert {name: items for name, items in told.items() if items} == {
        "caue-val-ambre": ["VA-023"],
        "communes-clairieres": ["29"],
    }


@pytest.mark.parametrize(
    ("title", "territories"),
    [
        ("Saint-Denis échange ses gazons", ("commune/93066",)),
        ("Saint-Denis : brigade verte", ("commune/97411",)),
        ("Saint-Denis de La Réunion", ("commune/97411",)),
        ("Saint-Denis dessine sa trame fraîche", ()),
        ("Saint-Denis, une classe au bord du canal", ()),
        ("Montreuil, Bagnolet, Rosny", ("commune/93048",)),
        ("Le verger de Montreuil", ("commune/85148",)),
        ("Sainte-Colombe replante", ("commune/46260",)),
        ("Sainte-Colombe n'a plus de désherbant", ("commune/69189",)),
        ("Sainte-Colombe compte ses orchidées", ()),
        ("Bourg-en-Bresse – Place aux frênes", ("commune/01053",)),
    ],
)
def test_homonyms_are_told_apart_or_said_unresolved(demo: Demo, title: str, territories: tuple[str, ...]):
    (record,) = demo.titled(title)
    assert record.territories == territories
    if not territories:
        problems = [p for s in demo.first if s.source == record.source for p in s.problems]
        assert any(f"{record.source}:{p.item}" == record.id and "non résolu" in p.message for p in problems)


def test_positions_at_null_island_are_dropped_and_swapped_ones_mended(demo: Demo):
    (rainette,) = demo.titled("rainette verte")
    assert rainette.point is None or rainette.point.precision == "commune"
    for title, lon, lat in (("Observatoire des phoques", 1.637, 50.187), ("Annecy – Nichoirs", 6.1294, 45.8992)):
        (record,) = demo.titled(title)
        assert record.point and (record.point.lon, record.point.lat) == (lon, lat)


def test_the_same_resource_is_told_by_two_partners_in_other_words(demo: Demo):
    told: dict[str, list[tuple[str, Fiche]]] = {}
    for site in demo.network.sites.values():
        for fiche in site.fiches():
            if fiche.pair:
                told.setdefault(fiche.pair, []).append((site.id, fiche))
    assert len(told) >= 8
    titles = {record.title for record in demo.records().values()}
    for pair, tellers in told.items():
        assert len({site for site, _ in tellers}) == len(tellers) >= 2, pair
        shown = [demo.network.sites[site].words(fiche)[0] for site, fiche in tellers]
        assert len(set(shown)) == len(shown)
        assert all(plain(title).replace("'", "’") in titles or title in titles for title in shown), pair


def test_the_events_of_the_timeline_are_seen_at_the_next_visit(living: Demo):
    actions = Counter()
    known = living.records()
    for _ in range(10):
        event = living.network.tick()
        actions[event.action] += 1
        seen = living.visit()[event.site]
        assert seen.complete and not seen.held_back
        numbers = {"change": (0, 1, 0), "add": (1, 0, 0), "delete": (0, 0, 1)}[event.action]
        assert (seen.created, seen.changed, seen.withdrawn) == numbers, event
        if event.action == "change":
            (title,) = (value for name, value in event.values.items() if name == living.network.sites[event.site].title)
            assert living.titled(title.replace("'", "’")) or living.titled(title)
    assert actions["change"] >= 3 and actions["add"] >= 1 and actions["delete"] == 2
    gone = set(known) - set(living.records())
    assert {name.partition(":")[0] for name in gone} == {"documentation-milieux-vivants", "caue-val-ambre"}
    assert {entry.id for entry in living.entries() if entry.status == "withdrawn"} == gone
    assert len(known) + actions["add"] - 2 == len(living.records())


def test_changes_come_back_the_other_way_round(network: Network):
    once = [network.tick() for _ in range(10)]
    again = network.tick()
    assert again.action == "change" and (again.site, again.key) == (once[0].site, once[0].key)
    assert again.values != once[0].values and again.values.keys() == once[0].values.keys()


def test_each_resource_has_a_page_until_it_is_deleted(network: Network):
    for site in network.sites.values():
        assert _ask(site, "/robots.txt")[2].startswith("User-agent: *")
        fiche = site.fiches()[0]
        status, headers, page = _ask(site, site.url(fiche).removeprefix(site.base))
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert site.name.split("'")[0] in page and "inventés" in page
        for hidden in site.fiches(State.DRAFT, State.PROTECTED, State.COMING):
            _, _, page = _ask(site, site.url(hidden).removeprefix(site.base))
            assert site.words(hidden)[1][:40] not in page
    gone = network.sites["caue-val-ambre"].find("roselieres")
    target = network.sites["caue-val-ambre"].speaker.page(network.sites["caue-val-ambre"], gone)
    assert _ask(network.sites["caue-val-ambre"], target)[0] == 200
    network.sites["caue-val-ambre"].change("roselieres", State.DELETED, {})
    assert _ask(network.sites["caue-val-ambre"], target)[0] == 410


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("cpie-sept-etangs", "/feed/"),
        ("herbes-folles", "/atom.xml"),
        ("caue-val-ambre", "/observatoire-des-projets.csv"),
        ("marais-oree", "/chantiers-et-suivis.geojson"),
    ],
)
def test_files_and_feeds_answer_304_until_they_change(network: Network, name: str, target: str):
    site = network.sites[name]
    _, headers, _ = _ask(site, target)
    assert _ask(site, target, If_None_Match=headers["etag"])[0] == 304
    assert _ask(site, target, If_Modified_Since=headers["last-modified"])[0] == 304
    fiche = next(fiche for fiche in site.fiches(State.PUBLISHED, State.COMING) if fiche.key)
    site.change(fiche.key, State.PUBLISHED, {site.title: "Un autre titre"})
    status, _, text = _ask(site, target, If_None_Match=headers["etag"])
    assert status == 200 and "Un autre titre" in text


def test_the_rss_feed_shows_its_last_ten_and_the_oldest_stays_known(living: Demo):
    site = living.network.sites["cpie-sept-etangs"]
    assert len(site.fiches()) > _ask(site, "/feed/")[2].count("<item>") == 10
    before = {name for name in living.records() if name.startswith(site.id)}
    site.change("gel-mares", State.PUBLISHED, {})
    assert living.visit()[site.id].created == 1
    assert before < {name for name in living.records() if name.startswith(site.id)}


def test_wordpress_pages_and_refusals(network: Network):
    site = network.sites["ressources-terres-communes"]
    status, headers, text = _ask(site, "/wp-json/wp/v2/posts?per_page=5&_embed=wp:term")
    posts = json.loads(text)
    assert status == 200 and len(posts) == 5 and int(headers["x-wp-totalpages"]) > 1 and "page=2" in headers["link"]
    dates = [post["date_gmt"] for post in posts]
    assert dates == sorted(dates, reverse=True) and posts[0]["date"] != dates[0]
    (protected,) = (post for post in posts if post["content"]["protected"])
    assert protected["content"]["rendered"] == protected["excerpt"]["rendered"] == ""
    assert {group[0]["taxonomy"] for group in posts[0]["_embedded"]["wp:term"] if group} >= {"category", "post_tag"}
    draft = site.fiches(State.DRAFT)[0]
    for target, code in (
        ("/wp-json/wp/v2/posts?per_page=101", (400, "rest_invalid_param")),
        ("/wp-json/wp/v2/posts?page=99", (400, "rest_post_invalid_page_number")),
        ("/wp-json/wp/v2/posts/99999", (404, "rest_post_invalid_id")),
        (f"/wp-json/wp/v2/initiatives/{draft.number}", (401, "rest_forbidden")),
        ("/?rest_route=/wp/v2/rien", (404, "rest_no_route")),
    ):
        status, _, text = _ask(site, target)
        assert (status, json.loads(text)["code"]) == code
    assert json.loads(_ask(site, "/wp-json/wp/v2/types")[2])["initiative"]["rest_base"] == "initiatives"
    assert json.loads(_ask(site, f"/?rest_route=/wp/v2/posts/{posts[1]['id']}")[2])["id"] == posts[1]["id"]


def test_yeswiki_forms_entries_and_long_names(network: Network):
    new, old = network.sites["parc-trois-rivieres"], network.sites["civam-ormelle"]
    assert _ask(new, "/")[0] == 302 and _ask(new, "/?PagePrincipale")[0] == 200
    assert list(json.loads(_ask(new, "/?api/forms")[2])) == ["5"]
    assert _ask(new, "/?api/forms/9")[0] == 404 and _ask(new, "/?api/forms/9/entries")[2] == "{}"
    assert _ask(new, "/?api/rien")[0] == 404 and _ask(new, "/?PageQuiNExistePas")[0] == 200
    entries = json.loads(_ask(new, "/?api/forms/5/entries")[2])
    assert all(entry["bf_mail"] == entry["bf_telephone"] == "" for entry in entries.values())
    name, entry = next(iter(entries.items()))
    assert entry["id_fiche"] == name and entry["bf_thematiques"] == "eau,transmettre"
    assert list(json.loads(_ask(new, f"/?api/entries/json/{name}")[2])) == [name]
    entry = next(iter(json.loads(_ask(old, "/?api/forms/2/entries")[2]).values()))
    assert entry["listeListeTypeDeFichebf_type"] == "1" and "bf_type" not in entry


def test_light_lists_hold_what_was_asked_for(network: Network):
    wiki, blog = network.sites["parc-trois-rivieres"], network.sites["ressources-terres-communes"]
    whole = json.loads(_ask(wiki, "/?api/forms/5/entries")[2])
    light = json.loads(_ask(wiki, "/?api/forms/5/entries&fields=id_fiche,date_maj_fiche,inconnu")[2])
    assert light.keys() == whole.keys()
    assert all(entry.keys() == {"id_fiche", "date_maj_fiche"} for entry in light.values())
    posts = "/wp-json/wp/v2/posts?per_page=100"
    light = json.loads(_ask(blog, f"{posts}&_fields=id,content.protected,inconnu")[2])
    assert all(post.keys() == {"id", "content"} and post["content"].keys() == {"protected"} for post in light)
    dates = sorted(post["modified_gmt"] for post in json.loads(_ask(blog, posts)[2]))
    assert len(light) == len(dates)
    assert len(json.loads(_ask(blog, f"{posts}&modified_after={dates[1]}Z")[2])) == len(dates) - 2
    assert len(json.loads(_ask(blog, f"{posts}&modified_after=1990-01-01T00:00:00")[2])) == len(dates)
    assert json.loads(_ask(blog, f"{posts}&modified_after=hier")[2])["code"] == "rest_invalid_param"


def test_lists_are_cut_and_what_is_not_there_is_refused(network: Network):
    drupal, actions = network.sites["bocages-du-levant"], network.sites["communes-clairieres"]
    first = json.loads(_ask(drupal, "/jsonapi/node/retour_experience?page[limit]=5")[2])
    last = json.loads(_ask(drupal, first["links"]["next"]["href"].removeprefix(drupal.base))[2])
    assert [len(page["data"]) for page in (first, last)] == [5, 2] and "next" not in last["links"]
    assert _ask(actions, "/api/v1/actions?page=99")[0] == 404
    assert _ask(network.sites["collectif-des-experiences"], "/experiences/rien")[0] == 404
    assert _ask(network.sites["collectif-des-experiences"], "/")[0] == 200
    place = network.sites["rando-crete"]
    assert json.loads(_ask(place, "/api/v2/touristiccontent/2/")[2])["id"] == 2
    assert _ask(place, "/api/v2/touristiccontent/99/")[0] == 404


def test_spip_lists_its_articles_and_its_feed_only_the_last(network: Network):
    site = network.sites["vallees-vives"]
    plan = _ask(site, "/spip.php?page=sitemap.xml")[2]
    assert plan.count("?article") == len(site.fiches()) and "lastmod" not in plan
    status, headers, feed = _ask(site, "/spip.php?page=backend")
    assert status == 200 and headers["composed-by"].startswith("SPIP") and feed.count("<item ") == len(site.fiches())
    assert "Retours d’expérience</h1>" in _ask(site, "/spip.php?rubrique1")[2]
    _, headers, _ = _ask(site, "/spip.php?article1")
    assert _ask(site, "/spip.php?article1", If_Modified_Since=headers["last-modified"])[0] == 304
    assert _ask(site, "/spip.php?article99")[0] == 404


def test_mediawiki_lists_then_gives_contents(network: Network):
    site = network.sites["wiki-des-communs"]

    def ask(**arguments: str) -> dict:
        return json.loads(_ask(site, f"/w/api.php?{urlencode(arguments)}")[2])

    listed = ask(action="query", generator="categorymembers", gcmtitle="Category:Initiatives")["query"]["pages"]
    assert len(listed) == len(ask(action="query", generator="allpages")["query"]["pages"]) == len(site.fiches())
    assert "query" not in ask(action="query", generator="categorymembers", gcmtitle="Category:Rien")
    (page,) = ask(action="query", pageids=str(listed[0]["pageid"]))["query"]["pages"]
    assert page["revisions"][0]["slots"]["main"]["content"].startswith("{{Initiative\n| commune = Quimper\n")
    assert ask(action="rien")["error"]["code"] == "badvalue"


def test_the_module_speaks_pv_and_dublin_core(network: Network):
    site = network.sites["centre-lorraine-vivante"]

    def ask(**arguments: str) -> str:
        return _ask(site, f"/oai?{urlencode({'verb': 'ListRecords', **arguments})}")[2]

    first = ask(metadataPrefix="pv")
    token = re.search(r"cursor=\"0\">([^<]+)<", first)
    assert token and first.count("<pv:record") == 4
    second = ask(resumptionToken=token[1])
    assert second.count("<pv:record") == 2 and second.count('status="deleted"') == 1
    assert ask(verb="ListMetadataFormats").count("<metadataPrefix>") == 2
    assert "badResumptionToken" in ask(resumptionToken=token[1].replace("pv", "marc"))


def test_oai_lists_in_pages_and_tells_its_errors(network: Network):
    site = network.sites["documentation-milieux-vivants"]

    def ask(**arguments: str) -> str:
        query = urlencode({name.rstrip("_"): value for name, value in arguments.items()})
        status, _, text = _ask(site, f"/oai?{query}")
        assert status == 200
        assert query == "" or _ask(site, "/oai", "POST", query)[2].count("<record>") == text.count("<record>")
        return text

    first = ask(verb="ListRecords", metadataPrefix="oai_dc")
    token = re.search(r"cursor=\"0\">([^<]+)<", first)
    assert token and first.count("<record>") == 10
    assert ask(verb="ListRecords", resumptionToken=token[1]).count("<record>") == 10
    everything = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set="guides")
    assert 'status="deleted"' in ask(verb="ListRecords", metadataPrefix="oai_dc", until="2020-06-01T00:00:00Z")
    assert "<deletedRecord>persistent" in ask(verb="Identify") and "guides" in everything
    assert "oai_dc" in ask(verb="ListMetadataFormats") and "<setSpec>etudes" in ask(verb="ListSets")
    known = "oai:documentation-milieux-vivants.example:1"
    assert ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=known).count("<record>") == 1
    for code, arguments in {
        "badVerb": {"verb": "Rien"},
        "badArgument": {"verb": "ListRecords"},
        "cannotDisseminateFormat": {"verb": "ListRecords", "metadataPrefix": "marc"},
        "badResumptionToken": {"verb": "ListRecords", "resumptionToken": "faux"},
        "noRecordsMatch": {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from_": "2100-01-01T00:00:00Z"},
        "idDoesNotExist": {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:x:1"},
    }.items():
        assert f'code="{code}"' in ask(**arguments)


def test_the_table_is_that_of_a_french_spreadsheet(network: Network):
    site = network.sites["caue-val-ambre"]
    parts = urlsplit(site.base)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=5)) as visit:
        visit.request("GET", "/observatoire-des-projets.csv")
        body = visit.getresponse().read()
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert body.decode("cp1252").startswith("Référence;Intitulé;")


def test_a_site_refuses_what_is_no_form(network: Network):
    site = network.sites["agence-paysages"]
    assert _ask(site, "/oai", "POST", Content_Length="99999999")[0] == 413
    assert _ask(site, "/", "HEAD")[0] == 200 and _ask(site, "/rien")[0] == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("agence-paysages", "oai"),
        ("civam-ormelle", "yeswiki"),
        ("cpie-sept-etangs", "feed"),
        ("herbes-folles", "feed"),
        ("parc-trois-rivieres", "yeswiki"),
        ("ressources-terres-communes", "wordpress"),
    ],
)
def test_a_site_is_recognised_by_its_address(network: Network, name: str, kind: str):
    with Fetcher(network.hosts) as fetch:
        proposal = recognise(f"{network.sites[name].base}/", fetch)
    assert proposal.kind == kind


def test_once_harvests_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    summaries = run_demo(once=True, quiet=True, host="127.0.0.1", port=None)
    assert len(summaries) == 22 and all(summary.complete for summary in summaries)
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_what_each_source_gave_as_json():
    command = [sys.executable, "-m", "bridge.cli", "demo", "--once", "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    assert len(found) == 22 and sum(one["created"] for one in found) >= 200
    keys = {
        "source",
        "complete",
        "seen",
        "created",
        "changed",
        "unchanged",
        "absent",
        "withdrawn",
        "held_back",
        "echo",
        "rekeyed",
        "tombstones",
        "problems",
        "events",
    }
    assert all(set(one) == keys and one["complete"] for one in found)


def test_the_demo_is_served_told_and_stopped(tmp_path):
    command = [sys.executable, "-m", "bridge.cli", "demo", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as demo:
        late = Timer(60, demo.kill)
        late.start()
        assert demo.stdout and demo.stderr
        told = list(takewhile(lambda line: "Ctrl-C" not in line, demo.stdout))
        address = urlsplit(next(line for line in told if line.startswith("http://")))
        with closing(HTTPConnection(address.hostname or "", address.port, timeout=5)) as visit:
            visit.request("GET", "/")
            page = visit.getresponse().read().decode()
        demo.terminate()
        assert demo.wait() == 0 and demo.stderr.read() == ""
        late.cancel()
    assert "démonstration" in page
    assert sum("http://127.0.0.1:" in line for line in told) == 23
    assert list(tmp_path.iterdir()) == []
