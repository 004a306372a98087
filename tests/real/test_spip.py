"""A real SPIP at both ends of the bridge: its pages recognised and read, and our feed syndicated by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.collective import Collective
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.recognise import proposal_toml, recognise
from bridge.record import Entry, Record, to_json
from bridge.refresh import Summary, refresh
from bridge.writers.spip import MOST, write
from tests.real.spip import Spip, spip
from tests.writers_cases import FEED, FULL, LIVE

RESOURCES, NEWS = 11, 3
PRIVATE = ("SECRET-1", "Vautrin", "leonore", "@exemple.org")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spip]:
    with spip(tmp_path_factory.mktemp("spip")) as running:
        yield running


@pytest.fixture
def fetcher(site: Spip) -> Iterator[Fetcher]:
    """The door, without the second that SPIP's robots.txt asks to leave: nobody else reads this site."""
    fetcher = Fetcher(allow_hosts=(site.host,), sleep=lambda _: None)
    yield fetcher
    fetcher.close()


Visit = tuple[Summary, dict[str, Record]]


@pytest.fixture
def harvest(fetcher: Fetcher, tmp_path: Path) -> Callable[[str], Visit]:
    """Recognise an address and visit it once: what the visit tells, and the records that are live by their titles."""
    path = tmp_path / "mappings" / "s.toml"
    path.parent.mkdir()

    def visit(url: str) -> Visit:
        if not path.exists():
            path.write_text(proposal_toml(recognise(url, fetcher)._replace(id="s")), encoding="utf-8")
        collective = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
        try:
            (summary,) = refresh(collective, collective.sources.values(), fetcher)
            with collective.store.snapshot() as snapshot:
                live = [entry.record for entry in snapshot.walk() if entry.record]
        finally:
            collective.close()
        return summary, {record.title: record for record in live}

    return visit


def test_the_home_page_leads_to_the_site_map(site: Spip, fetcher: Fetcher) -> None:
    found = recognise(site.url, fetcher)
    assert (found.kind, found.extends, found.title) == ("html_page", "_spip", "Réseau des communes vivantes")
    assert (found.url, found.options) == (f"{site.url}sitemap.xml", {"only": ["article"]})
    assert "le plan du site les liste tous" in found.why[0]
    assert dict(found.others)["la rubrique « Retours d’expérience »"] == f"{site.url}spip.php?rubrique1"


@pytest.mark.parametrize("path", ["spip.php?page=backend", "spip.php?page=plan"])
def test_other_pages_lead_to_the_site_map(site: Spip, fetcher: Fetcher, path: str) -> None:
    assert recognise(site.url + path, fetcher).url == f"{site.url}sitemap.xml"


@pytest.mark.parametrize("path", ["spip.php?rubrique1", "spip.php?article3"])
def test_a_section_and_its_articles_lead_to_it(site: Spip, fetcher: Fetcher, path: str) -> None:
    found = recognise(site.url + path, fetcher)
    assert (found.kind, found.extends, found.title) == ("html_page", "_spip", "Retours d’expérience")
    assert found.url == f"{site.url}spip.php?rubrique{site.ids['resources']}"
    assert set(found.options) == {"list", "next"}


def test_the_site_map_gives_all_articles_and_no_person(site: Spip, harvest: Callable[[str], Visit]) -> None:
    summary, records = harvest(site.url)
    assert (summary.complete, len(records)) == (True, RESOURCES + NEWS), summary.problems
    record = records["Mare et haie de Lyon"]
    assert record.url == f"{site.url}spip.php?article{site.ids['Lyon']}"
    assert record.abstract == "La ville de Lyon a rouvert une mare et replanté une haie."
    assert record.themes == ("t-pollinisateurs",)
    assert (record.territories, [lead.name for lead in record.leads]) == (("commune/69123",), ["Ville de Lyon"])
    assert record.budget is not None and record.budget.value == 12500
    said = str([to_json(one) for one in records.values()])
    assert not [word for word in PRIVATE if word in said]


