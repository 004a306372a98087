"""The gateway to static repositories: a partner's one file, harvested through the whole application, unaltered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree
from oaipmh.client import Client
from oaipmh.metadata import MetadataRegistry
from oaipmh_scythe import Scythe
from sickle import Sickle
from werkzeug.serving import make_server

from bridge.collective import Collective
from bridge.config import load
from bridge.errors import ReadError
from bridge.fetch.trouble import Passing
from bridge.oai import static
from bridge.record import Record
from bridge.refresh import fetcher, refresh
from bridge.web import create_app, gateway
from bridge.web.gateway import EVERY, LONGEST, Files, Trouble
from bridge.web.page_cache import PageCache
from tests.web_server import WebServer

OAI = "http://www.openarchives.org/OAI/2.0/"
SHAPE = etree.XMLSchema(etree.parse(Path(__file__).with_name("oai_pmh.xsd")))
NS = {"o": OAI, "g": f"{OAI}gateway/", "s": f"{OAI}static-repository"}
HOST = "landes.exemple.fr:8443"
URL = f"https://{HOST}/dépôt/oai.xml"
HERE = f"/passerelle/{quote(HOST)}/{quote('dépôt')}/oai.xml"
BASE = f"https://pont.exemple.fr{HERE}"

DC = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">
      <dc:title xml:lang="fr">Gérer une lande n° {n} &amp; ses abords</dc:title>
      <!-- relu -->
      <dc:subject>landes</dc:subject><dc:identifier>https://landes.exemple.fr/{n}</dc:identifier>
    </oai_dc:dc>"""
# Names in values and in no namespace: what is lost first when a piece of XML is moved.
OTHER = (
    '<f:fiche xmlns:f="https://exemple.fr/fiche/" xmlns="" sorte="terms:Fiche">'
    "<titre>Lande {n}</titre><![CDATA[<b>]]></f:fiche>"
)
ABOUT = "<oai:about><rights xmlns='https://exemple.fr/droits'>CC BY</rights></oai:about>"


def name(number: int) -> str:
    """An identifier that a writer of addresses or of XML would alter."""
    return f"oai:landes.exemple.fr:a/{number}?x&y=%20"


def record(identifier: str, day: str, metadata: str, about: str = "") -> str:
    return (
        f"<oai:record><oai:header><oai:identifier>{escape(identifier)}</oai:identifier><oai:datestamp>{day}</oai:datestamp>"
        f"</oai:header><oai:metadata>{metadata}</oai:metadata>{about}</oai:record>"
    )


def listed(prefix: str, *records: str) -> str:
    return f'<ListRecords metadataPrefix="{prefix}">{"".join(records)}</ListRecords>'


def a_format(prefix: str) -> str:
    return (
        f"<oai:metadataFormat><oai:metadataPrefix>{prefix}</oai:metadataPrefix><oai:schema>https://exemple.fr/{prefix}.xsd"
        f"</oai:schema><oai:metadataNamespace>https://exemple.fr/{prefix}/</oai:metadataNamespace></oai:metadataFormat>"
    )


def identify(base: str = BASE, earliest: str = "2024-01-01", more: str = "") -> str:
    return f"""<Identify>
    <oai:repositoryName>Landes fleuries &amp; Cie</oai:repositoryName>
    <oai:baseURL>{base}</oai:baseURL>
    <oai:protocolVersion>2.0</oai:protocolVersion>
    <oai:adminEmail>contact@landes.exemple.fr</oai:adminEmail>
    <oai:adminEmail>secours@landes.exemple.fr</oai:adminEmail>
    <oai:earliestDatestamp>{earliest}</oai:earliestDatestamp>
    <oai:deletedRecord>no</oai:deletedRecord>
    <oai:granularity>YYYY-MM-DD</oai:granularity>{more}
  </Identify>"""


FORMATS = f"<ListMetadataFormats>{a_format('oai_dc')}{a_format('fiche')}</ListMetadataFormats>"


