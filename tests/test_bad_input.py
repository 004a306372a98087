"""A partner's site that goes bad in every way, for every kind of source, through the whole bridge over real sockets.

Each row of ``SITES`` breaks the answer that lists the records, each row of ``RECORDS`` spoils what they hold. Three
visits later every record is still there, one sentence of the source's page says what happened, the neighbour is
unharmed; at the first visit after the site has healed, everything is as it was.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree
from zipfile import ZipFile

import lxml.etree
import lxml.html
import pytest
from flask.testing import FlaskClient
from web_server import Answer, Handler, Page, WebServer

from bridge.collective import Collective
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.record import to_json
from bridge.refresh import Summary, refresh
from bridge.web import create_app
from bridge.web.feeds import FORMATS

Row = dict[str, Any]
VISITS = 3
BODY_MAX = 24 << 20
SLOW = 20.0  # seconds: many times what a visit takes here, far less than what a trap would take
OURS = {
    "title": "titre",
    "abstract": "resume",
    "content": "contenu",
    "type": "genre",
    "themes": "themes",
    "keywords": "mots",
    "url": "lien",
    "documents": "fichier",
    "place": "lieu",
    "lat": "lat",
    "lon": "lon",
    "period": "dates",
    "status": "statut",
    "published": "paru",
    "leads": "porteur",
    "budget": "budget",
    "lessons": "bilan",
    "image": "image",
    "contact": "contact",
    "licence": "licence",
    "attribution": "mention",
    "modified": "maj",
}


def healthy(site: WebServer) -> list[Row]:
    return [
        {
            "id": f"n{n}",
            "titre": f"Mare restaurée n° {n}",
            "resume": "Curage doux et fauche tardive, avec l'école.",
            "contenu": "<p>Curage <strong>doux</strong> en septembre.</p>",
            "genre": "Retour d'expérience",
            "themes": "Zones humides",
            "mots": "mare",
            "lien": site.url(f"/fiche/{n}"),
            "fichier": site.url(f"/plan-{n}.pdf"),
            "lieu": "Lyon",
            "lat": 45.75,
            "lon": 4.85,
            "dates": "2019-2021",
            "statut": "Réalisée",
            "paru": "2022-03-01",
            "porteur": "Ville de Lyon",
            "budget": "12 000 €",
            "bilan": "À refaire.",
            "image": site.url(f"/photo-{n}.jpg"),
            "contact": "Service nature",
            "licence": "CC BY-SA 4.0",
            "mention": "Ville de Lyon",
            "maj": "2024-05-01T10:00:00Z",
        }
        for n in range(1, 7)
    ]


# How each kind of source writes its records: bytes of the list, then every page of the site


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _xml(value: Any) -> str:
    return html.escape(str(value))


def _elements(row: Row, names: Mapping[str, str]) -> str:
    out = ""
    for ours, tag in names.items():
        for value in row[ours] if isinstance(row.get(ours), list) else [row.get(ours)]:
            out += f"<{tag}>{_xml(value)}</{tag}>" if value is not None else ""
    return out


_DC = {
    **{"titre": "dc:title", "resume": "dc:description", "themes": "dc:subject", "mots": "dc:subject"},
    **{"lien": "dc:identifier", "lieu": "dc:coverage", "paru": "dc:date", "porteur": "dc:creator"},
    **{"genre": "dc:type", "mention": "dc:publisher", "licence": "dc:rights"},
}
_RSS = {
    **{"id": "guid", "titre": "title", "resume": "description", "contenu": "content:encoded", "lien": "link"},
    **{"themes": "category", "mots": "category", "lat": "geo:lat", "lon": "geo:long", "licence": "dc:rights"},
}
_OAI = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-01-01T00:00:00Z</responseDate><request>x</request>%s</OAI-PMH>"
)


def _objects(rows: list[Row], more: str = "") -> bytes:
    return _json({"data": rows, "next": more} if more else rows)


def _oai(rows: list[Row], more: str = "") -> bytes:
    token = f"<resumptionToken>{_xml(more)}</resumptionToken>" if more else ""
    records = "".join(
        f"<record><header><identifier>{_xml(row.get('id', ''))}</identifier><datestamp>2025-01-01</datestamp></header>"
        "<metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{_elements(row, _DC)}</oai_dc:dc></metadata></record>\n'
        for row in rows
    )
    return (_OAI % f"<ListRecords>{records}{token}</ListRecords>").encode("utf-8", "surrogatepass")


def _feed(rows: list[Row], more: str = "") -> bytes:
    link = f'<atom:link rel="next" href="{_xml(more)}"/>' if more else ""
    items = "".join(f"<item>{_elements(row, _RSS)}</item>\n" for row in rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#">'
        f"<channel><title>Flux</title><link>http://x.fr/</link>{link}{items}</channel></rss>"
    ).encode("utf-8", "surrogatepass")


def _csv(rows: list[Row], more: str = "") -> bytes:
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    columns = list(dict.fromkeys(key for row in rows for key in row)) or ["id", *OURS.values()]
    table.writerow(columns)
    table.writerows(
        ["|".join(map(str, v)) if isinstance(v := row.get(c, ""), list) else v for c in columns] for row in rows
    )
    return out.getvalue().encode("utf-8", "surrogatepass")


def _wordpress(rows: list[Row], more: str = "") -> bytes:
    written = {"titre": "title", "contenu": "content", "resume": "excerpt"}
    posts = []
    for row in rows:
        post = {"type": "post", "status": "publish", "link": row.get("lien"), "acf": {}}
        for key, value in row.items():
            if key in written:
                post[written[key]] = {"rendered": value}
            elif key == "id":
                post["id"] = value
            else:
                post["acf"][key] = value
        posts.append(post)
    return _json(posts)


def _yeswiki(rows: list[Row], more: str = "") -> bytes:
    return _json([{("id_fiche" if key == "id" else key): value for key, value in row.items()} for row in rows])


def _geojson(rows: list[Row], more: str = "") -> bytes:
    features = []
    for row in rows:
        properties = {key: value for key, value in row.items() if key not in ("id", "lat", "lon")}
        point = {"type": "Point", "coordinates": [row.get("lon"), row.get("lat")]}
        features.append({"type": "Feature", "id": row.get("id"), "geometry": point, "properties": properties})
    links = [{"rel": "next", "href": more}] if more else []
    return _json({"type": "FeatureCollection", "features": features, "links": links})


PLACED = OURS | {"lat": "geometry.lat", "lon": "geometry.lon"}


class Kind(NamedTuple):
    """``list`` is the address of the records, ``first`` what is asked before it and its answer."""

    url: str
    list: str
    write: Callable[..., bytes]
    type: str
    mapping: Mapping[str, str]
    options: str = ""
    first: tuple[str, bytes] | None = None

    def pages(self, body: bytes) -> dict[str, Page]:
        found: dict[str, Page] = {self.list: (200, {"Content-Type": self.type}, body)}
        if self.list.startswith(_POSTS_PATH):  # the light list of a walk of what changed
            found[_LIGHT] = found[self.list]
        if self.first:
            found[self.first[0]] = (200, {"Content-Type": self.type}, self.first[1])
        return found


_FORM = _json({"prepared": [], "template": []})
_IDENTIFY = _OAI % (
    "<Identify><baseURL>x</baseURL><earliestDatestamp>2000-01-01</earliestDatestamp><deletedRecord>no</deletedRecord>"
    "<granularity>YYYY-MM-DD</granularity></Identify>"
)
_POSTS = "/wp-json/wp/v2/posts?per_page=100&page={}&orderby=id&order=asc&_embed=wp:term,wp:featuredmedia"
_POSTS_PATH = _POSTS.partition("?")[0]
_LIGHT = f"{_POSTS.format(1).partition('&_embed')[0]}&_fields=id,type,status,content.protected,excerpt.protected"
_LIST = "/oai?verb=ListRecords"
KINDS: dict[str, Kind] = {
    "csv_file": Kind("/x.csv", "/x.csv", _csv, "text/csv; charset=utf-8", OURS),
    "feed": Kind("/rss", "/rss", _feed, "application/rss+xml", {}, "complete = true, follow = true"),
    "geojson": Kind("/carte", "/carte", _geojson, "application/geo+json", PLACED),
    "json_api": Kind("/api", "/api", _objects, "application/json", OURS),
    "oai": Kind("/oai", _LIST, _oai, "text/xml", {}, first=("/oai?verb=Identify", _IDENTIFY.encode())),
    "wordpress": Kind(
        "/",
        _POSTS.format(1),
        _wordpress,
        "application/json",
        {ours: f"acf.{theirs}" for ours, theirs in OURS.items()}
        | {"title": "title.rendered", "abstract": "excerpt.rendered", "content": "content.rendered", "url": "link"},
    ),
    "yeswiki": Kind(
        "/", "/?api/forms/1/entries", _yeswiki, "application/json", OURS, 'form = "1"',
        ("/?api/forms/1", _FORM),
    ),
}  # fmt: skip
PRESETS = {"feed": "_feed", "oai": "_oai"}


class Pages(dict[str, Page]):
    """What a site answers: at an address, else at one that begins like an address whose answer is ready for more."""

    def get(self, path: str, default: Any = None) -> Any:
        return super().get(path) or next((self[at] for at in self if path.startswith((f"{at}?", f"{at}&"))), default)


def folded(address: str) -> str:
    """The path of an address as browsers ask for it: ``a/../b`` is ``b``."""
    return urlsplit(urljoin("http://localhost/", urlsplit(address).path)).path


class World:
    """A collective of two sources, « s » that goes bad and its neighbour « v », each on a site of its own."""

    def __init__(self, kind: str, site: WebServer, neighbour: WebServer, folder: Path) -> None:
        self.kind, self.site = KINDS[kind], site
        self.rows = healthy(site)
        self.hosts = [f"127.0.0.1:{each.server_port}" for each in (site, neighbour)]
        self.fetch = self.fetcher()
        neighbour.pages["/api"] = (200, {}, _json([{"id": "1", "titre": "Haie", "lien": neighbour.url("/1")}]))
        self.mappings = folder / "mappings"
        self.mappings.mkdir()
        self.describe("s", kind, site.url(self.kind.url), self.kind.mapping, self.kind.options)
        self.describe("v", "json_api", neighbour.url("/api"), {"title": "titre", "url": "lien"}, "")
        self.collective = Collective(load(folder, {"PARTAGEONS_BASE_URL": "http://localhost/"}))
        self.client: FlaskClient = create_app(self.collective).test_client()
        self.serve(self.rows)
        first = self.visit()
        assert (first.complete, first.created, first.problems) == (True, 6, [])

    def fetcher(self, seconds: float = 60.0) -> Fetcher:
        return Fetcher(self.hosts, max_bytes=BODY_MAX, timeout=seconds, sleep=lambda _: None)

    def describe(self, name: str, kind: str, url: str, fields: Mapping[str, Any], options: str) -> None:
        preset = f'extends = "{PRESETS[kind]}"\n' if kind in PRESETS and not fields else ""
        text = (
            f'{preset}[source]\nid = "{name}"\nkind = "{kind}"\nurl = "{url}"\ntitle = "Source {name}"\nkeep = "full"\n'
        )
        text += f"agreement = {{ date = 2026-01-01 }}\noptions = {{ {options} }}\n[fields]\n"
        text += "".join(f"{ours} = {json.dumps(theirs)}\n" for ours, theirs in fields.items())
        (self.mappings / f"{name}.toml").write_text(text, encoding="utf-8")

    def close(self) -> None:
        self.fetch.close()
        self.collective.close()

    def serve(self, rows: list[Row]) -> None:
        self.put(self.kind.pages(self.kind.write(rows)))

    def put(self, pages: dict[str, Page]) -> None:
        self.site.pages = Pages({f"/fiche/{n}": (200, {}, b"ici") for n in range(1, 7)} | pages)

    def visit(self, full: bool = False) -> Summary:
        """One visit of both; the neighbour must be well whatever the other does."""
        start = time.monotonic()
        *bad, good = refresh(self.collective, self.collective.sources.values(), self.fetch, full=full)
        assert time.monotonic() - start < SLOW
        assert (good.complete, good.seen, good.withdrawn, good.problems) == (True, 1, 0, [])
        return bad[0] if bad else good

    def live(self) -> dict[str, dict[str, Any]]:
        """The live records of « s » by id, as JSON values."""
        with self.collective.store.snapshot() as snapshot:
            return {e.id: to_json(e.record) for e in snapshot.walk(source="s") if e.record}

    def page(self, path: str) -> str:
        """A page of the showcase as a browser asks for it, once it holds nothing that runs."""
        answer = self.client.get(folded(path))
        assert answer.status_code == 200, path
        no_live_script(answer.text)
        return answer.text

    def words(self, path: str) -> str:
        return " ".join(lxml.html.fromstring(self.page(path)).text_content().split())

    def reset(self) -> None:
        """Back to the six good records and nothing else."""
        with self.collective.store.writing() as writing:
            writing.forget("s")
        self.serve(self.rows)
        assert (self.visit(full=True).complete, len(self.live())) == (True, 6)


RUNS = frozenset(("iframe", "object", "embed", "base", "style", "frame", "applet"))
LEADS = frozenset(("href", "src", "action", "formaction", "xlink:href", "data"))


def no_live_script(text: str) -> None:
    """Nothing in an HTML text runs, loads or leads to code."""
    for element in lxml.html.fromstring(f"<div>{text}</div>").iter(lxml.etree.Element):
        said = element.attrib
        assert element.tag not in RUNS, element.tag
        if element.tag == "script":
            assert said.get("type") == "application/ld+json" or said.get("src", "").startswith("/static/")
        for name, value in said.items():
            assert not name.startswith("on") and name not in ("style", "srcdoc", "http-equiv"), (element.tag, name)
            assert name not in LEADS or not re.match(r"[\x00-\x20]*(?:javascript|data|vbscript|file):", value, re.I), (
                value
            )
        assert element.tag != "form" or said.get("action", "/").startswith("/")


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[WebServer, WebServer]]:
    with WebServer() as site, WebServer() as neighbour:
        yield site, neighbour


@pytest.fixture(scope="module")
def worlds(sites: tuple[WebServer, WebServer]) -> Iterator[dict[str, World]]:
    """One world a kind, for the rows that leave it as it was."""
    found: dict[str, World] = {}
    yield found
    for world in found.values():
        world.close()


@pytest.fixture
def world(kind: str, worlds: dict[str, World], sites: tuple[WebServer, WebServer], tmp_path: Path) -> World:
    if kind not in worlds:
        worlds[kind] = World(kind, *sites, tmp_path)
    return worlds[kind]


# What goes wrong

Happen = Callable[[World], None]


class Bad(NamedTuple):
    """One way to go bad. ``told`` is a pattern of the sentence that says it, by kind ("" for the others); an empty one
    when there is nothing to say, None when any is good. ``changes``: the records may change, and new ones may come;
    ``renames``: they may come under other identifiers."""

    happen: Happen
    told: Mapping[str, str | None]
    changes: bool = False
    check: Happen = lambda world: None
    kinds: tuple[str, ...] = tuple(KINDS)
    renames: bool = False


def site(
    page: Callable[[bytes], Page], told: str | None, /, kinds: tuple[str, ...] = tuple(KINDS), **others: str
) -> Bad:
    """The list answers what ``page`` makes of its good body."""

    def happen(world: World) -> None:
        good = world.kind.write(world.rows)

        def answer(handler: Handler) -> Answer | None:
            found = page(good)
            if callable(found):
                return found(handler)
            status, headers, body = found
            return status, {"Content-Type": world.kind.type, **headers}, body

        world.put(world.kind.pages(good) | {world.kind.list: answer})

    return Bad(happen, {"": told, **others}, kinds=kinds)


def says(body: str | bytes, status: int = 200, **headers: str) -> Callable[[bytes], Answer]:
    data = body if isinstance(body, bytes) else body.encode()
    return lambda good: (status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


def makes(change: Callable[[bytes], bytes]) -> Callable[[bytes], Answer]:
    return lambda good: (200, {}, change(good))


def to(address: str) -> Callable[[bytes], Answer]:
    return says(b"", 302, Location=address)


def between(good: bytes) -> int:
    """Where the third record ends."""
    return [match.end() for match in re.finditer(rb"</(?:record|item)>\n|\r\n|\}(?=, \{\"(?:id|type|id_fiche))", good)][
        3
    ]


def raw(good: bytes) -> str:
    """The list with its letters as they are, where JSON had escaped them."""
    text = good.decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if text[:1] in "[{" else text


def drip(good: bytes) -> Page:
    def slowly() -> Iterator[bytes]:
        for n in range(40):
            yield good[n : n + 1]
            time.sleep(0.02)

    return 200, {}, slowly()


def flood(good: bytes) -> Page:
    return 200, {}, (b" " * (1 << 20) for _ in range(BODY_MAX))


def silence(good: bytes) -> Page:
    def nothing() -> Iterator[bytes]:
        time.sleep(0.5)
        yield b""

    return 200, {"Content-Length": "9"}, nothing()


def talks(data: bytes) -> Callable[[bytes], Page]:
    def page(handler: Any) -> None:
        handler.wfile.write(data)

    return lambda good: page


JSON_LISTS = ("geojson", "json_api", "wordpress", "yeswiki")
XML_LISTS = ("feed", "oai")
NOT_XML = {"oai": "n'est pas du XML", "feed": "ni du RSS ni de l'Atom"}
BOMB = gzip.compress(b"[" + b" " * (32 << 20) + b"]")
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY a{n} "{"&a" + str(n - 1 or "") + ";" * 1}{"&a" + str(n - 1 or "") + ";"}">' for n in range(1, 40)
    )
    + "]><lolz>&a39;</lolz>"
)
SITES: dict[str, Bad] = {
    "500": site(says("<h1>Internal Server Error</h1>", 500), "réponse 500"),
    "503": site(says("", 503, Retry_After="3600"), "réponse 503"),
    "401": site(says("Unauthorized", 401, WWW_Authenticate="Basic"), "réponse 401"),
    "403": site(says("<html><title>Just a moment...</title>", 403), "réponse 403"),
    "404": site(says("<html><h1>Not found</h1>", 404), "réponse 404", yeswiki="n'existe pas"),
    "404 in text": site(says("absent", 404), "réponse 404", yeswiki="n'existe pas"),
    "304 unasked": site(says("", 304), "304"),
    "login page": site(says("<!DOCTYPE html><html><form><input type='password'></form>"), "page de connexion"),
    "maintenance": site(says("<html><h1>Site en maintenance</h1></html>"), "page de maintenance"),
    "web page": site(says("<!-- cache --><html><p>Bienvenue</p></html>"), "page web"),
    "mere words": site(says("Erreur de base"), "n'est pas du JSON", csv_file="aucune ligne", **NOT_XML),
    "no body": site(says(""), "vide"),
    "blank body": site(says(" \n\n "), "vide"),
    "no content": site(says("", 204), "vide"),
    "null": site(
        says("null"), "pas (?:une liste|du GeoJSON)|Aucune liste|est vide", csv_file="aucune ligne", **NOT_XML
    ),
    "{}": site(says("{}"), "pas (?:une liste|du GeoJSON|un tableau|un JSON Feed)|Aucune liste|est vide|du XML"),
    "[]": site(says("[]"), "est vide|pas (?:du GeoJSON|un tableau)", **NOT_XML),
    "error in JSON": site(
        says('{"error": {"code": 42, "message": "quota"}}'),
        "pas (?:une liste|du GeoJSON|un tableau|un JSON Feed)|Aucune liste|du XML",
        yeswiki="disparu",
    ),
    "cut in the middle": site(makes(lambda good: good[: len(good) // 2]), "coupé|cellules"),
    "cut between two": site(makes(lambda good: good[: between(good)]), "coupé", JSON_LISTS + XML_LISTS),
    "cut on the way": site(
        lambda good: (200, {"Content-Length": str(len(good))}, iter([good[: between(good)]])), "tronquée"
    ),
    "cut in a chunk": site(
        lambda good: (200, {"Transfer-Encoding": "chunked"}, iter([b"%x\r\n" % len(good), good[:200]])), "tronquée"
    ),
    "cut while compressed": site(
        lambda good: (200, {"Content-Encoding": "gzip"}, gzip.compress(good)[:-20]), "tronquée"
    ),
    "charset that lies": site(lambda good: (200, {"Content-Type": "text/plain; charset=utf-16"}, good), ""),
    "charset unknown": site(lambda good: (200, {"Content-Type": "text/plain; charset=zip\xe9"}, good), ""),
    "latin-1 that says UTF-8": site(makes(lambda good: raw(good).encode("cp1252")), ""),
    "a letter in latin-1": site(
        makes(lambda good: raw(good).encode().replace("restauré".encode(), b"restaur\xe9", 1)), "illisibles"
    )._replace(changes=True),
    "control characters": site(
        makes(lambda good: good.replace(b"Mare", b"Ma\x00\x08\x02re")),
        "",
        **dict.fromkeys(XML_LISTS, "interdits en XML"),
    ),
    "bomb": site(says(BOMB, Content_Encoding="gzip"), "enfle"),
    "encoding unknown": site(says("x", Content_Encoding="br"), "codée en « br »"),
    "too large": site(says(b" " * (BODY_MAX + 1)), "dépasse 24 Mio"),
    "flood": site(flood, "dépasse 24 Mio"),
    "redirect for ever": site(to("?"), "renvoie sans fin"),
    "redirect to a machine of ours": site(to("http://10.0.0.1/secret"), "seules les adresses publiques"),
    "redirect to metadata": site(to("http://169.254.169.254/latest/"), "seules les adresses publiques"),
    "redirect to another port": site(to("http://127.0.0.1:9/"), "refuse"),
    "redirect to a file": site(to("file:///etc/passwd"), "ne commence pas par http"),
    "redirect to nowhere": site(says("", 301), "sans dire où"),
    "not HTTP": site(talks(b"SSH-2.0-OpenSSH_9.2\r\n" * 9), "n'est pas du HTTP"),
    "no answer": site(talks(b""), "coupé la connexion"),
    "endless headers": site(talks(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"), "en-têtes"),
    "billion laughs": site(
        says(LAUGHS), "DOCTYPE", **dict.fromkeys(JSON_LISTS, "est du XML"), csv_file="n'est pas un tableau"
    ),
    "entity of a file": site(
        makes(lambda good: good.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', 1)),
        "DOCTYPE",
        XML_LISTS,
    ),
    "hidden DOCTYPE": site(
        makes(lambda good: b"\xff\xfe" + LAUGHS.replace("1.0", '1.0" encoding="utf-16').encode("utf-16-le")),
        "DOCTYPE",
        XML_LISTS,
    ),
    "deep arrays": site(says(b"[" * 300_000), "emboîte|complet", JSON_LISTS),
    "deep objects": site(says(b'{"data":' * 500 + b"1" + b"}" * 500), "emboîte", JSON_LISTS),
    "a swarm of values": site(says(b"[" + b"{}," * 2_500_000 + b"{}]"), "éléments", JSON_LISTS),
    "a swarm of tags": site(
        makes(lambda good: good.replace(b"?>", b"?><x>" + b"<a/>" * 4_100_000, 1)), "éléments", XML_LISTS
    ),
    "a swarm of cells": site(says(b"id;titre\n" + b";" * 4_000_000), "éléments", ("csv_file",)),
    "a swarm of strangers": site(says(b"[" + b"1," * 400_000 + b"1]"), None, JSON_LISTS),
    "counts without end": site(
        lambda good: (200, {"X-WP-Total": "9" * 5000, "X-WP-TotalPages": "9" * 5000}, good), "", ("wordpress",)
    ),
    "deep elements": site(
        makes(lambda good: good.replace(b"<dc:title>", b"<x>" * 3000 + b"</x>" * 3000 + b"<dc:title>", 1)), "", ("oai",)
    ),
}


# A list without end, which a cap stops; PAGES is that cap, lowered
PAGES = 12
GOES_ON = ("feed", "geojson", "json_api", "oai", "wordpress")


def endless(told: str, same: bool = False, grows: bool = False, **others: str) -> Bad:
    """Each page leads to a next one: ``same`` address or token or a new one; ``grows`` with new records each time."""

    def happen(world: World) -> None:
        turn = count(1)

        def page(handler: Handler) -> Answer:
            n = next(turn)
            address = f"{world.kind.list}{'&' if '?' in world.kind.list else '?'}n={1 if same else n}"
            rows = [row | {"id": f"{row['id']}-{n}"} for row in world.rows] if grows else world.rows
            headers = {"Content-Type": world.kind.type, "X-WP-TotalPages": "99999"}
            return 200, headers, world.kind.write(rows, more=address)

        world.put(world.kind.pages(b"") | {world.kind.list: page, _POSTS.partition("?")[0]: page})

    return Bad(happen, {"": told, **others}, changes=grows, kinds=GOES_ON)


def waits(page: Callable[[bytes], Page]) -> Bad:
    """A server that must not be waited for: the patience of the bridge is lowered too."""
    bad = site(page, "n'a pas fini de répondre")

    def happen(world: World) -> None:
        world.fetch = world.fetcher(0.1)
        bad.happen(world)

    return bad._replace(happen=happen)


def first(page: Callable[[bytes], Page], told: str) -> Bad:
    """What comes before the list is bad, the list is good."""

    def happen(world: World) -> None:
        pages = world.kind.pages(world.kind.write(world.rows))
        assert world.kind.first
        at, good = world.kind.first
        world.put(pages | {at: page(good)})

    return Bad(happen, {"": told, "yeswiki": f"{told}|formulaire YesWiki n'existe pas"}, kinds=("oai", "yeswiki"))


SITES |= {
    "page that follows itself": endless("tourne en rond|sans fin|n'avance pas|dépasse 12 pages", same=True),
    "pages without end": endless("dépasse 12 pages", wordpress="tourne en rond"),
    "records without end": endless("dépasse 12 pages", grows=True),
    "drip": waits(drip),
    "silence": waits(silence)._replace(kinds=("csv_file", "oai")),
    "first 500": first(says("", 500), "réponse 500"),
    "first 404": first(says("", 404), "réponse 404"),
    "first web page": first(says("<html><p>Bonjour</p></html>"), "page web"),
    "first empty": first(says(""), "est vide"),
    "first null": first(says("null"), "pas du XML"),
    "first {}": first(says("{}"), "du XML"),
    "first cut": first(makes(lambda good: good[: len(good) // 2]), "coupé"),
    "first of another kind": first(says("<rss><channel/></rss>"), "n'est pas de l'OAI-PMH|est du XML"),
}


# What the records hold


def spoil(
    change: Callable[[Row, int], Row], told: str | None = "", check: Happen = lambda _: None, **others: str
) -> Bad:
    """Each record becomes what ``change`` makes of it and of its place."""

    def happen(world: World) -> None:
        world.serve([change(dict(row), n) for n, row in enumerate(world.rows)])

    return Bad(happen, {"": told, **others}, changes=True, check=check)


def adds(rows: Callable[[Row], list[Row]], told: str | None = "", check: Happen = lambda _: None, **others: str) -> Bad:
    """Other records come beside the good ones, made from the first of them."""

    def happen(world: World) -> None:
        world.serve([*world.rows, *rows(dict(world.rows[0]))])

    return Bad(happen, {"": told, **others}, changes=True, check=check)


def everywhere(value: Any, *but: str) -> Callable[[Row, int], Row]:
    """``value`` in every field but the identifier and those named."""
    return lambda row, n: {key: old if key in ("id", *but) else value for key, old in row.items()}


def in_texts(value: str) -> Callable[[Row, int], Row]:
    """``value`` after every text, so that a title stays one."""
    return lambda row, n: {
        key: f"{old} {value}" if isinstance(old, str) and key not in ("id", "lien", "fichier", "image") else old
        for key, old in row.items()
    }


def without(*keys: str, of: int = 6) -> Callable[[Row, int], Row]:
    return lambda row, n: {key: value for key, value in row.items() if n >= of or key not in keys}


SCRIPTS = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)><iframe srcdoc='<script>4</script>'>"
    "&lt;script&gt;alert(5)&lt;/script&gt;&amp;lt;script&amp;gt;alert(6)&amp;lt;/script&amp;gt;"
    "<a href='java\tscript:alert(7)' onclick=alert(8)>x</a><style>*{display:none}</style><base href=//evil.example>"
    "<p style='position:fixed'>y</p></script></textarea>--><math><mtext><script>alert(9)</script>"
    "\"'><b onfocus=alert(10)>"
    "]]><script>alert(11)</script> {{7*7}} ${7*7} <form action=http://evil.example><input autofocus onfocus=alert(12)>"
)
BAD_URLS = (
    *(
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "vbscript:x",
        "//",
        "http://",
    ),
    *(
        "JaVa\tScRiPt:alert(1)",
        "http://[::1",
        "https://jeanne:secret@x.fr/",
        "http://x.fr:99999/",
        " javascript:alert(1)",
    ),
)
PEOPLE = (
    "Écrire à jeanne.dupont@mairie-exemple.fr, jeanne.dupont [at] mairie-exemple.fr, "
    "jeanne.dupont&#64;mairie-exemple.fr ou au 06 12 34 56 78, +33 6 12 34 56 78, 06.12.34.56.78, 0612345678"
)
INVISIBLE = "a\x00b\x0bc\x1bd\ud800e\udffff\u202eg\u2066h\ufeffi\u200bj\x7fk\x85l\u2028m\ufffen\uffff"
ODD_IDS = (
    *(
        "a/b",
        "/ressources/12/",
        "a//b",
        "../..",
        "../../etc/passwd",
        "a/./b",
        ".",
        "..",
        "%2e%2e",
        "a%2Fb",
        "a b",
        " a  b ",
    ),
    *(
        "quote'\"<>&",
        "grenouille 🐸",
        "x" * 2000,
        "é" * 280,
        "https://x.fr/?p=1#y",
        "a\\b",
        "a;b,c|d",
        "a?b=c&d",
        "a#b",
    ),
    *(
        "a\u202eb",
        "a\nb\tc",
        "0",
        "-1",
        "oai:x.fr:1",
        "{{7*7}}",
        "a\u0301",
        "\u00e1",
        "null",
        "<script>alert(1)</script>",
    ),
    *("a:b", "~", "+", "a+b", "/", "?", "index.php?id=1&x=2", "A/B", "a\x00\ud800c"),
)
NUMBERS = (10**30, -1, 1e308, 0, True, None)
DATES = ("0000-00-00", "0000-00-00T00:00:00Z", "31/02/2020", "9999-99-99", "-1", "1e400", "2020-13-45T99:99:99", "²⁰²⁰")


def public(world: World) -> str:
    """All that the world can read, each address taken from where a reader finds it; every format is well formed."""
    client, texts = world.client, [world.page(path) for path in ("/", "/sources", "/sources/s")]
    texts.append(client.get("/?vue=carte").text)
    no_live_script(texts[-1])
    listed = client.get("/api/v1/records?per_page=100&source=s").json["records"]
    assert {record["id"] for record in listed} == set(world.live())
    texts += [world.page(record["links"]["page"]) for record in listed]
    for extension in FORMATS:
        with client.get(f"/feed.{extension}") as answer:
            kind, body = answer.mimetype, answer.data
        texts.append(_text_of(extension, body))
        if kind.endswith("xml"):
            root = ElementTree.fromstring(texts[-1].encode())
            for tag in ("item/description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
                for element in root.findall(f".//{tag}"):
                    no_live_script(element.text or "")
            for element in root.findall(".//{http://www.w3.org/2005/Atom}content[@type='html']"):
                no_live_script(element.text or "")
        elif extension == "csv":
            cells = [cell for row in csv.reader(io.StringIO(texts[-1].removeprefix("\ufeff"))) for cell in row]
            assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)]
        elif kind.endswith("json"):
            found = json.loads(texts[-1])
            for entry in found.get("items", ()) if extension == "json" else ():
                no_live_script(entry.get("content_html", ""))
    return "\n".join(texts)


def _text_of(extension: str, body: bytes) -> str:
    """What a document says: that of a workbook is in its sheets, that of MARC between its separators."""
    if extension == "xlsx":
        with ZipFile(io.BytesIO(body)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return re.sub("[\x1d-\x1f]", "\n", body.decode()) if extension.endswith("mrc") else body.decode()


def is_public(world: World) -> None:
    public(world)


def holds_no_person(world: World) -> None:
    said = public(world)
    found = re.search(r".{40}(?:jeanne\.dupont|(?:06|33.?6)[ .]?12[ .]?34[ .]?56[ .]?78).{9}", said, re.S)
    assert not found, found


def is_clean(world: World) -> None:
    said = "".join(str(value) for record in world.live().values() for value in record.values()) + public(world)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]", said)


def holds_all_ids(world: World) -> None:
    """Each record is found under its id: its page, its JSON, its OAI-PMH record."""
    assert len(world.live()) == 6 + len(ODD_IDS)
    public(world)
    for record in world.client.get("/api/v1/records?per_page=100&source=s").json["records"]:
        id, identifier = record["id"], record["oai_identifier"]
        said = html.escape(id).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        assert f"<code>{said}</code>" in world.page(record["links"]["page"])
        assert world.client.get(folded(record["links"]["self"])).json["id"] == id
        for prefix in ("oai_dc", "pv"):
            query = {"verb": "GetRecord", "metadataPrefix": prefix, "identifier": identifier}
            root = ElementTree.fromstring(world.client.get("/oai", query_string=query).data)
            assert root.findtext(".//{http://www.openarchives.org/OAI/2.0/}identifier") == identifier


def is_bounded(world: World) -> None:
    said = public(world)
    assert len(said) < 8_000_000
    for record in world.live().values():
        assert len(record["title"]) <= 500 and len(record.get("keywords", ())) <= 1000
        assert len(json.dumps(record)) < 3_000_000


RECORDS: dict[str, Bad] = {
    "half without title": spoil(without("titre", of=3), "pas de titre"),
    "none with a title": spoil(without("titre"), "pas de titre"),
    "half without id": spoil(without("id", of=3), None)._replace(renames=True),
    "none with an id": spoil(without("id"), None),
    "empty objects": adds(lambda row: [{}, {}, {}], None),
    "an id for all": adds(lambda row: [row | {"titre": f"Autre {n}"} for n in range(500)], None)._replace(
        renames=True, kinds=tuple(sorted(KINDS.keys() - {"oai"}))
    ),
    "an id twice": adds(lambda row: [row | {"titre": "Une autre"}], "sert à plusieurs fiches", is_public, oai=""),
    "a record twice": adds(lambda row: [row], "figure deux fois", oai=""),
    "scripts": spoil(in_texts(SCRIPTS), None, is_public),
    "only scripts": spoil(everywhere(SCRIPTS), None, is_public),
    "scripts in names": spoil(lambda row, n: row | {f"{SCRIPTS} {n}": SCRIPTS}, None, is_public),
    "formulas": spoil(
        lambda row, n: row | {"titre": '=HYPERLINK("http://evil.example")', "mots": "@SUM(1)"}, "", is_public
    ),
    "long title": spoil(lambda row, n: row | {"titre": "Mare " * 20_000}, "", is_bounded),
    "one word": spoil(lambda row, n: row | {"titre": "x" * 100_000, "resume": "y" * 100_000}, "", is_bounded),
    "ten megabytes": spoil(
        lambda row, n: row | {"resume": "mare " * 2_000_000} if not n else row, "a été coupé", is_bounded
    ),
    "a megabyte of tags": spoil(
        lambda row, n: row | {"resume": "<p>&amp;" * 250_000} if not n else row, None, is_bounded
    ),
    "5,000 tags": spoil(lambda row, n: row | {"mots": [f"mot {t}" for t in range(n or 5000)]}, "", is_bounded),
    "5,000 themes": spoil(lambda row, n: row | {"themes": [f"mot {t}" for t in range(n or 5000)]}, "", is_bounded),
    "dates": spoil(lambda row, n: row | dict.fromkeys(("dates", "paru", "maj"), DATES[n]), "", is_public),
    "out of the world": spoil(lambda row, n: row | {"lat": 1234, "lon": -9999}, "osition|oordonn", is_public, oai=""),
    "nowhere": spoil(lambda row, n: row | {"lat": "NaN", "lon": "1e999", "lieu": "Trifouillis"}, None, is_public),
    "addresses": spoil(
        lambda row, n: row | dict.fromkeys(("lien", "fichier", "image", "contact"), BAD_URLS[n]), "", is_public
    ),
    "more addresses": spoil(
        lambda row, n: row | dict.fromkeys(("lien", "fichier", "image"), BAD_URLS[-1 - n]), "", is_public
    ),
    "people": spoil(in_texts(PEOPLE), None, holds_no_person),
    "only people": spoil(everywhere(PEOPLE, "lien"), None, holds_no_person),
    "people in names": spoil(lambda row, n: row | {PEOPLE: PEOPLE}, None, holds_no_person),
    "invisible characters": spoil(in_texts(INVISIBLE), None, is_clean),
    "odd ids": adds(
        lambda row: [row | {"id": id, "titre": f"Fiche {n}"} for n, id in enumerate(ODD_IDS)],
        "",
        holds_all_ids,
        **dict.fromkeys(XML_LISTS),
    ),
    "objects": spoil(everywhere({"a": [1, {"b": None}], "url": {"c": []}}, "titre"), None, is_public),
    "lists": spoil(everywhere([None, [["x"]], {"url": ["y"]}, 3.5, True], "titre"), None, is_public),
    "long numbers": spoil(everywhere("9" * 5000, "titre"), None, is_public),
    "many fields": spoil(lambda row, n: row | {f"champ {n} {f}": "x" for f in range(5000)}, None, is_bounded),
    "numbers": spoil(lambda row, n: everywhere(NUMBERS[n], "titre")(row, n), None, is_public),
    "nested": spoil(lambda row, n: row | {"resume": json.loads("[" * 150 + "]" * 150)}, "", is_public),
}


def cases() -> list[Any]:
    rows = {**SITES, **RECORDS}
    return [pytest.param(kind, bad, id=f"{kind}-{name}") for name, bad in rows.items() for kind in bad.kinds]


@pytest.mark.parametrize(("kind", "bad"), cases())
def test_nothing_of_a_site_that_goes_bad_is_lost(
    world: World, kind: str, bad: Bad, worlds: dict[str, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.harvest.PAGES_MAX", PAGES)
    del worlds[kind]  # until it is known to be as it was
    before, patient = world.live(), world.fetch
    try:
        bad.happen(world)
        summaries = [world.visit(full=n > 0) for n in range(VISITS)]
        summary, now = summaries[-1], world.live()
        assert bad.changes or now == before
        if bad.renames:
            assert {record["title"] for record in before.values()} <= {record["title"] for record in now.values()}
        else:
            assert sum(summary.withdrawn for summary in summaries) == 0 and before.keys() <= now.keys()
        assert (
            summary.created + summary.changed == 0
            or "sans fin" in str(summary.problems)
            or "pages" in str(summary.problems)
        )
        told = bad.told.get(kind, bad.told[""])
        assert told is None or bool(summary.problems) == bool(told), summary.problems
        if told:
            found = [p.message for p in summary.problems if re.search(told, p.message)]
            assert found, summary.problems
            assert " ".join(found[0].split()) in world.words("/sources/s") and found[0][-1] == "."
        bad.check(world)
        world.fetch = patient
        world.serve(world.rows)
        after = world.visit(full=True)
        assert after.complete and after.withdrawn == 0
        # Identifiers that were lost for a while are found again, and that is told.
        assert [
            p.message for p in after.problems if not (after.rekeyed and "ont changé d'identifiant" in p.message)
        ] == []
        healed = world.live()
        assert {name: healed[name] for name in before} == before
    except BaseException:
        world.close()
        raise
    if bad.changes:
        world.reset()
    worlds[kind] = world


# A partner's mapping file, with one error of each sort


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def also(more: str) -> Callable[[str], str]:
    return lambda text: text + more


MAPPINGS: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "not TOML": (also("\n[[["), "TOML"),
    "not UTF-8": (lambda text: text.encode("latin-1") + b"# \xe9", "UTF-8"),
    "a web page": (lambda text: "<!DOCTYPE html><html></html>", "TOML"),
    "control characters": (lambda text: text + "\x00", "TOML"),
    "cut": (lambda text: text[: len(text) // 3], "TOML"),
    "too long": (lambda text: text + "#" * 1_100_000, "1 Mo"),
    "an unknown table": (also("\n[champs]\na = 1\n"), "« champs »"),
    "an unknown key": (swap("[fields]", "couleur = 1\n[fields]"), "« source.couleur »"),
    "a field that is none": (also('couleur = "x"\n'), "« fields.couleur »"),
    "no id": (swap('id = "s"', ""), "« source.id »"),
    "an id of another": (swap('id = "s"', 'id = "v"'), "déjà décrite"),
    "an id with spaces": (swap('id = "s"', 'id = "Le Site"'), "« source.id »"),
    "no kind": (swap('kind = "json_api"', ""), "« source.kind »"),
    "an unknown kind": (swap('"json_api"', '"grimoire"'), "« grimoire »"),
    "no address": (swap("url = ", "title2 = "), "« source."),
    "an address that is none": (swap('url = "http', 'url = "ftp'), "« source.url »"),
    "an unknown preset": (lambda text: 'extends = "_rien"\n' + text, "« _rien »"),
    "a preset that is a number": (lambda text: "extends = 3\n" + text, "extends"),
    "a table that is a text": (swap("[fields]", "[autre]"), "« autre »"),
    "an unknown licence": (swap("[fields]", 'licence = "libre"\n[fields]'), "« libre »"),
    "a text that is a number": (swap('title = "Source s"', "title = 3"), "« source.title »"),
    "full without agreement": (swap("agreement =", "options2 ="), "« source.options2 »|accord"),
    "an agreement without date": (swap("2026-01-01", '"hier"'), "« source.agreement.date »"),
    "options that are none": (swap("options = {  }", "options = 3"), "« source.options »"),
    "a path that is none": (also('partners = "a[?b=="\n'), "partners"),
    "a path that is a number": (also("partners = 3\n"), "« fields.partners »"),
    "a field twice": (also('title = "x"\n'), "TOML"),
    "an unknown concept": (also('[values.type]\n"REX" = "ty-inconnu"\n'), "ty-inconnu"),
    "a concept of another scheme": (also('[values.type]\n"REX" = "t-eau"\n'), "t-eau"),
    "words of a field without": (also('[values.title]\n"a" = "b"\n'), "« values.title »"),
    "words that are a text": (also('[values]\ntype = "x"\n'), "« values.type »"),
    "an unknown word of licence": (also('[values.licence]\n"CC" = "CC-INCONNUE"\n'), "CC-INCONNUE"),
    "a count that is a text": (also('[expect]\nmin = "six"\n'), "« expect.min »"),
    "a pace that is none": (also('[expect]\nevery = "souvent"\n'), "« expect.every »"),
    "scripts": (swap('id = "s"', f"id = {json.dumps(SCRIPTS)}"), "« source.id »"),
}


@pytest.mark.parametrize(("change", "told"), MAPPINGS.values(), ids=MAPPINGS.keys())
@pytest.mark.parametrize("kind", ["json_api"])
def test_an_error_in_a_mapping_file_costs_only_its_source_and_is_told(
    world: World, worlds: dict[str, World], kind: str, change: Callable[[str], str | bytes], told: str
) -> None:
    del worlds[kind]  # until it is known to be as it was
    world.serve(world.rows)
    path, before = world.mappings / "s.toml", world.live()
    good = path.read_text(encoding="utf-8")
    spoilt = change(good)
    assert spoilt != good
    path.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    world.visit()
    sentence = " ".join(str(world.collective.broken["s.toml"]).split())
    assert re.search(told, sentence) and sentence[-1] == "." and re.search("s.toml", sentence)
    assert not re.search("(?i)not a|must be|invalid|expected|unexpected", sentence), sentence
    assert sentence in world.words("/sources/s") and sentence in world.words("/sources")
    assert world.live() == before
    world.page("/fiche/s:n1")
    path.write_text(good, encoding="utf-8")
    after = world.visit(full=True)
    assert (after.source, after.complete, after.problems) == ("s", True, []) and world.live() == before
    worlds[kind] = world


# What is not a failure must go through


@pytest.fixture
def visited(kind: str, sites: tuple[WebServer, WebServer], tmp_path: Path) -> Iterator[World]:
    world = World(kind, *sites, tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize("kind", ["oai"])
def test_a_tombstone_withdraws_at_once_and_what_is_listed_again_comes_back(visited: World) -> None:
    good = _oai(visited.rows).decode()
    gone = re.sub(
        r"<header>(<identifier>n1.*?</header>)<metadata>.*?</metadata>",
        r'<header status="deleted">\1',
        good,
        count=1,
        flags=re.S,
    )
    visited.put(visited.kind.pages(gone.encode()))
    assert visited.visit().withdrawn == 1 and visited.live().keys() == {f"s:n{n}" for n in range(2, 7)}
    assert visited.client.get("/fiche/s:n1").status_code == 410
    visited.serve(visited.rows)
    visited.visit()
    assert len(visited.live()) == 6 and visited.page("/fiche/s:n1")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_told_of_a_record_is_told_as_long_as_it_is_true(visited: World, kind: str) -> None:
    spoilt = [row | {"titre": "Mare restaur\ufffde"} if not n else row for n, row in enumerate(visited.rows)]
    visited.serve(spoilt)
    item = visited.visit().problems[0].item
    # The same records in other bytes, then a part of them (an incremental walk), then nothing readable.
    body = visited.kind.write(spoilt)
    visited.put(visited.kind.pages(body + b"\n"))
    assert [p.item for p in visited.visit(full=True).problems] == [item]
    visited.put(visited.kind.pages(visited.kind.write(spoilt[1:]) if kind == "oai" else body))
    assert [p.item for p in visited.visit().problems] == [item]
    visited.put(visited.kind.pages(b"<html>maintenance</html>"))
    assert [p.item for p in visited.visit().problems] == ["", item]
    assert "illisibles" in visited.words("/sources/s")
    visited.serve(visited.rows)
    assert visited.visit(full=True).problems == []


@pytest.mark.parametrize("kind", ["wordpress"])
def test_a_list_that_goes_on_in_a_header_alone_is_followed(visited: World) -> None:
    more = [visited.rows[0] | {"id": "n7", "titre": "La septième"}]
    pages = visited.kind.pages(visited.kind.write(visited.rows))
    pages[visited.kind.list] = (200, {"X-WP-Total": "7", "X-WP-TotalPages": "2"}, visited.kind.write(visited.rows))
    visited.put(
        pages | {_POSTS.format(2): (200, {"X-WP-Total": "7", "X-WP-TotalPages": "2"}, visited.kind.write(more))}
    )
    assert visited.visit().created == 1 and "s:post-n7" in visited.live()