def test_a_section_gives_its_articles_of_every_page(site: Spip, harvest: Callable[[str], Visit]) -> None:
    summary, records = harvest(f"{site.url}spip.php?rubrique1")
    assert (summary.complete, len(records)) == (True, RESOURCES), summary.problems
    assert "Assemblée générale" not in records
    assert records["Mare et haie de Besançon"].territories == ("commune/25056",)
    site.php(f"sql_updateq('spip_articles', array('statut' => 'poubelle'), 'id_article={site.ids['Pau']}');")
    try:
        harvest("")
        summary, records = harvest("")  # what is missing is looked for twice
        assert (summary.complete, len(records)) == (True, RESOURCES - 1), summary
        assert "Mare et haie de Pau" not in records
    finally:
        site.php(f"sql_updateq('spip_articles', array('statut' => 'publie'), 'id_article={site.ids['Pau']}');")


# Our feed, referenced there as a site ------------------------------------------------------------------------------


class Syndicated:
    """Our feed as this SPIP has referenced it, « effet miroir » on. It lies in the site's own folder: SPIP asks no
    other address of this machine for anything.
    """

    def __init__(self, site: Spip, summaries: bool) -> None:
        self.site = site
        self.path = site.folder / "IMG" / "partageons.rss"
        self.publish(LIVE)
        shown = "oui" if summaries else "non"
        self.found: dict[str, str] = json.loads(
            site.php(
                "include_spip('inc/site');"
                f"$found = analyser_site('{site.url}IMG/partageons.rss');"
                "$fields = array_intersect_key($found,"
                " array_flip(array('nom_site', 'url_site', 'url_syndic', 'descriptif', 'syndication')));"
                "$found['id'] = sql_insertq('spip_syndic', $fields + array('statut' => 'publie', 'moderation' => 'non',"
                f" 'miroir' => 'oui', 'oubli' => 'non', 'resume' => '{shown}'));"
                "echo json_encode($found);"
            )
        )

    def publish(self, records: Iterable[Record]) -> None:
        entries = [Entry(record.id, "2026-10-20T12:00:00Z", "live", record) for record in records]
        self.path.write_bytes(b"".join(write(entries, FEED)))

    def visit(self) -> dict[str, dict[str, Any]]:
        """What SPIP shows of the feed, by title, once its own task has run."""
        said = self.site.php(
            "include_spip('inc/queue');"
            f"$job = job_queue_add('syndic_a_jour', 'test', array({self.found['id']}), 'genie/syndic', false);"
            "queue_schedule(array($job));"
            f"$state = sql_getfetsel('syndication', 'spip_syndic', 'id_syndic={self.found['id']}');"
            f"$found = sql_allfetsel('*', 'spip_syndic_articles', 'id_syndic={self.found['id']}');"
            "echo json_encode(array($state, $found), JSON_INVALID_UTF8_SUBSTITUTE);"
        )
        state, articles = json.loads(said)
        assert state == "oui", "SPIP n'a pas pu lire le flux"
        assert len({article["titre"] for article in articles}) == len(articles)
        return {article["titre"]: article for article in articles}


@pytest.fixture
def syndicated(site: Spip) -> Iterator[Callable[..., Syndicated]]:
    made: list[Syndicated] = []

    def reference(summaries: bool = True) -> Syndicated:
        made.append(Syndicated(site, summaries))
        return made[-1]

    yield reference
    for one in made:
        site.php(
            f"sql_delete('spip_syndic', 'id_syndic={one.found['id']}');"
            f"sql_delete('spip_syndic_articles', 'id_syndic={one.found['id']}');"
        )


TITLES = {"hostile:1": "alert('xss') ]]> & ", "hostile:2": "Contrôles&#127; seul"}  # without tags or odd characters


def shown(articles: dict[str, dict[str, Any]]) -> set[str]:
    return {title for title, article in articles.items() if article["statut"] == "publie"}


