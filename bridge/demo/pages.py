"""The pages that a visitor sees on a demo site: a list, a resource, what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_STYLE = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1c2b1f}"
    "header{border-bottom:3px solid #4c7a4f;margin-bottom:1.5rem}a{color:#275d38}"
    "footer{margin-top:3rem;color:#5b6a5e;font-size:.9rem}"
)


def home(site: str, head: str, links: Sequence[tuple[str, str]]) -> str:
    """The site's list of resources: (path, title) each."""
    listed = "".join(f'<li><a href="{escape(path)}">{escape(title)}</a></li>' for path, title in links)
    return _page(site, site, head, f"<p>{len(links)} ressources publiées.</p><ul>{listed}</ul>")


def resource(site: str, head: str, title: str, text: str, when: datetime) -> str:
    """One resource; ``when`` is the local time of its last change."""
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.splitlines() if part)
    day = f"{when.day} {_MONTHS[when.month - 1]} {when.year} à {when:%H:%M}"
    return _page(site, title, head, f"{paragraphs}<p><small>Mis à jour le {day}.</small></p>")


def gone(site: str) -> str:
    return _page(site, "Cette ressource a été retirée", "", "<p>Son propriétaire l'a supprimée.</p>")


def unknown(site: str) -> str:
    return _page(site, "Page introuvable", "", "<p>Il n'y a rien à cette adresse.</p>")


def _page(site: str, title: str, head: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>{head}</head><body>'
        f'<header><p><a href="/">{escape(site)}</a></p></header><main><h1>{escape(title)}</h1>{body}</main>'
        "<footer>Site de démonstration de Partageons vert : cet organisme et ses actions sont inventés.</footer>"
        "</body></html>"
    )
