"""A hostile visitor, and a partner whose every word attacks: no page runs it, no address leads astray, no door opens.

The routes are those of the application itself: one that is added is attacked too.
"""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import lxml.etree
import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_server import WebServer
from werkzeug.routing import Rule

from bridge import accounts
from bridge.collective import Collective
from bridge.config import FILE, load
from bridge.errors import FetchError, ReadError
from bridge.fetch import Fetcher
from bridge.readers import csv_file, html_page
from bridge.record import Request, Response
from bridge.refresh import fetcher, refresh
from bridge.web import create_app
from bridge.web.feeds import FORMATS

PASSWORD = "une phrase assez longue"
BASE = "https://pont.exemple.fr/"
LIVE = "<script>alert(1)</script>"
PAYLOADS = (
    LIVE,
    "\"'><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script><!--",
    "<svg/onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<a href='javascript:alert(1)'>x</a><a href='jav&#x09;ascript:alert(1)'>y</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data=x></object><base href=//mal.exemple>",
    "]]><script>alert(1)</script>--></title></textarea></style>",
    "{{7*7191}} {%25 for x in y %25} ${7*7191} #{7*7191} <%= 7*7191 %>",
    "=cmd|'/c calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "x\r\nX-Injecte: oui\r\n\r\n<script>alert(1)</script>",
    "%0d%0aX-Injecte: oui",
    "\u2028\u2029\u202e\x00\x0b",
)
ADDRESSES = (
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", " java\tscript:alert(1)", "data:text/html,<script>1</script>"),
    *("vbscript:x", "//mal.exemple/x", 'https://x.fr/"onmouseover=alert(1)//', "file:///etc/passwd"),
    "https://x.fr/\r\nX-Injecte: oui",
)
TEXTS = (
    *("titre", "resume", "contenu", "genre", "themes", "mots", "lieu", "dates", "statut", "paru", "porteur", "budget"),
    *("bilan", "contact", "licence", "mention", "maj"),
)
LINKS = ("lien", "fichier", "image")
FIELDS = {
    **{"title": "titre", "abstract": "resume", "content": "contenu", "type": "genre", "themes": "themes"},
    **{"keywords": "mots", "place": "lieu", "period": "dates", "status": "statut", "published": "paru"},
    **{"leads": "porteur", "budget": "budget", "lessons": "bilan", "contact": "contact", "licence": "licence"},
    **{"attribution": "mention", "modified": "maj", "url": "lien", "documents": "fichier", "image": "image"},
}
RUNS = frozenset(("iframe", "object", "embed", "base", "frame", "applet", "style"))
FORBIDDEN = frozenset(("style", "srcdoc", "http-equiv"))
LEADS = frozenset(("href", "src", "action", "formaction", "xlink:href", "data", "poster"))
DANGEROUS = re.compile(r"[\x00-\x20]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|data|vbscript|file)\s*:", re.I)


def rows() -> list[dict[str, object]]:
    """A record for each payload, in every field at once; and one for each address."""
    found: list[dict[str, object]] = []
    for n, payload in enumerate(PAYLOADS):
        found.append({"id": f"p{n}{payload}", **dict.fromkeys(TEXTS, f"Mot {payload}"), "lien": f"https://x.fr/{n}"})
    for n, address in enumerate(ADDRESSES):
        found.append({"id": f"u{n}", "titre": f"Adresse {n}", **dict.fromkeys(LINKS, address)})
    return found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collective]:
    folder = tmp_path_factory.mktemp("hostile")
    body = json.dumps(rows()).encode()
    with WebServer({"/x.json": (200, {"Content-Type": "application/json"}, body)}) as site:
        (folder / FILE).write_text(
            f'allow_hosts = ["127.0.0.1:{site.server_port}"]\nbase_url = "{BASE}"\n', encoding="utf-8"
        )
        (folder / "mappings").mkdir()
        fields = "".join(f'{ours} = "{theirs}"\n' for ours, theirs in FIELDS.items())
        (folder / "mappings/a.toml").write_text(
            f'[source]\nid = "a"\ntitle = "Source A"\nkind = "json_api"\nurl = "{site.url("/x.json")}"\n'
            f'keep = "full"\nagreement = {{ date = 2026-01-01 }}\n[fields]\n{fields}',
            encoding="utf-8",
        )
        (folder / "mappings/b.toml").write_text('[target]\nid = "b"\ntitle = "Cible B"\n', encoding="utf-8")
        with closing(Collective(load(folder, {}))) as opened:
            with fetcher(opened) as fetch:
                (summary,) = refresh(opened, opened.sources.values(), fetch)
            assert summary.complete and summary.created == len(rows()), summary.problems
            assert not opened.broken, opened.broken
            accounts.add(opened, "marie", "administrator", (), PASSWORD, "cli")
            yield opened