def test_spip_understands_what_our_feed_is(syndicated: Callable[..., Syndicated]) -> None:
    found = syndicated().found
    assert found["syndication"] == "oui" and found["nom_site"] == "Toutes les ressources & "
    assert found["url_site"] == FEED.home and found["descriptif"].startswith("Le réseau partage ses ressources")


def test_spip_takes_every_resource_with_its_address_words_and_files(syndicated: Callable[..., Syndicated]) -> None:
    articles = syndicated().visit()
    assert shown(articles) == {TITLES.get(record.id, record.title) for record in LIVE}
    for record in LIVE:
        article = articles[TITLES.get(record.id, record.title)]
        shared = record.id == "liste:2"  # its page is also that of the line before
        assert article["url"] == (record.url if record.url and not shared else FEED.page(record.id))
        assert article["lang"] == (record.language or "fr") and article["date"] == "2026-10-20 12:00:00"
        assert article["lesauteurs"] == FEED.words.source(record.source)
    full = articles[FULL.title]
    assert full["descriptif"] == FULL.abstract.replace("\n", " ")
    assert re.findall(r"rel='tag'>([^<]*)", full["tags"]) == [
        *("Retour d'expérience", "Zones humides &amp; mares", "Trame verte et bleue"),
        *FULL.keywords,
    ]
    assert re.findall(r'rel="enclosure" href="([^"]*)"', full["tags"]) == [file.url for file in FULL.documents]
    assert not [each for each in articles.values() if "Jeanne Exemple" in str(each)]


def test_an_edit_is_shown_in_the_same_article(syndicated: Callable[..., Syndicated]) -> None:
    there = syndicated()
    before = there.visit()[FULL.title]
    there.publish([replace(FULL, title="Titre d’après", abstract="Moins de 3 m & plus de x < y.", keywords=("haies",))])
    after = there.visit()["Titre d’après"]
    assert after["id_syndic_article"] == before["id_syndic_article"]
    assert after["descriptif"] == "Moins de 3 m &amp; plus de x &lt; y." and ">haies<" in after["tags"]


def test_what_leaves_the_feed_is_unpublished_and_nothing_else(syndicated: Callable[..., Syndicated]) -> None:
    there = syndicated()
    all_of_them = shown(there.visit())
    assert shown(there.visit()) == all_of_them
    there.publish([record for record in LIVE if record is not FULL])
    articles = there.visit()
    assert articles[FULL.title]["statut"] == "off" and shown(articles) == all_of_them - {FULL.title}


def test_whole_texts_keep_their_links_and_their_words(syndicated: Callable[..., Syndicated]) -> None:
    there = syndicated(summaries=False)
    link = '<a href="https://a.exemple.fr/" rel="noopener noreferrer">un lien</a>'
    there.publish([replace(FULL, content=f"<p>Un <strong>texte</strong> &amp; {link}</p>")])
    article = there.visit()[FULL.title]
    assert article["descriptif"] == '<p>Un <strong>texte</strong> &amp; <a href="https://a.exemple.fr/">un lien</a></p>'
    assert ">chantier participatif<" in article["tags"] and "un lien" not in article["tags"]


def test_a_long_abstract_ends_with_a_sentence(syndicated: Callable[..., Syndicated]) -> None:
    there = syndicated()
    there.publish([replace(FULL, abstract="Une phrase de quelques mots, et d’autres encore. " * 20)])
    said = there.visit()[FULL.title]["descriptif"]
    assert 200 < len(said) <= 300 and said.endswith("d’autres encore.")


def test_spip_takes_all_that_a_full_feed_holds(syndicated: Callable[..., Syndicated]) -> None:
    there = syndicated()
    many = [Record(id=f"s:{n}", source="s", title=f"Fiche {n}", url=f"https://s.fr/{n}") for n in range(MOST + 20)]
    there.publish(many)
    assert shown(there.visit()) == {record.title for record in many[:MOST]}
