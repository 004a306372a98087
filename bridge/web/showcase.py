"""The showcase: the list and map of all resources, the page of each one, and what a visitor may want to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for

from bridge import contributing
from bridge.meaning.text import fold
from bridge.record import Entry, Record, Relation
from bridge.store.pairings import Plugins, host_of
from bridge.web import facts
from bridge.web.addresses import sections
from bridge.web.current import LANGUAGES, absolute, collective, document, home, to
from bridge.web.selection import LAST_PAGE, PAGE_SIZE, groups, read
from bridge.web.typography import Verbatim
from bridge.writers import schema_org
from bridge.writers.xml import XML_DECLARATION

blueprint = Blueprint("showcase", __name__)

OWN_PAGES = (
    *("showcase.resources", "sources.index", "targets.index", "vocabulary.vocabulary"),
    "showcase.contribute",
    *("documentation.documentation", "showcase.formats", "showcase.about", "showcase.accessibility"),
)
POINTS = 1000  # positions sent with their titles; more than that are sent as clusters
LISTED = 200  # resources named under the map
_ACROSS = 24  # clusters across the map


class Link(NamedTuple):
    """Another record this one is tied to: ``title`` is empty when it is not visible here."""

    id: str
    title: str
    proposed: bool


class Door(NamedTuple):
    """A page of a partner where one adds an initiative: its name, its address, the site, how many it shows here."""

    title: str
    url: str
    site: str
    live: int


@blueprint.get("/")
def resources() -> str:
    """The search, its facets, and its results as a list or as a map."""
    chosen = read(request.args)
    mapped = chosen.view == "carte"
    hits = collective.index.search(chosen.query(limit=0 if mapped else PAGE_SIZE))
    pages = min(max(-(-hits.total // PAGE_SIZE), 1), LAST_PAGE)
    if chosen.page > pages:
        abort(404)
    dots = collective.index.clusters(chosen.query(), 0.15) if mapped else []
    ids = [id for id, _, _ in collective.index.points(chosen.query(), LISTED)] if mapped else hits.ids
    with collective.store.snapshot() as snapshot:
        entries = snapshot.entries(ids)
        known, partners = snapshot.counts()
        addable = bool(contributing.doors(collective, Plugins(snapshot).all()))
    return render_template(
        "resources.html",
        chosen=chosen,
        hits=hits,
        entries=entries,
        groups=groups(chosen, hits.facets),
        pages=pages,
        numbers=_numbers(chosen.page, pages),
        known=known,
        partners=partners,
        dots=dots,
        located=sum(count for _, _, count in dots),
        places=_by_place(entries) if mapped else [],
        addable=addable,
        facts=facts,
    )


@blueprint.get("/carte.json")
def points() -> Response:
    """Where the selected resources are: ``points`` [lon, lat, title, source, path], or ``clusters`` [lon, lat, count]
    when they are too many for the map asked for (``bbox``)."""
    chosen = read(request.args)
    found = collective.index.points(chosen.query(), POINTS + 1)
    if len(found) > POINTS:
        west, _, east, _ = chosen.box or (-180.0, -90.0, 180.0, 90.0)
        squares = collective.index.clusters(chosen.query(), max((east - west) / _ACROSS, 0.002))
        return jsonify(clusters=[(round(lon, 4), round(lat, 4), count) for lon, lat, count in squares])
    with collective.store.snapshot() as snapshot:
        records = {entry.id: entry.record for entry in snapshot.entries([id for id, _, _ in found])}
    rows = []
    for id, lon, lat in found:
        if record := records.get(id):
            source = collective.words.source(record.source)
            rows.append((round(lon, 5), round(lat, 5), record.title, source, to("showcase.resource", id=id)))
    return jsonify(points=rows)


@blueprint.get("/fiche/<path:id>")
def resource(id: str) -> str | tuple[str, int]:
    """The page of one resource; 410 once it was withdrawn, for a tombstone has no content."""
    with collective.store.snapshot() as snapshot:
        entry = snapshot.entry(id)
        if entry is None:
            abort(404)
        if entry.record is None:
            abort(410)
        record = entry.record
        tied = (*record.same_as, *record.version_of, *record.related)
        titles = {e.id: e.record.title for e in snapshot.entries([r.id for r in tied]) if e.record}
    return render_template(
        "resource.html",
        entry=entry,
        record=record,
        rows=facts.rows(record),
        facts=facts,
        same=_links([*record.same_as, *record.version_of], titles),
        related=_links(record.related, titles),
        source=collective.sources.get(record.source),
        json_ld=_json_ld(entry),
    )


@blueprint.get("/formats")
def formats() -> str:
    """Every address a webmaster can take resources from, for the selection being read."""
    chosen = read(request.args)
    return render_template("formats.html", chosen=chosen, sections=sections(chosen))


@blueprint.get("/ajouter")
def contribute() -> str:
    """Where one may add an initiative: at a partner's, whose form is begun with ``titre``."""
    title = " ".join(request.args.get("titre", "").split())[: contributing.TITLE_MAX]
    with collective.store.snapshot() as snapshot:
        found = contributing.doors(collective, Plugins(snapshot).all())
        states = snapshot.states()
    doors = [
        Door(
            door.title,
            contributing.begun(door.url, title),
            host_of(door.url).removeprefix("www."),
            states[door.source].live if door.source in states else 0,
        )
        for door in found
    ]
    return render_template("contribute.html", doors=doors, begun_with=title)


