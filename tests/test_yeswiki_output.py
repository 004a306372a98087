"""The answers of a YesWiki: as its core and its importer read them, and as our own reader of YesWikis does."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fake_collective import change, fill, records
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from writers_cases import CASES, ENTRIES, FEED, FULL, LIVE, WITHDRAWN

from bridge.collective import Collective
from bridge.readers import yeswiki as reader
from bridge.record import Entry, Organisation, Record, Response
from bridge.web import create_app
from bridge.writers import wikiword, yeswiki

WIKI = "https://pont.exemple.org/pour/mares/"
THEIRS = replace(
    FEED,
    url=WIKI,
    names={"title": "bf_titre", "abstract": "bf_resume", "themes": "bf_thematiques", "url": "url", "leads": "porteur!"},
)
TARGET = '[target]\nid = "mares"\ntitle = "Les mares"\nsite = "https://mares.exemple.fr/"\nform = 7\n'
HOME = "https://pont.exemple.fr/pour/mares/"


def entries(members: list[Entry], asked: yeswiki.Asked = yeswiki.ALL, feed: Any = THEIRS) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(yeswiki.entries(members, feed, 7, asked)))
    return found


def only(record: Record, feed: Any = THEIRS) -> dict[str, Any]:
    (found,) = entries([Entry(record.id, "2026-11-01T10:00:00Z", "live", record)], feed=feed).values()
    assert isinstance(found, dict)
    return found


# The writer


@pytest.mark.parametrize("name, feed", [("out", replace(FEED, url=WIKI)), ("out.named", THEIRS)])
def test_form_and_entries_are_what_was_read_once(name: str, feed: Any) -> None:
    golden = CASES / "yeswiki_output" / f"{name}.json"
    form = json.dumps(yeswiki.form(ENTRIES, feed, 7), ensure_ascii=False, indent=1)
    written = f"{form}\n{b''.join(yeswiki.entries(ENTRIES, feed, 7)).decode()}"
    if os.environ.get("GOLDEN"):
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_tags_are_short_wiki_words_and_no_two_ids_share_one(one: str, other: str) -> None:
    assert re.fullmatch(r"Fiche[A-Za-z0-9]{0,38}X[0-9a-f]{16}", wikiword.tag(one))
    assert (wikiword.tag(one) == wikiword.tag(other)) is (one == other)


def test_a_tag_never_moves() -> None:
    assert wikiword.tag("cdr-exemple:1024") == "FicheCdrExemple1024Xe95dd91bdc13c67d"
    assert wikiword.tag("a-b:c") != wikiword.tag("a:b-c")


def test_every_entry_says_where_it_comes_from_even_if_the_target_names_nothing_of_it() -> None:
    said = only(replace(FULL, attribution="CDR, 2024"))
    assert said["bf_source"] == "Centre de ressources « Exemple et Cie »"
    assert said["bf_attribution"] == "CDR, 2024"
    assert said["bf_licence"].startswith("Licence Ouverte 2.0")
    assert said["bf_identifiant"] == FULL.id


def test_names_that_wikis_keep_for_themselves_are_ours() -> None:
    said = only(FULL)
    assert said["url"] == f"{WIKI}?{wikiword.tag(FULL.id)}"
    assert said["bf_site_internet"] == FULL.url
    assert "porteur_" in said, "a name is one that a form can have"
    assert "bf_titre" in only(FULL, replace(THEIRS, names={"title": "nom"}))


def test_no_text_of_a_partner_is_markup_in_a_wiki() -> None:
    hostile = '<img src=x onerror=alert(1)> {{include page="A"}} ""<b>"" \'x\' ***'
    record = replace(
        FULL,
        title=hostile,
        abstract=hostile,
        url='https://a.fr/?"onclick="x"><b>',
        leads=(Organisation(hostile),),
        keywords=(hostile, "a, b"),
        attribution=hostile,
    )
    said = only(record, replace(FEED, url=WIKI))
    texts = [str(value) for key, value in said.items() if key != "html_data"]
    assert not [text for text in texts if re.search(r'[<>"]|\{\{', text)]
    assert re.fullmatch(r'(data-\w+="[^"<>\']*" )*', said["html_data"])
    assert len(said["bf_tags"].split(",")) == 2, "a comma inside a value would make two of it"
    form = yeswiki.form([Entry(record.id, "2026-11-01T10:00:00Z", "live", record)], replace(FEED, url=WIKI), 7)
    (tags,) = [field for field in form["prepared"] if field["name"] == "bf_tags"]
    assert set(tags["options"]) == set(said["bf_tags"].split(","))


def test_what_is_withdrawn_is_a_title_and_no_more() -> None:
    (gone,) = entries([replace(WITHDRAWN[0], datestamp="2026-11-02T10:00:00Z")]).values()
    assert gone["bf_titre"] == "(retirée)"
    assert gone["date_maj_fiche"] == "2026-11-02 10:00:00"
    empty = {key for key, value in gone.items() if not value}
    assert set(gone) - empty == {
        *("bf_titre", "id_fiche", "id_typeannonce", "date_creation_fiche", "date_maj_fiche", "statut_fiche", "url")
    }


def test_what_is_too_young_is_dated_so_that_it_is_asked_again() -> None:
    found = entries(ENTRIES, yeswiki.Asked(settled="2026-01-01T00:00:00Z"))
    assert {entry["date_maj_fiche"] for entry in found.values()} <= {"2026-01-01 00:00:00"}


@pytest.mark.parametrize(
    "query, wanted",
    [
        ("", lambda r: True),
        ("bf_latitude!=|bf_longitude!=", lambda r: r.point is not None),
        ("bf_latitude=", lambda r: r.point is None),
        ("bf_type=Guide pratique", lambda r: r.type == "r-guide"),
        ("bf_type=Guide pratique,Événement", lambda r: r.type in ("r-guide", "r-evenement")),
        ("bf_type=Guide pratique|bf_type=Événement", lambda r: r.type in ("r-guide", "r-evenement")),
        ("bf_type!=Guide pratique,Événement", lambda r: r.type not in ("r-guide", "r-evenement")),
        ("bf_themes=Trame verte et bleue", lambda r: "t-tvb" in r.themes),
        ("bf_themes=Trame", lambda r: False),
        ("inconnu=x", lambda r: False),
        ("inconnu!=x", lambda r: True),
    ],
)
def test_conditions_are_those_of_wikis(query: str, wanted: Callable[[Record], bool]) -> None:
    found = entries([e for e in ENTRIES if e.record], yeswiki.Asked(yeswiki.conditions(query)), replace(FEED, url=WIKI))
    assert set(found) == {wikiword.tag(record.id) for record in LIVE if wanted(record)}
    assert found or query in ("bf_themes=Trame", "inconnu=x")


def test_the_light_list_says_the_same_as_the_whole_one() -> None:
    asked = ("id_fiche", "bf_titre", "url", "date_maj_fiche")
    light, whole = entries(ENTRIES, yeswiki.Asked(fields=asked)), entries(ENTRIES)
    assert light == {tag: {key: entry[key] for key in asked} for tag, entry in whole.items()}
    narrow = yeswiki.Asked(yeswiki.conditions("bf_thematiques=Trame verte et bleue"), ("id_fiche",))
    assert 0 < len(entries(LIVE_ENTRIES, narrow)) < len(LIVE_ENTRIES)
    data = entries(ENTRIES, yeswiki.Asked(fields=("html_data",)))
    assert data == {tag: {"html_data": entry["html_data"]} for tag, entry in whole.items()}


LIVE_ENTRIES = [entry for entry in ENTRIES if entry.record]


def test_the_template_of_importers_is_that_of_the_core() -> None:
    """As ``FormManager::parseTemplate`` reads it."""
    form = yeswiki.form(ENTRIES, THEIRS, 7)
    lines = [[cell.strip() for cell in line.split("***")] for line in form["bn_template"].split("\r\n")]
    assert [line[:16] for line in lines] == form["template"]
    assert {len(line) for line in lines} == {17}


def test_every_list_is_declared_and_holds_what_entries_hold() -> None:
    form = yeswiki.form(ENTRIES, THEIRS, 7)
    lists = yeswiki.lists(form)
    declared = {line[1]: line[6] for line in form["template"] if line[0] in ("liste", "checkbox")}
    assert set(declared) == set(lists)
    for name, field in declared.items():
        codes = {node["id"] for node in lists[name]["nodes"]}
        held = {code for entry in entries(LIVE_ENTRIES).values() for code in entry[field].split(",") if code}
        assert codes == held


# The address


@pytest.fixture
def here(collective: Collective) -> Collective:
    fill(collective)
    (collective.settings.mappings / "mares.toml").write_text(TARGET, encoding="utf-8")
    return collective


@pytest.fixture
def client(here: Collective, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The records of a test are of this second: they are told to be older than they look."""
    monkeypatch.setattr("bridge.web.yeswiki.SETTLED", timedelta(minutes=-5))
    return create_app(here).test_client()


