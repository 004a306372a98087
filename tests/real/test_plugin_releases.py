"""The WordPress plugin, from its zip, on each WordPress that it says it runs on: activated, read, taken off."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.real.databases import mariadb
from tests.real.wordpress import WordPress, wordpress
from tests.terminal import ROOT

PLUGIN = "partageons/partageons.php"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
CHOICE = "array('types' => array('post', 'initiative'), 'licence' => 'CC BY 4.0', 'email' => 'contact@exemple.org')"
PUBLISHED = 114  # what seed.php publishes for everyone: 5 posts, 109 initiatives
LEFT = """
global $wpdb;
$like = '%partageons%';
$rows = fn($sql) => $wpdb->get_col($wpdb->prepare($sql, $like));
echo json_encode(array(
    'options' => $rows("SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s"),
    'meta' => $rows("SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE %s"),
    'users' => $rows("SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE %s"),
    'tables' => $rows('SHOW TABLES LIKE %s'),
    'cron' => array_values(array_filter(array_keys(array_merge(...array_values(array_filter(_get_cron_array(),
        'is_array')))), fn($hook) => strpos($hook, 'partageons') !== false)),
));
"""
"""What is left of the plugin in a site, as JSON."""


def read(url: str) -> etree._Element:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert "no-store" in answer.headers["Cache-Control"]
        return etree.fromstring(answer.read())


def walk(door: str) -> list[str]:
    """The identifiers of a feed, page by page."""
    found, more = [], "verb=ListIdentifiers&metadataPrefix=pv"
    while more:
        page = read(f"{door}{'&' if '?' in door else '?'}{more}")
        assert page.find(f"{OAI}error") is None, etree.tostring(page)
        found += [each.text or "" for each in page.iter(f"{OAI}identifier")]
        token = page.findtext(f".//{OAI}resumptionToken")
        more = f"verb=ListIdentifiers&resumptionToken={token}" if token else ""
    return found


def left(site: WordPress) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.php(LEFT))
    return found


@pytest.mark.parametrize("release", ["6.1", "6.8"])
def test_on_mariadb(release: str, plugin_zips: dict[str, Path], tmp_path: Path) -> None:
    with (
        mariadb() as database,
        wordpress(tmp_path, (plugin_zips["wordpress"],), release=release, database=database) as site,
    ):
        assert site.php("echo get_bloginfo('version');").startswith(release)
        assert left(site)["tables"]
        site.php(f"update_option('partageons', {CHOICE});")
        assert site.php("echo __('Join the network', 'partageons');") == "Rejoindre le réseau"
        site.php("wp_schedule_single_event(time() - 1, 'partageons_reconcile');")
        site.cron()
        for door in ("?partageons=oai", "wp-json/partageons/v1/oai", "?rest_route=/partageons/v1/oai"):
            identifiers = walk(site.url + door)
            assert len(identifiers) == len(set(identifiers)) == PUBLISHED, door
        assert site.url + "?partageons=oai" in urllib.request.urlopen(site.url).read().decode()
        site.uninstall(PLUGIN)
        assert left(site) == {"options": [], "meta": [], "users": [], "tables": [], "cron": []}
        with pytest.raises(urllib.error.HTTPError) as gone:
            urllib.request.urlopen(f"{site.url}wp-json/partageons/v1/oai")
        gone.value.close()
        assert not (site.folder / "wp-content" / "plugins" / "partageons").exists()


def test_on_a_network_of_sites(plugin_zips: dict[str, Path], tmp_path: Path) -> None:
    with mariadb() as database, wordpress(tmp_path, database=database) as site:
        another = site.network("antenne")
        site.activate(site.install(plugin_zips["wordpress"]), network=True)
        assert sorted(left(site)["tables"]) == [f"wp_{another}_partageons_log", "wp_partageons_log"]
        site.php(f"switch_to_blog({another}); update_option('partageons', {CHOICE});")
        bases = [read(f"{home}?partageons=oai&verb=Identify") for home in (site.url, f"{site.url}antenne/")]
        named = [base.findtext(f".//{OAI}baseURL") for base in bases]
        assert named == [f"{site.url}?partageons=oai", f"{site.url}antenne/?partageons=oai"]
        site.uninstall(PLUGIN)
        nothing: dict[str, list[str]] = {"options": [], "meta": [], "users": [], "tables": [], "cron": []}
        assert left(site) == nothing
        assert json.loads(site.php(f"switch_to_blog({another}); {LEFT}")) == nothing


def test_from_its_zip_on_sqlite(plugin_site: WordPress) -> None:
    """What the other tests start from: active, in French, nothing shared, its planned tasks reachable."""
    said = "echo __('Join the network', 'partageons'), '|', _n('%d resource hidden here', '%d resources hidden here',"
    said += " 0, 'partageons'), '|', get_locale();"
    assert plugin_site.php(said) == "Rejoindre le réseau|%d ressource masquée ici|fr_FR"
    assert (
        read(f"{plugin_site.url}?partageons=oai&verb=ListIdentifiers&metadataPrefix=pv").find(f"{OAI}error") is not None
    )
    plugin_site.php("wp_schedule_single_event(time() - 5, 'rien_de_special'); spawn_cron();")
    gone = "wp_cache_flush(); echo wp_next_scheduled('rien_de_special') ? 'là' : 'fait';"
    for _ in range(50):
        if plugin_site.php(gone) == "fait":
            break
        time.sleep(0.1)
    assert plugin_site.php(gone) == "fait"


def test_what_it_asks_for_is_what_is_tested() -> None:
    header = (ROOT / "plugins" / "wordpress" / "partageons.php").read_text(encoding="utf-8")
    readme = (ROOT / "plugins" / "wordpress" / "readme.txt").read_text(encoding="utf-8")
    assert "Requires at least: 6.1\n" in header and "Requires PHP: 7.4\n" in header.replace("      ", " ")
    assert "Requires at least: 6.1\n" in readme and "Tested up to: 6.8\n" in readme and "Requires PHP: 7.4\n" in readme