def repository(*parts: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Repository xmlns="http://www.openarchives.org/OAI/2.0/static-repository"
            xmlns:oai="http://www.openarchives.org/OAI/2.0/" xmlns:terms="https://exemple.fr/termes"
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/static-repository
                                http://www.openarchives.org/OAI/2.0/static-repository.xsd">
  {"".join(parts)}
</Repository>""".encode()


def whole(count: int = 3, base: str = BASE) -> bytes:
    """Records by decreasing days, two a day; odd ones in another format too, with rights and a later day."""
    days = [str(date(2025, 1, 28) - timedelta(days=n // 2)) for n in range(count)]
    dc = [record(name(n), day, DC.replace("{n}", str(n))) for n, day in enumerate(days)]
    other = [record(name(n), "2025-06-01", OTHER.replace("{n}", str(n)), ABOUT) for n in range(count) if n % 2]
    return repository(identify(base), FORMATS, listed("oai_dc", *dc), listed("fiche", *other))


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def client(collective, web, add_source, clock):
    """The application with one static repository as its source, and one ordinary repository."""
    add_source("a", kind="oai", url=URL, fields={"title": "title[0]"}, source_more="options = { file = true }")
    add_source("b", kind="oai", url="https://b.exemple.fr/oai", fields={"title": "title[0]"})
    web.put(URL, whole())
    app = create_app(collective)
    app.extensions["gateway"] = Files(lambda: web, lambda: clock[0])
    return app.test_client()


def ask(client, **arguments: str):
    """The parsed answer to a request; ``from_`` stands for what Python cannot spell."""
    answer = client.get(HERE, query_string={name.rstrip("_"): value for name, value in arguments.items()})
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/xml; charset=utf-8"
    root = etree.fromstring(answer.data)
    assert SHAPE.validate(root), SHAPE.error_log
    return root


def texts(root, path: str) -> list[str]:
    return [str(text) for text in root.xpath(path, namespaces=NS)]


def ids(root) -> list[str]:
    return texts(root, "//o:header/o:identifier/text()")


def codes(root) -> list[str]:
    return texts(root, "o:error/@code")


def canonical(element) -> bytes:
    """The exclusive canonical form of an element alone, comments kept."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", exclusive=True, with_comments=True)


def truth(body: bytes, prefix: str, parser: etree.XMLParser | None = None) -> dict[str, tuple[str, list[bytes]]]:
    """Of each record of a file: its date, and what is in its metadata and about, canonical."""
    return held(
        etree.fromstring(body, parser).xpath(f"s:ListRecords[@metadataPrefix='{prefix}']/o:record", namespaces=NS)
    )


def held(records) -> dict[str, tuple[str, list[bytes]]]:
    return {
        one.findtext(f"{{{OAI}}}header/{{{OAI}}}identifier"): (
            one.findtext(f"{{{OAI}}}header/{{{OAI}}}datestamp"),
            [
                canonical(etree.fromstring(etree.tostring(e)))
                for e in one.xpath("o:metadata/*|o:about/*", namespaces=NS)
            ],
        )
        for one in records
    }


# What it says of itself


def test_identify_is_the_partners_served_by_the_gateway(client):
    root = ask(client, verb="Identify")
    assert texts(root, "//o:repositoryName/text()") == ["Landes fleuries & Cie"]
    assert texts(root, "//o:baseURL/text()") == texts(root, "o:request/text()") == [BASE]
    assert texts(root, "//o:adminEmail/text()") == ["contact@landes.exemple.fr", "secours@landes.exemple.fr"]
    assert texts(root, "//o:earliestDatestamp/text()") == ["2024-01-01"]
    assert texts(root, "//o:deletedRecord/text()|//o:granularity/text()") == ["no", "YYYY-MM-DD"]
    (described,) = root.xpath("//o:description/*", namespaces=NS)
    assert [(etree.QName(child).localname, child.text) for child in described] == [
        ("source", URL),
        ("gatewayDescription", f"{OAI}guidelines-static-repository.htm"),
        ("gatewayAdmin", client.application.extensions["collective"].settings.admin_email),
        ("gatewayURL", "https://pont.exemple.fr/passerelle"),
    ]


def test_its_own_descriptions_stay_but_that_of_another_gateway(client, web):
    own = "<oai:description><eprints xmlns='https://exemple.fr/e'><content>été</content></eprints></oai:description>"
    foreign = f"<oai:description><gateway xmlns='{OAI}gateway/'><source>x</source></gateway></oai:description>"
    body = repository(identify(more=own + foreign), FORMATS)
    web.put(URL, broken("xmlns:terms", f'xmlns:g="{OAI}gateway/" xmlns:terms', body))
    root = ask(client, verb="Identify")
    assert [etree.QName(e).localname for e in root.xpath("//o:description/*", namespaces=NS)] == ["gateway", "eprints"]
    assert texts(root, "//g:source/text()") == [URL] and root.xpath("//*[local-name()='content']")[0].text == "été"


