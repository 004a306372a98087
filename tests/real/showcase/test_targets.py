"""What a target sees of itself: sound at every size, every plug opened and copied by hand, its map drawn elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_collective import fill, records
from werkzeug.wrappers import Response

from bridge.collective import Collective
from tests.real.browser import DESKTOP, PHONE, Browser, Page, Refused
from tests.real.showcase.conftest import answering, overflow, serious, serving

TABLET = (820, 1180)
HERE = "/pour/mares-et-haies"
# Names and words as long as some partners have them: a phone must still show them whole.
TARGET = """
[target]
title = "Observatoire intercommunal des mares, des haies et du bocage"
tool = "spip"
form = 12
[target.select]
themes = ["t-haies", "t-zones-humides"]
[target.fields]
title = "bf_titre_de_la_ressource_documentaire_partagee"
themes = "checkboxListeThematiquesPrincipalesDuReseau"
[target.values.themes]
"Anticonstitutionnellement-bocager" = "t-haies"
"Milieux humides, mares, étangs & tourbières" = "t-zones-humides"
"""
PLUGS = "[...document.querySelectorAll('.plug h3')].map((one) => one.textContent)"
UNFOLD = """
  for (const plug of document.querySelectorAll(".plug")) plug.open = true;
  for (const picture of document.images) picture.loading = "eager";
"""
REACHED = """(() => {
  const on = document.activeElement, style = getComputedStyle(on);
  if (on === document.body) return null;
  if (!on.matches(".plug > summary")) return "";
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? on.innerText : "sans contour";
})()"""
OPEN = "document.activeElement.parentElement.open"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The collective of the other tests, with a target."""

    def fill_in(here: Collective) -> None:
        (here.settings.mappings / "mares-et-haies.toml").write_text(TARGET, encoding="utf-8")
        fill(here)

    with serving(tmp_path_factory.mktemp("targets"), fill_in) as address:
        yield address


EMPTY = Response("<!doctype html>", mimetype="text/html")
"""The only page of another site of this machine."""


@pytest.mark.parametrize("path", ["/pour/", "/en/pour/", f"{HERE}/?PagePrincipale", f"/en{HERE}/?PagePrincipale"])
def test_pages_are_sound_at_every_size(page: Page, site: str, axe: str, path: str) -> None:
    for size in (DESKTOP, TABLET, PHONE):
        page.resize(*size)
        page.goto(site + path)
        page.run(UNFOLD)
        page.wait("[...document.images].every((one) => one.complete && one.naturalWidth)")
        assert (size, overflow(page)) == (size, 0)
        assert (size, serious(page, axe)) == (size, [])


def test_the_list_leads_to_the_page_of_a_target(page: Page, site: str) -> None:
    page.goto(f"{site}/pour/")
    title = page.text(".card a")
    page.click(".card a")
    page.wait("location.search === '?PagePrincipale'")
    assert page.text("h1") == title == "Observatoire intercommunal des mares, des haies et du bocage"


def test_the_keyboard_opens_each_plug(page: Page, site: str) -> None:
    page.goto(f"{site}{HERE}/?PagePrincipale")
    plugs = page.run(PLUGS)
    assert plugs[0] == "SPIP" and page.count(".plug[open]") == 1
    reached = []
    while True:
        page.press("Tab")
        if (name := page.run(REACHED)) is None:
            break
        if name:
            if page.run(OPEN):
                page.press(" ")
                page.wait(f"!{OPEN}")
            page.press("Enter")
            page.wait(OPEN)
            reached.append(name)
    assert reached == plugs
    assert page.run("[...document.querySelectorAll('.plug code')].every((one) => one.checkVisibility())")


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_button_copies_the_line_of_each_plug(page: Page, site: str, language: str) -> None:
    mine = f"{site}{HERE}/"
    page.allow(site, "clipboardReadWrite", "clipboardSanitizedWrite")
    page.goto(f"{site}{language}{HERE}/?PagePrincipale")
    copied = {}
    for place, name in enumerate(page.run(PLUGS), 1):
        plug = f".plug:nth-of-type({place})"
        if not page.run(f"document.querySelector('{plug}').open"):
            page.click(f"{plug} > summary")
        page.click(f"{plug} button")
        page.wait(f"document.querySelector('{plug} button').firstChild.textContent.match(/^(Copiée|Copied)/)")
        copied[name] = page.run("navigator.clipboard.readText()")
    assert copied.pop("YesWiki") == f'{{{{bazarliste id="{mine}|12"}}}}'
    assert copied["WordPress"] == f"{mine}feed.rss" and copied["uMap"] == f"{mine}feed.umap.geojson"
    assert copied["SPIP"] == f"{mine}feed.spip.rss" and copied["PMB"] == copied["Koha"] == f"{mine}oai"
    for line in set(copied.values()) - {f"{mine}oai"}:
        assert page.run(f"fetch('{line}').then((answer) => answer.status)") == 200, line
    assert page.run(f"fetch('{mine}oai?verb=Identify').then((answer) => answer.text())").count("<Identify>") == 1


def test_a_map_of_another_site_reads_the_layer(browser: Browser, site: str) -> None:
    mine = f"{site}{HERE}/"
    located = [one.title for one in records() if one.point and {"t-haies", "t-zones-humides"} & {*one.themes}]
    with answering(EMPTY) as address:
        page = browser.page()
        page.goto(address)
        layer = page.run(f"fetch('{mine}feed.umap.geojson').then((answer) => answer.json())")
        assert sorted(one["properties"]["name"] for one in layer["features"]) == sorted(located) and len(located) > 3
        with pytest.raises(Refused, match="Failed to fetch"):  # a page, which is for nobody else's scripts
            page.run(f"fetch('{mine}?PagePrincipale')")
        page.close()
