"""A running YesWiki where nothing of ours is installed: what the bridge reads of it by its API, by its command line.

See ``test_yeswiki`` for what the environment must say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bridge.collective import Collective
from bridge.config import load
from bridge.record import Record, to_json
from bridge.refresh import Summary, fetcher, refresh
from bridge.store.search import Query
from tests.real.yeswiki import IMAGE, SECRETS, Initiatives, YesWiki, field
from tests.terminal import Terminal

pytestmark = pytest.mark.yeswiki

SOURCE = "wiki"
MAPPING = """extends = "_yeswiki"
[source]
id = "wiki"
url = "{url}"
title = "Le wiki"
keep = "full"
agreement = {{ date = 2026-01-01 }}
licence = "CC-BY-SA-4.0"
options = {{ form = "{form}" }}
"""
# The first prototype: 19 entries of three facets, one value each.
ACTORS = {
    "Collectivité": 11,
    "Association": 1,
    "Citoyen": 1,
    "Autre": 1,
    "État et établissements publics": 3,
    "Partenariat public privé": 2,
}
RECOGNISED = {"Territoire engagé pour la nature": 8, "Pas reconnu": 11}
STATUS = {"En projet": 7, "En cours": 7, "Terminé": 5}


class Bridge:
    """A collective whose source is one form of a wiki."""

    def __init__(self, folder: Path, wiki: YesWiki, form: str) -> None:
        (folder / "mappings").mkdir()
        (folder / "mappings" / "wiki.toml").write_text(MAPPING.format(url=wiki.url, form=form), encoding="utf-8")
        self.here = Collective(load(folder, {"PARTAGEONS_ALLOW_HOSTS": urlsplit(wiki.url).netloc}))
        self._fetch = fetcher(self.here)

    def harvest(self, full: bool = False) -> Summary:
        (summary,) = refresh(self.here, [self.here.sources[SOURCE]], self._fetch, full=full)
        return summary

    def records(self) -> dict[str, Record]:
        """What is live, by the tag of the wiki."""
        with self.here.store.snapshot() as snapshot:
            return {each.id.partition(":")[2]: each.record for each in snapshot.walk() if each.record}

    def text(self, tag: str) -> str:
        """All of a record."""
        return json.dumps(to_json(self.records()[tag]), ensure_ascii=False)

    def said(self) -> str:
        """What a person reads of the source's troubles."""
        with self.here.store.snapshot() as snapshot:
            return " ".join(problem.message for problem in snapshot.problems(SOURCE))

    def close(self) -> None:
        self._fetch.close()
        self.here.close()


@pytest.fixture(scope="module")
def form(wiki_a: YesWiki) -> Initiatives:
    made = Initiatives(wiki_a, "Initiatives pour la nature")
    for number in range(8):
        wiki_a.post(made.number, {"bf_titre": f"Partageons la fiche {number}", "bf_ville": "Nantes"})
    return made


@pytest.fixture
def bridge(form: Initiatives, entry: str, tmp_path: Path) -> Iterator[Bridge]:
    """It harvested the form once."""
    found = Bridge(tmp_path, form.wiki, form.number)
    assert found.harvest().complete
    yield found
    found.close()


@pytest.fixture
def entry(form: Initiatives) -> Iterator[str]:
    """A full entry, made by the form of the wiki; gone afterwards."""
    tag = form.wiki.create(
        form.number,
        form.values("Partageons une mare & son « étang » < 3 m"),
        files={
            "imagebf_image": ("Mare été.png", IMAGE, "image/png"),
            "fichierbf_document": ("Bilan.pdf", b"%PDF-1.4 bilan", "application/pdf"),
        },
    )
    yield tag
    if form.wiki.entry(tag):
        form.wiki.forget(tag)


def test_the_address_of_the_wiki_is_enough(form: Initiatives, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, hosts=(urlsplit(form.wiki.url).netloc,))
    terminal("init", ".")
    for address in ("", f"?api/forms/{form.number}/entries"):
        found = terminal.json("add", form.wiki.url + address, "--dry-run")
        assert (found["kind"], found["url"]) == ("yeswiki", form.wiki.url), address
        assert found["options"] == {"form": form.number}, (address, found["why"])
        assert 'extends = "_yeswiki"' in found["mapping"]
    assert len(found["records"]) == 3


