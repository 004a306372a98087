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

from bridge.collective import Collective
from bridge.config import load
from bridge.refresh import due_sources, fetcher, refresh
from bridge.web import create_app

TOKEN = "un-jeton-bien-assez-long"
PAGES = ("/sources/nouvelle", "/en/sources/nouvelle")


@pytest.fixture
def here(tmp_path: Path, site: Site) -> Iterator[Collective]:
    (tmp_path / "mappings").mkdir()
    hosts = f"127.0.0.1:{site.server_port}"
    made = Collective(load(tmp_path, {"PARTAGEONS_ADMIN_TOKEN": TOKEN, "PARTAGEONS_ALLOW_HOSTS": hosts}))
    yield made
    made.close()


@pytest.fixture
def visitor(here: Collective) -> FlaskClient:
    return create_app(here).test_client()


@pytest.fixture
def client(visitor: FlaskClient) -> FlaskClient:
    """Signed in."""
    assert visitor.post("/coordination", data={"token": f" {TOKEN} "}).status_code == 302
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


def test_without_a_token_these_pages_do_not_exist(tmp_path: Path) -> None:
    made = Collective(load(tmp_path, {}))
    client = create_app(made).test_client()
    for path in (*PAGES, "/coordination"):
        assert client.get(path).status_code == 404
    for path in ("/coordination", "/coordination/sortir", "/sources/nouvelle", "/sources/a/mots", "/sources/a/champs"):
        assert client.post(path, data={"token": ""}).status_code == 404
    home = client.get("/sources")
    assert "oordination" not in home.text and "Set-Cookie" not in home.headers and "Vary" not in home.headers
    made.close()


def test_visitors_are_sent_to_the_door(visitor: FlaskClient) -> None:
    for path in PAGES:
        sent = visitor.get(path)
        assert sent.status_code == 302 and sent.headers["Location"].endswith(f"/coordination?next={path}")
    for path in ("/sources/nouvelle", "/sources/a/mots", "/sources/a/champs", "/coordination/sortir"):
        assert visitor.post(path, data={"url": "https://a.fr"}).status_code == 403
    page = visitor.get("/sources")
    assert "/coordination" in page.text and "nouvelle" not in page.text and "Set-Cookie" not in page.headers


def test_the_door(visitor: FlaskClient) -> None:
    refused = visitor.post("/coordination", data={"token": "autre"})
    assert refused.status_code == 403 and "pas le bon" in refused.text and "Set-Cookie" not in refused.headers
    let_in = visitor.post("/coordination", data={"token": TOKEN, "next": "/sources/nouvelle"})
    assert let_in.headers["Location"] == "/sources/nouvelle"
    cookie = let_in.headers["Set-Cookie"]
    assert TOKEN not in cookie and all(mark in cookie for mark in ("HttpOnly", "SameSite=Lax", "Expires="))
    seen = visitor.get("/sources")
    assert seen.headers["Cache-Control"] == "private, no-store" and "/sources/nouvelle" in seen.text
    post(visitor, "/coordination/sortir")
    assert visitor.get("/sources/nouvelle").status_code == 302


@pytest.mark.parametrize("there", ["https://b.fr/", "//b.fr", "/\\b.fr", "javascript:alert(1)", "/a\nb", "x"])
def test_nobody_is_sent_elsewhere(visitor: FlaskClient, there: str) -> None:
    sent = visitor.post("/coordination", data={"token": TOKEN, "next": there})
    assert sent.headers["Location"] == "/sources"


def test_another_token_signs_everyone_out(client: FlaskClient, here: Collective, monkeypatch: Any) -> None:
    assert client.get("/sources/nouvelle").status_code == 200
    object.__setattr__(here.settings, "admin_token", "un-autre-jeton-bien-long")
    assert client.get("/sources/nouvelle").status_code == 302


def test_a_forged_form_is_refused(client: FlaskClient, here: Collective) -> None:
    for form in ({}, {"form": "x"}):
        for path in ("/sources/nouvelle", "/sources/a/mots", "/sources/a/champs", "/coordination/sortir"):
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