def ask(client: FlaskClient, query: str) -> Any:
    answer = client.get(f"/pour/mares/?{query}")
    assert answer.status_code == 200, query
    assert answer.content_type == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert re.match(rb"(\[)?\{", answer.data), "a wiki cuts what comes before the first brace"
    return json.loads(answer.data)


def edit(here: Collective, record: Record) -> None:
    with here.store.writing() as writing:
        writing.keep(record.source, "1", [change(here, record)])
    here.catch_up()


def withdraw(here: Collective, id: str) -> None:
    with here.store.writing() as writing:
        writing.withdraw([id])
    here.catch_up()


def test_both_ways_to_ask_for_a_form_answer_alike(client: FlaskClient) -> None:
    form = ask(client, "api/forms/7")
    assert form["bn_id_nature"] == "7"
    assert ask(client, "PagePrincipale/json&demand=forms&id=7") == [form]
    assert ask(client, "PagePrincipale/json&demand=forms") == [form]
    assert ask(client, "api/forms") == ask(client, "api/forms/") == ask(client, "wiki=api/forms=") == {"7": form}


def test_an_unknown_form_is_what_a_wiki_says_of_it(client: FlaskClient) -> None:
    answer = client.get("/pour/mares/?api/forms/8")
    assert (answer.status_code, answer.data) == (404, b"")
    assert ask(client, "api/forms/8/entries") == {}
    assert json.loads(client.get("/pour/mares/?A/json&demand=forms&id=8").data) == []