def test_an_entry_says_what_a_visitor_reads_and_no_more(form: Initiatives, entry: str, bridge: Bridge) -> None:
    wiki = form.wiki
    record, text = bridge.records()[entry], bridge.text(entry)
    assert record.title == "Partageons une mare & son « étang » < 3 m"
    assert record.url == f"{wiki.url}?{entry}"
    assert record.point and (record.point.lat, record.point.lon) == (45.75, 4.85)
    assert record.actor_types == ("a-collectivite",)
    assert "<strong>Lyon</strong>" in record.content and "revenue &amp; les" in record.content
    assert set(record.keywords) >= {"mare", "triton"}
    assert record.image and record.image.url.startswith(f"{wiki.url}files/")
    assert requests.get(record.image.url, timeout=20).content == IMAGE
    (document,) = record.documents
    assert requests.get(document.url, timeout=20).content == b"%PDF-1.4 bilan"
    assert "**" not in record.abstract and "[[" not in record.abstract and "mare retrouvée" in record.abstract
    for secret in (*SECRETS, wiki.admin):
        assert secret not in text, secret
    # The administrator does read them: they are there.
    told = json.dumps(wiki.entry(entry, wiki.logged), ensure_ascii=False)
    assert "SECRET-NOTE" in told and "SECRET-MEMBRES" in told and "secret.personne" in told


CAUSES = ("form", "api", "upsert", "csv", "code", "sql")


@pytest.mark.parametrize("cause", CAUSES)
def test_what_changes_is_seen_at_the_next_visit(form: Initiatives, entry: str, bridge: Bridge, cause: str) -> None:
    """A walk of what changed, whatever changed it; the database's clock is not asked."""
    wiki, number, title = form.wiki, form.number, f"Partageons autrement ({cause})"
    match cause:
        case "form":
            wiki.edit(entry, {"bf_titre": title})
        case "api":
            entry = wiki.post(number, {"bf_titre": title})
        case "upsert":
            kept = {"bf_titre": title, "id_fiche": entry, "bf_ville": "Lyon"}
            assert wiki.post(number, kept) == entry
        case "csv":
            assert wiki.upload(number, f'"Titre","Commune"\n"{title}","Brest"\n') == 1
        case "code":
            wiki.php(f"$entries->update('{entry}', ['bf_titre' => '{title}', 'antispam' => 1]);")
        case "sql":
            # What a restored backup does: the row changes, no date does. The full walk of a day finds it.
            wiki.sql(
                "UPDATE #__pages SET body = REPLACE(body, 'Partageons une mare', 'Partageons autrement (sql)')"
                f" WHERE tag = '{entry}' AND latest = 'Y'"
            )
    summary = bridge.harvest(full=cause == "sql")
    assert summary.complete and not summary.problems, summary
    titles = [each.title for each in bridge.records().values()]
    assert [each for each in titles if each.startswith(title)], titles
    made = [tag for tag in wiki.tags(number) if tag.startswith("PartageonsAutrement")]
    for tag in made:
        wiki.forget(tag)


def test_what_is_deleted_is_withdrawn_when_it_is_missing_again(form: Initiatives, entry: str, bridge: Bridge) -> None:
    form.wiki.delete(entry)
    assert bridge.harvest().absent == 1
    assert entry in bridge.records(), "once is not enough"
    assert bridge.harvest().withdrawn == 1
    assert entry not in bridge.records()


def test_a_field_that_is_closed_to_visitors_leaves_the_bridge(form: Initiatives, entry: str, bridge: Bridge) -> None:
    assert bridge.records()[entry].place_text == "Lyon"
    closed = field("texte", "bf_ville", "Commune", at7="text", at11="@admins")
    lines = [closed if "***bf_ville***" in line else line for line in form.fields]
    form.wiki.edit_form(form.number, "\n".join(lines))
    try:
        assert bridge.harvest(full=True).complete
        assert bridge.records()[entry].place_text == ""
    finally:
        form.wiki.edit_form(form.number, form.template())


def test_a_field_removed_and_a_form_renamed_withdraw_nothing(form: Initiatives, entry: str, bridge: Bridge) -> None:
    before = set(bridge.records())
    form.wiki.edit_form(form.number, form.template("bf_contenu", "bf_date_debut"))
    form.wiki.sql(f"UPDATE #__nature SET bn_label_nature = 'Partageons rien' WHERE bn_id_nature = {form.number}")
    try:
        summary = bridge.harvest(full=True)
        assert summary.complete and not summary.withdrawn
        assert set(bridge.records()) == before
    finally:
        form.wiki.edit_form(form.number, form.template())


