"""« J'ajoute une initiative »: where one may add a resource. At a partner's, always: nothing is born here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from bridge.collective import Collective
from bridge.errors import ReadError
from bridge.meaning.source import Source
from bridge.readers import yeswiki
from bridge.store.pairings import Plugin

TITLE_MAX = 200
# The page of a YesWiki where a form is filled in takes the beginning of an entry from its address.
_FORM = re.compile(r"[?&]vue=saisir(?:&|\Z)")


class Door(NamedTuple):
    """Where one adds: the source that will hold the resource, what people call the place, the page to open."""

    source: str
    title: str
    url: str


def doors(here: Collective, plugins: Mapping[str, Plugin]) -> list[Door]:
    """Every place where one may add, in the order of their names."""
    found = [
        Door(source.id, source.contribute.title or source.title, url)
        for source in here.sources.values()
        if (url := address(source, plugins.get(source.id)))
    ]
    return sorted(found, key=lambda door: (door.title.casefold(), door.source))


def address(source: Source, plugin: Plugin | None) -> str:
    """Where one adds to a source, or empty: what its mapping file says, else what its plugin says, else the page of its
    wiki's form."""
    if source.contribute.off:
        return ""
    return source.contribute.url or (plugin.add if plugin else "") or _form_of(source)


def _form_of(source: Source) -> str:
    if source.kind != "yeswiki":
        return ""
    try:
        base, form = yeswiki.form_of(source.url, source.options)
    except ReadError:
        return ""
    return f"{base}?BazaR&vue=saisir&action=saisir_fiche&id={quote(form, safe='')}"


def begun(url: str, title: str) -> str:
    """The address of a page where one adds, its form begun with a title where it can be."""
    if not title or not _FORM.search(url):
        return url
    return f"{url}&bf_titre={quote(title[:TITLE_MAX], safe='')}"