@pytest.mark.parametrize(
    "query",
    [
        "api/forms/7/entries",
        "api/forms/7/entries/json",
        "api/entries",
        "A/json&demand=entries&id=7",
        "api/entries/json",
    ],
)
def test_every_way_to_ask_for_the_entries(client: FlaskClient, query: str) -> None:
    found = ask(client, query)
    assert set(found) == {wikiword.tag(record.id) for record in records()}
    assert all(entry["url"] == f"{HOME}?{tag}" and entry["id_fiche"] == tag for tag, entry in found.items())
    assert ask(client, f"{query}&refresh=1&inconnu") == found


def test_some_entries_by_their_tags(client: FlaskClient) -> None:
    wanted = [wikiword.tag(record.id) for record in records()[:2]]
    assert list(ask(client, f"api/entries/json/{wanted[0]}")) == wanted[:1]
    assert set(ask(client, f"api/forms/7/entries/json/{','.join(wanted)}")) == set(wanted)
    assert list(ask(client, f"A/json&demand=entry&id_fiche={wanted[1]}")) == wanted[1:]
    assert ask(client, "api/entries/json/Absente") == ask(client, "A/json&demand=entry") == {}


def test_queries_come_as_html_from_wikis(client: FlaskClient) -> None:
    found = ask(client, "api/forms/7/entries&query=bf_latitude!=|bf_longitude!=")
    assert set(found) == {wikiword.tag(record.id) for record in records() if record.point}
    wanted = quote("bf_source=Réseau Haies et bocages|bf_titre!=&quot;")
    assert {e["bf_source"] for e in ask(client, f"api/forms/7/entries&query={wanted}").values()} == {
        "Réseau Haies et bocages"
    }


def test_changes_and_withdrawals_follow(client: FlaskClient, here: Collective) -> None:
    changed, gone = records()[0], records()[1]
    before = ask(client, "api/forms/7/entries")
    since = max(entry["date_maj_fiche"] for entry in before.values())
    assert ask(client, "api/forms/7/entries&dateMin=2100-01-01+00:00:00") == {}
    edit(here, replace(changed, title="Un nouveau titre"))
    withdraw(here, gone.id)
    news = ask(client, f"api/forms/7/entries&dateMin={quote(since)}")
    assert news[wikiword.tag(changed.id)]["bf_titre"] == "Un nouveau titre"
    assert news[wikiword.tag(gone.id)]["bf_titre"] == "(retirée)"
    assert min(entry["date_maj_fiche"] for entry in news.values()) >= since
    assert wikiword.tag("arb-ouest:999") in ask(client, "api/forms/7/entries&dateMin=2020-01-01")
    for whole in ("api/forms/7/entries", "api/forms/7/entries&fields=id_fiche,bf_titre,url,date_maj_fiche"):
        assert set(ask(client, whole)) == set(before) - {wikiword.tag(gone.id)}


