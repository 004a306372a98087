"""Without a mouse, without JavaScript, on a phone, on paper."""

from __future__ import annotations

from tests.real.browser import PHONE, Page
from tests.real.showcase.reading import STILL, tick, total

FOCUS = """(() => {
  const on = document.activeElement, box = on.getBoundingClientRect(), style = getComputedStyle(on);
  const seen = getComputedStyle(on.closest(".search") && on.matches("input") ? on.closest(".search") : on);
  const drawn = seen.outlineStyle !== "none" && parseFloat(seen.outlineWidth) >= 2;
  const inView = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  window.order = window.order || [];
  const late = window.order.length && !(window.order.at(-1).compareDocumentPosition(on) & 4);
  window.order.push(on);
  return on === document.body ? "" : [on.outerHTML.slice(0, 120), drawn, inView, !late];
})()"""


def test_keyboard_alone(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.press("Tab")
    assert page.run("document.activeElement.className") == "skip"
    page.wait("document.activeElement.getBoundingClientRect().top >= 0")
    page.press("Enter")
    page.wait("document.activeElement.id === 'contenu'")
    page.press("Tab")
    assert page.run("document.activeElement.id") == "q"
    page.call("Emulation.setEmulatedMedia", features=STILL)
    page.goto(f"{site}/?theme=t-haies")
    seen = []
    while True:
        page.press("Tab")
        if not (told := page.run(FOCUS)):
            break
        seen.append(told)
    assert [html for html, *fine in seen if not all(fine)] == []
    assert len(seen) > 60
    page.run("document.querySelector('#groupe-langue > summary').focus()")
    page.press("Enter")
    page.press("Tab")
    page.press(" ")
    page.wait("location.search.startsWith('?theme=t-haies&langue=')")
    assert page.run("document.activeElement.name") == "langue"


def test_the_skip_link_leaves_pages_as_they_are(page: Page, site: str) -> None:
    for path in ("/formats", "/?q=haie"):
        page.goto(site + path)
        page.run("void (document.querySelector('h1').same = true)")
        before = list(page.requests)
        page.press("Tab")
        page.press("Enter")
        page.wait("location.hash")
        page.back()
        page.wait("!location.hash")
        page.run("new Promise((done) => setTimeout(done, 100))")
        assert page.run("document.querySelector('h1').same") and site + path not in page.requests[len(before) :]


def test_without_javascript(page: Page, site: str) -> None:
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.goto(f"{site}/")
    page.click("#q")
    page.type("haie")
    page.click(".search button")
    page.wait("location.search")
    before = total(page)
    assert page.run("document.querySelector('#tri').selectedOptions[0].textContent") == "Pertinence"
    tick(page, "theme-t-haies")
    page.click(".apply button")
    page.wait("document.querySelectorAll('.chips li').length === 3")
    assert 0 < total(page) < before
    page.run("tri.value = 'titre'")
    page.click("button[data-redundant]")
    page.wait("location.search.includes('tri=titre')")
    page.click(".tabs a[href*=carte]")
    page.wait("document.querySelector('#carte svg circle')")
    assert 0 < page.count("#carte circle") == page.count(".places a") < total(page)
    page.click(".places a")
    page.wait("document.querySelector('.record')")
    page.goto(f"{site}/formats")
    assert page.run("document.querySelector('.copy button').checkVisibility()") is False
    page.goto(f"{site}/?page=1")
    page.click("a[rel=next]")
    page.wait("location.search === '?page=2'")


def test_on_a_phone(page: Page, site: str) -> None:
    page.resize(*PHONE)
    page.goto(f"{site}/")
    assert not page.run("document.getElementById('theme-t-haies').checkVisibility({contentVisibilityAuto: true})")
    page.click("#panneau > summary")
    tick(page, "theme-t-haies")
    assert page.run("location.search") == ""  # nothing moves before one has finished
    tick(page, "type-r-guide")
    page.click(".apply button")
    page.wait("location.search === '?theme=t-haies&type=r-guide'")
    assert not page.run("document.getElementById('panneau').open")
    assert page.text("#panneau > summary") == "Filtrer 2"
    small = page.run(
        "[...document.querySelectorAll('.top nav a, .tabs a, .chips a, .search button, .pager a, #panneau > summary')]"
        ".filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)"
    )
    assert small == []


def test_nothing_moves_for_who_asked_so(page: Page, site: str) -> None:
    page.call("Emulation.setEmulatedMedia", features=STILL)
    page.goto(f"{site}/?vue=carte")
    page.wait("document.querySelector('.pin')")
    moving = "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).transitionDuration !== '0s').length"
    assert page.run(moving) == 0
    page.click(".leaflet-control-zoom-in")
    assert page.count(".leaflet-zoom-anim") == 0


def test_print_is_the_text_alone(page: Page, site: str) -> None:
    page.goto(f"{site}/fiche/cerema-nature:112")
    page.call("Emulation.setEmulatedMedia", media="print")
    hidden = page.run("['.top', '.foot', '.skip'].map((one) => document.querySelector(one).checkVisibility())")
    assert hidden == [False, False, False]
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