def test_a_list_emptied_gives_codes_and_withdraws_nothing(form: Initiatives, entry: str, bridge: Bridge) -> None:
    before = set(bridge.records())
    wiki, page = form.wiki, f"SELECT body FROM #__pages WHERE tag = '{form.themes}' AND latest = 'Y'"
    kept = wiki.sql(page)[0]["body"]
    wiki.php(f"$lists->update('{form.themes}', 'Partageons Thèmes', []);")
    try:
        summary = bridge.harvest(full=True)
        assert summary.complete and not summary.withdrawn
        assert set(bridge.records()) == before
    finally:
        nodes = json.dumps(json.loads(kept)["nodes"]).replace("'", "\\'")
        wiki.php(f"$lists->update('{form.themes}', 'Partageons Thèmes', json_decode('{nodes}', true));")


def test_a_form_emptied_or_deleted_is_said_and_nothing_is_withdrawn(form: Initiatives, tmp_path: Path) -> None:
    other = form.wiki.form("Passagères", form.template())
    for number in range(4):
        form.wiki.post(other, {"bf_titre": f"Partageons un temps {number}"})
    bridge = Bridge(tmp_path, form.wiki, other)
    assert bridge.harvest().created == 4
    for how, said in (("empty", "liste est vide"), ("delete", "n'existe pas")):
        form.wiki.empty(other, how)
        for _ in range(2):
            assert not bridge.harvest().withdrawn
        assert said in bridge.said(), how
        assert len(bridge.records()) == 4
    bridge.close()


def test_a_wiki_closed_to_visitors_is_said_and_nothing_is_withdrawn(form: Initiatives, bridge: Bridge) -> None:
    wiki, before = form.wiki, set(bridge.records())
    wiki.sql(
        "REPLACE INTO #__acls (page_tag, privilege, list) SELECT tag, 'read', '@admins' FROM #__pages"
        f" WHERE latest = 'Y' AND body LIKE '%\"id_typeannonce\":\"{form.number}\"%'",
    )
    try:
        assert not wiki.tags(form.number)
        for _ in range(2):
            summary = bridge.harvest()
            assert not summary.withdrawn, summary
        assert set(bridge.records()) == before
        assert "ne montre aucune fiche" in bridge.said()
    finally:
        wiki.sql(
            "UPDATE #__acls SET list = '*' WHERE list = '@admins' AND privilege = 'read'"
            " AND page_tag LIKE 'Partageons%'"
        )


def test_the_first_prototype_gives_the_same_counts(wiki_a: YesWiki, tmp_path: Path) -> None:
    """Nineteen entries, three facets, one value each; all of them on the map."""
    wiki = wiki_a
    facets = {"bf_acteurs": ACTORS, "bf_reconnaissance": RECOGNISED, "bf_statut": STATUS}
    lines = [field("texte", "bf_titre", "Titre", at7="text", at8="1"), field("map", "bf_latitude", "bf_longitude")]
    columns = []
    for name, counts in facets.items():
        codes = {str(number): label for number, label in enumerate(counts, 1)}
        lines.append(field("liste", wiki.list(name, codes), name, at6=name))
        columns.append([code for code, label in codes.items() for _ in range(counts[label])])
    number = wiki.form("Prototype", "\n".join(lines))
    for rank, codes in enumerate(zip(*columns, strict=True)):
        place = {"bf_latitude": str(45 + rank / 10), "bf_longitude": "4.85"}
        wiki.post(number, {"bf_titre": f"Initiative {rank}", **place, **dict(zip(facets, codes, strict=True))})
    bridge = Bridge(tmp_path, wiki, number)
    assert bridge.harvest().created == 19
    words = bridge.here.vocabulary
    found = bridge.here.index.search(Query())
    for name, counts in (("acteur", ACTORS), ("reconnu", RECOGNISED), ("statut", STATUS)):
        told = {words.concept(concept).fr: count for concept, count in found.facets[name]}
        assert told == counts, name
    assert len(bridge.here.index.points(Query())) == 19
    bridge.close()