def test_the_oldest_record_is_never_before_the_earliest_datestamp(client, web):
    web.put(
        URL, repository(identify(earliest="2025-05-05"), FORMATS, listed("oai_dc", record("x:1", "2001-12-14", DC)))
    )
    assert texts(ask(client, verb="Identify"), "//o:earliestDatestamp/text()") == ["2001-12-14"]


def test_formats_are_the_files_and_those_of_a_record_its_own(client):
    prefixes = "//o:metadataPrefix/text()"
    root = ask(client, verb="ListMetadataFormats")
    assert texts(root, prefixes) == ["oai_dc", "fiche"]
    assert texts(root, "//o:schema/text()")[1] == "https://exemple.fr/fiche.xsd"
    assert texts(ask(client, verb="ListMetadataFormats", identifier=name(1)), prefixes) == ["oai_dc", "fiche"]
    assert texts(ask(client, verb="ListMetadataFormats", identifier=name(0)), prefixes) == ["oai_dc"]
    assert codes(ask(client, verb="ListMetadataFormats", identifier=name(9))) == ["idDoesNotExist"]


# Records


@pytest.mark.parametrize("prefix", ["oai_dc", "fiche"])
def test_records_are_those_of_the_file(client, prefix):
    root = ask(client, verb="ListRecords", metadataPrefix=prefix)
    expected = truth(whole(), prefix)
    assert held(root.xpath("//o:record", namespaces=NS)) == expected and expected
    assert set(ids(ask(client, verb="ListIdentifiers", metadataPrefix=prefix))) == set(expected)
    for identifier in expected:
        one = ask(client, verb="GetRecord", metadataPrefix=prefix, identifier=identifier)
        assert held(one.xpath("//o:record", namespaces=NS)) == {identifier: expected[identifier]}


def test_names_in_values_keep_their_namespace(client):
    root = ask(client, verb="GetRecord", metadataPrefix="fiche", identifier=name(1))
    (found,) = root.xpath("//o:metadata/*", namespaces=NS)
    assert found.nsmap["terms"] == "https://exemple.fr/termes" and found[0].tag == "titre"


def test_a_default_namespace_of_ours_never_falls_on_theirs(client, web):
    bare = whole().replace(b'<Repository xmlns="', b'<s:Repository xmlns:s="').replace(b"</Repo", b"</s:Repo")
    for name in (b"Identify", b"ListMetadataFormats", b"ListRecords"):
        bare = bare.replace(b"<" + name, b"<s:" + name).replace(b"</" + name, b"</s:" + name)
    bare = bare.replace(b' xmlns=""', b"")
    web.put(URL, bare)
    root = ask(client, verb="ListRecords", metadataPrefix="fiche")
    assert held(root.xpath("//o:record", namespaces=NS)) == truth(bare, "fiche") == truth(whole(), "fiche")


def test_a_record_that_only_another_format_has(client):
    root = ask(client, verb="GetRecord", metadataPrefix="fiche", identifier=name(0))
    assert codes(root) == ["cannotDisseminateFormat"]
    assert codes(ask(client, verb="GetRecord", metadataPrefix="fiche", identifier="rien")) == ["idDoesNotExist"]
    assert codes(ask(client, verb="ListRecords", metadataPrefix="marc")) == ["cannotDisseminateFormat"]


def test_days(client):
    days = partial(ask, client, verb="ListIdentifiers", metadataPrefix="oai_dc")
    assert ids(days(from_="2025-01-28")) == [name(0), name(1)]
    assert ids(days(until="2025-01-27")) == [name(2)]
    assert ids(days(from_="2025-01-27", until="2025-01-27")) == [name(2)]
    assert codes(days(from_="2025-01-29")) == ["noRecordsMatch"]
    assert ids(ask(client, verb="ListIdentifiers", metadataPrefix="fiche", from_="2025-01-29")) == [name(1)]
    assert codes(days(from_="2025-01-27T00:00:00Z")) == ["badArgument"]
    assert set(codes(days(from_="2025-01-27", until="2025-01-28T00:00:00Z"))) == {"badArgument"}


def test_there_are_no_sets(client):
    assert codes(ask(client, verb="ListSets")) == ["noSetHierarchy"]
    assert codes(ask(client, verb="ListRecords", metadataPrefix="oai_dc", set="a")) == ["noSetHierarchy"]


