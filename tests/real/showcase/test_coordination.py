"""What a coordinator does, by hand, at every size: signs in, adds a site, says what words mean, answers what waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_collective import change

from bridge import accounts
from bridge.collective import Collective
from bridge.record import Record
from bridge.refresh import fetcher, refresh
from bridge.store.notices import Notices
from bridge.store.pairings import Pairings
from tests.real.browser import DESKTOP, PHONE, Page
from tests.real.showcase.conftest import overflow, serious, serving
from tests.web_server import WebServer

PASSWORD = "une phrase bien assez longue"
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
        accounts.add(here, "marie", "administrator", (), PASSWORD, "cli")
        gone = [Record(id=f"parc:g{n}", source="parc", title=f"Partie {n}") for n in range(3)]
        with here.store.writing() as writing:
            writing.keep("parc", "1", [change(here, record) for record in gone])
            writing.absent([record.id for record in gone], [])
            writing.visited("parc", success=True, held_back=3, cached={"complete": True})
            Notices(writing).tell("held", "parc", "3 disparitions.")
            Notices(writing).tell("rekeyed", "parc", "« parc » a renommé ses fiches.")
            pairings = Pairings(writing)
            pairings.verified(pairings.ask("https://a.exemple.fr/?partageons=oai", "a" * 43), "", "1.0")
        here.catch_up()

    environ = {"PARTAGEONS_ALLOW_HOSTS": f"127.0.0.1:{partner.server_port}"}
    with serving(tmp_path_factory.mktemp("coordination"), fill, environ) as address:
        yield address


def sign_in(page: Page, site: str, then: str) -> None:
    page.goto(f"{site}/coordination?next={then}")
    page.click("#name")
    page.type("marie")
    page.click("#password")
    page.type(PASSWORD)
    page.press("Enter")
    page.wait(f"location.pathname === '{then}' && document.querySelector('.who')")


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


def test_a_wrong_password_is_said_and_typed_again(site: str, page: Page) -> None:
    page.resize(*PHONE)
    page.goto(f"{site}/coordination")
    page.wait("document.activeElement.id === 'name'")  # once it is drawn
    for password, waited in (("fausse", "#refus"), (PASSWORD, ".desk")):
        page.type("" if password == PASSWORD else "marie")
        page.click("#password")
        page.type(password)
        page.press("Enter")
        page.wait(f"document.querySelector('{waited}')")
    assert page.problems and all("403" in problem for problem in page.problems)
    page.problems.clear()
    page.click(".who .link")
    page.wait("document.querySelector('.entry') && document.body.innerText.includes('Vous êtes sorti')")
    assert page.run("document.cookie") == ""


def test_what_waits_is_answered_and_undone(site: str, page: Page) -> None:
    page.resize(*PHONE)
    sign_in(page, site, "/coordination")
    assert page.text(".desk h2") == "Disparitions à confirmer" and "3 fiches" in page.text(".waiting")
    page.click(".button--grave")
    page.wait("document.querySelector('.flash')")
    assert "3 fiches retirées" in page.text(".flash") and page.count(".button--grave") == 0
    page.click("[value=refuse]")
    page.wait("document.querySelector('.flash').innerText.includes('refusée')")
    page.click(".pick")
    page.wait("document.querySelector('.lead').innerText.includes('Rien n’attend')")
    page.goto(f"{site}/coordination/journal")
    page.click(".journal li:nth-child(3) .pick")
    page.wait("document.querySelector('.journal del')")
    assert "Disparitions confirmées" in page.text(".journal del") and "par marie" in page.text(".journal .undone")


def test_an_account_is_made_and_used(site: str, page: Page) -> None:
    sign_in(page, site, "/coordination/comptes")
    page.click("#name")
    page.type("Parc du Lac")
    page.run("document.getElementById('role').value = 'partner'")
    page.run("document.querySelector('#source option').selected = true")
    page.click("[value=add]")
    page.wait("document.querySelector('.box code')")
    drawn = page.text(".box code")
    page.click(".who .link")
    page.wait("document.querySelector('#password')")
    page.click("#name")
    page.type("parc du lac")
    page.click("#password")
    page.type(drawn)
    page.press("Enter")
    page.wait("document.querySelector('.desk')")
    assert page.count(".who a") == 2, "what is its own, and its name"
    page.goto(f"{site}/sources/parc")
    page.click("form[action$='/coordination/cle/parc'] button")
    page.wait("document.querySelector('.command')")
    assert page.text(".command code").startswith("whsec_") and page.count("[value=revoke]") == 0


@pytest.mark.parametrize(
    "path",
    [
        *("/coordination", "/en/coordination", "/coordination/journal", "/coordination/comptes"),
        *("/coordination/mot-de-passe", "/sources/nouvelle", "/sources/parc", "/en/sources/parc", "/sources"),
    ],
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
