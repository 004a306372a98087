"""A real WordPress through the whole bridge, by its command line, as a person would; and what others read from it."""

from __future__ import annotations

import html
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from sickle import Sickle
from sickle.iterator import OAIResponseIterator
from sickle.oaiexceptions import NoRecordsMatch

from bridge.collective import Collective
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.recognise import recognise
from bridge.record import Request, Response
from bridge.refresh import Summary, refresh
from bridge.writers import WRITERS
from tests.real.wordpress import WordPress
from tests.terminal import Served, Terminal
from tests.writers_cases import ENTRIES, FEED, FULL, LIVE, written

PUBLISHED = 114  # what seed.php publishes for everyone: 5 posts, 109 initiatives
LISTED = "oai?verb=ListRecords&metadataPrefix="
PRIVATE = (
    *("SECRET-", "Brouillon du rapport", "confidentiel", "réservé aux adhérents", "Annonce programmée"),
    *("à la corbeille", "effacée pour de bon", "Manuel du personnel", "pas encore annoncé"),
    *("Vautrin", "Lacaze", "Éléonore", "eleonore"),
    *("jean.bonnot", "referent.prive", "@exemple.org", "06 12 34", "0612345678"),
)


@pytest.fixture(scope="module")
def new_bridge(site: WordPress) -> Callable[[Path], Terminal]:
    """A collective whose only source is the site, not harvested yet."""

    def start(folder: Path) -> Terminal:
        terminal = Terminal(folder, hosts=(site.host,), more={"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"})
        terminal("init", ".")
        terminal("add", site.url, "--id", "wp")
        return terminal

    return start


