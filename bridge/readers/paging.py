"""Where a list continues: next addresses on the same site, without going round in circles. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote_plus, urljoin, urlsplit

from bridge.errors import ReadError
from bridge.record import Problem, Response

LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]+))?)*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.I)


def header_next(headers: Mapping[str, str]) -> str:
    """The target of ``rel=next`` in a ``Link`` header (RFC 8288), or empty."""
    for target, parameters in LINK.findall(headers.get("link", "")):
        if _NEXT.search(parameters):
            return str(target)
    return ""


def same_site(base: str, address: str) -> str:
    """``address`` made absolute when it stays on the host of ``base``, else empty.

    The scheme and port of ``base`` win: behind a proxy, sites often name themselves ``http``.
    """
    here = urlsplit(base)
    try:
        there = urlsplit(urljoin(base, address))
    except ValueError:
        return ""
    if there.scheme not in ("http", "https") or there.hostname != here.hostname:
        return ""
    return there._replace(scheme=here.scheme, netloc=here.netloc, fragment="").geturl()


def with_query(url: str, **values: object) -> str:
    """``url`` with these query parameters in place of those of the same name; the others stay as they are written."""
    parts = urlsplit(url)
    kept = [p for p in parts.query.split("&") if p and unquote_plus(p.partition("=")[0]) not in values]
    kept += [f"{quote(name)}={quote(str(value), safe=',:')}" for name, value in values.items()]
    return parts._replace(query="&".join(kept), fragment="").geturl()


def query(url: str) -> dict[str, str]:
    """The query parameters of ``url``, decoded; the last one of a name wins."""
    pairs = (part.partition("=") for part in urlsplit(url).query.split("&") if part)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


def moved(response: Response, total: int | None, what: str) -> list[Problem]:
    """What a person is told when a list announces another length than it did on the page before (``total``, carried).

    What leaves a page already read draws an item of the next one into its place, which is then never met.
    """
    before = response.carry.get("total")
    if before is None or total is None or before == total:
        return []
    return [Problem(f"La liste a changé pendant sa lecture ({before} {what}, puis {total}) : rien n'est retiré.")]


def ended(status: int) -> ReadError:
    """What to raise when a site no longer knows how its own list goes on."""
    return ReadError(
        f"Le site ne connaît plus la suite de sa liste (réponse {status}) : elle est à relire.",
        "La prochaine visite la reprendra au début.",
    )


def circle() -> ReadError:
    """What to raise when a list comes back to where it was."""
    return ReadError(
        "La liste tourne en rond : une page renvoie à une page déjà lue.",
        "Signalez-le au site ; rien n'est retiré d'ici là.",
    )


def step(response: Response, here: str, there: str) -> dict[str, Any]:
    """What to carry from ``here`` (an address or token) to ``there`` so that no walk is endless.

    One mark is remembered and moved at each power of two (R. P. Brent): any circle, however long, is noticed within
    three turns, and what is carried does not grow.

    Raises:
        ReadError: the list comes back to where it was.
    """
    steps = response.carry.get("steps", 0) + 1
    mark = response.carry.get("mark", here)
    if there in (here, mark):
        raise circle()
    return {"steps": steps, "mark": there if steps & (steps - 1) == 0 else mark}