def test_a_withdrawal_is_news_for_a_day(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told for longer, a wiki that has just looked for deletions would take it again, every day."""
    monkeypatch.setattr("bridge.web.yeswiki.TOLD", timedelta(minutes=-5))
    found = ask(client, "api/forms/7/entries&dateMin=2020-01-01")
    assert set(found) == {wikiword.tag(record.id) for record in records()}


def test_what_changed_this_very_second_is_not_kept(here: Collective, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.web.yeswiki.SETTLED", timedelta(minutes=5))
    answer = create_app(here).test_client().get("/pour/mares/?api/forms/7/entries")
    assert answer.headers["Cache-Control"] == "no-cache"
    dates = {entry["date_maj_fiche"] for entry in json.loads(answer.data).values()}
    with here.store.snapshot() as snapshot:
        assert max(dates) < snapshot.updated.replace("T", " "), "it will be asked again"


def test_the_lists_are_there_for_importers(client: FlaskClient) -> None:
    lists = ask(client, "A/json&demand=lists")
    assert ask(client, "A/json&demand=lists&list=ListePontBfType") == lists["ListePontBfType"]
    for name, told in lists.items():
        page = ask(client, f"api/pages/{name}")
        assert page["tag"] == name
        assert json.loads(page["body"]) == {"title": told["title"], "nodes": told["nodes"]}
    assert client.get("/pour/mares/?api/pages/ListeAbsente").status_code == 404


def test_importers_may_log_in_and_nobody_may_write(client: FlaskClient) -> None:
    answer = client.post("/pour/mares/?api/login", data={"username": "x", "password": "y"})
    assert answer.status_code == 200
    assert "YesWiki-main=public; HttpOnly; Path=/pour/mares/; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert client.post("/pour/mares/?api/entries/7", data={"bf_titre": "x"}).status_code == 405


def test_an_entry_leads_to_its_source(client: FlaskClient) -> None:
    record = records()[0]
    answer = client.get(f"/pour/mares/?{wikiword.tag(record.id)}")
    assert (answer.status_code, answer.location) == (303, record.url)
    assert client.get(f"/pour/mares/?{wikiword.tag('arb-ouest:999')}").status_code == 410
    assert client.get(f"/pour/mares/?{wikiword.tag('inconnue:1')}").status_code == 404
    assert client.get("/pour/mares/?NimporteQuoi").status_code == 404


def test_a_link_kept_since_an_entry_left_the_selection_still_leads_there(client: FlaskClient, here: Collective) -> None:
    record = records()[0]
    path = here.settings.mappings / "mares.toml"
    path.write_text(f'{TARGET}[target.select]\nnever = ["{record.id}"]\n', encoding="utf-8")
    assert wikiword.tag(record.id) not in ask(client, "api/forms/7/entries")
    assert client.get(f"/pour/mares/?{wikiword.tag(record.id)}").location == record.url


def test_the_page_of_an_entry_may_be_framed_and_no_other(client: FlaskClient) -> None:
    record = next(record for record in records() if record.licence == "etalab-2.0")
    answer = client.get(f"/pour/mares/?{wikiword.tag(record.id)}/iframe")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert f'<a href="{record.url}" target="_blank"' in page
    assert f"https://pont.exemple.fr/fiche/{record.id}" in page
    assert "Licence Ouverte" in page
    assert "frame-ancestors 'self'" in client.get("/").headers["Content-Security-Policy"]
    gone = client.get(f"/pour/mares/?{wikiword.tag('arb-ouest:999')}/iframe")
    assert gone.status_code == 410
    assert "frame-ancestors *" in gone.headers["Content-Security-Policy"], "a list shows it until it forgets it"
    assert "a été retirée" in gone.get_data(as_text=True)


def test_other_pages_of_a_wiki_lead_to_ours(client: FlaskClient) -> None:
    tag = wikiword.tag(records()[0].id)
    found = client.get(f"/pour/mares/?{tag}/listpages&tags=cour%20oasis")
    assert found.location == "https://pont.exemple.fr/?q=cour+oasis"
    assert client.get("/pour/mares/?PagePrincipale/rss&id=7").location == f"{HOME}feed.rss"


def test_our_own_reader_of_wikis_reads_it(client: FlaskClient) -> None:
    """The bridge takes itself for a YesWiki."""

    def get(request: Any) -> Response:
        answer = client.get(request.url)
        return Response(
            request.url, answer.status_code, {"content-type": answer.content_type}, answer.data, request.carry
        )

    first = reader.read(get(reader.start(f"{HOME}?api/forms/7/entries", {})), {})
    read = reader.read(get(first.next[0]), {})
    assert read.whole and not read.problems
    items = {item.id: item.data for item in read.items}
    full = next(record for record in records() if record.id == "cerema-nature:112")
    data = items[wikiword.tag(full.id)]
    assert full.point is not None
    assert data["bf_titre"] == full.title
    assert data["bf_tags"] == list(full.keywords)
    assert data["bf_type"] == "Retour d'expérience"
    assert data["bf_source"] == "Nature en ville, le réseau"
    assert (data["bf_latitude"], data["bf_longitude"]) == (full.point.lat, full.point.lon)
    assert len(items) == len(records())
