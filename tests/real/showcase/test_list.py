"""The list with a mouse: search, boxes, chips, languages, addresses."""

from __future__ import annotations

from tests.real.browser import Page
from tests.real.showcase.reading import asked, tick, total


def test_words_are_searched_for(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.click("#q")
    page.type("mangrove")
    page.press("Enter")
    page.wait("location.search")
    assert asked(page) == {"q": ["mangrove"]}  # the most relevant first, nothing that means nothing
    assert total(page) == 1 and "mangrove" in page.text(".card h2")


def test_a_box_narrows_the_list_at_once(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.run("void (window.same = true)")
    announced = int(page.text("label:has(#theme-t-tvb) .count").split()[0])
    tick(page, "theme-t-tvb")
    page.wait("location.search === '?theme=t-tvb'")
    assert total(page) == announced > 1
    assert page.run("window.same") and page.run("document.activeElement.id") == "theme-t-tvb"
    assert page.text("#annonce") == page.text("#nombre")
    assert page.text(".chips a") == "Retirer Thème Trame verte et bleue"
    tick(page, "type-r-guide")
    page.wait("location.search === '?theme=t-tvb&type=r-guide'")
    page.back()
    page.wait("document.querySelectorAll('#filtres :checked').length === 1 && location.search === '?theme=t-tvb'")
    page.back()
    page.wait("document.querySelectorAll('#filtres :checked').length === 0")
    assert total(page) == 40 and page.run("location.search") == "" and page.run("window.same")


def test_the_box_ticked_last_stays_when_one_holds_the_other(page: Page, site: str) -> None:
    page.goto(f"{site}/?theme=t-agroecologie")
    tick(page, "theme-t-haies")
    page.wait("location.search === '?theme=t-haies'")
    assert not page.run("document.getElementById('theme-t-agroecologie').checked")


def test_chips_remove_their_filter(page: Page, site: str) -> None:
    page.goto(f"{site}/?q=haie&theme=t-haies")
    page.click(".chips a[href='/?theme=t-haies']")
    page.wait("location.search === '?theme=t-haies'")
    assert page.count(".chips a") == 1
    page.click(".chips a")
    page.wait("location.pathname === '/' && !location.search")
    assert total(page) == 40


def test_sorts_at_once(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.run("tri.value = 'titre'; tri.dispatchEvent(new Event('change', {bubbles: true}))")
    page.wait("location.search === '?tri=titre'")
    titles = page.run("[...document.querySelectorAll('.card h3')].map((h) => h.textContent)")
    assert len(titles) == 20 and titles[0][0] < titles[-1][0]


def test_long_facets_unfold_and_fold(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.click("#plus-territoire > summary")
    assert page.text("#plus-territoire > summary").startswith("Voir moins")
    tick(page, "territoire-region-02")
    page.wait("location.search")
    page.click("#plus-territoire > summary")
    assert not page.run("document.getElementById('plus-territoire').open")


def test_the_other_language_keeps_the_question(page: Page, site: str) -> None:
    page.goto(f"{site}/?q=haie&vue=carte")
    tick(page, "theme-t-haies")
    page.wait("location.search.includes('t-haies')")
    for tongue, path in (("en", "/en/"), ("fr", "/")):
        page.click(".switch a")
        page.wait(f"document.documentElement.lang === '{tongue}'")
        assert asked(page) == {"q": ["haie"], "theme": ["t-haies"], "vue": ["carte"]}
        assert page.run("location.pathname") == path


def test_addresses_are_copied(page: Page, site: str) -> None:
    page.allow(site, "clipboardReadWrite", "clipboardSanitizedWrite")
    page.goto(f"{site}/formats?theme=t-haies")
    for _ in range(2):  # twice in a row: the button's own words must come back all the same
        page.click(".copy button")
        page.wait("document.querySelector('.copy button').innerText.startsWith('Copiée')")
    assert page.text("#annonce") == "Copiée"
    assert page.run("navigator.clipboard.readText()") == f"{site}/feed.atom?theme=t-haies"
    page.wait("document.querySelector('.copy button').innerText.startsWith('Copier')")


def test_a_refused_copy_selects_the_address(page: Page, site: str) -> None:
    page.goto(f"{site}/formats")
    page.run("void (navigator.clipboard.writeText = () => Promise.reject(new Error('non')))")
    page.click(".copy button")
    page.wait("String(getSelection())")
    assert page.run("String(getSelection())") == f"{site}/feed.atom"


def test_a_resource_leads_home(page: Page, site: str) -> None:
    page.goto(f"{site}/?q=buers")
    page.click(".card h2 a")
    page.wait("document.querySelector('.record')")
    assert page.text("h1").startswith("Une cour d’école oasis")
    assert page.run("document.querySelector('a.button').href") == "https://cerema-nature.exemple.fr/fiches/112"
    page.click(".facts a[href='/?theme=t-desimpermeabilisation']")
    page.wait("location.search === '?theme=t-desimpermeabilisation'")