def test_pages_follow_one_another(client, web):
    web.put(URL, whole(250))
    for prefix, count in (("oai_dc", 250), ("fiche", 125)):
        page, found, pages = ask(client, verb="ListRecords", metadataPrefix=prefix), {}, 1
        assert texts(page, "//o:resumptionToken/@completeListSize") == [str(count)]
        while token := texts(page, "//o:resumptionToken/text()"):
            found |= held(page.xpath("//o:record", namespaces=NS))
            page, pages = ask(client, verb="ListRecords", resumptionToken=token[0]), pages + 1
            assert pages <= 3
        assert found | held(page.xpath("//o:record", namespaces=NS)) == truth(whole(250), prefix)
        assert pages == -(-count // 100)
    assert codes(ask(client, verb="ListRecords", resumptionToken="é")) == ["badResumptionToken"]


def test_forms_are_read_too(client):
    answer = client.post(HERE, data={"verb": "ListIdentifiers", "metadataPrefix": "fiche"})
    assert ids(etree.fromstring(answer.data)) == [name(1)]
    assert codes(etree.fromstring(client.get(f"{HERE}?verb=Identify&verb=Identify").data)) == ["badVerb"]


# What is served, and what is not


@pytest.mark.parametrize(
    "path",
    [
        "/passerelle/b.exemple.fr/oai",
        "/passerelle/ailleurs.exemple.fr/oai.xml",
        f"{HERE}/plus",
        "/passerelle/https://landes.exemple.fr/oai.xml",
        "/passerelle/169.254.169.254/latest",
    ],
)
def test_what_is_no_file_of_a_source_is_not_asked(client, web, path):
    answer = client.get(path, query_string={"verb": "Identify"}, follow_redirects=True)
    assert answer.status_code == 404 and web.asked == []
    assert answer.content_type == "text/plain; charset=utf-8" and "n'est pas une source" in answer.text


def test_answers_are_open_and_asked_again(client):
    for answer in (client.get(f"{HERE}?verb=Identify"), client.get("/passerelle/ailleurs"), client.get("/passerelle")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "no-cache"


def test_initiate_and_terminate(client, web):
    known = client.get("/passerelle", query_string={"initiate": URL})
    assert (known.status_code, known.location) == (302, f"{BASE}?verb=Identify")
    for url in ("https://ailleurs.exemple.fr/oai.xml", "https://b.exemple.fr/oai", "http://[", "rien"):
        refused = client.get("/passerelle", query_string={"initiate": url})
        assert refused.status_code == 404 and "demandez-lui" in refused.text
    ended = client.get("/passerelle", query_string={"terminate": URL})
    assert ended.status_code == 403 and "baseURL" in ended.text
    assert client.get("/passerelle/").text.splitlines()[1:] == [BASE]
    assert web.asked == []


def test_a_file_served_by_another_gateway_is_told_what_to_write(client, web):
    web.put(URL, whole(base="https://autre.exemple.org/oai/landes"))
    answer = client.get(f"{HERE}?verb=Identify")
    assert answer.status_code == 502 and BASE in answer.text and "https://autre.exemple.org/oai/landes" in answer.text


def test_the_colon_of_a_port_may_be_written_as_it_is(client, web):
    web.put(URL, whole(base=f"https://pont.exemple.fr/passerelle/{HOST}/dépôt/oai.xml"))
    assert texts(ask(client, verb="Identify"), "//o:baseURL/text()") == [BASE]


def test_when_others_are_being_answered_a_harvester_comes_back(client, monkeypatch):
    free = threading.BoundedSemaphore(1)
    monkeypatch.setattr(gateway, "SLOTS", free)
    with free:
        answer = client.get(f"{HERE}?verb=Identify")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(gateway.SOON))
    assert client.get(f"{HERE}?verb=Identify").status_code == client.get(f"{HERE}?verb=Identify").status_code == 200


# The file as time goes


def titles(client) -> list[str]:
    return texts(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc"), "//o:identifier/text()")


def test_a_file_is_asked_once_in_a_while_and_what_it_became_is_served(client, web, clock):
    web.put(URL, whole(3), etag='"1"')
    for _ in range(3):
        assert len(titles(client)) == 3
    web.put(URL, whole(5), etag='"2"')
    clock[0] += EVERY - 1
    assert len(titles(client)) == 3 and len(web.asked) == 1
    clock[0] += 1
    assert len(titles(client)) == 5 and len(web.asked) == 2
    clock[0] += EVERY
    assert len(titles(client)) == 5 and web.conditional == [(URL, '"2"')]


def test_a_file_out_of_reach_is_served_for_a_day(client, web, clock):
    assert len(titles(client)) == 3
    web.fail(URL, 500)
    clock[0] += LONGEST - 1
    assert len(titles(client)) == 3
    clock[0] += EVERY
    answer = client.get(f"{HERE}?verb=Identify")
    assert (answer.status_code, answer.text) == (502, "Le site répond 500.\n")
    web.put(URL, whole(4))
    assert client.get(f"{HERE}?verb=Identify").status_code == 502 and len(web.asked) == 3
    clock[0] += EVERY
    assert len(titles(client)) == 4


def test_a_site_that_does_not_answer_is_a_504(client, web):
    web.pages[URL] = Passing("« landes.exemple.fr » n'a pas répondu à temps.")
    answer = client.get(f"{HERE}?verb=Identify")
    assert (answer.status_code, answer.text) == (504, "« landes.exemple.fr » n'a pas répondu à temps.\n")


def test_a_file_that_breaks_is_refused_until_it_is_mended(client, web, clock):
    assert len(titles(client)) == 3
    web.put(URL, whole()[:-40], etag='"1"')
    for _ in range(2):
        clock[0] += EVERY
        answer = client.get(f"{HERE}?verb=Identify")
        assert answer.status_code == 502 and "ligne" in answer.text and "dépôt statique" in answer.text
    assert web.conditional == [(URL, '"1"')]
    web.put(URL, whole(4), etag='"2"')
    clock[0] += EVERY
    assert len(titles(client)) == 4


def test_requests_at_once_ask_once_and_do_not_wait_when_there_is_something_to_give(web, clock):
    web.put(URL, whole(3))
    opened, started, slow = threading.Event(), threading.Event(), web.get

    def get(request, **conditions):
        started.set()
        assert opened.wait(10)
        return slow(request, **conditions)

    web.get = get
    files = Files(lambda: web, lambda: clock[0])
    found: list[object] = []

    def visit(count: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=lambda: found.append(files.get(URL)), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads

    first = visit(4)
    assert started.wait(10) and not found
    opened.set()
    for thread in first:
        thread.join(10)
    assert len(found) == 4 and len(web.asked) == 1 and len(set(map(id, found))) == 1

    web.put(URL, whole(5))
    clock[0] += EVERY
    opened.clear()
    started.clear()
    (second,) = visit(1)
    assert started.wait(10)
    assert files.get(URL) is found[0]
    opened.set()
    second.join(10)
    fresh = files.get(URL)
    assert len(web.asked) == 2 and not isinstance(fresh, Trouble) and len(fresh.holdings["oai_dc"].rows) == 5


# Files that break the guidelines


def broken(old: str, new: str, body: bytes | None = None) -> bytes:
    body = body or whole()
    assert old.encode() in body
    return body.replace(old.encode(), new.encode(), 1)


def many(count: int) -> bytes:
    return repository(
        identify(), FORMATS, listed("oai_dc", *(record(f"x:{n}", "2025-01-01", DC) for n in range(count)))
    )


HOSTILE = {
    "vide": (b"", "ligne 1, ce n'est pas du XML"),
    "page": (b"<!DOCTYPE html><html><body>Bonjour</body></html>", "DOCTYPE"),
    "coupé": (whole()[:2000], "ce n'est pas du XML complet"),
    "utf-16": (whole().decode().encode("utf-16"), "UTF-8"),
    "latin": (whole().decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"), "UTF-8"),
    "entité": (
        broken("<Repository", '<!DOCTYPE r [<!ENTITY x SYSTEM "/etc/passwd">]><Repository', broken("landes<", "&x;<")),
        "DOCTYPE",
    ),
    "rires": (
        b'<!DOCTYPE r [<!ENTITY a "'
        + b"ha" * 5000
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(8))
        + b']><Repository a="&i;">&i;</Repository>',
        "",
    ),
    "profond": (b"<a>" * 100_000, "ce n'est pas du XML"),
    "balises": (b"<a/>" * (static.MOST_TAGS + 1), "dépasse"),
    "gros": (b" " * (static.LARGEST + 1), "dépasse 32 Mio"),
    "liste": (f'<OAI-PMH xmlns="{OAI}"><ListRecords/></OAI-PMH>'.encode(), "non « OAI-PMH »"),
    "sans Identify": (repository(FORMATS), "« Identify »"),
    "sans formats": (repository(identify()), "« ListMetadataFormats »"),
    "formats vides": (repository(identify(), "<ListMetadataFormats/>"), "aucun format"),
    "format sans schéma": (broken("<oai:schema>https://exemple.fr/oai_dc.xsd</oai:schema>", ""), "« schema » manque"),
    "nom de format": (
        broken("<oai:metadataPrefix>fiche<", "<oai:metadataPrefix>&lt;x/&gt;<"),
        "n'est pas un nom de format",
    ),
    "format inconnu": (broken('metadataPrefix="fiche"', 'metadataPrefix="mods"'), "« mods »"),
    "sans nom": (broken("Landes fleuries &amp; Cie", ""), "« repositoryName » manque"),
    "sans adresse de contact": (
        broken("<oai:adminEmail>contact@landes.exemple.fr</oai:adminEmail>", "<oai:adminEmail/>"),
        "« adminEmail » manque",
    ),
    "granularité": (broken(">YYYY-MM-DD<", ">YYYY-MM-DDThh:mm:ssZ<"), "« granularity » doit valoir « YYYY-MM-DD »"),
    "suppressions": (broken(">no<", ">persistent<"), "« deletedRecord » doit valoir « no »"),
    "date": (broken("2025-01-28", "28/01/2025"), "AAAA-MM-JJ, non « 28/01/2025 »"),
    "instant": (broken("2025-01-28", "2025-01-28T10:00:00Z"), "AAAA-MM-JJ"),
    "jour": (broken("2025-01-28", "2025-02-30"), "« 2025-02-30 »"),
    "début": (broken("2024-01-01", "2024"), "« earliestDatestamp »"),
    "supprimée": (broken("<oai:header>", '<oai:header status="deleted">'), "ni suppression, ni ensemble"),
    "ensemble": (broken("</oai:header>", "<oai:setSpec>a</oai:setSpec></oai:header>"), "ni suppression, ni ensemble"),
    "sans identifiant": (broken(f"<oai:identifier>{escape(name(0))}<", "<oai:identifier> <"), "« identifier » manque"),
    "deux fois": (broken(escape(name(1)), escape(name(0))), f"« {name(0)} » est deux fois"),
    "sans contenu": (broken(DC.replace("{n}", "0"), ""), "un élément, et un seul, dans « metadata »"),
    "jeton": (
        broken("</ListRecords>", "<oai:resumptionToken>x</oai:resumptionToken></ListRecords>"),
        "« resumptionToken »",
    ),
    "espaces de noms": (
        broken("xmlns:terms", " ".join(f'xmlns:n{n}="https://exemple.fr/{n}/"' for n in range(200)) + " xmlns:terms"),
        "les espaces de noms déclarés dépassent 4096 caractères",
    ),
    "compléments": (
        repository(identify(), FORMATS, listed("fiche", record("x:1", "2025-01-01", DC, ABOUT * 11))),
        "« about » contient plus de 10 éléments",
    ),
    "plusieurs contenus": (broken("<oai:metadata>", "<oai:metadata><a/>"), "un élément, et un seul, dans « metadata »"),
    "trop": (many(static.MOST_RECORDS + 1), "plus de 5000 notices"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_breaks_the_guidelines_is_told_why(name):
    body, why = HOSTILE[name]
    with pytest.raises(ReadError) as refused:
        static.read(body)
    said = str(refused.value)
    assert why in said and said.count("\n") == 0 and len(said) < 500


def test_a_few_namespaces_are_not_written_without_end(monkeypatch):
    """Those of the root are written again with each record: the whole is counted."""
    monkeypatch.setattr(static, "LARGEST", 20_000)
    spaces = " ".join(f'xmlns:n{n}="https://exemple.fr/{n}/"' for n in range(100))
    body = repository(
        identify(), FORMATS, listed("fiche", *(record(f"x:{n}", "2025-01-01", "<a/>") for n in range(15)))
    )
    assert static.read(body)
    with pytest.raises(ReadError, match="trop grandes"):
        static.read(broken("xmlns:terms", f"{spaces} xmlns:terms", body))


def test_the_line_is_told():
    body = broken("2025-01-28", "hier")
    line = next(n for n, text in enumerate(body.splitlines(), 1) if b"hier" in text)
    with pytest.raises(ReadError, match=f"ligne {line},"):
        static.read(body)


def test_the_fullest_file_is_read():
    assert len(static.read(many(static.MOST_RECORDS)).holdings["oai_dc"].rows) == static.MOST_RECORDS


# Harvesters that others wrote, and ours, over real sockets

Harvest = Callable[[str, str], dict[str, tuple[str, list[bytes]]]]
DENSE = etree.XMLParser(remove_blank_text=True)


def with_sickle(url: str, prefix: str) -> dict[str, tuple[str, list[bytes]]]:
    return held(one.xml for one in Sickle(url).ListRecords(metadataPrefix=prefix))


def with_scythe(url: str, prefix: str) -> dict[str, tuple[str, list[bytes]]]:
    with Scythe(url) as client:
        return held([one.xml for one in client.list_records(metadata_prefix=prefix)])


def with_oaipmh(url: str, prefix: str) -> dict[str, tuple[str, list[bytes]]]:
    """It sends forms, and reads datestamps by the granularity that Identify gives."""
    registry = MetadataRegistry()
    registry.registerReader(prefix, lambda element: element)
    client = Client(url, registry)
    client.updateGranularity()
    return {
        header.identifier(): (
            header.datestamp().strftime("%Y-%m-%d"),
            [canonical(metadata[0])],
        )
        for header, metadata, _ in client.listRecords(metadataPrefix=prefix)
    }


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[tuple[str, Collective, WebServer]]:
    """The gateway on a free port, with its own door outwards, before a partner's web server."""
    (tmp_path / "mappings").mkdir()
    with WebServer() as partner:
        server = make_server("127.0.0.1", 0, lambda *request: application(*request), threaded=True)
        hosts = f"127.0.0.1:{partner.server_port},127.0.0.1:{server.port}"
        home = f"http://127.0.0.1:{server.port}"
        collective = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": f"{home}/", "PARTAGEONS_ALLOW_HOSTS": hosts}))
        application = PageCache(create_app(collective), lambda: collective.store.seq)
        base = f"{home}/passerelle/{quote(f'127.0.0.1:{partner.server_port}')}/oai.xml"
        for id, url, options in (("file", partner.url("/oai.xml"), "{ file = true }"), ("gateway", base, "{}")):
            text = f'extends = "_oai"\n[source]\nid = "{id}"\nurl = "{url}"\noptions = {options}\n'
            text += 'title = "Landes"\npartner = "landes"\n'
            (tmp_path / "mappings" / f"{id}.toml").write_text(text, encoding="utf-8")
        partner.pages["/oai.xml"] = (200, {"ETag": '"1"', "Content-Type": "text/xml"}, whole(250, base))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield base, collective, partner
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()
            collective.close()


@pytest.mark.parametrize("prefix", ["oai_dc", "fiche"])
@pytest.mark.parametrize(
    ("client", "parser", "parts"), [(with_sickle, DENSE, 2), (with_scythe, DENSE, 2), (with_oaipmh, None, 1)]
)
def test_each_client_harvests_the_file_unaltered(bridge, client: Harvest, parser, parts, prefix):
    """Two drop the white space between elements, the third does not read ``about``."""
    url, _, partner = bridge
    expected = truth(whole(250, url), prefix, parser)
    assert client(url, prefix) == {id: (day, found[:parts]) for id, (day, found) in expected.items()}
    assert partner.paths() == ["/oai.xml"]


def test_our_own_reader_finds_the_same_records_in_the_file_and_through_the_gateway(bridge):
    _, collective, _ = bridge
    found: dict[str, dict[str, Record]] = {}
    with fetcher(collective) as fetch:
        for name in ("file", "gateway"):
            (summary,) = refresh(collective, [collective.sources[name]], fetch)
            assert (summary.seen, summary.problems) == (250, [])
            with collective.store.snapshot() as snapshot:
                records = [entry.record for entry in snapshot.walk(source=name) if entry.record]
            # What tells where and when it was read is left out.
            found[name] = {
                one.id.partition(":")[2]: replace(
                    one, id="", source="", origin=one.origin._replace(node=""), path=(), harvested=""
                )
                for one in records
            }
            with collective.store.writing() as writing:  # or the second would only be copies of the first
                writing.forget(name)
    assert len(found["file"]) == 250 and found["file"] == found["gateway"]
