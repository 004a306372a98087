"""Articles delivered to a real WordPress: drafts made, kept up to date, taken back, and left to who edits them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.push.wordpress import slug
from tests.conftest import Web
from tests.delivery_rig import Bridge, item
from tests.real.wordpress import WordPress

VARIABLE = "PARTAGEONS_MOT_DE_PASSE_SITE"


@pytest.fixture(scope="module")
def password(site: WordPress) -> str:
    """An application password of the administrator, as its profile page gives one."""
    return site.php("echo WP_Application_Passwords::create_new_application_password(1, array('name' => 'Pont'))[0];")


@pytest.fixture
def bridge(
    site: WordPress, password: str, tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bridge]:
    monkeypatch.setenv(VARIABLE, password)
    found = Bridge(tmp_path, web, site.host)
    target(found, site)
    yield found
    found.close()
    site.php(
        "foreach (get_posts(array('numberposts' => -1, 'post_status' => array('any', 'trash'))) as $p)"
        " if (str_starts_with($p->post_name, 'partageons-')) wp_delete_post($p->ID, true);"
    )


def target(bridge: Bridge, site: WordPress, more: str = "", user: str = "") -> None:
    login = user or site.php("echo wp_get_current_user()->user_login;")
    bridge.target(f'to = "wordpress"\nurl = "{site.url}"\nuser = "{login}"\npassword = "{VARIABLE}"\n{more}')


def articles(site: WordPress) -> dict[str, dict[str, Any]]:
    """What the site holds of ours, by slug."""
    found = site.php(
        "$found = get_posts(array('numberposts' => -1, 'post_status' => array('any', 'trash')));"
        "$found = array_values(array_filter($found, fn($p) => str_starts_with($p->post_name, 'partageons-')));"
        "echo json_encode($found);"
    )
    return {post["post_name"]: post for post in json.loads(found)}


def test_records_become_drafts_that_say_where_they_are_from(bridge: Bridge, site: WordPress) -> None:
    bridge.harvest(item(1, "Mares & haies [tome 2] < 3 m"), item(2))
    assert bridge.acts() == [("create", "a:1"), ("create", "a:2")]
    found = articles(site)
    assert set(found) == {slug("a:1"), slug("a:2")}
    post = found[slug("a:1")]
    assert post["post_status"] == "draft"
    assert post["post_title"] == "Mares &amp; haies &#091;tome 2] &lt; 3 m"
    assert "<p>Une mare.</p>" in post["post_content"]
    for part in ('<a href="https://a.exemple.fr/1">Source A</a>', "Licence non précisée", "pont.exemple.fr/fiche/a:1"):
        assert part in post["post_content"]
    assert bridge.acts() == []
    assert "[tome 2]" in site.php(f"echo html_entity_decode(get_the_title({post['ID']}));")


def test_published_at_once_where_the_target_asks_for_it(bridge: Bridge, site: WordPress) -> None:
    target(bridge, site, 'status = "publish"')
    bridge.harvest(item(1))
    bridge.deliver()
    assert articles(site)[slug("a:1")]["post_status"] == "publish"


def test_an_article_follows_its_record_and_stays_published(bridge: Bridge, site: WordPress) -> None:
    bridge.harvest(item(1))
    bridge.deliver()
    number = articles(site)[slug("a:1")]["ID"]
    site.php(f"wp_publish_post({number});")
    bridge.harvest(item(1, "Version 2"))
    assert bridge.acts() == [("update", "a:1")]
    post = articles(site)[slug("a:1")]
    assert (post["ID"], post["post_title"], post["post_status"]) == (number, "Version 2", "publish")
    bridge.harvest()
    assert bridge.acts() == [("withdraw", "a:1")]
    assert articles(site)[slug("a:1")]["post_status"] == "draft"
    bridge.harvest(item(1, "Version 3"))
    bridge.deliver()
    post = articles(site)[slug("a:1")]
    assert (post["ID"], post["post_title"], post["post_status"]) == (number, "Version 3", "draft")


def test_what_an_editor_wrote_is_never_written_over(bridge: Bridge, site: WordPress) -> None:
    bridge.harvest(item(1), item(2))
    bridge.deliver()
    number = articles(site)[slug("a:1")]["ID"]
    site.php(f"wp_update_post(array('ID' => {number}, 'post_content' => 'Nous savons mieux.'));")
    bridge.harvest(item(1, "Version 2"), item(2, "Version 2"))
    assert bridge.acts() == [("edited", "a:1"), ("update", "a:2")]
    assert articles(site)[slug("a:1")]["post_content"] == "Nous savons mieux."
    assert bridge.proposals() == ["a:1"] and bridge.notices("proposal")
    bridge.harvest(item(2, "Version 2"))
    bridge.deliver()
    assert articles(site)[slug("a:1")]["post_content"] == "Nous savons mieux."


def test_what_was_thrown_away_stays_away(bridge: Bridge, site: WordPress) -> None:
    bridge.harvest(item(1), item(2))
    bridge.deliver()
    found = articles(site)
    site.php(f"wp_trash_post({found[slug('a:1')]['ID']}); wp_delete_post({found[slug('a:2')]['ID']}, true);")
    bridge.harvest(item(1, "Version 2"), item(2, "Version 2"))
    assert bridge.acts() == [("removed", "a:1"), ("removed", "a:2")]
    assert bridge.acts() == []


def test_an_article_is_found_again_when_all_is_forgotten(
    bridge: Bridge, site: WordPress, tmp_path: Path, web: Web
) -> None:
    """As after a crash between the site's answer and our memory, or a database that was restored."""
    bridge.harvest(item(1))
    bridge.deliver()
    before = articles(site)
    (tmp_path / "second").mkdir()
    second = Bridge(tmp_path / "second", web, site.host)
    target(second, site)
    second.harvest(item(1))
    second.deliver()
    assert articles(site) == before
    second.harvest(item(1, "Version 2"))
    assert second.acts() == [("update", "a:1")]
    second.close()
    assert {name: post["ID"] for name, post in articles(site).items()} == {slug("a:1"): before[slug("a:1")]["ID"]}


def test_a_wrong_password_or_kind_of_article_stops_and_is_told(
    bridge: Bridge, site: WordPress, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge.harvest(item(1))
    target(bridge, site, user="personne")
    (done,) = bridge.deliver()
    assert done.act == "stopped" and "« personne »" in done.said and password not in done.said
    target(bridge, site, 'type = "inexistant"')
    (done,) = bridge.deliver()
    assert done.act == "stopped" and "404" in done.said
    monkeypatch.setenv(VARIABLE, "faux mot de passe")
    target(bridge, site)
    (done,) = bridge.deliver()
    assert done.act == "stopped" and "faux" not in done.said
    assert not articles(site)
