"""What coordinators do in their browser: signing in, a new source, words and fields; and who may not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Site
from flask.testing import FlaskClient

from bridge import __version__, accounts
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import ConfigError
from bridge.meaning.target import Copy
from bridge.record import Problem
from bridge.refresh import due_sources, fetcher, refresh
from bridge.store.copies import Copies, tell_proposals
from bridge.store.deliveries import Deliveries, Known, Place
from bridge.store.journal import Journal
from bridge.store.notices import Notices
from bridge.store.pairings import Pairings, Plugins
from bridge.web import create_app
from bridge.web.sources import older

PASSWORD = "une phrase bien assez longue"
PAGES = ("/sources/nouvelle", "/en/sources/nouvelle")
WRITING = ("/sources/nouvelle", "/sources/a/mots", "/sources/a/champs", "/coordination/sortir")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: what they cost in earnest is tested elsewhere."""
    monkeypatch.setattr(accounts, "COST", accounts.Cost(1, 1, 1))


@pytest.fixture
def here(tmp_path: Path, site: Site) -> Iterator[Collective]:
    (tmp_path / "mappings").mkdir()
    made = Collective(load(tmp_path, {"PARTAGEONS_ALLOW_HOSTS": f"127.0.0.1:{site.server_port}"}))
    accounts.add(made, "marie", "administrator", (), PASSWORD, "cli")
    yield made
    made.close()


@pytest.fixture
def visitor(here: Collective) -> FlaskClient:
    return create_app(here).test_client()


