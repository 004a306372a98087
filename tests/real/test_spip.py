"""A real SPIP through the bridge: recognised from any of its pages, read by its site map or by one of its sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.collective import Collective
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.recognise import proposal_toml, recognise
from bridge.record import Record, to_json
from bridge.refresh import Summary, refresh
from tests.real.spip import Spip, spip

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
