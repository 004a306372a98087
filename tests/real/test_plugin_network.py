"""A partner joins the network with the WordPress plugin, then lives: the whole way, on a real site, by a real bridge.

The seconds from an edit to its being at the bridge are printed (``pytest -s``); none is asserted, but patience ends.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from bench.freshness import service
from tests.real.test_plugin_releases import PLUGIN, left
from tests.real.wordpress import WordPress
from tests.web_server import WebServer

PATIENCE = 90.0
OAI = "{http://www.openarchives.org/OAI/2.0/}"
SOURCE = "127-0-0-1"
PARTNER = """<?php
// Plugin Name: what Advanced Custom Fields would do: fields with labels, kept in metas, named by « _key » metas.
const FIELDS = [
    'commune' => ['Commune', 'text'], 'budget' => ['Budget', 'text'], 'porteur' => ['Porteur du projet', 'text'],
    'date_debut' => ['Début', 'date_picker'], 'date_fin' => ['Fin', 'date_picker'],
    'partenaires' => ['Partenaires', 'checkbox'], 'maitrise' => ['Maître d’œuvre', 'text'],
    'courriel' => ['Courriel du référent', 'email'],
];
function acf_get_field($reference) {
    $key = substr($reference, 6);
    return isset(FIELDS[$key]) ? ['key' => $reference, 'name' => $key, 'label' => FIELDS[$key][0],
        'type' => FIELDS[$key][1], 'choices' => ['lpo' => 'LPO', 'syndicat' => 'Syndicat du Gier']] : false;
}
function acf_get_field_groups($arguments = []) {
    return [];
}
function set_fields($id, array $values) {
    foreach ($values as $key => $value) {
        update_post_meta($id, $key, $value);
        update_post_meta($id, "_$key", "field_$key");
    }
}
add_action('init', function () {
    register_post_type('retour', [
        'labels' => ['name' => 'Retours d’expérience', 'singular_name' => 'Retour d’expérience'], 'public' => true,
        'show_in_rest' => false, 'taxonomies' => ['category', 'post_tag'],
        'supports' => ['title', 'editor', 'excerpt', 'custom-fields', 'revisions']]);
});
"""
CLOSED = """<?php
// Plugin Name: a security plugin that closes the REST API to everyone.
add_filter('rest_authentication_errors', fn() => new WP_Error('closed', 'REST API restricted.', ['status' => 401]));
"""
SIX = """
$mares = wp_insert_term('Zones humides', 'category')['term_id'];
$towns = ['Lyon', 'Nantes', 'Besançon', 'Saint-Étienne', 'Villeurbanne', 'Rennes'];
$ids = [];
foreach ($towns as $n => $town) {
    $id = wp_insert_post(['post_type' => 'retour', 'post_status' => 'publish', 'post_title' => "Retour de $town",
        'post_excerpt' => 'Une mare retrouvée.', 'post_content' => "<p>À $town, l’eau est revenue.</p>",
        'post_category' => [$mares]]);
    set_fields($id, ['commune' => $town, 'budget' => (1200 * ($n + 1)) . ' € TTC', 'porteur' => "Ville de $town",
        'date_debut' => '20240301', 'date_fin' => '20250630', 'partenaires' => ['lpo', 'syndicat'],
        'maitrise' => 'Bureau des mares', 'courriel' => 'anne.martin@exemple.org']);
    $ids[$town] = $id;
}
echo json_encode(['posts' => $ids, 'category' => $mares]);
"""


class Browser:
    """An administrator's browser, without scripts: pages, forms, cookies."""

    def __init__(self, site: WordPress) -> None:
        self.site = site
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page("wp-login.php")
        self._send("wp-login.php", [("log", "eleonore.vautrin"), ("pwd", "mot-de-passe"), ("testcookie", "1")])

    def page(self, path: str) -> html.HtmlElement:
        with self._open.open(self.site.url + path, timeout=60) as answer:
            return html.fromstring(answer.read(), base_url=answer.url)

    def _send(self, path: str, values: list[tuple[str, str]]) -> html.HtmlElement:
        body = urllib.parse.urlencode(values).encode()
        with self._open.open(urllib.parse.urljoin(self.site.url, path), body, timeout=60) as answer:
            return html.fromstring(answer.read(), base_url=answer.url)

    def settings(self) -> html.HtmlElement:
        return self.page("wp-admin/options-general.php?page=partageons")

    def submit(self, form: html.FormElement, change: Mapping[str, str] | None = None) -> html.HtmlElement:
        values = {**(change or {})}
        sent = [(name, values.pop(name, value)) for name, value in form.form_values()]
        return self._send(form.action, [*sent, *values.items()])

    def act(self, name: str, change: Mapping[str, str] | None = None) -> html.HtmlElement:
        """Press the button of one of the plugin's own forms."""
        return self.submit(_form(self.settings(), f"partageons_{name}"), change)


