"""What a coordinator does, by hand, at every size: signs in, looks at a site, adds it, says what its words mean."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.collective import Collective
from bridge.refresh import fetcher, refresh
from tests.real.browser import DESKTOP, PHONE, Page
from tests.real.showcase.conftest import overflow, serious, serving
from tests.web_server import WebServer

TOKEN = "un-jeton-bien-assez-long"
TINY = (320, 640)
TABLE = """N°;Titre de l'action;Commune;Code postal;Thématique;Public visé;Objectifs généraux poursuivis par le projet
1;Une mare;Lyon;69003;Désimperméabilisation des cours d'établissements scolaires, Mares;Agriculteurs et éleveurs;a
2;Une haie;Vesoul;70000;Continuités écologiques aquatiques et terrestres du territoire;Scolaires du secondaire;b
"""


@pytest.fixture(scope="module")
def partner() -> Iterator[WebServer]:
    with WebServer({"/actions.csv": (200, {"Content-Type": "text/csv; charset=utf-8"}, TABLE.encode())}) as running:
        yield running


# Asked for before the page: a browser that outlives the server complains of it.
@pytest.fixture
def site(partner: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A collective that has one source, harvested."""

    def fill(here: Collective) -> None:
        (here.settings.mappings / "parc.toml").write_text(
            f'extends = "_csv"\n[source]\nid = "parc"\ntitle = "Parc"\nurl = "{partner.url("/actions.csv")}"\n'
            """[fields]\ntitle = "Titre de l'action"\naudiences = "Public visé"\n""",
            encoding="utf-8",
        )
        refresh(here, list(here.sources.values()), fetcher(here))

    environ = {"PARTAGEONS_ADMIN_TOKEN": TOKEN, "PARTAGEONS_ALLOW_HOSTS": f"127.0.0.1:{partner.server_port}"}
    with serving(tmp_path_factory.mktemp("coordination"), fill, environ) as address:
        yield address


def sign_in(page: Page, site: str, then: str) -> None:
    page.goto(f"{site}/coordination?next={then}")
    page.click("#token")
    page.type(TOKEN)
    page.press("Enter")
    page.wait(f"location.pathname === '{then}'")


def test_a_site_becomes_a_source(site: str, page: Page, partner: WebServer) -> None:
    sign_in(page, site, "/sources/nouvelle")
    page.click("#url")
    page.type(partner.url("/actions.csv"))
    page.press("Enter")
    page.wait("document.querySelector('#mapping')")
    assert page.count(".cards article") == 2 and "Une mare" in page.text(".cards")
    page.click("#title")
    page.run("document.getElementById('title').select()")
    page.type("Un autre parc")
    page.click(".acts button")
    page.wait("document.querySelector('.flash')")
    assert "Un autre parc" in page.text(".flash") and page.text("h1") == "Un autre parc"


def test_a_word_and_a_field_find_their_place(site: str, page: Page) -> None:
    page.resize(*PHONE)
    sign_in(page, site, "/sources/parc")
    waiting = page.count("#mots > li")
    page.click("#mots .pick")
    page.wait("document.querySelector('.flash')")
    assert "veut dire" in page.text(".flash")
    page.click("#champs ~ .choices .pick--nothing")
    page.wait("document.querySelector('.flash').innerText.includes('laissé de côté')")
    assert waiting and page.text("h1") == "Parc"


@pytest.mark.parametrize(
    "path", ["/coordination", "/sources/nouvelle", "/sources/parc", "/en/sources/parc", "/sources"]
)
def test_coordinators_pages_are_sound_at_every_size(
    site: str, page: Page, axe: str, partner: WebServer, path: str
) -> None:
    sign_in(page, site, "/sources/nouvelle")
    for size in (DESKTOP, PHONE, TINY):
        page.resize(*size)
        page.goto(site + path)
        if path == "/sources/nouvelle":
            page.click("#url")
            page.type(partner.url("/actions.csv"))
            page.press("Enter")
            page.wait("document.querySelector('#mapping')")
        assert overflow(page) == 0
        assert size == TINY or serious(page, axe) == []
