"""What may happen to the answers of a site."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

from faulty import SITES, Exchange, Spoil, asks_second

from bridge.demo.site import Answer, Site, State

HTML = {"Content-Type": "text/html; charset=utf-8"}
PATIENCE = 0.1
"""Seconds given to a server that makes one wait."""


class Fault(NamedTuple):
    """``spoil`` is what becomes of each answer; ``drift`` what happens at the site while its list is read,
    ``once`` or each time; a ``slow`` one makes one wait."""

    spoil: Spoil | None = None
    drift: Callable[[Site], Callable[[], None]] | None = None
    slow: bool = False
    once: bool = False


def says(status: int, body: str | bytes, **headers: str) -> Fault:
    data = body if isinstance(body, bytes) else body.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(lambda exchange: Answer(data, status, named or HTML))


def makes(change: Callable[[bytes], bytes], **headers: str) -> Fault:
    """The good answer with another body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def spoil(exchange: Exchange) -> Answer:
        body, status, said = exchange.good
        # A server that tells its validators tells those of what it sends.
        kept = {name: value for name, value in said.items() if name not in ("ETag", "Last-Modified")}
        return Answer(change(body), status, {**kept, **named})

    return Fault(spoil)


def length(lie: Callable[[int], int]) -> Fault:
    """The good answer, under another length than its own."""

    def spoil(exchange: Exchange) -> Answer:
        body, status, said = exchange.good
        kept = {name: value for name, value in said.items() if name not in ("ETag", "Last-Modified")}
        return Answer(body, status, {**kept, "Content-Length": str(lie(len(body)))})

    return Fault(spoil)


def silence(exchange: Exchange) -> None:
    exchange.conversation.server.struck = True
    time.sleep(3 * PATIENCE)


def drip(exchange: Exchange) -> None:
    exchange.conversation.server.struck = True
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(30):
        exchange.raw(b" ")
        time.sleep(PATIENCE / 10)


def reset(exchange: Exchange) -> None:
    exchange.reset()


def home(exchange: Exchange) -> Answer:
    """The site was made again: each old address leads to its home page."""
    path, query = exchange.asked
    if path == "/" and query in ("", "PagePrincipale"):
        return exchange.good
    return Answer(b"", 302, {"Location": "/"})


def encrypted(exchange: Exchange) -> Answer:
    """To https, where nobody speaks it."""
    host = exchange.conversation.server.host
    return Answer(b"", 301, {"Location": f"https://{host}{exchange.conversation.path}"})


def empty(exchange: Exchange) -> Answer:
    """What a site of this kind answers when it holds nothing."""
    server = exchange.conversation.server
    site = server.site
    kept, site._fiches = site._fiches, [replace(site._fiches[0], state=State.COMING)]
    try:
        answer = server.answer(exchange.asked)
    finally:
        site._fiches = kept
    if SITES[site.id] == "json" and answer.status == 404:  # of a list without pages it would know none
        nothing = {"data": [], "meta": {"total": 0}, "links": {"next": None}}
        return Answer(json.dumps(nothing).encode(), 200, exchange.good.headers)
    return answer


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def otherwise_encoded(body: bytes) -> bytes:
    """The same words in the charset that was not announced."""
    if body[:2] == b"PK":
        return body[10:]
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252").encode()
    if text[:1] in "[{":
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return text.encode("cp1252", "xmlcharrefreplace" if text[:1] == "<" else "ignore")


def renamed(body: bytes) -> bytes:
    """A new version of the software: other names around the same records."""
    text = body.decode("latin-1")
    if body[:2] == b"PK":
        return body.replace(b"content.xml", b"contenu.xml")
    if text[:1] == "[":
        return b'{"version": 2, "contenus": ' + body + b"}"
    if "dcat:" in text:
        return body.replace(b"dcat:", b"v2:")
    if text[:1] == "{":
        return json.dumps({f"v2_{name}": value for name, value in json.loads(body).items()}).encode()
    if "<html" in text[:200]:
        return re.sub(r"<(/?)(article|script|h1|h2)\b", r"<\1x-\2", re.sub(r'class="[^"]*"', "", text)).encode(
            "latin-1"
        )
    if text[:1] == "<":
        return re.sub(r"<(/?)(OAI-PMH|feed|rss|urlset)\b", r"<\1Reponse", text).encode("latin-1")
    if text.startswith("BEGIN"):
        return body.replace(b"VCALENDAR", b"AGENDA")
    head, end, rest = body.partition(b"\n")
    return b";".join(b"Champ %d" % n for n, _ in enumerate(head.split(b";"))) + end + rest


def ended(exchange: Exchange) -> Answer:
    """The site no longer knows where its list went on."""
    if not asks_second(exchange.asked):
        return exchange.good
    site = exchange.conversation.server.site
    status, body = EXPIRED[SITES[site.id]]
    return Answer(
        body.encode(), status, dict(exchange.good.headers) if status < 400 else {"Content-Type": "application/json"}
    )


