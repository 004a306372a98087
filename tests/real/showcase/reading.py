"""What a person reads on the page, and the one gesture that takes several clicks."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

from tests.real.browser import Page

# What a person who is made ill by movement tells the browser.
STILL = [{"name": "prefers-reduced-motion", "value": "reduce"}]


def total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.text("#nombre")))


def asked(page: Page) -> dict[str, list[str]]:
    """The parameters of the address shown."""
    return parse_qs(urlsplit(page.run("location.href")).query)


def tick(page: Page, box: str) -> None:
    """Click a box, once what it is folded in is unfolded."""
    page.run(f"void (window.box = document.getElementById({json.dumps(box)}))")
    while folded := page.run(
        "[...document.querySelectorAll('details:not([open])')].filter((part) => part.contains(box) && "
        "part.firstElementChild.checkVisibility()).map((part) => part.id)[0]"
    ):
        page.click(f"#{folded} > summary")
    page.click(f"label:has(#{box})")
