"""What every page of the running application can ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, request, url_for
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from bridge.collective import Collective

LANGUAGES = ("fr", "en")

collective = cast("Collective", LocalProxy(lambda: current_app.extensions["collective"]))


def language() -> str:
    """The language of the page being written: English under ``/en/``, else French."""
    return "en" if request.path == "/en" or request.path.startswith("/en/") else "fr"


def to(endpoint: str, in_language: str = "", **values: object) -> str:
    """The path of a page in the language being read, or in another one; lists become repeated parameters."""
    blueprint, _, view = endpoint.partition(".")
    suffix = "" if (in_language or language()) == "fr" else f"_{in_language or language()}"
    return url_for(f"{blueprint}{suffix}.{view}", **values)  # type: ignore[arg-type]  # Flask types its own options only


def home() -> str:
    """The public address of the bridge, absolute, with its final slash."""
    return collective.settings.base_url or request.url_root


def absolute(path: str) -> str:
    """The public address of a path that ``to`` or ``url_for`` gave."""
    return home().rstrip("/") + path.removeprefix(request.script_root)