def _form(page: html.HtmlElement, action: str) -> html.FormElement:
    for form in page.forms:
        if dict(form.form_values()).get("action") == action:
            return form
    raise AssertionError(f"no form {action}: {page.text_content()[:2000]}")


class Bridge:
    """``partageons serve`` in a folder, and what is seen of it from outside."""

    def __init__(self, folder: Path, address: str, node: str) -> None:
        self.folder = folder
        self.node = node  # of the site: its posts are oai:<node>:<number>
        self.address = address
        self.took: dict[str, float] = {}

    def cli(self, *arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-m", "bridge.cli", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout

    def record(self, post: int) -> dict[str, Any] | int:
        """The record of a post as the API gives it, or the status of its absence."""
        try:
            found: dict[str, Any] = json.loads(self._get(f"api/v1/records/{SOURCE}:oai:{self.node}:{post}"))
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        return found

    def deleted(self, post: int) -> bool:
        """Whether OAI-PMH says that the record of a post is deleted."""
        known = f"oai:{_node(self.address + 'oai')}:{SOURCE}:oai:{self.node}:{post}"
        answer = self._get(f"oai?verb=GetRecord&metadataPrefix=oai_dc&identifier={known}")
        header = etree.fromstring(answer.encode()).find(f".//{OAI}header")
        return header is not None and header.get("status") == "deleted"

    def showcase(self, query: str) -> str:
        return self._get(f"?q={urllib.parse.quote(query)}")

    def source(self) -> str:
        """What the bridge says of the partner."""
        return self._get(f"sources/{SOURCE}")

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return str(answer.read().decode())

    def sees(self, what: str, there: Callable[[], Any], since: float) -> None:
        """Wait until it is so, and note how long that took from an instant of the site."""
        while not there():
            assert time.time() - since < PATIENCE, f"{what}: not at the bridge after {PATIENCE:.0f} s"
            time.sleep(0.1)
        self.took[what] = time.time() - since
        sys.stdout.write(f"{what:<40} {self.took[what]:6.2f} s\n")


class Partner:
    """The site, its posts and its administrator."""

    def __init__(self, site: WordPress) -> None:
        self.site = site
        _extend(site, "partner.php", PARTNER)
        made = json.loads(site.php(SIX))
        self.posts: dict[str, int] = made["posts"]
        self.category: int = made["category"]
        self.browser = Browser(site)

    def edits(self, code: str) -> float:
        """Run code as the administrator; the instant at which it began, once WordPress was there."""
        return float(self.site.php(f"echo microtime(true); {code}"))


def _extend(site: WordPress, name: str, code: str) -> Path:
    path = site.folder / "wp-content" / "mu-plugins" / name
    path.write_text(code, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def partner(plugin_site: WordPress) -> Partner:
    return Partner(plugin_site)


@pytest.fixture(scope="module")
def bridge(partner: Partner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("bridge")
    (folder / "mappings").mkdir()
    (folder / "partageons.toml").write_text('allow_hosts = ["127.0.0.1"]\n', encoding="utf-8")
    with service(folder) as (address, _):
        found = Bridge(folder, address, _node(f"{partner.site.url}?partageons=oai"))
        yield found


def test_1_the_partner_ticks_what_to_share(partner: Partner) -> None:
    """Nothing is shared until the settings page is sent; what looks personal cannot even be ticked for good."""
    door = f"{partner.site.url}?partageons=oai&verb="
    assert b"noRecordsMatch" in _read(f"{door}ListIdentifiers&metadataPrefix=pv")
    form = next(f for f in partner.browser.settings().forms if "partageons[types][]" in f.fields)
    wanted = {"retour", *("commune", "budget", "porteur", "date_debut", "date_fin", "partenaires", "maitrise")}
    for box in form.xpath(".//input[@type='checkbox']"):
        ours = "retour" in (box.get("name") or "") or box.get("name") == "partageons[types][]"
        if ours and box.get("value") in {*wanted, "courriel"}:
            box.checked = True
    licence = next(name for name in form.fields if name.startswith("partageons[licence"))
    field = form.inputs[licence]
    value = next((each for each in getattr(field, "value_options", ()) if "4.0" in each or "CC" in each), "CC BY 4.0")
    page = partner.browser.submit(form, {licence: value})
    assert "Retours" in page.text_content()
    kept = json.loads(partner.site.php("echo json_encode(get_option('partageons'));"))
    assert kept["types"] == ["retour"] and kept["fields"]["retour"], kept
    assert set(kept["fields"]["retour"]) == wanted - {"retour"}, kept
    listed = etree.fromstring(_read(f"{door}ListRecords&metadataPrefix=pv"))
    assert len(listed.findall(f".//{OAI}record")) == 6
    text = etree.tostring(listed, encoding="unicode")
    assert "anne.martin" not in text and "Porteur du projet" in text


def test_2_add_finds_the_plugin_and_proposes_a_line_at_most(partner: Partner, bridge: Bridge) -> None:
    found = json.loads(bridge.cli("add", partner.site.url, "--dry-run", "--json"))
    assert found["kind"] == "oai" and found["options"] == {"prefix": "pv"}
    assert found["url"] == f"{partner.site.url}?partageons=oai"
    assert 'extends = "_plugin"' in found["mapping"]
    assert "[fields]" in found["mapping"] and 'partners = ["fields.partenaires", "fields.maitrise"]' in found["mapping"]
    assert len(found["records"]) == 3 and not found["unmapped"], found
    assert all("leads" in each and "budget" in each and "territories" in each for each in found["records"])
    assert not list((bridge.folder / "mappings").glob("*.toml"))


def test_3_the_site_joins_the_network(partner: Partner, bridge: Bridge) -> None:
    partner.browser.act("join", {"bridge": bridge.address})
    asked = time.time()

    def state() -> str:
        return str(json.loads(bridge.cli("pairing", "--json"))[0]["state"])

    bridge.sees("asked → verified", lambda: state() == "verified", asked)
    (pairing,) = json.loads(bridge.cli("pairing", "--json"))
    accepted = time.time()
    assert SOURCE in bridge.cli("pairing", "--accept", pairing["id"])
    bridge.sees("accepted → first records", lambda: isinstance(bridge.record(partner.posts["Lyon"]), dict), accepted)
    partner.browser.act("look")
    said = json.loads(partner.site.php(f"echo json_encode(array({_PAIRING}->state(), {_PAIRING}->source()));"))
    assert said == ["accepted", SOURCE]
    page = partner.browser.settings().text_content()
    assert SOURCE in page


_PAIRING = "Partageons\\WordPress\\Parts::pairing()"


def test_4_what_the_partner_calls_its_fields_is_on_the_showcase(partner: Partner, bridge: Bridge) -> None:
    for number, (town, post) in enumerate(partner.posts.items(), 1):
        record = bridge.record(post)
        assert isinstance(record, dict)
        assert record["title"] == f"Retour de {town}" and record["place_text"] == town
        assert record["territories"], record
        assert [lead["name"] for lead in record["leads"]] == [f"Ville de {town}"]
        assert record["budget"]["value"] == 1200 * number and record["budget"]["tax"] == "TTC"
        assert record["period"] == "2024-03-01/2025-06-30"
        assert [each["name"] for each in record["partners"]] == ["LPO", "Syndicat du Gier"]
    page = bridge.showcase("Besançon")
    assert "Retour de Besançon" in page
    assert "anne.martin" not in page
    assert "c’est la plus récente" in bridge.source()


def lives(partner: Partner, bridge: Bridge, how: str) -> None:
    """Every kind of change, each at the bridge by a ping; a tombstone for what is no longer public."""

    def field(post: int, name: str) -> Any:
        record = bridge.record(post)
        return record.get(name) if isinstance(record, dict) else record

    def gone(post: int) -> bool:
        return bridge.record(post) == 410 and bridge.deleted(post)

    lyon, nantes, rennes = (partner.posts[town] for town in ("Lyon", "Nantes", "Rennes"))
    at, made = partner.site.php(
        "echo microtime(true), ' '; $id = wp_insert_post(['post_type' => 'retour', 'post_status' => 'publish',"
        f" 'post_title' => 'Nouveau ({how})', 'post_category' => [{partner.category}]]);"
        " set_fields($id, ['commune' => 'Dijon', 'porteur' => 'Ville de Dijon']); echo $id;"
    ).split()
    new = int(made)
    bridge.sees(f"create ({how})", lambda: field(new, "place_text") == "Dijon", float(at))
    since = partner.edits(f"wp_update_post(['ID' => {lyon}, 'post_excerpt' => 'Deux mares ({how}).']);")
    bridge.sees(f"edit text ({how})", lambda: field(lyon, "abstract") == f"Deux mares ({how}).", since)
    since = partner.edits(f"wp_set_post_terms({lyon}, ['mot {how}'], 'post_tag');")
    bridge.sees(f"edit terms ({how})", lambda: f"mot {how}" in (field(lyon, "keywords") or ()), since)
    since = partner.edits(f"update_post_meta({lyon}, 'porteur', 'Métropole ({how})');")
    bridge.sees(f"edit meta ({how})", lambda: field(lyon, "leads")[0]["name"] == f"Métropole ({how})", since)
    since = partner.edits(f"wp_update_term({partner.category}, 'category', ['name' => 'Catégorie {how}']);")
    bridge.sees(f"rename category ({how})", lambda: f"Catégorie {how}" in (field(rennes, "keywords") or ()), since)
    since = partner.edits(f"wp_update_post(['ID' => {nantes}, 'post_password' => 'sesame']);")
    bridge.sees(f"set a password ({how})", lambda: gone(nantes), since)
    since = partner.edits(f"wp_update_post(['ID' => {nantes}, 'post_password' => '']);")
    bridge.sees(f"take the password away ({how})", lambda: field(nantes, "title") == "Retour de Nantes", since)
    since = partner.edits(f"wp_trash_post({rennes});")
    bridge.sees(f"trash ({how})", lambda: gone(rennes), since)
    since = partner.edits(f"wp_untrash_post({rennes}); wp_update_post(['ID' => {rennes}, 'post_status' => 'publish']);")
    bridge.sees(f"restore ({how})", lambda: field(rennes, "title") == "Retour de Rennes", since)
    since = partner.edits(f"wp_delete_post({new}, true);")
    bridge.sees(f"delete for good ({how})", lambda: gone(new), since)


def test_5_each_change_is_at_the_bridge_by_a_ping(partner: Partner, bridge: Bridge) -> None:
    lives(partner, bridge, "ouvert")
    page = bridge.source()
    assert "annonce ses changements" in page and "sans avoir été annoncé" not in page


def test_6_what_was_imported_by_sql_is_there_at_the_next_check(partner: Partner, bridge: Bridge) -> None:
    """No hook of WordPress tells of it."""
    made = partner.site.php(
        "global $wpdb; $now = current_time('mysql'); $gmt = current_time('mysql', true);"
        " $wpdb->insert($wpdb->posts, ['post_type' => 'retour', 'post_status' => 'publish', 'post_author' => 1,"
        " 'post_title' => 'Venu par SQL', 'post_name' => 'venu-par-sql', 'post_content' => '<p>Texte.</p>',"
        " 'post_excerpt' => '', 'to_ping' => '', 'pinged' => '', 'post_content_filtered' => '', 'post_date' => $now,"
        " 'post_date_gmt' => $gmt, 'post_modified' => $now, 'post_modified_gmt' => $gmt]); echo $wpdb->insert_id;"
        f" $wpdb->delete($wpdb->posts, ['ID' => {partner.posts['Villeurbanne']}]);"
    )
    post = int(made)
    time.sleep(3)
    assert bridge.record(post) == 404
    # The day is over: its check is due.
    since = partner.edits(
        "wp_clear_scheduled_hook('partageons_reconcile');"
        " wp_schedule_event(time() - 1, 'daily', 'partageons_reconcile');"
    )
    partner.site.cron()
    bridge.sees("import by SQL, from the check", lambda: isinstance(bridge.record(post), dict), since)
    bridge.sees("lost by SQL, from the check", lambda: bridge.record(partner.posts["Villeurbanne"]) == 410, since)
    assert bridge.deleted(partner.posts["Villeurbanne"])


def test_7_drafts_and_what_was_never_public_leave_no_trace(partner: Partner, bridge: Bridge) -> None:
    draft = int(
        partner.site.php(
            "$id = wp_insert_post(['post_type' => 'retour', 'post_status' => 'draft', 'post_title' => 'SECRET']);"
            " wp_update_post(['ID' => $id, 'post_title' => 'SECRET 2']); wp_delete_post($id, true); echo $id;"
        )
    )
    since = partner.edits(f"wp_update_post(['ID' => {partner.posts['Lyon']}, 'post_title' => 'Retour bis']);")
    bridge.sees("edit title", lambda: _title(bridge, partner.posts["Lyon"]) == "Retour bis", since)
    assert bridge.record(draft) == 404
    asked = f"verb=GetRecord&metadataPrefix=pv&identifier=oai:{bridge.node}:{draft}"
    told = _read(f"{partner.site.url}?partageons=oai&{asked}")
    assert b"idDoesNotExist" in told


def _title(bridge: Bridge, post: int) -> str:
    record = bridge.record(post)
    return str(record["title"]) if isinstance(record, dict) else ""


def test_8_the_bridge_tells_the_site_and_its_list_is_new(partner: Partner, bridge: Bridge) -> None:
    """A page of the site shows a resource of another partner, and the next one as soon as the bridge has it."""
    page = partner.site.php(
        "echo get_permalink(wp_insert_post(['post_type' => 'page', 'post_status' => 'publish',"
        " 'post_title' => 'Ailleurs', 'post_content' => '[partageons q=\"mare\" nombre=\"5\"]']));"
    )
    columns = b"id,titre,resume\n1,La mare de la Bresse,Une mare\n"
    with WebServer({"/fiches.csv": (200, {"Content-Type": "text/csv"}, columns)}) as other:
        mapping = f'[source]\nid = "autre"\ntitle = "Autre"\nkind = "csv_file"\nurl = "{other.url("/fiches.csv")}"\n'
        mapping += 'options = { id = "id" }\n[fields]\ntitle = "titre"\nabstract = "resume"\n'
        (bridge.folder / "mappings" / "autre.toml").write_text(mapping, encoding="utf-8")
        target = f'[target]\nid = "le-site"\npartner = "{SOURCE}"\ntitle = "Le site"\n'
        (bridge.folder / "mappings" / "le-site.toml").write_text(target, encoding="utf-8")
        bridge.cli("harvest", "autre")
        _read(page)  # its first visitor: the list is asked for aside
        start = time.time()
        bridge.sees("the list of a page, first", lambda: "La mare de la Bresse" in _read(page).decode(), start)
        other.pages["/fiches.csv"] = (
            200,
            {"Content-Type": "text/csv"},
            columns + "2,La mare d’Oléron,Neuve\n".encode(),
        )
        bridge.cli("harvest", "autre")
        start = time.time()
        bridge.sees("the list of a page, told by the bridge", lambda: "Oléron" in _read(page).decode(), start)
    text = re.sub(r"\s+", " ", html.fromstring(_read(page)).text_content())
    assert "Autre" in text and "icence" in text, "source and licence are always shown"


def test_9_with_the_rest_api_closed_everything_still_works(partner: Partner, bridge: Bridge) -> None:
    closed = _extend(partner.site, "closed.php", CLOSED)
    try:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            _read(f"{partner.site.url}wp-json/partageons/v1/oai?verb=Identify")
        assert b"<Identify>" in _read(f"{partner.site.url}?partageons=oai&verb=Identify")
        found = json.loads(bridge.cli("add", partner.site.url, "--dry-run", "--json", "--id", "encore"))
        assert (found["kind"], found["url"]) == ("oai", f"{partner.site.url}?partageons=oai")
        partner.site.php("delete_option('partageons_memory_ping');")  # a rest: pings in a row are few
        lives(partner, bridge, "fermé")
    finally:
        closed.unlink()


def test_z_uninstalling_leaves_nothing(partner: Partner, bridge: Bridge) -> None:
    assert left(partner.site)["tables"]
    partner.site.uninstall(PLUGIN)
    found = left(partner.site)
    assert not any(found.values()), found
    assert isinstance(bridge.record(partner.posts["Lyon"]), dict), "an outage withdraws nothing"


def _node(door: str) -> str:
    """The domain that a repository puts in its identifiers."""
    identify = etree.fromstring(_read(f"{door}{'&' if '?' in door else '?'}verb=Identify"))
    return str(identify.findtext(".//{*}repositoryIdentifier"))


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bytes(answer.read())
