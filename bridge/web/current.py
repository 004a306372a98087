"""What every page of the running application can ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import abort, current_app, request, url_for
from werkzeug.local import LocalProxy

from bridge.writers import skos
from bridge.writers.feed import Feed

if TYPE_CHECKING:
    from bridge.collective import Collective
    from bridge.meaning.target import Target

LANGUAGES = ("fr", "en")
NEVER = "1970-01-01T00:00:00Z"

collective = cast("Collective", LocalProxy(lambda: current_app.extensions["collective"]))


def language() -> str:
    """The language of the page being written: English under ``/en/``, else French."""
    return "en" if request.path == "/en" or request.path.startswith("/en/") else "fr"


def to(endpoint: str, in_language: str = "", **values: object) -> str:
    """The path of a page in the language being read, or in another one; lists become repeated parameters."""
    blueprint, _, view = endpoint.partition(".")
    suffix = "" if (in_language or language()) == "fr" else f"_{in_language or language()}"
    return url_for(f"{blueprint}{suffix}.{view}", **values)  # type: ignore[arg-type]  # Flask types its own options only


def target_of(id: str) -> Target:
    """The target of this id.

    Raises:
        NotFound: there is none.
    """
    found = collective.targets.get(id)
    if found is None:
        abort(404, f"Aucune destination ne s’appelle « {id} ».")
    return found


def home() -> str:
    """The public address of the bridge, absolute, with its final slash."""
    return collective.settings.base_url or request.url_root


def absolute(path: str) -> str:
    """The public address of a path that ``to`` or ``url_for`` gave."""
    return home().rstrip("/") + path.removeprefix(request.script_root)


def document(title: str, url: str, target: Target | None = None, updated: str = NEVER) -> Feed:
    """What a document of the bridge says of itself, in the words of a target or in ours."""
    return Feed(
        title=title,
        url=url,
        home=home(),
        words=collective.words_of(target) if target else collective.words,
        updated=updated,
        description=f"Ce que partagent les autres, choisi pour {target.title}." if target else "",
        language=language(),
        node=collective.settings.node,
        names=target.names if target else {},
        concepts=skos.base(collective.vocabulary, home()),
    )
