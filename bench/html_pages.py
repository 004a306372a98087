"""Web pages of 200 kB, once fetched: what one core reads in a second. Dense ones are all text; the others, as sites
make them today, mostly scripts, styles, menus and JSON-LD."""

from __future__ import annotations

from random import Random
from statistics import median

from bench.corpus import WORDS
from bench.figure import Figure, cpu
from bridge.readers import html_page
from bridge.record import Response

SIZE = 200_000
PAGES = 20
LABELS = ("Organisme en charge", "Partenaires techniques", "Budget de l'action", "Dates de l'action")


def _sentence(random: Random) -> str:
    return " ".join(random.choices(WORDS, k=12)).capitalize() + "."


def _around(inside: str, head: str = "") -> bytes:
    menu = "".join(f'<li><a href="/rubrique/{n}">Rubrique {n}</a></li>' for n in range(60))
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Fiche – Site</title>{head}</head><body>'
        f'<header><nav><ul class="menu">{menu}</ul></nav></header><div class="page">{inside}</div>'
        f"<footer><p>Se connecter</p></footer></body></html>"
    ).encode()


def dense(random: Random) -> bytes:
    """Paragraphs, headings, pairs and links up to the size, and no element that says where the content is."""
    parts = ["<h1>Lyon (Rhône) 45.767335 4.834118</h1>"]
    parts += [f"<p><strong>{label} :</strong> {_sentence(random)}</p>" for label in LABELS]
    size = 0
    while size < SIZE:
        parts.append(
            f"<h2>{_sentence(random)[:60]}</h2><p>{_sentence(random)} <a href='/x'>{_sentence(random)}</a></p>"
            f"<ul><li>{_sentence(random)}</li><li><em>{_sentence(random)}</em></li></ul>"
        )
        size += len(parts[-1])
    return _around("".join(parts))


def scripted(random: Random) -> bytes:
    """A short text among scripts, styles and data."""
    code = "function f(a,b){if(a<b&&b>0){return a<b?'<b>':a+b}for(var i=0;i<a;i++){g(i)}}"
    graph = '{"@context":"https://schema.org","@graph":[{"@type":"Article","headline":"Fiche","keywords":["mare"]}]}'
    head = f'<script type="application/ld+json">{graph}</script><style>{".a{color:red}" * 3000}</style>'
    text = "".join(f"<p>{_sentence(random)}</p>" for _ in range(30))
    icons = '<svg viewBox="0 0 9 9"><path d="M0 0h9"/></svg>' * 200
    blob = f'<div data-state="{"x" * 20_000}">{icons}</div>'
    inside = f"<main><h1>Fiche</h1>{text}{blob}</main>"
    size = len(head) + len(inside)
    return _around(inside + f"<script>{code * ((SIZE - size) // len(code))}</script>", head)


def figures() -> list[Figure]:
    random = Random(1)
    out = []
    for name, made in (("dense", dense), ("scripted", scripted)):
        pages = [Response("https://a.fr/x", 200, {}, made(random), {"item": f"/{n}"}) for n in range(PAGES)]
        assert all(SIZE * 0.95 < len(page.body) < SIZE * 1.2 for page in pages), [len(page.body) for page in pages]

        def run(pages: list[Response] = pages) -> None:
            assert all(html_page.read(page, {}).items for page in pages)

        seconds = median(cpu(run) for _ in range(3))
        out.append(Figure(f"html-pages-{name}-per-cpu-second", PAGES / seconds, "/s", at_least=20))
    return out
