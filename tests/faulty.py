"""Small partner sites of every kind, of four resources in pages of two, whose answers may be spoilt on their way."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from bridge import adding
from bridge.collective import Collective
from bridge.config import FILE, load
from bridge.demo.network import Network
from bridge.demo.run import corrected
from bridge.demo.site import Answer, Asked, Fiche, Site, State, json_answer
from bridge.demo.sites import SPEAKERS
from bridge.fetch import Fetcher
from bridge.refresh import Summary, fetcher, refresh
from bridge.store.search import Query

RESOURCES = 4
PAGE = 2

# One site for each way that a kind of source is spoken; those that list all they have say so.
SITES: Mapping[str, str] = {
    "agence-paysages": "oai",
    "agenda-nature": "ics",
    "bocages-du-levant": "drupal",
    "carte-des-friches": "gogocarto",
    "caue-val-ambre": "csv",
    "centre-lorraine-vivante": "plugin",
    "civam-ormelle": "yeswiki",
    "collectif-des-experiences": "html",
    "communes-clairieres": "json",
    "cpie-sept-etangs": "rss",
    "catalogue": "dcat",
    "donnees-observatoire": "ckan",
    "herbes-folles": "atom",
    "inventaire-communes": "ods",
    "lieux-de-nature": "umap",
    "marais-oree": "geojson",
    "rando-crete": "geotrek",
    "ressources-terres-communes": "wordpress",
    "sentes-et-lisieres": "schema_org",
    "vallees-vives": "spip",
    "wiki-des-communs": "mediawiki",
}
_MORE = {
    "agenda-nature": "[source]\noptions = { complete = true }\n",
    "cpie-sept-etangs": "[source]\noptions = { complete = true }\n",
    "herbes-folles": "[source]\noptions = { follow = true }\n",
}
_CATALOGUE = """extends = "_dcat"
[source]
id = "catalogue"
title = "Catalogue"
kind = "dcat"
url = "{base}/catalogue.jsonld"
licence = "NOASSERTION"
[fields]
type = "=r-jeu-donnees"
"""
_SIZES = re.compile(r"\b(per_page|rows|page(?:\[|%5B)limit(?:\]|%5D))=\d+")
_SECOND = re.compile(r"resumptionToken=|(?:^|&)page=2\b|page(?:\[|%5B)offset|(?:^|&)start=2\b|gcmcontinue=")


class Exchange(NamedTuple):
    """One request under way: what was asked, what the site answers when it is well, and the one to answer."""

    asked: Asked
    good: Answer
    conversation: Conversation

    def raw(self, data: bytes) -> None:
        """These bytes instead of an answer, then the end of the connection."""
        self.conversation.wfile.write(data)

    def reset(self) -> None:
        """The connection is cut as a machine that stops cuts it."""
        connection = self.conversation.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


Spoil = Callable[[Exchange], "Answer | None"]
"""What is answered instead; None when it has seen to it itself."""


class Faulty(ThreadingHTTPServer):
    """A site on a free port.

    Attributes:
        spoil, since: what becomes of the answers, from that request of a visit on (1 is the first).
        drift: what happens at the site between the first page of its list and the second.
        asked: the requests of the visit and their good answers, ``robots.txt`` left out.
        struck: whether anything befell this visit.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, site: Site) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.site = site
        self.host = f"127.0.0.1:{self.server_port}"
        site.base = f"http://{self.host}"
        self.well()

    def well(self) -> None:
        """Nothing is spoilt any more."""
        self.spoil: Spoil | None = None
        self.since = 1
        self.drift: Callable[[Site], Callable[[], None]] | None = None
        self.visit()

    def visit(self) -> None:
        """A new visit begins."""
        self.asked: list[tuple[Asked, Answer]] = []
        self.struck = False
        self.settled: Callable[[], None] = lambda: None

    def answer(self, asked: Asked) -> Answer:
        """What the site answers when it is well, in small pages."""
        asked = asked._replace(query=_SIZES.sub(rf"\g<1>={PAGE}", asked.query))
        answer = self.site.answer(asked)
        page = _PAGED.get(SITES[self.site.id])
        return page(self.site, asked, answer) if page and answer.status == 200 else answer

    def first_page(self) -> Answer:
        """The page of the list that was answered last."""
        return next(answer for asked, answer in reversed(self.asked) if "pageids" not in asked.query)

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Faulty

    def do_GET(self) -> None:
        server = self.server
        path, _, query = self.path.partition("?")
        asked = Asked(unquote(path), query)
        if asked.path == "/robots.txt":
            self.say(server.site.answer(asked))
            return
        if server.drift and asks_second(asked):
            server.settled, server.drift, server.struck = server.drift(server.site), None, True
        exchange = Exchange(asked, server.answer(asked), self)
        number = len(server.asked) + 1
        answer: Answer | None = exchange.good
        if server.spoil and number >= server.since:
            answer = server.spoil(exchange)
            server.struck |= answer is not exchange.good
        server.asked.append((asked, exchange.good))
        if answer is None:
            self.close_connection = True
        else:
            self.say(answer)

    def say(self, answer: Answer) -> None:
        body, status, headers = answer
        etag = headers.get("ETag")
        if status == 200 and etag and self.headers.get("If-None-Match") == etag:
            body, status = b"", 304
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Date" not in headers:
            self.send_header("Date", self.date_time_string())
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def asks_second(asked: Asked) -> bool:
    """Whether a request is for another page of the list than the first."""
    return bool(_SECOND.search(asked.query))