@pytest.fixture
def client(visitor: FlaskClient) -> FlaskClient:
    """Signed in."""
    assert visitor.post("/coordination", data={"name": " Marie", "password": PASSWORD}).status_code == 302
    return visitor


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form of the page where it stands."""
    form = re.search(r'name="form" value="([^"]+)"', client.get("/sources/nouvelle").text)
    assert form
    return client.post(path, data={"form": form[1], **data}, follow_redirects=True)


def mapping(page: Any) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.S)
    assert found
    return found[1].replace("&#34;", '"').replace("&amp;", "&")


def test_without_an_account_nothing_can_be_written(tmp_path: Path) -> None:
    made = Collective(load(tmp_path, {}))
    client = create_app(made).test_client()
    door = client.get("/coordination").text
    assert "partageons account add VOTRE-NOM --role administrator" in door and "<input" not in door
    for path in PAGES:
        assert client.get(path).headers["Location"].partition("?")[0].endswith("/coordination")
    for path in WRITING:
        assert client.post(path).status_code == 403
    assert client.post("/coordination", data={"name": "", "password": ""}).status_code == 403
    made.close()


def test_the_old_token_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "partageons.toml").write_text('admin_token = "un-jeton-bien-assez-long"')
    for folder, environ in ((tmp_path, {}), (tmp_path / "x", {"PARTAGEONS_ADMIN_TOKEN": "un-jeton-bien-assez-long"})):
        with pytest.raises(ConfigError, match="remplacé par les comptes.*partageons account add"):
            load(folder, environ)


def test_visitors_are_sent_to_the_door(visitor: FlaskClient) -> None:
    for path in PAGES:
        sent = visitor.get(path)
        door = "/en/coordination" if path.startswith("/en") else "/coordination"
        assert sent.status_code == 302 and sent.headers["Location"] == f"{door}?next={path}"
    for path in WRITING:
        assert visitor.post(path, data={"url": "https://a.fr"}).status_code == 403
    for path in ("/", "/sources", "/coordination", "/oai?verb=Identify", "/feed.atom"):
        assert "Set-Cookie" not in visitor.get(path).headers
    page = visitor.get("/sources").text
    assert 'href="/coordination"' in page and "nouvelle" not in page and "/coordination/sortir" not in page


def test_the_door(visitor: FlaskClient) -> None:
    for name, password in (("marie", "autre"), ("paul", PASSWORD), ("marie", ""), ("", "")):
        refused = visitor.post("/coordination", data={"name": name, "password": password})
        assert refused.status_code == 403 and "ne vont pas ensemble" in refused.text
        assert "Set-Cookie" not in refused.headers and (not password or password not in refused.text)
    let_in = visitor.post("/coordination", data={"name": "marie", "password": PASSWORD, "next": "/sources/nouvelle"})
    assert let_in.headers["Location"] == "/sources/nouvelle"
    cookie = let_in.headers["Set-Cookie"]
    assert PASSWORD not in cookie and all(mark in cookie for mark in ("HttpOnly", "SameSite=Lax", "Expires="))
    assert "Secure" not in cookie, "this one is not served over https"
    seen = visitor.get("/sources")
    assert seen.headers["Cache-Control"] == "private, no-store" and "Cookie" in seen.headers["Vary"]
    assert "/sources/nouvelle" in seen.text and ">marie<" in seen.text
    left = post(visitor, "/coordination/sortir")
    assert "Vous êtes sorti" in left.text and ">marie<" not in left.text
    assert visitor.get("/sources/nouvelle").status_code == 302
    assert "Set-Cookie" not in visitor.get("/sources").headers, "nothing of the session stays"


def test_over_https_the_cookie_is_for_https_only(tmp_path: Path) -> None:
    made = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    accounts.add(made, "marie", "administrator", (), PASSWORD, "cli")
    let_in = create_app(made).test_client().post("/coordination", data={"name": "marie", "password": PASSWORD})
    assert "; Secure;" in let_in.headers["Set-Cookie"]
    made.close()


@pytest.mark.parametrize("there", ["https://b.fr/", "//b.fr", "/\\b.fr", "javascript:alert(1)", "/a\nb", "x"])
def test_nobody_is_sent_elsewhere(visitor: FlaskClient, there: str) -> None:
    sent = visitor.post("/coordination", data={"name": "marie", "password": PASSWORD, "next": there})
    assert sent.headers["Location"] == "/coordination"


def test_nobody_is_signed_in_from_another_site(visitor: FlaskClient) -> None:
    data = {"name": "marie", "password": PASSWORD}
    assert visitor.post("/coordination", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.post("/coordination", data=data, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_a_forged_form_is_refused(client: FlaskClient, here: Collective) -> None:
    for form in ({}, {"form": "x"}):
        for path in WRITING:
            assert client.post(path, data={**form, "url": "https://a.fr", "act": "keep"}).status_code == 403


def test_a_new_source(client: FlaskClient, here: Collective, site: Site) -> None:
    site.put([{"id": n, "titre": f"Fiche <b>{n}</b> & co", "inconnu": "x"} for n in range(9)])
    page = post(client, "/sources/nouvelle", url=site.url("/data.json"))
    assert page.status_code == 200 and page.text.count("<article") == 3 and "Fiche 0 &amp; co" in page.text
    assert "une liste de 9 objets" in page.text and "inconnu" in page.text
    assert not list(here.settings.mappings.iterdir()), "nothing is kept before a person agrees"
    text = mapping(page).replace("licence", "# une licence\nlicence")
    looked = post(client, "/sources/nouvelle", mapping=text, act="look")
    assert looked.text.count("<article") == 3 and mapping(looked) == text
    assert 'value="CC-BY-SA-4.0"' in looked.text
    named = post(client, "/sources/nouvelle", mapping=text, title="Les fiches", licence="CC-BY-SA-4.0", act="look")
    text = mapping(named)
    said = tomllib.loads(text)["source"]
    assert (said["title"], said["licence"]) == ("Les fiches", "CC-BY-SA-4.0") and "# une licence\n" in text
    assert '<option value="CC-BY-SA-4.0" selected>' in named.text
    kept = post(client, "/sources/nouvelle", mapping=text, act="keep")
    assert "est maintenant une source" in kept.text and kept.request.path == "/sources/127-0-0-1"
    (path,) = here.settings.mappings.iterdir()
    assert tomllib.loads(path.read_text()) == tomllib.loads(text)
    assert [source.id for source in due_sources(here)] == ["127-0-0-1"]
    again = post(client, "/sources/nouvelle", mapping=text, act="keep")
    assert again.status_code == 422 and "existe déjà" in again.text and mapping(again) == text


@pytest.mark.parametrize("url", ["https://", "http://127.0.0.1:9/", "file:///etc/passwd", "http://169.254.169.254/"])
def test_an_address_that_gives_nothing(client: FlaskClient, url: str) -> None:
    page = post(client, "/sources/nouvelle", url=url)
    assert page.status_code == 422 and 'role="alert"' in page.text and f'value="{url}"' in page.text


@pytest.mark.parametrize(
    "text", ["[source", 'extends = "../../x"', "[target]", '[source]\nid = "../x"\nkind = "feed"\nurl = "https://a.fr"']
)
def test_a_mapping_that_cannot_be_used(client: FlaskClient, here: Collective, text: str) -> None:
    for act in ("look", "keep"):
        page = post(client, "/sources/nouvelle", mapping=text, act=act)
        assert page.status_code == 422 and mapping(page) == text
    assert not list(here.settings.mappings.iterdir())


@pytest.fixture
def words(client: FlaskClient, here: Collective, site: Site) -> Collective:
    """A source with a word and a field that are not understood, harvested."""
    site.put([{"id": n, "titre": "Fiche", "theme": "Zones humides et mares : gestion", "bla": "x"} for n in range(2)])
    post(client, "/sources/nouvelle", url=site.url("/data.json"))
    (here.settings.mappings / "a.toml").write_text(
        f'# à nous\n[source]\nid = "a"\nkind = "json_api"\nurl = "{site.url("/data.json")}"\n'
        '[fields]\ntitle = "titre"\nthemes = "theme"\n'
    )
    refresh(here, list(here.sources.values()), fetcher(here))
    return here


def test_words_are_accepted_in_one_click(client: FlaskClient, words: Collective) -> None:
    page = client.get("/sources/a").text
    assert 'value="t-zones-humides"' in page and 'value="Zones humides et mares : gestion"' in page
    assert due_sources(words) == []
    done = post(
        client, "/sources/a/mots", field="themes", label="Zones humides et mares : gestion", concept="t-zones-humides"
    )
    assert "veut dire" in done.text
    table = (words.settings.mappings / "a.toml").read_text()
    assert table.startswith("# à nous\n")
    assert tomllib.loads(table)["values"]["themes"] == {"Zones humides et mares : gestion": "t-zones-humides"}
    assert [source.id for source in due_sources(words)] == ["a"]
    refresh(words, due_sources(words), fetcher(words))
    assert "Mots non reconnus" not in client.get("/sources/a").text
    bad = post(client, "/sources/a/mots", field="themes", label="x", concept="t-rien")
    assert "flash--bad" in bad.text and "n&#39;est pas un concept" in bad.text
    post(client, "/sources/a/mots", field="themes", label="x", concept="")
    assert tomllib.loads((words.settings.mappings / "a.toml").read_text())["values"]["themes"]["x"] == ""
    assert post(client, "/sources/b/mots", field="themes", label="x").status_code == 404


def test_fields_are_assigned_in_one_click(client: FlaskClient, words: Collective) -> None:
    assert 'name="theirs" value="bla"' in client.get("/sources/a").text
    assert "va dans" in post(client, "/sources/a/champs", theirs="bla", ours="abstract").text
    assert "flash--bad" in post(client, "/sources/a/champs", theirs="bla", ours="rien").text
    assert "laissé de côté" in post(client, "/sources/a/champs", theirs="id").text
    refresh(words, list(words.sources.values()), fetcher(words))
    assert "Champs laissés" not in client.get("/sources/a").text


def test_visitors_see_words_and_no_buttons(words: Collective) -> None:
    page = create_app(words).test_client().get("/sources/a").text
    assert "Zones humides et mares" in page and "<textarea" not in page and 'action="/sources/a/mots"' not in page


@pytest.fixture
def busy(here: Collective, site: Site) -> Collective:
    """A target where something does not arrive, one where somebody corrected a record, a site that asks to join."""
    (here.settings.mappings / "centre.toml").write_text('[target]\nid = "centre"\ntitle = "Le centre"\n')
    with here.store.writing() as writing:
        Deliveries(writing).dead("centre", "a:1", Place(1, "a:1"), "Le site répond 403.")
        Copies(writing).keep("centre", "a:2", Copy("12", "x", "y", "edited"))
        pairings = Pairings(writing)
        pairings.verified(pairings.ask("https://b.exemple.fr/?partageons=oai", "a" * 43), "", "1.0")
        for kind, about in (("dead", "centre"), ("proposal", "centre"), ("pairing", pairings.all()[0].id)):
            Notices(writing).tell(kind, about, "Une chose.")
    return here


def test_what_waits_is_on_the_desk_until_it_is_answered(client: FlaskClient, busy: Collective) -> None:
    desk = client.get("/coordination").text
    assert "3 choses attendent" in desk, "each once"
    places = [desk.index(title) for title in ("demandent à rejoindre", "n’arrivent pas", '<h2 id="propositions"')]
    assert places == sorted(places) and "Le site répond 403." in desk
    with busy.store.snapshot() as snapshot:
        (asked,), (proposal,) = Pairings(snapshot).all(), Copies(snapshot).proposals()
    assert "relancé" in post(client, "/coordination/envois/centre").text
    assert f"/pour/centre/propositions?voir={proposal.id}" in desk
    with busy.store.writing() as writing:  # the target gave it back
        Copies(writing).keep("centre", "a:2", Copy("12", "x", "y", "live"))
        tell_proposals(writing, "centre")
    done = post(client, f"/coordination/demandes/{asked.id}", act="accept")
    assert "a rejoint le réseau" in done.text and done.request.path == "/sources/b-exemple"
    assert "flash--bad" in post(client, f"/coordination/demandes/{asked.id}", act="accept").text
    assert "Rien n’attend personne" in client.get("/coordination").text
    with busy.store.snapshot() as snapshot:
        assert Notices(snapshot).open() == [] and Deliveries(snapshot).deliveries(state="dead") == []
        assert {act.act for act in Journal(snapshot).acts(9)} >= {"replay", "pairing accept"}
    assert client.get("/coordination/journal").status_code == 200


def test_an_asking_is_refused(client: FlaskClient, busy: Collective) -> None:
    with busy.store.snapshot() as snapshot:
        (asked,) = Pairings(snapshot).all()
    assert "est refusée" in post(client, f"/coordination/demandes/{asked.id}", act="refuse").text
    assert "demandent à rejoindre" not in client.get("/coordination").text
    assert not busy.sources


def test_a_target_where_nothing_went_is_tried_again(client: FlaskClient, busy: Collective) -> None:
    with busy.store.writing() as writing:
        Deliveries(writing).place(Known("centre", Place(), stopped="Le mot de passe est refusé."))
    assert "Le mot de passe est refusé." in client.get("/coordination").text
    post(client, "/coordination/envois/centre")
    with busy.store.snapshot() as snapshot:
        assert not Deliveries(snapshot).stopped()


def test_a_source_that_gives_nothing_for_a_day_is_in_trouble(client: FlaskClient, words: Collective) -> None:
    (words.settings.mappings / "x.toml").write_text("[source")
    with words.store.writing() as writing:
        writing.visited("a", success=False, problems=[Problem("Le site répond 503.", "")])
    desk = client.get("/coordination").text
    assert "x.toml" in desk and "Le site répond 503." not in desk, "one bad hour calls nobody"
    with words.store.writing() as writing:
        writing.connection.exec_driver_sql("UPDATE ledger_source SET last_success = '2020-01-01T00:00:00Z'")
    assert "Le site répond 503." in client.get("/coordination").text


@pytest.mark.parametrize(
    ("version", "newest", "told"),
    [
        ("0.9.9", "0.10.0", True),
        ("1.0", "1.0.0", False),
        ("1.0.0", "1.0", False),
        ("2.0.0", "1.9", False),
        ("1.2.0-beta", "1.2.1", True),
        ("inconnue", "0.1", True),
    ],
)
def test_which_version_is_older(version: str, newest: str, told: bool) -> None:
    assert older(version, newest) is told


def test_which_plugin_a_partner_runs(client: FlaskClient, words: Collective) -> None:
    def says(version: str) -> tuple[str, str]:
        with words.store.writing() as writing:
            Plugins(writing).note("a", "", version)
        return client.get("/sources/a").text, client.get("/coordination").text

    source, desk = says("")
    assert "Extension" not in source and 'id="extensions"' not in desk
    source, desk = says("0.0.9")
    assert "version 0.0.9" in source and "une version plus récente existe" in source and __version__ in source
    assert "1 à mettre à jour" in desk and 'href="/sources/a"' in desk
    assert "Rien n’attend personne" in desk, "it is not urgent"
    source, desk = says(__version__)
    assert "c’est la plus récente" in source and "à mettre à jour" not in desk and 'id="extensions"' in desk