_OAI_EXPIRED = (
    '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-01-01T00:00:00Z</responseDate><request>x</request>"
    '<error code="badResumptionToken">expired</error></OAI-PMH>'
)
EXPIRED: Mapping[str, tuple[int, str]] = {
    "oai": (200, _OAI_EXPIRED),
    "plugin": (200, _OAI_EXPIRED),
    "wordpress": (400, '{"code":"rest_post_invalid_page_number","message":"x","data":{"status":400}}'),
    "drupal": (400, '{"errors":[{"title":"Bad Request","status":"400","detail":"page"}]}'),
    "mediawiki": (200, '{"error":{"code":"badcontinue","info":"Invalid continue param."}}'),
    "dcat": (404, '{"message":"Not found"}'),
    "ckan": (409, '{"success":false,"error":{"message":"x"}}'),
    "json": (404, '{"error":"page inconnue"}'),
    "geojson": (400, '{"code":"InvalidParameterValue"}'),
    "geotrek": (404, '{"detail":"Page non valide."}'),
    "atom": (410, "Gone"),
}


def again(exchange: Exchange) -> Answer:
    """The list goes on where it began."""
    return exchange.conversation.server.first_page() if asks_second(exchange.asked) else exchange.good


def clock(shift: timedelta) -> Fault:
    """The site's clock is wrong: the date of its answers, and what its protocol says of it."""

    def spoil(exchange: Exchange) -> Answer:
        moment = datetime.now(UTC) + shift
        said = f"<responseDate>{moment:%Y-%m-%dT%H:%M:%SZ}</responseDate>".encode()
        body, status, headers = exchange.good
        body = re.sub(rb"<responseDate>.*?</responseDate>", said, body)
        return Answer(body, status, {**headers, "Date": format_datetime(moment, usegmt=True)})

    return Fault(spoil)


def moved(*order: int, once: bool = False) -> Fault:
    """The list is in another order from its second page on; OAI-PMH lists by date."""

    def drift(site: Site) -> Callable[[], None]:
        before = list(site._fiches)
        dates = sorted(fiche.modified for fiche in before)
        kept = [fiche.modified for fiche in before]
        site._fiches = [before[n] for n in order]
        if SITES[site.id] in ("oai", "plugin"):
            dated = sorted(before, key=lambda fiche: (fiche.modified, fiche.number))
            for date, n in zip(dates, order, strict=False):
                dated[n].modified = date

        def back() -> None:
            site._fiches = before
            for fiche, date in zip(before, kept, strict=True):
                fiche.modified = date

        return back

    return Fault(drift=drift, once=once)


LOGIN = (
    "<!DOCTYPE html><html><head><title>Connexion</title></head><body><form><input type='password'></form></body></html>"
)
UPKEEP = "<!DOCTYPE html><html><body><h1>Site en maintenance</h1><p>De retour bientôt.</p></body></html>"
PORTAL = (
    "<html><head><title>Portail Wi-Fi invité</title></head><body><h1>Bienvenue sur le Wi-Fi invité</h1>"
    "<p>Acceptez les conditions d'utilisation pour accéder à internet.</p><form action='/login'>"
    "<input name='code'><button>Continuer</button></form></body></html>"
)
GARBAGE = bytes(range(256)) * 4

FAULTS: Mapping[str, Fault] = {
    "500": says(500, "<h1>Internal Server Error</h1>"),
    "403": says(403, "<html><title>Just a moment...</title>"),
    "404": says(404, "<html><h1>Not found</h1>"),
    "429": says(429, "Too many requests", Retry_After="60"),
    "time-out": Fault(silence, slow=True),
    "drip": Fault(drip, slow=True),
    "reset": Fault(reset),
    "no TLS": Fault(encrypted),
    "login page": says(200, LOGIN),
    "maintenance page": says(200, UPKEEP),
    "captive portal": says(200, PORTAL),
    "empty list": Fault(empty),
    "{}": says(200, "{}", Content_Type="application/json"),
    "null": says(200, "null", Content_Type="application/json"),
    "[]": says(200, "[]", Content_Type="application/json"),
    "no body": says(200, ""),
    "cut": makes(half),
    "wrong charset": makes(otherwise_encoded),
    "other envelope": makes(renamed),
    "redirect to home": Fault(home),
    "gzip garbage": says(200, GARBAGE, Content_Encoding="gzip"),
    "length too long": length(lambda octets: octets + 9),
    "length too short": length(lambda octets: octets // 2),
    "expired token": Fault(ended),
    "repeated token": Fault(again),
    "one moves to the page before": moved(2, 0, 1, 3),
    "one moves to the page after": moved(1, 2, 0, 3),
    "one leaves the page before": moved(1, 2, 3, once=True),
    "clock an hour late": clock(timedelta(hours=-1)),
    "clock an hour early": clock(timedelta(hours=1)),
    "clock ten years late": clock(timedelta(days=-3650)),
    "clock ten years early": clock(timedelta(days=3650)),
}