# Sites of the demo that give all at once, in pages as others of their kind do


def _number(asked: Asked, name: str) -> int:
    return int(dict(asked.arguments).get(name, "1"))


def _slice(values: list[Any], number: int) -> tuple[list[Any], bool]:
    return values[(number - 1) * PAGE : number * PAGE], number * PAGE < len(values)


def _rewritten(answer: Answer, document: Any) -> Answer:
    headers = {name: value for name, value in answer.headers.items() if name not in ("ETag", "Last-Modified")}
    return Answer(json.dumps(document).encode(), 200, headers)


def _geojson(site: Site, asked: Asked, answer: Answer) -> Answer:
    if "json" not in answer.headers["Content-Type"]:
        return answer
    document, number = json.loads(answer.body), _number(asked, "page")
    document["numberMatched"] = len(document["features"])
    document["features"], more = _slice(document["features"], number)
    document["links"] = [{"rel": "next", "href": f"{site.base}{asked.path}?page={number + 1}"}] if more else []
    return _rewritten(answer, document)


def _geotrek(site: Site, asked: Asked, answer: Answer) -> Answer:
    if not asked.path.endswith("/touristiccontent/"):
        return answer
    document, number = json.loads(answer.body), _number(asked, "page")
    document["results"], more = _slice(document["results"], number)
    document["next"] = f"{site.base}{asked.path}?page={number + 1}" if more else None
    return _rewritten(answer, document)


def _mediawiki(site: Site, asked: Asked, answer: Answer) -> Answer:
    if "generator=" not in asked.query:
        return answer
    document, number = json.loads(answer.body), _number(asked, "gcmcontinue")
    document["query"]["pages"], more = _slice(document["query"]["pages"], number)
    if more:
        document["continue"] = {"gcmcontinue": str(number + 1), "continue": "gcmcontinue||"}
    return _rewritten(answer, document)


def _atom(site: Site, asked: Asked, answer: Answer) -> Answer:
    if asked.path != "/atom.xml":
        return answer
    head, *entries = answer.body.decode().removesuffix("</feed>\n").split("<entry>")
    number = _number(asked, "page")
    shown, more = _slice(entries, number)
    following = f'<link rel="next" href="{site.base}/atom.xml?page={number + 1}"/>' if more else ""
    body = head + following + "".join(f"<entry>{entry}" for entry in shown) + "</feed>\n"
    return Answer(body.encode(), 200, {"Content-Type": "application/atom+xml"})


class _Dcat:
    """A catalogue in JSON-LD, in pages as Hydra has them."""

    ROBOTS = ""

    def head(self, site: Site) -> str:
        return ""

    def page(self, site: Site, fiche: Fiche) -> str:
        return f"/jeux/{fiche.number}"

    def answer(self, site: Site, asked: Asked) -> Answer | None:
        if asked.path != "/catalogue.jsonld":
            return None
        number, fiches = _number(asked, "page"), site.fiches()
        shown, more = _slice(fiches, number)
        address = f"{site.base}/catalogue.jsonld"
        view = {"@id": f"{address}?page={number}", "@type": "PartialCollectionView"}
        if more:
            view["next"] = f"{address}?page={number + 1}"
        datasets = [
            {"@id": site.url(fiche), "@type": "dcat:Dataset", "dct:title": fiche.values["titre"]} for fiche in shown
        ]
        catalogue = {"@id": address, "@type": ["dcat:Catalog", "hydra:Collection"], "hydra:totalItems": len(fiches)}
        context = {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "hydra": "http://www.w3.org/ns/hydra/core#",
            "next": {"@id": "hydra:next", "@type": "@id"},
            "PartialCollectionView": "hydra:PartialCollectionView",
        }
        graph = [catalogue, view, *datasets]
        return json_answer(json.dumps({"@context": context, "@graph": graph}))


