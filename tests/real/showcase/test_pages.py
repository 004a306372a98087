"""Every page, at every size: sober, sound, readable by all, and nothing asked of anyone else."""

from __future__ import annotations

import pytest

from tests.real.browser import DESKTOP, PHONE, Browser, Page
from tests.real.showcase.conftest import overflow, serious

TINY = (320, 640)  # what a window of 1280 pixels is when everything is four times larger
PAGES = {
    "/": 200,
    "/?vue=carte": 200,
    "/?q=haie&theme=t-haies&theme=t-tvb&tri=titre": 200,
    "/?page=2": 200,
    "/?type=rien": 200,
    "/fiche/cerema-nature:112": 200,
    "/fiche/lpo-demo:125": 200,
    "/fiche/cen-antilles:134": 200,
    "/sources": 200,
    "/sources/zones-humides": 200,
    "/sources/lpo-demo": 200,
    "/formats": 200,
    "/formats?theme=t-haies": 200,
    "/a-propos": 200,
    "/accessibilite": 200,
    "/en/?theme=t-haies": 200,
    "/en/fiche/cerema-nature:112": 200,
    "/en/sources/zones-humides": 200,
    "/rien": 404,
    "/fiche/arb-ouest:999": 410,
}


def test_the_watch_sees_what_it_is_for(browser: Browser, site: str) -> None:
    page = browser.page()
    page.goto(f"{site}/a-propos")
    page.run("document.body.setAttribute('style', 'color: red')")
    page.run("void document.body.append(Object.assign(new Image(), {src: 'https://ailleurs.exemple.fr/x.png'}))")
    page.run("setTimeout(() => { throw new Error('raté'); })")
    page.wait("document.images.length > 0")
    page.run("new Promise((done) => setTimeout(done, 100))")
    told = " ".join(page.problems)
    assert "inline style" in told and "ailleurs.exemple.fr" in told and "raté" in told
    assert "https://ailleurs.exemple.fr/x.png" in page.requests
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_sound_at_every_size(page: Page, site: str, axe: str, path: str) -> None:
    for size in (DESKTOP, PHONE, TINY):
        page.resize(*size)
        page.goto(site + path)
        if "vue=carte" in path:
            page.wait("document.querySelector('.pin, .heap')")
        assert overflow(page) == 0
        assert size == TINY or serious(page, axe) == []
    if PAGES[path] != 200:
        page.problems = [told for told in page.problems if f"status of {PAGES[path]}" not in told]