@pytest.fixture(scope="module")
def app(here: Collective) -> Flask:
    return create_app(here)


@pytest.fixture(scope="module")
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def marie(app: Flask) -> FlaskClient:
    client = app.test_client()
    assert client.post("/coordination", data={"name": "marie", "password": PASSWORD}).status_code == 302
    return client


def routes(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"]


def filled(rule: Rule, *values: str) -> str:
    """The path of a route, these values in the place of its arguments, the last one again and again."""
    left = list(values)
    return re.sub(r"<[^>]*>", lambda _: left.pop(0) if len(left) > 1 else left[0], str(rule))


def ids(here: Collective) -> list[str]:
    with here.store.snapshot() as snapshot:
        return [entry.id for entry in snapshot.walk(source="a")]


def is_calm(text: str, path: str) -> None:
    """Nothing in an HTML text runs, loads code or leads to it."""
    assert "51724097" not in text and str(7 * 7191) not in text, f"{path}: a template was computed"
    for element in lxml.html.fromstring(f"<div>{text}</div>").iter(lxml.etree.Element):
        said = element.attrib
        assert element.tag not in RUNS, (path, element.tag)
        if element.tag == "script" and said.get("type") == "application/ld+json":
            assert "<" not in (element.text or ""), (path, "JSON-LD could be closed")
            json.loads(element.text or "")
        elif element.tag == "script":
            assert said.get("src", "").startswith("/static/") and not (element.text or "").strip(), path
        for name, value in said.items():
            assert not name.startswith("on") and name not in ("style", "srcdoc", "http-equiv"), (
                path,
                element.tag,
                name,
            )
            assert name not in LEADS or not DANGEROUS.match(value), (path, element.tag, value)


def is_safe(kind: str, body: bytes, path: str) -> None:
    """An answer of any type holds nothing that its reader would run."""
    text = body.decode("utf-8", "replace")
    if kind == "text/html":
        is_calm(text, path)
    elif kind.endswith("json"):
        document = json.loads(text)
        for item in document.get("items", ()) if isinstance(document, dict) else ():
            is_calm(item.get("content_html", ""), path)
    elif kind.endswith("xml"):
        root = ElementTree.fromstring(body)
        for tag in ("description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
            for element in root.iter(tag):
                is_calm(element.text or "", path)
        for element in root.iter("{http://www.w3.org/2005/Atom}content"):
            is_calm(element.text or "", path)
    elif kind == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
        assert [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)] == [], path


def test_what_a_partner_writes_never_runs(here: Collective, visitor: FlaskClient, marie: FlaskClient) -> None:
    """Every record's page in both languages, every list, every format; for visitors and for who administers."""
    names = [quote(id) for id in ids(here)]
    paths = [f"{prefix}/fiche/{name}" for name in names for prefix in ("", "/en")]
    paths += [f"/api/v1/records/{name}" for name in names]
    paths += [f"{at}/feed.{extension}" for extension in FORMATS for at in ("", "/pour/b")]
    paths += ["/?vue=carte", "/carte.json", "/oai?verb=ListRecords&metadataPrefix=pv", "/sources/a", "/en/sources/a"]
    for client in (visitor, marie):
        app_paths = [filled(rule, "a") for rule in routes(client.application, "GET")]
        for path in [*paths, *app_paths]:
            with client.get(path) as answer:
                assert answer.status_code < 500, path
                assert "X-Injecte" not in answer.headers, path
                is_safe(answer.mimetype, answer.data, path)


ASKED = (
    "q page tri vue limite lot next sorti theme type source territory since until bbox sort per_page fields lang "
    "format verb metadataPrefix set from resumptionToken identifier title text n exclude url action handler "
    "id form callback hub.mode hub.topic hub.challenge hub.lease_seconds "
    "_external _scheme _method _anchor endpoint in_language"
)
NAMES = ASKED.split()


@pytest.mark.parametrize(
    "payload", [PAYLOADS[0], PAYLOADS[1], PAYLOADS[2], PAYLOADS[11], "{{7*7191}}", "javascript:alert(1)"]
)
def test_what_a_visitor_asks_is_never_said_back_alive(
    app: Flask, visitor: FlaskClient, marie: FlaskClient, payload: str
) -> None:
    described = json.loads(visitor.get("/api/v1/openapi.json").data)
    named = set(re.findall(r'"name":\s*"([\w.:-]+)"', json.dumps(described)))
    query = "&".join(f"{quote(name)}={quote(payload)}" for name in sorted({*NAMES, *named}))
    one_by_one = [f"{quote(name)}={quote(payload)}" for name in NAMES] if payload is PAYLOADS[1] else []
    for client in (visitor, marie):
        for rule in routes(app, "GET"):
            path = filled(rule, "a")
            for asked in (query, *(one_by_one if client is visitor and "/en/" not in path else ())):
                with client.get(f"{path}?{asked}") as answer:
                    assert answer.status_code < 500, (path, asked)
                    assert "X-Injecte" not in answer.headers
                    assert "\n" not in "".join(answer.headers.values())
                    if answer.mimetype == "text/html":
                        is_calm(answer.text, path)
                    if location := answer.headers.get("Location"):
                        assert not DANGEROUS.match(location), (path, location)


AWAY = (
    *("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "%252e%252e%252fetc", "....//etc"),
    *("..\\..\\etc\\passwd", "..%5c..%5cetc", "/etc/passwd", "//etc/passwd", "%00", "a%00.toml", "a/../../partageons"),
    *("x" * 5000, "%c0%ae%c0%ae/etc/passwd", "%ff%fe", "%e2%80%ae", "partageons.toml", "mappings/a.toml", "secret"),
    "a%0d%0aX-Injecte:%20oui",
)  # fmt: skip


@pytest.mark.parametrize("value", AWAY, ids=lambda value: value[:24])
def test_no_path_leads_out_of_the_routes(here: Collective, app: Flask, marie: FlaskClient, value: str) -> None:
    secrets = [here.secret, (here.settings.mappings / "a.toml").read_bytes()[:60], b"root:x:0"]
    for method in ("GET", "POST"):
        for rule in [*routes(app, method), *(r for r in app.url_map.iter_rules() if r.endpoint == "static")]:
            if not rule.arguments:
                continue
            with marie.open(filled(rule, value), method=method) as answer:
                assert answer.status_code < 500, (method, str(rule))
                assert not any(secret in answer.data for secret in secrets), str(rule)
                assert "X-Injecte" not in answer.headers


ELSEWHERE = (
    *("//mal.exemple", "/\\mal.exemple", "\\\\mal.exemple", "https:mal.exemple", "https://mal.exemple/", "mal.exemple"),
    *("/\t/mal.exemple", "/%09/mal.exemple", "javascript:alert(1)", "//[::1", "/\r\nLocation: //mal.exemple"),
    *("http:///mal.exemple", " //mal.exemple", "/.//mal.exemple", "//mal.exemple%2f@pont.exemple.fr", "///mal.exemple"),
)  # fmt: skip


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nobody_is_sent_elsewhere(app: Flask, there: str) -> None:
    client = app.test_client()
    shown = client.get("/coordination", query_string={"next": there})
    assert shown.status_code == 200
    answer = client.post("/coordination", data={"name": "marie", "password": PASSWORD, "next": there})
    assert answer.status_code == 302
    location = answer.headers["Location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\")), location
    # As browsers read it: they drop tabs and line ends, and take \ for /.
    read = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
    assert urlsplit(read).netloc == "", location


FORGED = {"X-Forwarded-Host": "faux.exemple", "X-Forwarded-Proto": "javascript", "Forwarded": "host=faux.exemple"}
TELL = ("/", "/oai?verb=Identify", "/sitemap.xml", "/robots.txt", "/feed.atom", "/api/v1/", "/formats", "/pour/b/")


@pytest.mark.parametrize("host", ["faux.exemple", "pont.exemple.fr.faux.exemple", 'x"><script>faux.exemple', "a\\b"])
def test_addresses_are_those_of_the_settings_whoever_is_asked(visitor: FlaskClient, host: str) -> None:
    for path in (*TELL, "/?_external=1&_scheme=javascript"):
        with visitor.get(path, headers={"Host": host, **FORGED}) as answer:
            assert b"faux.exemple" not in answer.data, path
            assert "faux.exemple" not in str(answer.headers), path


def test_a_get_stays_a_get(app: Flask, here: Collective, marie: FlaskClient) -> None:
    """No header or parameter makes another method of it; nothing is written by reading."""
    with here.store.snapshot() as snapshot:
        before = snapshot.connection.exec_driver_sql("SELECT count(*) FROM office_journal").scalar()
    for rule in app.url_map.iter_rules():
        path = filled(rule, "a")
        for method in ("POST", "DELETE", "PUT"):
            headers = {"X-HTTP-Method-Override": method, "X-Method-Override": method, "X-HTTP-Method": method}
            with marie.get(f"{path}?_method={method}", headers=headers) as answer:
                assert answer.status_code < 500, path
    with here.store.snapshot() as snapshot:
        after = snapshot.connection.exec_driver_sql("SELECT count(*) FROM office_journal").scalar()
        states = {entry.status for entry in snapshot.walk(source="a")}
    assert (after, states) == (before, {"live"})


def test_a_body_too_large_is_refused_everywhere(app: Flask, marie: FlaskClient) -> None:
    """Past 1 MiB of a form (a delivery may hold more, of a known source only), before it is read."""
    body = b"x=" + b"a" * (40 << 20)
    for rule in routes(app, "POST"):
        with marie.post(filled(rule, "a"), data=body, content_type="application/x-www-form-urlencoded") as answer:
            assert 400 <= answer.status_code < 500, (str(rule), answer.status_code)
    with marie.post("/oai", data=body, content_type="application/x-www-form-urlencoded") as answer:
        assert answer.status_code == 413


def test_every_answer_tells_browsers_to_be_careful(app: Flask, visitor: FlaskClient) -> None:
    for rule in routes(app, "GET"):
        with visitor.get(filled(rule, "a")) as answer:
            if answer.mimetype == "text/html":
                policy = answer.headers.get("Content-Security-Policy", "")
                assert "script-src 'self'" in policy or "default-src 'self'" in policy or "default-src 'none'" in policy
                assert "unsafe-eval" not in policy
            assert answer.headers.get("X-Content-Type-Options") == "nosniff", str(rule)


# What is heavy: what readers do with it is in test_bad_input and test_tables; these two are added


HEAVY = {
    "a table of one line": (csv_file, b"titre;" + b"x" * (10 << 20)),
    "a table of one quoted cell": (csv_file, b'titre\n"' + b"x\n" * (5 << 20)),
    "a page of a million tags in one another": (html_page, b"<html><body>" + b"<div>" * 1_000_000),
    "a page of many tags in one another": (html_page, b"<html><body>" + b"<b>" * 250_000 + b"x</body></html>"),
}


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_answers_end_in_a_page_or_a_sentence(name: str) -> None:
    reader, body = HEAVY[name]
    address, options = "https://x.fr/liste", {"list": "article"}
    try:
        page = reader.read(Response(address, 200, {"content-type": "text/html"}, body), options)
    except ReadError as error:
        assert error.remedy
    else:
        assert len(page.items) < 2


# The other way: what the bridge is asked to read must not be a machine beside it


INWARD = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0"),
    *("0.0.0.0", "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "ⓛocalhost", "127.0.0.1%00.exemple.fr"),
    *("127\u30020\u30020\u30021", "127\uff0e0\uff0e0\uff0e1", "\uff11\uff12\uff17.0.0.1", "①②⑦.0.0.1"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fe80::1]", "[fe80::1%25lo]"),
    *("[fd00::1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[2002:7f00:1::]"),
)  # fmt: skip


@pytest.mark.parametrize("host", INWARD)
@pytest.mark.parametrize("way", ["asked", "redirect"])
def test_no_way_of_writing_an_address_reaches_this_machine(host: str, way: str) -> None:
    with WebServer({"/secret": (200, {}, b"secret")}) as inside, WebServer() as outside:
        address = f"http://{host}:{inside.server_port}/secret"
        outside.pages["/"] = (302, {"Location": address.encode().decode("latin-1")}, b"")
        first = outside.url("/") if way == "redirect" else address
        allowed = [f"127.0.0.1:{outside.server_port}"]
        with Fetcher(allowed, sleep=lambda _: None, connect_timeout=1) as fetch, pytest.raises(FetchError):
            fetch.get(Request(first))
        assert inside.connections == 0


def test_a_name_that_changes_its_mind_gets_nowhere() -> None:
    """DNS rebinding: public when it is looked at, private when it is joined, or at the next request, or after a
    redirect to itself: each connection goes to the very address that was looked at."""
    with WebServer({"/": (200, {}, b"secret")}) as inside:
        joined: list[str] = []
        answers = iter(["93.184.216.34", *["127.0.0.1"] * 20])

        def resolve(host: str, port: int) -> list[str]:
            return [next(answers)]

        real = socket.socket.connect

        def connect(self: socket.socket, address: tuple[str, int]) -> None:
            joined.append(address[0])
            if address[0] == "93.184.216.34":
                raise ConnectionRefusedError
            real(self, address)

        with pytest.MonkeyPatch.context() as patch, Fetcher(resolve=resolve, sleep=lambda _: None) as fetch:
            patch.setattr("bridge.fetch.guard.BudgetSocket.connect", connect)
            for _ in range(3):
                with pytest.raises(FetchError):
                    fetch.get(Request(f"http://rebond.exemple.fr:{inside.server_port}/"))
        assert joined == ["93.184.216.34"] and inside.connections == 0