_PAGED: Mapping[str, Callable[[Site, Asked, Answer], Answer]] = {
    "geojson": _geojson,
    "geotrek": _geotrek,
    "mediawiki": _mediawiki,
    "atom": _atom,
}
PAGED = frozenset((*_PAGED, "ckan", "dcat", "drupal", "json", "oai", "plugin", "wordpress"))
"""The sites whose list has two pages."""


class Shown(NamedTuple):
    """All that is known of a source: each record's datestamp and content, by id; which are absent, which withdrawn."""

    live: dict[str, tuple[str, Any]]
    absent: list[str]
    withdrawn: list[str]
    found: list[str]


class Street:
    """The sites, and the collective that reads them.

    Attributes:
        lengths: how many requests a whole walk of each takes.
        usual: what is told of each when all is well.
    """

    def __init__(self, sites: Mapping[str, Faulty], here: Collective) -> None:
        self.sites = sites
        self.here = here
        self.fetch = self.fetcher(30)
        self.lengths: dict[str, int] = {}
        self.usual: dict[str, set[str]] = {}

    def fetcher(self, seconds: float) -> Fetcher:
        """The real door, impatient: it waits for nothing between two tries."""
        return Fetcher(self.here.settings.allow_hosts, timeout=seconds, sleep=lambda _: None)

    def visit(self, name: str, *, full: bool = False, fetch: Fetcher | None = None) -> Summary:
        site = self.sites[name]
        site.visit()
        (summary,) = refresh(self.here, [self.here.sources[name]], fetch or self.fetch, full=full)
        site.settled()
        return summary

    def shown(self, name: str) -> Shown:
        with self.here.store.snapshot() as snapshot:
            entries = list(snapshot.walk(source=name))
        with self.here.store.writing() as writing:
            absent = [record_id for record_id, since in writing.live(name).items() if since]
        live = {entry.id: (entry.datestamp, entry.record) for entry in entries if entry.status == "live"}
        found = self.here.index.search(Query(within={"source": (name,)}, limit=100)).ids
        return Shown(live, absent, [e.id for e in entries if e.status != "live"], sorted(found))

    def renew(self, name: str) -> None:
        """Begin with a source again, from nothing."""
        self.sites[name].well()
        with self.here.store.writing() as writing:
            writing.forget(name)
        first = self.visit(name, full=True)
        assert (first.complete, first.created + first.changed) == (True, RESOURCES), (name, first)
        self.lengths[name] = len(self.sites[name].asked)
        self.usual[name] = {problem.message for problem in first.problems}


@contextmanager
def street(folder: Path) -> Iterator[Street]:
    """The sites running, each added as a coordinator does and harvested once."""
    network = Network()
    known = {**network.sites, "catalogue": Site("catalogue", network.sites["donnees-observatoire"].content, _Dcat())}
    with ExitStack() as stack:
        sites = {name: Faulty(_small(known[name])) for name in SITES}
        for server in sites.values():
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        hosts = ", ".join(f'"{server.host}"' for server in sites.values())
        (folder / FILE).write_text(f"allow_hosts = [{hosts}]\n", encoding="utf-8")
        here = stack.enter_context(closing(Collective(load(folder, {}))))
        here.settings.mappings.mkdir(exist_ok=True)
        corrections = network.corrections()
        with fetcher(here) as fetch:
            for name, server in sites.items():
                if SITES[name] == "dcat":
                    mapping = _CATALOGUE.format(base=server.site.base)
                else:
                    proposed = adding.arrival(here, server.site.pasted, fetch, name).text
                    mapping = corrected(corrected(proposed, corrections[name]), _MORE.get(name, ""))
                (here.settings.mappings / f"{name}.toml").write_text(mapping, encoding="utf-8")
        assert set(here.sources) == set(SITES)
        found = Street(sites, here)
        stack.callback(found.fetch.close)
        for name in SITES:
            found.renew(name)
        yield found


def _small(site: Site) -> Site:
    """A site of the demo with a few of its resources."""
    content = dict(site.content)
    public = [each for each in content["fiche"] if each.get("_state", State.PUBLISHED) == State.PUBLISHED]
    content["fiche"] = [each for each in public if each.get(site.title) and each.get("_type") != "post"][:RESOURCES]
    if site.speaker is SPEAKERS["geotrek"]:  # whose numbers of themes depend on what it lists
        content["fiche"] = [{**each, "theme": content["fiche"][0]["theme"]} for each in content["fiche"]]
    for part in ("repository", "api"):
        if part in content:
            content[part] = {**content[part], "page": PAGE}
    return Site(site.id, content, site.speaker)