@pytest.fixture(scope="module")
def bridge(new_bridge: Callable[[Path], Terminal], tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A collective that harvested the site; tests only read from it."""
    terminal = new_bridge(tmp_path_factory.mktemp("bridge"))
    (summary,) = terminal.json("harvest")
    assert (summary["complete"], summary["seen"], summary["created"]) == (True, PUBLISHED, PUBLISHED)
    return terminal


@pytest.fixture(scope="module")
def served(bridge: Terminal) -> Iterator[Served]:
    with bridge.serve("--no-refresh") as running:
        settle(running.url, PUBLISHED)
        yield running


@pytest.fixture
def own(new_bridge: Callable[[Path], Terminal], tmp_path: Path) -> Terminal:
    """A collective of this test's own, not harvested yet."""
    return new_bridge(tmp_path)


@pytest.fixture
def posts(site: WordPress) -> Iterator[Callable[[str], int]]:
    """``posts("title")`` publishes an initiative; what a test published is removed from the site after it."""
    made: list[int] = []

    def publish(title: str) -> int:
        fields = f"array('post_type' => 'initiative', 'post_title' => '{title}', 'post_status' => 'publish')"
        made.append(int(site.php(f"echo wp_insert_post({fields});")))
        return made[-1]

    yield publish
    for number in made:
        site.php(f"wp_delete_post({number}, true);")


def get(url: str) -> tuple[int, str]:
    """Status and text of what an address answers."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode(errors="surrogateescape")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def headers(url: str) -> dict[str, bool]:
    """Local identifier -> whether it is deleted, as an OAI-PMH harvester knows it."""
    try:
        found = Sickle(f"{url}oai").ListIdentifiers(metadataPrefix="oai_dc")
    except NoRecordsMatch:
        return {}
    return {urllib.parse.unquote(one.identifier).rpartition(":")[2]: one.deleted for one in found}


def settle(url: str, live: int, deleted: int = 0) -> dict[str, bool]:
    """The headers once the last commit is old enough to be listed."""
    until = time.monotonic() + 15
    while Counter((found := headers(url)).values()) != Counter({False: live, True: deleted}):
        assert time.monotonic() < until, Counter(found.values())
        time.sleep(0.3)
    return found


def exported(bridge: Terminal) -> dict[str, dict]:
    """The records by title."""
    return {one["title"]: one for one in json.loads(bridge("export", "json_flat")) if one["status"] == "live"}


def test_the_site_is_recognised(site, tmp_path):
    terminal = Terminal(tmp_path, hosts=(site.host,))
    terminal("init", ".")
    said = terminal.json("add", site.url, "--id", "wp", "--dry-run")
    assert (said["id"], said["kind"], said["url"]) == ("wp", "wordpress", site.url)
    assert said["options"] == {"types": ["initiatives", "posts"]}
    assert [record["id"] for record in said["records"]] == [
        f"wp:initiative-{site.ids[name]}" for name in ("lyon", "reunion", "nulle")
    ]
    assert "meta.courriel_referent" in said["unmapped"]
    assert not any("exemple.org" in json.dumps(record) for record in said["records"])
    assert not (tmp_path / "mappings" / "wp.toml").exists()
    assert "Types de contenu proposés" in terminal("add", site.url, "--id", "wp")
    assert terminal("check").startswith("✓ wp (wordpress)")


@pytest.mark.parametrize("path", ["", "initiative/", "feed/", "wp-json/", "wp-json/wp/v2/initiatives", "?rest_route=/"])
def test_any_address_of_the_site_leads_to_it(site, tmp_path, path):
    said = Terminal(tmp_path, hosts=(site.host,)).json("add", site.url + path, "--dry-run")
    assert (said["kind"], said["url"]) == ("wordpress", site.url)


def test_what_is_published_is_read_rightly(site, bridge):
    records = exported(bridge)
    assert len(records) == PUBLISHED
    lyon = records["Verger partagé de la Croix-Rousse"]
    assert lyon["id"] == f"wp:initiative-{site.ids['lyon']}"
    assert lyon["url"] == f"{site.url}initiative/verger-partage-de-la-croix-rousse/"
    assert lyon["point"] == {"lon": 4.835659, "lat": 45.764043, "precision": "point"}
    assert (lyon["territories"], lyon["licence"]) == (["commune/69123"], "CC-BY-SA-4.0")
    assert [lead["name"] for lead in lyon["leads"]] == ["Ville de Lyon"]
    assert set(lyon["themes"]) == {"t-nature-ville", "t-pollinisateurs"}
    assert lyon["attribution"] == "Centre de ressources « Test »"
    assert (lyon["abstract"], lyon["content"], lyon["language"]) == ("Des variétés anciennes en ville.", None, "fr")
    assert lyon["created"] == "2026-03-07T07:00:00Z"  # 8 o'clock in Paris
    reunion = records["Corridor des ravines"]
    assert reunion["point"] == {"lon": 55.450675, "lat": -20.882057, "precision": "point"}
    assert (reunion["territories"], reunion["licence"]) == (["commune/97411"], "etalab-2.0")
    # Positions never filled in come as (0, 0): the commune's own is taken.
    for title, commune in (("Prairie fleurie du coteau", "94038"), ("Atlas communal de Saint-Étienne", "42218")):
        assert records[title]["territories"] == [f"commune/{commune}"]
        assert records[title]["point"]["precision"] == "commune"
    phyto = records["Zéro phyto dans les cimetières de Lyon"]
    assert phyto["abstract"] == "Trois ans sans pesticides & des visiteurs « conquis »."
    assert {"collectivité", "gestion différenciée"} <= set(phyto["keywords"])
    assert phyto["licence"] == "NOASSERTION" and phyto["point"] is None
    assert records["Restaurer une mare — guide pratique"]["themes"] == ["t-zones-humides"]
    assert records["Lutte contre la renouée du Japon & l’ambroisie"]["themes"] == ["t-eee"]
    assert records["Cour d’école à l’œuvre : l’été à Besançon"]["abstract"].startswith("Une cour rafraîchie.")
    assert "Fiche action n° 105" in records


def test_positions_that_nobody_filled_in_are_no_news(bridge):
    (state,) = bridge.json("status")
    told = [problem for problem in state["problems"] if "protégé" not in problem["message"]]
    assert told == [] and state["live"] == PUBLISHED


def test_nothing_private_comes_out(site, bridge, served, tmp_path):
    said = {f"export {name}": bridge("export", name) for name in WRITERS}
    said["status"] = json.dumps(bridge.json("status"), ensure_ascii=False)
    said["harvest"] = json.dumps(bridge.json("harvest", "--full"), ensure_ascii=False)
    said["add"] = json.dumps(bridge.json("add", site.url, "--id", "b", "--dry-run")["records"], ensure_ascii=False)
    paths = ["", "en/", "?page=6", "?q=exemple", "?vue=carte", "carte.json", "sources", "formats"]
    paths += ["api/v1/openapi.json", "api/v1/records?per_page=100"]
    paths += [f"feed.{writer.EXTENSION}" for writer in WRITERS.values()]
    paths += [f"{LISTED}{prefix}" for prefix in ("oai_dc", "pv")]
    paths += [f"fiche/{record['id']}" for record in exported(bridge).values() if "action" not in record["title"]]
    for path in paths:
        status, said[path] = get(served.url + path)
        assert status == 200, path
    for place, text in said.items():
        assert [word for word in PRIVATE if word in text] == [], place
    for kind, name in (("post", "draft"), ("post", "private"), ("post", "protected"), ("post", "future")):
        assert get(f"{served.url}fiche/wp:{kind}-{site.ids[name]}")[0] == 404
    for path in (bridge.folder / "var").rglob("*"):
        kept = path.read_bytes() if path.is_file() else b""
        assert [word for word in PRIVATE if word.encode() in kept] == [], path


def test_a_harvester_takes_all_of_it_page_by_page(served):
    pages = list(Sickle(f"{served.url}oai", iterator=OAIResponseIterator).ListRecords(metadataPrefix="oai_dc"))
    assert len(pages) == 2
    records = list(Sickle(f"{served.url}oai").ListRecords(metadataPrefix="oai_dc"))
    assert len({record.header.identifier for record in records}) == len(records) == PUBLISHED
    (lyon,) = [record.metadata for record in records if record.metadata["title"][0].startswith("Verger")]
    assert lyon["creator"] == ["Ville de Lyon"] and "Lyon (Rhône)" in lyon["coverage"]
    assert {"Nature en ville", "Pollinisateurs"} <= set(lyon["subject"])
    assert lyon["source"] == ["Centre de ressources « Test »"]
    chosen = Sickle(f"{served.url}oai").ListIdentifiers(metadataPrefix="oai_dc", set="theme:t-tvb")
    assert len(list(chosen)) >= 2


def test_feeds_and_maps_hold_all_of_it(site, bridge, served):
    feed = feedparser.parse(get(f"{served.url}feed.atom")[1])
    assert not feed.bozo and len(feed.entries) == PUBLISHED
    (lyon,) = [entry for entry in feed.entries if entry.title.startswith("Verger")]
    assert lyon.link == f"{site.url}initiative/verger-partage-de-la-croix-rousse/"
    assert lyon.source.title == "Centre de ressources « Test »"
    assert lyon.where.coordinates == (4.835659, 45.764043)
    (few,) = feedparser.parse(get(f"{served.url}feed.atom?q=ravines")[1]).entries
    assert few.title == "Corridor des ravines"
    for said in (get(f"{served.url}feed.geojson")[1], bridge("export", "geojson")):
        features = json.loads(said)["features"]
        assert len(features) == PUBLISHED
        places = [feature["geometry"]["coordinates"] for feature in features if feature["geometry"]]
        assert [4.835659, 45.764043] in places and [0, 0] not in places and len(places) == 109
    assert len(feedparser.parse(bridge("export", "atom")).entries) == PUBLISHED
    assert bridge("export", "oai_dc").count("<dc:source>Centre de ressources « Test »</dc:source>") == PUBLISHED


def test_the_showcase_shows_it(site, served):
    status, page = get(f"{served.url}?q=verger+partag%C3%A9")
    assert status == 200 and "Verger partagé de la Croix-Rousse" in page and "Corridor des ravines" not in page
    status, page = get(f"{served.url}?territoire=departement/69")
    assert "Verger partagé" in page and "Fiche action" not in page
    status, page = get(f"{served.url}fiche/wp:initiative-{site.ids['lyon']}")
    assert status == 200
    for shown in ("Verger partagé de la Croix-Rousse", "Lyon (Rhône)", "Ville de Lyon", "CC BY-SA", "Pollinisateurs"):
        assert shown in page
    assert f'href="{site.url}initiative/verger-partage-de-la-croix-rousse/"' in page
    assert "Centre de ressources « Test »" in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def counted(site: WordPress, own: Terminal) -> Iterator[Callable[..., tuple[Summary, list[str], int]]]:
    """``counted(full=…)`` visits the site once: what came of it, what was asked, and how many octets were read."""
    asked: list[str] = []
    octets: list[int] = []

    class Counting(Fetcher):
        def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
            asked.append(request.url)
            response = super().get(request, etag=etag, last_modified=last_modified)
            octets.append(len(response.body))
            return response

    collective = Collective(load(own.folder, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    fetch = Counting([site.host], sleep=lambda _: None)

    def visit(full: bool = False) -> tuple[Summary, list[str], int]:
        asked.clear()
        octets.clear()
        (summary,) = refresh(collective, collective.sources.values(), fetch, full=full)
        return summary, list(asked), sum(octets)

    yield visit
    fetch.close()
    collective.close()


def test_a_type_that_the_api_hides_is_found_in_the_sitemap(site):
    with closing(Fetcher([site.host], sleep=lambda _: None)) as fetch:
        found = recognise(site.url, fetch)
    address = f"{site.url}wp-sitemap-posts-guide_interne-1.xml"
    assert found.others == (("Pages web « guide_interne », absentes de l'API", address),)
    assert any("« guide_interne »" in why for why in found.why)
    assert get(address)[1].count("<loc>") == 1


def test_a_second_visit_reads_little_and_knows_what_moved(site, own, counted, posts):
    edited, thrown = posts("Titre d’avant"), posts("Fiche bientôt jetée")
    # As if they had been written long ago: what was written today is read again for a day.
    dates = "array('post_modified' => '2026-03-01 08:00:00', 'post_modified_gmt' => '2026-03-01 07:00:00')"
    for number in (edited, thrown):
        site.php(f"global $wpdb; $wpdb->update($wpdb->posts, {dates}, array('ID' => {number}));")
    summary, _, whole = counted()
    assert (summary.complete, summary.created) == (True, PUBLISHED + 2)
    summary, asked, little = counted()
    assert (summary.complete, summary.seen, summary.absent, summary.withdrawn) == (True, 0, 0, 0)
    assert len(asked) == 5  # two lists of what moved, and the identifiers on two pages and one
    assert little < whole / 10, (little, whole)

    site.php(f"wp_update_post(array('ID' => {edited}, 'post_title' => 'Titre d’après'));")
    fresh = posts("Toute nouvelle")
    site.php(f"wp_trash_post({thrown});")
    summary, _, octets = counted()
    assert (summary.created, summary.changed, summary.unchanged) == (1, 1, 0)
    assert summary.withdrawn + summary.absent == 1 and octets < whole / 10
    summary, _, _ = counted()
    records = exported(own)
    assert records["Toute nouvelle"]["id"] == f"wp:initiative-{fresh}"
    assert "Titre d’après" in records and not {"Titre d’avant", "Fiche bientôt jetée"} & records.keys()
    assert len(records) == PUBLISHED + 2

    # Neither a field nor a category moves the date of a post: the full walk sees them, which is made once a day.
    field = f"update_post_meta({site.ids['nulle']}, 'porteur', '{{}}');"
    rename = f"wp_update_term({site.ids['category']}, 'category', array('name' => '{{}}'));"
    site.php(field.format("Ville de L’Haÿ") + rename.format("Friches"))
    try:
        assert counted()[0].changed == 0
        assert counted(full=True)[0].changed == 3
    finally:
        site.php(f"delete_post_meta({site.ids['nulle']}, 'porteur');" + rename.format("Nature en ville"))


def test_what_changes_is_seen_although_the_site_does_not_date_it(site, own, posts):
    text, term, meta = posts("Titre d’avant"), posts("Thème seul"), posts("Champ seul")
    assert own.json("harvest")[0]["created"] == PUBLISHED + 3
    modified = f"echo get_post({term})->post_modified_gmt, get_post({meta})->post_modified_gmt;"
    before = site.php(modified)
    site.php(f"wp_update_post(array('ID' => {text}, 'post_title' => 'Titre d’après'));")
    site.php(f"wp_set_object_terms({term}, array('Pollinisateurs'), 'thematique');")
    site.php(f"update_post_meta({meta}, 'code_insee', '25056'); update_post_meta({meta}, 'commune', 'Besançon');")
    assert site.php(modified) == before
    (summary,) = own.json("harvest", "--full")
    assert (summary["changed"], summary["unchanged"]) == (3, PUBLISHED)
    records = exported(own)
    assert "Titre d’après" in records and "Titre d’avant" not in records
    assert records["Thème seul"]["themes"] == ["t-pollinisateurs"]
    assert records["Champ seul"]["territories"] == ["commune/25056"]
    (summary,) = own.json("harvest", "--full")
    assert (summary["changed"], summary["unchanged"]) == (0, PUBLISHED + 3)
    rename = "wp_update_term({}, 'category', array('name' => '{}'));"
    site.php(rename.format(site.ids["category"], "Friches"))
    (summary,) = own.json("harvest", "--full")
    site.php(rename.format(site.ids["category"], "Nature en ville"))
    assert (summary["changed"], summary["withdrawn"]) == (2, 0)


def test_what_leaves_the_site_is_withdrawn(site, own, posts):
    names = {name: posts(f"Fiche qui {name}") for name in ("reste", "est jetée", "est supprimée", "devient privée")}
    locked = posts("Fiche qui est verrouillée")
    own.json("harvest")
    with own.serve("--no-refresh") as running:
        settle(running.url, PUBLISHED + 5)
        site.php(f"wp_trash_post({names['est jetée']}); wp_delete_post({names['est supprimée']}, true);")
        site.php(f"wp_update_post(array('ID' => {names['devient privée']}, 'post_status' => 'private'));")
        site.php(f"wp_update_post(array('ID' => {locked}, 'post_password' => 'sesame'));")
        # The pages of three of them answer 404: at once. The locked one still has a page: on the second look.
        (summary,) = own.json("harvest")
        assert (summary["withdrawn"], summary["absent"], summary["held_back"]) == (3, 1, 0)
        (summary,) = own.json("harvest")
        assert (summary["withdrawn"], summary["absent"], summary["unchanged"]) == (1, 0, 1)  # the others are not read
        found = settle(running.url, PUBLISHED + 1, 4)
        gone = {f"initiative-{number}" for number in (*list(names.values())[1:], locked)}
        assert {name for name, deleted in found.items() if deleted} == gone
        for name in gone:
            assert get(f"{running.url}fiche/wp:{name}")[0] == 410
        for path in ("?q=fiche+qui", "feed.atom", "feed.geojson", "feed.csv", f"{LISTED}oai_dc"):
            text = get(running.url + path)[1]
            assert not re.search("est jetée|est supprimée|devient privée|est verrouillée", text), path
        assert get(f"{running.url}fiche/wp:initiative-{names['reste']}")[0] == 200

        thrown = names["est jetée"]
        site.php(f"wp_untrash_post({thrown}); wp_publish_post({thrown});")
        (summary,) = own.json("harvest")
        assert (summary["withdrawn"], summary["created"] + summary["changed"]) == (0, 1)
        assert settle(running.url, PUBLISHED + 2, 3)[f"initiative-{thrown}"] is False
        status, page = get(f"{running.url}fiche/wp:initiative-{thrown}")
        assert status == 200 and "Fiche qui est jetée" in page
        assert "Fiche qui est jetée" in get(f"{running.url}feed.atom")[1]


@pytest.fixture
def broken(site, request) -> Iterator[str]:
    """The site's configuration is gone, or raises an error, during a test."""
    path = site.folder / "wp-config.php"
    kept = path.with_suffix(".kept")
    path.rename(kept)
    if request.param == "error":
        path.write_text("<?php throw new Exception('en panne');")
    yield request.param
    kept.replace(path)


@pytest.mark.parametrize("broken", ["error", "missing"], indirect=True)
def test_a_site_out_of_order_loses_nothing(bridge, served, broken):
    for _ in range(2):
        (summary,) = bridge.json("harvest", code=1)
        assert not summary["complete"]
        assert (summary["withdrawn"], summary["absent"], summary["held_back"]) == (0, 0, 0)
        (problem,) = [one for one in summary["problems"] if not one["item"]]  # those of items stay told
        assert problem["message"].endswith(".") and "\n" not in problem["message"]
        assert ("500" in problem["message"]) == (broken == "error")
    assert problem["message"] in bridge("harvest", code=1)
    assert list(headers(served.url).values()) == [False] * PUBLISHED
    assert len(exported(bridge)) == PUBLISHED


def test_after_the_outage_all_is_as_before(bridge):
    (summary,) = bridge.json("harvest", "--full")
    assert (summary["complete"], summary["unchanged"]) == (True, PUBLISHED)


def test_a_wipe_and_a_harvest_give_the_same_bytes(bridge, served):
    moving = re.compile(r'<responseDate>[^<]*| expirationDate="[^"]*"|(?<=>)[^<]*(?=</resumptionToken>)')

    def public() -> dict[str, str]:
        said = {f"export {name}": bridge("export", name) for name in WRITERS}
        paths = ["", "en/", "?q=verger", "?page=3", "?vue=carte", "?tri=titre", "carte.json", "formats"]
        paths += [f"feed.{writer.EXTENSION}" for writer in WRITERS.values()]
        paths += [f"{LISTED}{prefix}" for prefix in ("oai_dc", "pv")]
        paths += [f"fiche/{record['id']}" for record in list(exported(bridge).values())[:12]]
        for path in paths:
            status, text = get(served.url + path)
            assert status == 200, path
            said[path] = moving.sub("", text)
        return said

    before = public()
    bridge("wipe", "--yes")
    assert exported(bridge) == {} and "Verger" not in get(f"{served.url}?q=verger")[1]
    (summary,) = bridge.json("harvest")
    assert (summary["complete"], summary["unchanged"]) == (True, PUBLISHED)
    after = public()
    for place in before:
        assert after[place] == before[place], place


# What WordPress itself takes from us ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rss", "atom", "spip"])
def test_its_feed_reader_understands_our_feeds(site: WordPress, name: str) -> None:
    """``fetch_feed``, on which the RSS block and most plugins rely. The feed lies on the site itself: WordPress asks
    no other address of this machine for anything.
    """
    path = site.folder / "wp-content" / "uploads" / f"flux-{name}.xml"
    path.write_bytes(written(name))
    said = site.php(
        "require_once ABSPATH . WPINC . '/feed.php';"
        f"$feed = fetch_feed('{site.url}wp-content/uploads/flux-{name}.xml');"
        "if (is_wp_error($feed)) { exit($feed->get_error_message()); }"
        "$words = fn($tags) => array_map(fn($tag) => $tag->get_label(), $tags ?: array());"
        "$files = fn($all) => array_map(fn($file) => $file->get_link(), $all ?: array());"
        "echo json_encode(array('title' => $feed->get_title(), 'link' => $feed->get_permalink(),"
        " 'items' => array_map(fn($item) => array('title' => $item->get_title(), 'link' => $item->get_permalink(),"
        " 'date' => $item->get_gmdate('Y-m-d H:i:s'), 'text' => $item->get_description(true),"
        " 'content' => $item->get_content(true), 'place' => array($item->get_latitude(), $item->get_longitude()),"
        " 'words' => $words($item->get_categories()), 'files' => $files($item->get_enclosures())),"
        " $feed->get_items())));"
    )
    feed = json.loads(said)
    assert feed["title"] == "Toutes les ressources &amp; &lt;outils&gt;" and feed["link"] == FEED.home
    assert len(feed["items"]) == len(LIVE)
    full = next(item for item in feed["items"] if item["title"] == FULL.title)
    assert html.unescape(full["link"]) == FULL.url
    # Atom has two dates: SimplePie shows that of the publication.
    assert full["date"] == ("2026-03-01 08:00:05" if name == "atom" else "2026-11-02 10:01:00")
    assert " ".join(full["text"].split()) == " ".join(FULL.abstract.split())
    assert full["content"] == FULL.content
    assert {"Zones humides &amp; mares", "Trame verte et bleue"} <= set(full["words"])
    if name != "rss":  # whose one image is its only file
        assert {file.url for file in FULL.documents} <= set(full["files"])
    if name != "spip":
        assert full["place"] == [45.7719, 4.8902]


def test_our_import_file_is_built_as_its_own_exports(site: WordPress) -> None:
    """The importer's plugin is in no registry of packages: its counterpart, the export of WordPress, is the judge."""
    export = etree.fromstring(
        site.php(
            "require_once ABSPATH . 'wp-admin/includes/export.php'; export_wp(array('content' => 'all'));"
        ).encode()
    )
    ours = etree.fromstring(written("wxr", ENTRIES))
    assert ours.nsmap.items() <= export.nsmap.items() and ours.attrib == export.attrib
    assert nesting(ours) - nesting(export) == set()
    # Of what each post, category and author has there, ours lacks nothing.
    for kind in ("channel/item", "channel/{*}category", "channel/{*}author"):
        theirs, found = ([{child.tag for child in each} for each in root.iterfind(kind)] for root in (export, ours))
        assert theirs and found and set.intersection(*theirs) <= set.intersection(*found), kind
    for tag in ("guid", "category"):
        said, expected = ({key for each in root.iter(tag) for key in each.attrib} for root in (ours, export))
        assert said == expected


def nesting(root: etree._Element) -> set[tuple[str, str]]:
    """Which element is found in which."""
    return {(parent.tag, child.tag) for parent in root.iter(etree.Element) for child in parent.iterfind("*")}
