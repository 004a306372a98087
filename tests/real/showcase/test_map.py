"""The map: every place on it, whatever their number, and the way from a mark to its resource."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.real.browser import Page
from tests.real.showcase.reading import asked, tick


def test_list_and_map(page: Page, site: str) -> None:
    page.goto(f"{site}/?theme=t-oiseaux")
    page.click(".tabs a[href*=carte]")
    page.wait("document.querySelectorAll('.pin').length === 2")
    assert page.text(".tabs [aria-current]") == "Carte"
    assert page.text(".leaflet-control-zoom").split() == ["+", "−"]
    assert page.run("document.querySelector('.leaflet-control-zoom-in').title") == "Zoomer"
    page.click(".tabs a:not([aria-current])")
    page.wait("document.querySelector('.cards')")
    assert asked(page) == {"theme": ["t-oiseaux"]}


def drawn(page: Page) -> int:
    """How many resources the marks of the map stand for, those outside of the view apart."""
    count: int = page.run(
        "[...document.querySelectorAll('.pin, .heap')].reduce((sum, one) => sum + (+one.textContent || 1), 0)"
    )
    return count


def test_every_place_is_on_the_map(page: Page, site: str) -> None:
    page.goto(f"{site}/?vue=carte")
    page.wait("document.querySelector('.pin')")
    located = page.run("fetch('/carte.json').then((answer) => answer.json())")["points"]
    near = [title for lon, lat, title, *_ in located if -6 < lon < 10 and 41 < lat < 52]
    page.wait("!document.querySelector('.leaflet-zoom-anim')")
    assert drawn(page) == len(near)
    for place, west, east in ((2, -63, -60), (3, -55, -51)):
        there = [title for lon, _, title, *_ in located if west < lon < east]
        page.click(f".jump button:nth-of-type({place})")
        page.wait(f"document.querySelectorAll('.pin').length === {len(there)} && !document.querySelector('.heap')")


def test_marks_open_and_lead_to_the_resource(page: Page, site: str) -> None:
    page.goto(f"{site}/?vue=carte&q=hirondelles")
    page.wait("document.querySelectorAll('.pin').length === 2")
    title = page.run("document.querySelector('.pin').title")
    page.click(".pin")
    page.wait("document.querySelector('.leaflet-popup-content a')")
    assert page.text(".leaflet-popup-content a") == title
    page.press("Escape")
    page.wait("!document.querySelector('.leaflet-popup')")
    assert page.run("document.activeElement.title") == title
    page.press("Enter")
    page.wait("document.activeElement.closest('.leaflet-popup')")
    page.press("Enter")
    page.wait("document.querySelector('.record')")
    assert page.text("h1") == title


def test_heaps_open_at_a_click(page: Page, site: str) -> None:
    page.goto(f"{site}/?vue=carte")
    page.wait("document.querySelector('.heap')")
    assert page.run("document.querySelector('.heap').title") == page.text(".heap") + " ressources"
    pins = page.count(".pin")
    page.click(".heap")
    page.wait(f"document.querySelectorAll('.pin').length !== {pins} && !document.querySelector('.leaflet-zoom-anim')")
    assert page.count(".pin")


def test_a_box_ticked_redraws_the_map(page: Page, site: str) -> None:
    page.goto(f"{site}/?vue=carte")
    page.wait("document.querySelector('.heap')")
    tick(page, "theme-t-oiseaux")
    page.wait("document.querySelectorAll('.pin').length === 2 && !document.querySelector('.heap')")
    page.back()
    page.wait("document.querySelector('.heap')")


def test_a_crowd_is_sent_in_heaps(page: Page, crowded: str) -> None:
    page.goto(f"{crowded}/?vue=carte")
    page.wait("document.querySelectorAll('.heap').length > 9")
    assert drawn(page) > 1000
    boxes = [parse_qs(urlsplit(url).query).get("bbox") for url in page.requests if "carte.json" in url]
    assert boxes[0] is None and boxes[1]
    for _ in range(4):
        if page.count(".pin"):
            break
        page.run("const all = document.querySelectorAll('.heap'); void (all[Math.floor(all.length / 2)].id = 'one')")
        page.click("#one")
        page.wait("!document.querySelector('#one') && document.querySelector('.heap, .pin')")
    # Nearer, all is known: marks open, and what they tell stays when the map moves to show it whole.
    page.wait("document.querySelector('.pin')")
    page.run("document.querySelector('.pin').click()")
    page.wait("document.querySelector('.leaflet-popup')")
    page.run("new Promise((done) => setTimeout(done, 600))")
    assert page.text(".leaflet-popup-content a").startswith("Lieu ")
    page.press("Escape")
    page.click(".jump button:nth-of-type(3)")
    page.wait("document.querySelectorAll('.pin').length === 1")
