"""A site with nothing but pages: a list, and for each action a page of « Libellé : valeur » lines."""

from __future__ import annotations

from html import escape

from bridge.demo.site import Answer, Asked, Fiche, Site, html_answer

ROBOTS = "User-agent: *\nDisallow:\n"
LIST = "/experiences/"
LABELS = {
    "Organisme en charge de la mise en œuvre": "porteur",
    "Partenaires techniques": "partenaires",
    "Partenaires financiers": "financeurs",
    "Budget de l'action": "budget",
    "Dates de l'action": "annee",
    "Thématique": "theme",
}


def head(site: Site) -> str:
    return ""


def page(site: Site, fiche: Fiche) -> str:
    return f"{LIST}{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path == LIST:
        cards = "".join(
            f'<article class="carte"><h2><a href="{page(site, fiche)}">{escape(fiche.values["titre"])}</a></h2>'
            f"<p>{escape(fiche.values['commune'])}</p></article>"
            for fiche in site.fiches()
        )
        return html_answer(_page(site, "Nos retours d'expérience", f'<div class="liste">{cards}</div>'))
    for fiche in site.fiches():
        if asked.target == page(site, fiche):
            values = fiche.values
            lines = "".join(f"<p><strong>{label} :</strong> {escape(values[key])}</p>" for label, key in LABELS.items())
            where = f"<p>{escape(values['commune'])} ({values['departement']}) {values['position'][1]}</p>"
            told = f"<p><strong>OBJECTIFS</strong></p><p>{escape(values['resume'])}</p>"
            contact = "<p><strong>Contact :</strong> Lucien Pradel, 05 65 43 21 09</p>"
            return html_answer(_page(site, values["titre"], where + lines + told + contact))
    return None


def _page(site: Site, title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        f"<title>{escape(title)} | {escape(site.name)}</title></head>"
        f'<body><header><a href="/">{escape(site.name)}</a><nav><ul><li><a href="{LIST}">Expériences</a></li>'
        '<li><a href="/equipe">L\'équipe</a></li><li><a href="/contact">Nous écrire</a></li></ul></nav></header>'
        f"<main><h1>{escape(title)}</h1>{body}</main>"
        "<footer>Suivez-nous ! Organisme et actions inventés.</footer></body></html>"
    )