@blueprint.get("/a-propos")
def about() -> str:
    """What the bridge does, and what it does not."""
    return render_template("about.html")


@blueprint.get("/accessibilite")
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("accessibility.html")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Search engines are welcome; positions are of no use to them."""
    closed = "".join(f"Disallow: {request.script_root}{path}\n" for path in ("/carte.json", "/en/carte.json"))
    text = f"User-agent: *\n{closed}Sitemap: {absolute(url_for('showcase.sitemap'))}\n"
    return Response(text, mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages that are ours (https://www.sitemaps.org/protocol.html): a resource is to be found at its owner's."""
    addresses = [
        *(absolute(to(endpoint, tongue)) for endpoint in OWN_PAGES for tongue in LANGUAGES),
        *(absolute(to("sources.source", tongue, id=id)) for id in collective.sources for tongue in LANGUAGES),
    ]
    listed = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    body = f'{XML_DECLARATION}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{listed}</urlset>\n'
    return Response(body, content_type="application/xml; charset=utf-8")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The sign of the collective, for browsers that ask for it by this name."""
    return current_app.send_static_file("favicon.svg")


@blueprint.after_request
def _public(response: Response) -> Response:
    """These pages change only with the store: they may be kept until its next commit."""
    if response.status_code == 200:
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def _numbers(page: int, pages: int) -> list[int]:
    """The pages to offer: the first, the last, those around; 0 where some are left out."""
    kept = sorted({1, pages, *range(max(page - 2, 1), min(page + 2, pages) + 1)})
    found: list[int] = []
    for number in kept:
        if found and number > found[-1] + 1:
            found.append(0)
        found.append(number)
    return found


def _by_place(entries: Iterable[Entry]) -> list[tuple[str, list[Record]]]:
    """Records gathered under the name of their place, in order of names; those without one come last."""
    named = [(facts.places(e.record), e.record) for e in entries if e.record]
    named.sort(key=lambda pair: (not pair[0], fold(pair[0]), pair[0], fold(pair[1].title)))
    return [(place, [record for _, record in pairs]) for place, pairs in groupby(named, key=lambda pair: pair[0])]


def _links(relations: Sequence[Relation], titles: dict[str, str]) -> list[Link]:
    return [Link(r.id, titles[r.id], r.state == "proposed") for r in relations if r.id in titles]


def _json_ld(entry: Entry) -> Verbatim:
    """The record for search engines; the writer leaves no ``<`` in it."""
    feed = document(collective.settings.name, home(), updated=entry.datestamp)
    return Verbatim(b"".join(schema_org.write([entry], feed)).decode())
